"""A station with bidirectional charging, its cars and their words, for the certification cases of blocks Q and R."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ocppbridge.charging.bidirectional import Control, Wish
from ocppbridge.charging.charging_profiles import OperationMode, Period
from ocppbridge.models import Call, EnergyPlan, Transaction, TransferRule
from tests.ocppbridge.certification.cards import id_token
from tests.ocppbridge.certification.events import at, event, metered
from tests.ocppbridge.certification.talking import boot, drained, settled
from tests.ocppbridge.door import Talk

BOTH_WAYS = ["AC_three_phase", "AC_BPT"]
CAR = {
    "minChargePower": 1380, "maxChargePower": 11_000, "minDischargePower": 1380, "maxDischargePower": 7400,
    "evMinEnergyRequest": -5000, "evTargetEnergyRequest": 20_000, "evMaxEnergyRequest": 30_000,
}  # fmt: skip
PLAIN = [
    {"component": {"name": "AuthCtrlr"}, "variable": {"name": "Enabled"}, "variableAttribute": [{"value": "true"}]},
]
MODES = ",".join(mode.value for mode in OperationMode)


def variable(component: str, name: str, value: str, evse: int | None = None) -> dict[str, Any]:
    where = {"evse": {"id": evse}} if evse else {}
    return {
        "component": {"name": component, **where}, "variable": {"name": name}, "variableAttribute": [{"value": value}],
    }  # fmt: skip


def offering(**more: str) -> list[dict[str, Any]]:
    """The report of a station that takes energy back."""
    said = {"Available": "true", "Enabled": "true", "SupportedOperationModes": MODES, **more}
    return [variable("V2XChargingCtrlr", name, value) for name, value in said.items()]


def reported(talk: Talk, entries: list[dict[str, Any]]) -> None:
    """It boots, and reports."""
    boot(talk)
    said = {"requestId": 1, "generatedAt": at(0), "seqNo": 0, "reportData": entries or PLAIN}
    assert talk.call("NotifyReport", said) == {}
    drained()


def both_ways(party: str = "DE/EMX") -> None:
    """Staff let the tokens of a party give energy back."""
    TransferRule.objects.create(party=party, transfers=BOTH_WAYS)


def started(talk: Talk) -> Transaction:
    """A car has come with its card."""
    talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
    drained()
    return Transaction.objects.get()


def needs(talk: Talk, requested: str = "AC_BPT", **more: Any) -> dict[str, Any]:
    """What the car wants; the hub's answer."""
    said = {"requestedEnergyTransfer": requested, "v2xChargingParameters": CAR, **more}
    told: dict[str, Any] = talk.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": said})
    drained()
    return told


def draining() -> None:
    """Of a thread of its own."""
    try:
        drained()
    finally:
        connection.close()


def somebody_waits() -> bool:
    """For a lock on the rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone() is not None


def soon(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def heard(talk: Talk, action: str, status: str = "Accepted", **more: Any) -> dict[str, Any]:
    """The next call of the hub, answered."""
    frame = talk.called()
    assert frame[2] == action, frame
    talk.answer(frame, {"status": status, **more})
    settled(Call.objects.get(pk=frame[1]))
    payload: dict[str, Any] = frame[3]
    return payload


def installed(talk: Talk, status: str = "Accepted") -> dict[str, Any]:
    """The profile that the hub sends next."""
    profile: dict[str, Any] = heard(talk, "SetChargingProfile", status)["chargingProfile"]
    return profile


def periods(profile: dict[str, Any]) -> list[dict[str, Any]]:
    (schedule,) = profile["chargingSchedule"]
    assert schedule["chargingRateUnit"] == "W"
    found: list[dict[str, Any]] = schedule["chargingSchedulePeriod"]
    return found


def plan() -> EnergyPlan:
    return EnergyPlan.objects.select_related("transaction__station").get()


def wish(mode: OperationMode, control: Control = Control.SCHEDULED, **figures: Any) -> Wish:
    return Wish(control, (Period(0, operation_mode=mode, **figures),))


def watts(value: float) -> Decimal:
    return Decimal(str(value))
