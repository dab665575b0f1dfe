"""Battery swaps (S01 to S04): asked of a station or begun at it, folded from its events, settled by staff."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from ocppbridge.charging.battery_intents import SwapBatteries
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.payment_messages import Battery, BatterySwapped
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import BatterySwap, Call, Station
from ocppbridge.services import alerts, calls

State = BatterySwap.State
IN: Final = "BatteryIn"
OUT: Final = "BatteryOut"
TIMEOUT: Final = "BatteryOutTimeout"


@transaction.atomic
def ask(station: Station, token: IdToken, *, by: str, now: datetime) -> BatterySwap:
    """Have a station swap (S03). Raises NotOffered or InvalidPayload."""
    number = secrets.randbelow(2**31 - 1) + 1
    call = calls.queue(station, SwapBatteries(number, token), purpose="battery", requested_by=by)
    return BatterySwap.objects.create(
        station=station,
        request_id=number,
        state=State.ASKED,
        id_token=token.value,
        id_token_type=(token.type or "")[:20],
        asked_by=by,
        began_at=now,
        call=call,
    )


def answered(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of RequestBatterySwap; what then happens the station tells by its events."""
    if not isinstance(outcome, Accepted):
        why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"
        rows = BatterySwap.objects.filter(call=call, state=State.ASKED)
        rows.update(state=State.REFUSED, reason=why[:255], ended_at=now)


def told(station: Station, message: BatterySwapped, now: datetime) -> BatterySwap:
    """One event. A repeated one changes nothing; batteries are told apart by their serial numbers."""
    row, _ = BatterySwap.objects.get_or_create(
        station=station,
        request_id=message.request_id,
        defaults={
            "state": State.TAKEN,
            "id_token": message.token.value[:255],
            "id_token_type": (message.token.type or "")[:20],
            "began_at": now,
        },
    )
    match message.event:
        case "BatteryIn":
            row.taken = _merged(row.taken, message.batteries)
            row.state = row.state if row.state == State.DONE else State.TAKEN
        case "BatteryOut":
            row.given = _merged(row.given, message.batteries)
            row.state, row.ended_at = State.DONE, row.ended_at or now
        case _:
            row.state, row.ended_at = State.TIMED_OUT, row.ended_at or now
            text = f"{row}: batteries were not taken out of {_slots(message.batteries)}"
            alerts.raise_alert(station.pk, "BATTERY-NOT-TAKEN", text, now)
    row.charge = _gained(row.taken, row.given) if row.state == State.DONE else row.charge
    row.save()
    return row


def settle(row: BatterySwap, amount: Decimal | None, note: str, by: str, now: datetime) -> None:
    """Staff's word on what it costs; OCPI has no swap, so nothing goes to partners."""
    row.amount, row.note, row.settled_by, row.settled_at = amount, note[:255], by, now
    row.save(update_fields=["amount", "note", "settled_by", "settled_at"])


def _merged(known: list[dict[str, Any]], new: Iterable[Battery]) -> list[dict[str, Any]]:
    found = {one["serial_number"]: one for one in known}
    for one in new:
        found[one.serial_number] = {
            "slot": one.slot,
            "serial_number": one.serial_number,
            "soc": str(one.soc),
            "health": str(one.health),
            "made": one.made.isoformat() if one.made else None,
            "info": one.info or "",
        }
    return list(found.values())


def _gained(taken: list[dict[str, Any]], given: list[dict[str, Any]]) -> Decimal:
    """What the driver left with more, in points of state of charge over all batteries."""
    return sum((Decimal(one["soc"]) for one in given), Decimal()) - sum(
        (Decimal(one["soc"]) for one in taken), Decimal()
    )


def _slots(batteries: Iterable[Battery]) -> str:
    return ", ".join(f"slot {one.slot}" for one in batteries) or "their slots"
