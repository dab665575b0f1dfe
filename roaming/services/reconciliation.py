"""Reconciliation of a partner's month: sessions, CDRs and deliveries that do not fit each other, and what they come to.

Everything is read from balances (balances.py): sums of a month from an index alone, what is wrong from another, rows by
keyset. A partner is looked at as payer (eMSP: whose tokens charged) or as owner (CPO: whose sessions and CDRs these
are). Months are those of UTC, as on statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, Min, QuerySet

from roaming.models import Balance
from roaming.ocpi.party import PartyId
from roaming.services import balances

PAGE = 50
CATCH_UP = 0.3  # seconds of settling before a page is read
P = Balance.Problem
KINDS: dict[str, tuple[str, ...]] = {
    "no_cdr": (P.NO_CDR,),
    "no_session": (P.NO_SESSION,),
    "differs": (P.ENERGY, P.COST, P.TIME),
    "undelivered": (P.UNDELIVERED, P.NO_RECEIVER),
    "held": (P.ON_HOLD, P.REJECTED),
}
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
        found = Balance.objects.filter(month=self.month).exclude(problems=[])
        if self.party is not None:
            names = (
                ("token_country_code", "token_party_id") if self.side == Side.PAYER else ("country_code", "party_id")
            )
            found = found.filter(**dict(zip(names, (self.party.country, self.party.party), strict=True)))
        return found.filter(problems__overlap=list(KINDS[self.kind])) if self.kind else found


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


_PAIR = "token_country_code || '/' || token_party_id, country_code || '/' || party_id"
_BY = "token_country_code, token_party_id, country_code, party_id, currency"
_SUMS = """
    SELECT {pair}, currency, count(*), sum(cdrs), sum(energy_import), sum(energy_export), sum(cost)
    FROM roaming_balance WHERE month = %(month)s {where} GROUP BY {by} ORDER BY {by}
"""
_WRONG = """
    SELECT {pair}, kind.name, currency, count(*), coalesce(sum(session_energy), 0),
        sum(energy_import - energy_export), coalesce(sum(session_cost), 0), sum(cost)
    FROM roaming_balance CROSS JOIN LATERAL (VALUES {kinds}) AS kind (name, codes)
    WHERE month = %(month)s {where} AND problems <> '{{}}' AND problems && kind.codes::varchar[]
    GROUP BY {by}, kind.name ORDER BY {by}, kind.name
"""


def current(within: float = CATCH_UP) -> None:
    """Settle what has changed meanwhile, so that a page shows what was just done."""
    if balances.waiting():
        balances.settle_all(within)


def sums(selection: Selection) -> list[Sums]:
    """Everything of the month, right and wrong."""
    return [Sums(*row) for row in _asked(_SUMS, selection)]


def wrong(selection: Selection) -> list[Wrong]:
    """Only what is wrong; a row with several kinds of trouble counts in each."""
    kinds = ", ".join(f"('{name}', '{{{','.join(codes)}}}')" for name, codes in KINDS.items())
    return [Wrong(*row) for row in _asked(_WRONG, selection, kinds=kinds)]


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
    """From the newest that holds anything to the oldest."""
    ends = Balance.objects.aggregate(first=Min("month"), last=Max("month"))
    month, first = ends["last"], ends["first"]
    found: list[date] = []
    while month is not None and month >= first:
        found.append(month)
        month = before(month)
    return found


def month_of(moment: datetime) -> date:
    """The first day of its month."""
    return moment.astimezone(UTC).date().replace(day=1)


def month_named(text: str) -> date:
    """`2026-11`. Raises ValueError."""
    return datetime.strptime(f"{text}-01", "%Y-%m-%d").replace(tzinfo=UTC).date()


def before(month: date) -> date:
    """The month before."""
    return (month.replace(year=month.year - 1, month=12)) if month.month == 1 else month.replace(month=month.month - 1)


def narrowed(selection: Selection, **changes: Any) -> Selection:
    """The same with something else."""
    return replace(selection, **changes)


def _asked(sql: str, selection: Selection, **parts: str) -> list[tuple[Any, ...]]:
    where = "" if selection.party is None else "AND {} = %(country)s AND {} = %(party)s".format(*_NAMES[selection.side])
    values: dict[str, Any] = {"month": selection.month}
    if selection.party is not None:
        values |= {"country": selection.party.country, "party": selection.party.party}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(pair=_PAIR, by=_BY, where=where, **parts), values)
        return list(cursor.fetchall())
