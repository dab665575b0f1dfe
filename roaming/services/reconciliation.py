"""Reconciliation of a partner's month: sessions, CDRs and deliveries that do not fit each other, and what they come to.

Everything is read from balances (balances.py), which keep the sums of each month; rows of what is wrong by keyset. A
partner is looked at as payer (eMSP: whose tokens charged) or as owner (CPO: whose sessions and CDRs these are). Months
are those of UTC, as on statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from roaming.models import Balance, BalanceSum
from roaming.ocpi.party import PartyId
from roaming.services import balances
from roaming.services.balance_sql import KINDS

PAGE = 50
CATCH_UP, SMALL = 0.3, 500  # seconds of settling before a page is read, in small batches
WORDS = {
    "no_cdr": "Sessions without CDR",
    "no_session": "CDRs without session",
    "differs": "Differences",
    "undelivered": "Never delivered",
    "held": "On hold or rejected",
}


class Side(StrEnum):
    """As what the partner is looked at."""

    PAYER = "payer"
    OWNER = "owner"


_NAMES = {
    Side.PAYER: ("token_country_code", "token_party_id"),
    Side.OWNER: ("country_code", "party_id"),
}


@dataclass(frozen=True)
class Selection:
    """`party` None: all; `kind` None: all."""

    month: date
    party: PartyId | None = None
    side: Side = Side.PAYER
    kind: str | None = None

    def rows(self) -> QuerySet[Balance]:
        """What is wrong, not yet in any order."""
        found = Balance.objects.filter(month=self.month, **self.of_party()).exclude(problems=[])
        return found.filter(problems__overlap=list(KINDS[self.kind])) if self.kind else found

    def of_party(self) -> dict[str, str]:
        """As columns."""
        if self.party is None:
            return {}
        return dict(zip(_NAMES[self.side], (self.party.country, self.party.party), strict=True))


class Sums(NamedTuple):
    """What a payer owes an owner in a month and a currency, as it stands."""

    payer: str
    owner: str
    currency: str
    sessions: int
    cdrs: int
    energy_import: Decimal
    energy_export: Decimal
    cost: Decimal


class Wrong(NamedTuple):
    """What is wrong between two parties, by kind and currency: as the sessions say, and as the CDRs stand."""

    payer: str
    owner: str
    kind: str
    currency: str
    rows: int
    session_energy: Decimal
    energy: Decimal
    session_cost: Decimal
    cost: Decimal


_PAIR = ("payer", "owner")


def current(within: float = CATCH_UP) -> None:
    """Settle what has changed meanwhile, so that a page shows what was just done."""
    if balances.waiting():
        balances.settle_all(within, SMALL)


def sums(selection: Selection) -> list[Sums]:
    """Everything of the month, right and wrong."""
    names = ("payer", "owner", "currency", "sessions", "cdrs", "energy_import", "energy_export", "cost")
    return [Sums(*row) for row in _summed(selection).filter(kind="").values_list(*names)]


def wrong(selection: Selection) -> list[Wrong]:
    """Only what is wrong; a row with several kinds of trouble counts in each."""
    names = ("payer", "owner", "kind", "currency", "rows", "session_energy", "energy", "session_cost", "cost")
    return [Wrong(*row) for row in _summed(selection).exclude(kind="").values_list(*names)]


def page(selection: Selection, after: int = 0, size: int = PAGE) -> list[Balance]:
    """The rows behind the one with that id."""
    rows = selection.rows().filter(pk__gt=after).select_related("session", "cdr").order_by("pk")
    return list(rows.defer("session__document", "cdr__document", "cdr__bill")[:size])


def every(selection: Selection, size: int = 2_000) -> Iterator[Balance]:
    """All rows, page by page: memory does not grow with them."""
    after = 0
    while found := page(selection, after, size):
        yield from found
        after = found[-1].pk


def months() -> list[date]:
    """Those that hold anything, the newest first."""
    held = BalanceSum.objects.filter(rows__gt=0).order_by("-month").values_list("month", flat=True)
    return list(held.distinct())


def newest(now: datetime) -> date:
    """The last that holds anything and is not to come: what a wrong clock dates ahead must not be what staff see."""
    held, present = months(), month_of(now)
    return next((month for month in held if month <= present), held[0] if held else present)


def month_of(moment: datetime) -> date:
    """The first day of its month."""
    return moment.astimezone(UTC).date().replace(day=1)


def month_named(text: str) -> date:
    """`2026-11`. Raises ValueError."""
    return datetime.strptime(f"{text}-01", "%Y-%m-%d").replace(tzinfo=UTC).date()


def narrowed(selection: Selection, **changes: Any) -> Selection:
    """The same with something else."""
    return replace(selection, **changes)


def _summed(selection: Selection) -> QuerySet[BalanceSum]:
    rows = BalanceSum.objects.filter(month=selection.month, rows__gt=0, **selection.of_party())
    pair = {
        "payer": Concat("token_country_code", Value("/"), "token_party_id"),
        "owner": Concat("country_code", Value("/"), "party_id"),
    }
    return rows.annotate(**pair, energy=F("energy_import") - F("energy_export")).order_by(*_PAIR, "currency", "kind")
