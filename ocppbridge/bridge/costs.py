"""The running price on the station's display: CostUpdated while a transaction runs, and once at its end (I01 to I03).

Only stations that announce it are told (TariffCostCtrlr, Enabled for Cost), with taxes, when the sum has changed and
not more often than decided. It is the operator's price; what an eMSP charges its driver nobody here knows.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ocppbridge.bridge.places import Shelf
from ocppbridge.charging.intents import NotOffered, TellCost
from ocppbridge.models import Transaction
from ocppbridge.services import calls
from roaming.pricing import Bill
from roaming.services.decisions import choices

COLUMNS = ("cost_told", "cost_told_at")


def tell(row: Transaction, bill: Bill, now: datetime, shelf: Shelf) -> bool:
    """Queue a CostUpdated if one is due; True if the row's columns have changed."""
    if not row.transaction_id:  # 1.6 has no such message
        return False
    total = _total(bill)
    seconds = int(choices().number("COST-UPDATED", station=row.station.identity))  # decision: COST-UPDATED
    ended = row.state != Transaction.State.RUNNING
    soon = row.cost_told_at is not None and (now - row.cost_told_at).total_seconds() < seconds
    if not seconds or total == row.cost_told or (soon and not ended) or not shelf.shows_cost(row.station):
        return False
    try:
        calls.queue(row.station, TellCost(row.transaction_id, total), purpose="cost", reference=str(row.session_id))
    except (NotOffered, calls.InvalidPayload):
        return False
    row.cost_told, row.cost_told_at = total, now
    return True


def _total(bill: Bill) -> Decimal:
    cost = bill.total_cost
    return cost.excl_vat if cost.incl_vat is None else cost.incl_vat
