"""TransactionEvents of 2.x as the certification cases have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def at(minutes: float) -> str:
    """A time of the session, in whole seconds as many stations write it."""
    return (BEGAN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(kind: str, seq_no: int, trigger: str, transaction: str = "T1", evse: int | None = 1, **more: Any) -> Any:
    """One event a minute; what belongs into transactionInfo may stand among the rest."""
    inner = ("chargingState", "stoppedReason", "remoteStartId", "timeSpentCharging")
    info = {name: more.pop(name) for name in inner if name in more}
    place = {"evse": {"id": evse, "connectorId": 1}} if evse else {}
    return {
        "eventType": kind, "timestamp": at(seq_no), "triggerReason": trigger, "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction, **info}, **place, **more,
    }  # fmt: skip


def metered(minute: float, value: float, context: str = "Sample.Periodic", **more: Any) -> list[dict[str, Any]]:
    """A meter value of the energy register, in Wh."""
    sample = {"value": value, "context": context, "measurand": "Energy.Active.Import.Register", **more}
    return [{"timestamp": at(minute), "sampledValue": [sample]}]
