"""CDRs as billing reads them: which ones, for whom, in pages by key, and each as one flat record.

The key of a page is (end, id): a month is one stretch of one index, page 900 costs what page 1 does, and a reader may
go on where it stopped. No row of the desk: the verdict is PENDING.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Cdr, Party
from roaming.ocpi.party import PartyId

PENDING = "PENDING"
VERDICTS = (PENDING, "ACCEPTED", "ON_HOLD", "REJECTED")
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadPlace(ValueError):
    """Not a place in a list that was given out here."""


@dataclass(frozen=True)
class Selection:
    """Which CDRs; what is empty does not narrow. Dates are those of the end of charging, in UTC."""

    cpo: str = ""
    emsp: str = ""
    ended_from: str = ""
    ended_before: str = ""
    verdict: str = ""
    currency: str = ""
    credit: bool | None = None

    def said(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


def seen_by(parties: Sequence[Party] | None, cdr: str = "") -> Q:
    """What concerns these parties: as CPO what they sold, else what they pay. None: everything. [] is nothing.

    `cdr`: the way from the rows that are asked to their CDR. What the desk withholds is for nobody outside.
    """
    if parties is None:
        return Q()
    rule = Q(pk__in=[])
    for party in parties:
        if party.role in CHARGING_SIDE:
            rule |= Q(country_code=party.country_code, party_id=party.party_id)
        elif party.role in DRIVING_SIDE:
            rule |= Q(token_country_code=party.country_code, token_party_id=party.party_id)
    return rule & Q(**{f"{cdr}withheld": False})


def rows(selection: Selection, parties: Sequence[Party] | None) -> QuerySet[Cdr]:
    """Unordered."""
    found = Cdr.objects.filter(seen_by(parties))
    if selection.cpo:
        cpo = PartyId.parse(selection.cpo)
        found = found.filter(country_code=cpo.country, party_id=cpo.party)
    if selection.emsp:
        emsp = PartyId.parse(selection.emsp)
        found = found.filter(token_country_code=emsp.country, token_party_id=emsp.party)
    found = found.filter(**_period(selection, "end_date_time"))
    if selection.currency:
        found = found.filter(currency=selection.currency.upper())
    if selection.credit is not None:
        found = found.filter(credit=selection.credit)
    if selection.verdict == PENDING:
        return found.filter(assessment=None)
    if not selection.verdict:
        return found
    # The desk repeats the end: a rare verdict is read from its own index, not looked for in all of a month.
    return found.filter(assessment__verdict=selection.verdict, **_period(selection, "assessment__ended_at"))


def _period(selection: Selection, end: str) -> dict[str, datetime]:
    bounds = {f"{end}__gte": selection.ended_from, f"{end}__lt": selection.ended_before}
    return {name: datetime.fromisoformat(text) for name, text in bounds.items() if text}


def behind(found: QuerySet[Cdr], place: str) -> QuerySet[Cdr]:
    """In their order, from behind a place on. Raises BadPlace."""
    if place:
        end, number = _read(place)
        found = found.filter(Q(end_date_time__gt=end) | Q(end_date_time=end, pk__gt=number), end_date_time__gte=end)
    return found.order_by("end_date_time", "pk")


def place_of(end: datetime, number: int) -> str:
    """Behind which the next page begins."""
    return f"{(end - _EPOCH) // timedelta(microseconds=1)}-{number}"


def batches(found: QuerySet[Any], size: int, place: str = "") -> Iterator[list[Cdr]]:
    """All of them, so many at a time: no transaction is open and no cursor held while a reader is slow."""
    while batch := list(behind(found, place)[:size]):
        yield batch
        place = place_of(batch[-1].end_date_time, batch[-1].pk)


def month(text: str) -> tuple[datetime, datetime]:
    """From when until before when, in UTC. Raises ValueError."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text, re.ASCII)
    if match is None:
        raise ValueError("a month is written like 2026-11")
    year, number = int(match[1]), int(match[2])
    first = datetime(year, number, 1, tzinfo=UTC)
    return first, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _read(place: str) -> tuple[datetime, int]:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise BadPlace("this place was not given out by this hub")
    return _EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
