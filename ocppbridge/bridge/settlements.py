"""The receipt of a settled payment: our number and the address of our page, for the station to show as a QR code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from ocppbridge.bridge import places, sessions
from ocppbridge.charging.payment_messages import Settled
from ocppbridge.charging.payment_replies import SettlementTaken
from ocppbridge.models import Settlement
from ocppbridge.services import settlements
from roaming.decisions import Choices
from roaming.models import Party
from roaming.pricing import Bill


def take(station_id: int, identity: str, message: Settled, now: datetime, choices: Choices) -> SettlementTaken:
    """C18.FR.07: a receipt of ours where the terminal made none; nothing for what was not settled."""
    row = settlements.take(station_id, message, now)
    whose = choices.value("SETTLEMENT-RECEIPT", station=identity)  # decision: SETTLEMENT-RECEIPT
    if whose != "ours" or row.status != settlements.DONE or row.receipt_id or row.receipt_url:
        return SettlementTaken()
    return SettlementTaken(number(row), address(row))


def number(row: Settlement) -> str:
    """Of our receipt."""
    return f"R{row.pk:08d}"


def address(row: Settlement) -> str:
    """Of the page that whoever has been given it may read."""
    return f"{settings.HUB_PUBLIC_URL.rstrip('/')}/receipts/{row.key}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on the page. `bill` is ours, where the tariff is known; the amount is what was charged."""

    number: str
    operator: str
    row: Settlement
    place: str
    bill: Bill | None


def receipt(row: Settlement) -> Receipt:
    """For whoever has its address."""
    transaction, place, bill = row.transaction, "", None
    if transaction is not None and transaction.location:
        said = json.loads(transaction.location)
        place = ", ".join(str(said[name]) for name in ("name", "address", "city") if said.get(name))
        bill = sessions.account_of(transaction, None).bill
    owner = places.owner(row.station)
    party = Party.objects.filter(country_code=owner.country, party_id=owner.party, role="CPO").first()
    return Receipt(number(row), (party.name if party else "") or str(owner), row, place, bill)
