"""What payment terminals have settled (C18, C19): one row for each reference and status, whatever a station repeats."""

from __future__ import annotations

import json
from datetime import datetime

from ocppbridge.charging.payment_messages import Settled
from ocppbridge.models import Settlement, Transaction
from ocppbridge.services import transactions

DONE = "Settled"


def of_reference(station_id: int, reference: str) -> Transaction | None:
    """The provider's reference is the idToken of what it pays for."""
    rows = Transaction.objects.filter(station_id=station_id, id_token=reference)
    return rows.order_by("-started_at").first()


def take(station_id: int, message: Settled, now: datetime) -> Settlement:
    """Before the station is answered, so that the receipt it is told of is there. A repetition that says less takes
    nothing away."""
    row = transactions.find(station_id, message.transaction) or of_reference(station_id, message.reference)
    said = {
        "transaction": row,
        "named_transaction": message.transaction,
        "amount": message.amount,
        "currency": _currency(row),
        "settled_at": message.at,
        "info": (message.info or "")[:500],
        "receipt_id": message.receipt_id,
        "receipt_url": message.receipt_url,
        "company": dict(message.company) if message.company else None,
        "vat_number": message.vat_number,
        "received_at": now,
    }
    found, _ = Settlement.objects.update_or_create(
        station_id=station_id,
        psp_ref=message.reference[:255],
        status=message.status[:20],
        defaults={name: value for name, value in said.items() if value not in (None, "")},
    )
    return found


def _currency(row: Transaction | None) -> str:
    return str(json.loads(row.tariff).get("currency", "")) if row is not None and row.tariff else ""
