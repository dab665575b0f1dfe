"""A transaction's state as JSON and back, for the one column that keeps it between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppbridge.charging.findings import Finding
from ocppbridge.charging.metering import Metering
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.charging.transactions import Transaction


def dump(state: Transaction) -> dict[str, Any]:
    """The state; what has nothing to say is left out."""
    data = {
        "started_at": state.started_at.isoformat(),
        "start_seen": state.start_seen,
        "place": [state.place.evse, state.place.connector] if state.place else None,
        "token": _token(state.token),
        "stop_token": _token(state.stop_token),
        "ended_at": state.ended_at.isoformat() if state.ended_at else None,
        "closed": state.closed,
        "reason": state.reason,
        "metering": state.metering.to_json(),
        "states": [[at.isoformat(), word] for at, word in state.states],
        "charging_state": state.charging_state,
        "last_seq_no": state.last_seq_no,
        "missing": list(state.missing),
        "offline": state.offline,
        "remote_start_id": state.remote_start_id,
        "reservation_id": state.reservation_id,
        "found": [[finding.code, finding.text] for finding in state.found],
    }
    return {name: value for name, value in data.items() if value is not None and value is not False and value != []}


def load(data: Mapping[str, Any]) -> Transaction:
    """The state that `dump` wrote."""
    ended_at = data.get("ended_at")
    return Transaction(
        started_at=datetime.fromisoformat(data["started_at"]),
        start_seen=data.get("start_seen", False),
        place=Place(*data["place"]) if "place" in data else None,
        token=_identified(data.get("token")),
        stop_token=_identified(data.get("stop_token")),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        closed=data.get("closed", False),
        reason=data.get("reason"),
        metering=Metering.from_json(data.get("metering", {})),
        states=tuple((datetime.fromisoformat(at), word) for at, word in data.get("states", ())),
        charging_state=data.get("charging_state"),
        last_seq_no=data.get("last_seq_no"),
        missing=tuple(data.get("missing", ())),
        offline=data.get("offline", False),
        remote_start_id=data.get("remote_start_id"),
        reservation_id=data.get("reservation_id"),
        found=tuple(Finding(code, text) for code, text in data.get("found", ())),
    )


def _token(token: IdToken | None) -> list[Any] | None:
    return [token.value, token.type, [list(pair) for pair in token.additional]] if token else None


def _identified(data: list[Any] | None) -> IdToken | None:
    return IdToken(data[0], data[1], tuple((value, kind) for value, kind in data[2])) if data else None
