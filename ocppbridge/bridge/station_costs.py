"""What a station calculated against what we bill (I12): a difference is a finding with both amounts, also at the desk.

The bill is ours whatever the station shows: its price was fixed at the start (TAR-26), and its meter has been checked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ocppbridge.charging.messages import TransactionFacts
from ocppbridge.models import Transaction
from roaming.pricing import Bill
from roaming.pricing.findings import Finding, warning
from roaming.services.decisions import choices

CODE: Final = "STATION_COST"
REACHED: Final = frozenset({"CostLimitReached", "EnergyLimitReached", "TimeLimitReached", "SoCLimitReached"})


def keep(row: Transaction, message: TransactionFacts) -> bool:
    """What an event says of cost, tariff and limits, on the row; True if something is new."""
    changed: dict[str, Any] = {}
    if message.cost:
        changed["station_cost"] = dict(message.cost)
        named = [one["tariffId"] for one in message.cost.get("chargingPeriods", ()) if "tariffId" in one]
        changed["station_tariff"] = str((named or [message.tariff_id or ""])[-1])
    elif message.tariff_id:
        changed["station_tariff"] = message.tariff_id
    if message.limits:
        changed["limits"] = dict(message.limits)
    if message.trigger in REACHED:
        changed["limit_reached"] = message.trigger
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        Transaction.objects.filter(pk=row.pk).update(**changed)
    return bool(changed)


def judge(row: Transaction, bill: Bill | None) -> bool:
    """Put what differs among the findings of an ended transaction; True if they changed."""
    others = [list(one) for one in row.findings if one[0] != CODE]
    found = doubts(row, bill)
    now = [*others, *([CODE, one.message] for one in found)]
    changed = now != [list(one) for one in row.findings]
    row.findings = now
    return changed


def doubts(row: Transaction, bill: Bill | None) -> list[Finding]:
    """For the desk."""
    told = row.station_cost
    if not told or row.state == Transaction.State.RUNNING:
        return []
    if told.get("failureToCalculate"):
        return [_finding(f"the station could not calculate: {told.get('failureReason') or 'no reason given'}")]
    cost = told["totalCost"]
    theirs = {name: Decimal(str(value)) for name, value in cost["total"].items() if name in ("exclTax", "inclTax")}
    if bill is None:
        return [_finding(f"the station calculated {_words(theirs, cost)}, and no tariff is known here", theirs)]
    if cost["currency"] != bill.currency:
        return [_finding(f"the station calculated in {cost['currency']}, the tariff is in {bill.currency}", theirs)]
    total = bill.total_cost
    ours = {"exclTax": total.excl_vat} | ({} if total.incl_vat is None else {"inclTax": total.incl_vat})
    most = Decimal(
        str(choices().number("STATION-COST-TOLERANCE", station=row.station.identity))
    )  # decision: STATION-COST-TOLERANCE
    if all(abs(theirs[name] - ours[name]) <= most for name in theirs.keys() & ours.keys()):
        return []
    text = f"the station calculated {_words(theirs, cost)}, the bill says {_words(ours, cost)}"
    return [_finding(text, theirs, ours)]


def _finding(text: str, theirs: dict[str, Decimal] | None = None, ours: dict[str, Decimal] | None = None) -> Finding:
    amounts = {f"station_{name}": value for name, value in (theirs or {}).items()}
    amounts |= {f"ours_{name}": value for name, value in (ours or {}).items()}
    return warning("station_cost", "/total_cost", text, amounts=amounts)


def _words(total: dict[str, Decimal], cost: dict[str, Any]) -> str:
    said = [f"{total[name]} {cost['currency']} {words}" for name, words in _TAXES.items() if name in total]
    return " / ".join(said)


_TAXES: Final = {"exclTax": "excl.", "inclTax": "incl. VAT"}
