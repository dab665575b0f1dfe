"""Payments at stations (C18 to C25), and batteries that are swapped (block S)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from ocppbridge.bridge import settlements, vat_numbers
from ocppbridge.charging.battery_intents import SwapBatteries
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.payment_messages import BatterySwapped, Settled, VatNumberAsked
from ocppbridge.charging.payment_replies import SettlementTaken, VatNumberJudged
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import alerts, battery_swaps
from ocppbridge.services.turns import Turn

UNPAID = {"Rejected", "Failed"}


@answers(Settled, waits=True)
def settle(message: Settled, asked: Asked) -> SettlementTaken:
    """Kept before it is answered: the receipt that the driver is shown must be there."""
    account = asked.account
    return settlements.take(account.station_id, account.identity, message, asked.now, asked.choices)


@records(Settled)
def settled(message: Settled, turn: Turn) -> None:
    """What could not be settled is for staff (C21): the energy is in the car."""
    if message.status in UNPAID:
        text = f"{message.reference}: {message.status} {message.amount} {message.info or ''}".strip()
        alerts.raise_alert(turn.station.pk, "SETTLEMENT-FAILED", text, turn.received)


@answers(VatNumberAsked, waits=True)
def judge_number(message: VatNumberAsked, asked: Asked) -> VatNumberJudged:
    """C20."""
    return vat_numbers.judge(message, asked.choices, asked.account.identity)


@records(VatNumberAsked, priority=1)
def number_asked(message: VatNumberAsked, turn: Turn) -> None:
    """Among the reports."""
    turn.report("VatNumberValidation", asdict(message), message.number)


@answers(BatterySwapped)
def take_event(message: BatterySwapped, asked: Asked) -> Acknowledged:
    """S01, S02."""
    return Acknowledged()


@records(BatterySwapped)
def swapped(message: BatterySwapped, turn: Turn) -> None:
    """One row a swap."""
    battery_swaps.told(turn.station, message, turn.received)


@settles(SwapBatteries)
def swap_answered(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """S03."""
    battery_swaps.answered(call, outcome, now)
