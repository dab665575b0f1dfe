"""What stands of a session: sums of energy, each way apart, and of money over its CDRs that stand.

`of` reads one session now. `settle` turns marks (migration 0005_balances) into rows of `Balance`, which reconciliation
reads: one statement takes marks and looks at what they name in one snapshot, by one settler at a time: no row is ever
made from older facts than the one it replaces. Rows are made whole each time: settling twice changes nothing.
"""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Case, Count, F, Sum, When
from django.db.models.lookups import Exact
from django.utils import timezone

from roaming.models import BalanceMark, Cdr
from roaming.ocpi.party import PartyId
from roaming.services.balance_sql import SETTLE
from roaming.services.decisions import choices
from roaming.services.locks import Lock
from roaming.services.objects import key
from roaming.services.prices import options

TASK = "roaming.settle_balances"
BATCH = 5_000
ENERGY_SLACK, TIME_SLACK = Decimal("0.01"), 60  # kWh, s: those of crosscheck.py


class Standing(NamedTuple):
    """`cdrs` that stand, and what they come to in one currency; energy in kWh."""

    currency: str
    cdrs: int
    energy_import: Decimal
    energy_export: Decimal
    excl_vat: Decimal
    incl_vat: Decimal | None


def of(owner: PartyId, session_id: str) -> list[Standing]:
    """By currency, of which a session has one unless its CDRs contradict each other. A credit repeats its original's
    energy and negates only the money (CDR-09): here it takes both back. With VAT only where every CDR says it."""
    rows = Cdr.objects.filter(country_code=owner.country, party_id=owner.party, session_key=key(session_id))
    sums = rows.filter(assessment__stands=True).order_by().values("currency").annotate(
        number=Count("id"), taken=_signed("total_energy_import"), given=_signed("total_energy_export"),
        excl=Sum("total_cost_excl_vat"),
        incl=Case(When(Exact(Count("total_cost_incl_vat"), Count("id")), then=Sum("total_cost_incl_vat"))),
    )  # fmt: skip
    names = ("currency", "number", "taken", "given", "excl", "incl")
    return [Standing(*found) for found in sums.order_by("currency").values_list(*names)]


def waiting() -> bool:
    """Whether anything is marked."""
    return BalanceMark.objects.exists()


def settle_all(within: float = 20.0, size: int = BATCH) -> int:
    """Settle what is marked, for so many seconds; the number of marks taken."""
    until, taken = time.monotonic() + within, 0
    while time.monotonic() < until:
        batch = settle(timezone.now(), size)
        taken += batch
        if batch < size:
            break
    return taken


@transaction.atomic
def settle(now: datetime, batch: int = BATCH) -> int:
    """One batch; 0 also where somebody else is at it."""
    tolerance = options(choices()).tolerance  # decision: CDR-TOLERANCE
    values: dict[str, Any] = {
        "batch": batch,
        "now": now,
        "kwh": ENERGY_SLACK,
        "seconds": TIME_SLACK,
        "money": tolerance,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [Lock.BALANCES.value])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(SETTLE, values)
        return int(cursor.fetchone()[0])


def _signed(name: str) -> Sum:
    return Sum(Case(When(credit=True, then=-F(name)), default=F(name)))
