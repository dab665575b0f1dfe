"""A page of a list, made of the rendered texts of the objects as they are stored; nothing is parsed.

Oldest created first, so that new objects land on the last page (PAG-11). The Link carries offset and limit in clear and
beside them a cursor (the last id): a deep page costs what the first does, and no change moves objects between pages.
Where owners are tallied, the rule of visibility is asked about tallies instead of objects: they say how many objects
there are (PAG-08) and whose, so that the page itself is a plain walk along the ids.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from roaming.models import Party, StoredObject
from roaming.ocpi import paging
from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.headers import LIMIT
from roaming.ocpi.paging import PageRequest
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question
from roaming.services import agreements, tallies
from roaming.services.copies import PLAIN, Copies
from roaming.services.decisions import choices
from roaming.services.tallies import TALLIED
from roaming.services.visibility import listed, visible

_CURSOR = re.compile(r"k([0-9]{1,18})", re.ASCII)
_SPECIMEN = -1  # of an id


@dataclass(frozen=True)
class Page:
    data: bytes  # a JSON array
    count: int
    headers: dict[str, str]


@dataclass(frozen=True)
class ListOf:
    """Which list: what, for whom, and where its next page is."""

    model: type[StoredObject]
    readers: list[Party]
    module: ModuleID
    url: str
    owner: PartyId | None = None  # of one party only (HUB-18)
    partner: str | None = None
    copies: Copies = PLAIN

    @property
    def objects(self) -> QuerySet[Any]:
        rows = listed(self.model._default_manager.all())
        if self.owner is None:
            return rows
        return rows.filter(country_code=self.owner.country, party_id=self.owner.party)


def page(asked: PageRequest, of: ListOf, now: datetime, max_limit: int) -> Page:
    total, found = _read(asked, of, now)
    here = found[: asked.limit]
    following = paging.next_url(of.url, asked, f"k{here[-1][0]}") if len(found) > len(here) else None
    headers = paging.page_headers(asked, total, following)
    if choices().value("PAGE-LIMIT-MEANING", partner=of.partner) == "maximum":  # decision: PAGE-LIMIT-MEANING
        headers[LIMIT] = str(max_limit)
    plain = of.copies.plain
    shown = [document if plain else of.copies.text(document) for _, document in here]
    return Page(b"[%b]" % ",".join(shown).encode(), len(here), headers)


def _read(asked: PageRequest, of: ListOf, now: datetime) -> tuple[int, list[tuple[int, str]]]:
    """The total, and the page with one object more, which tells whether there is a next page."""
    after = _after(asked)
    special = of.module is ModuleID.TARIFFS and any(reader.special_tariffs for reader in of.readers)
    tallied = of.module in TALLIED and not special
    seen = tallies.seen(of.module, of.readers, now, of.owner) if tallied else None
    if seen is None or seen.addressed:
        rows = visible(of.objects, of.readers, of.module, now)
    elif asked.is_delta or after is None:
        rows = of.objects.filter(_owned(seen.owners), addressees=[])
    else:
        return seen.count, _walk(of.model, seen.owners, asked.limit + 1).ask({_SPECIMEN: after})
    rows = _filtered(rows, asked, of)
    if seen is None or asked.is_delta:
        total = rows.count()
    else:  # what is addressed to some only is counted one by one
        total = seen.count + (rows.exclude(addressees=[]).count() if seen.addressed else 0)
    return total, list(_cut(rows, asked, after).values_list("pk", "document"))


@lru_cache(maxsize=256)
def _walk(model: type[StoredObject], owners: frozenset[tuple[str, str]], length: int) -> Question:
    """The next objects of these owners behind an id: nearly all pages are this."""
    rows = listed(model._default_manager.filter(_owned(owners), addressees=[], pk__gt=_SPECIMEN))
    return Question.of(rows.order_by("pk").values_list("pk", "document")[:length], kept=False)


def _after(asked: PageRequest) -> int | None:
    """The id that the page begins behind; None where only an offset tells."""
    if asked.cursor is None:
        return 0 if asked.offset == 0 else None
    match = _CURSOR.fullmatch(asked.cursor)
    if match is None:
        raise InvalidParameter("cursor", "is not one of ours")
    return int(match[1])


def _owned(owners: Iterable[tuple[str, str]]) -> Q:
    by_country = defaultdict(list)
    for country, party in sorted(owners):
        by_country[country].append(party)
    rule = Q(pk__in=[])
    for country, parties in by_country.items():
        rule |= Q(country_code=country, party_id__in=parties)
    return rule


def _filtered(rows: QuerySet[Any], asked: PageRequest, of: ListOf) -> QuerySet[Any]:
    stored = choices().value("DATE-FILTER-BASIS", partner=of.partner) == "stored"  # decision: DATE-FILTER-BASIS
    column = "listed_at" if stored else "last_updated"
    since, until = Q(), Q()
    if asked.date_from is not None:
        since = Q(**{f"{column}__gte": asked.date_from})
        fresh = agreements.fresh(of.readers, of.module, asked.date_from) if stored else []
        if fresh:  # what it sees of them is not what it saw
            since |= _owned(fresh)
    if asked.date_to is not None:
        until = Q(**{f"{column}__lt": asked.date_to})
    return rows.filter(since & until)


def _cut(rows: QuerySet[Any], asked: PageRequest, after: int | None) -> QuerySet[Any]:
    rows = rows.order_by("pk")
    if after is None:
        return rows[asked.offset : asked.offset + asked.limit + 1]
    return rows.filter(pk__gt=after)[: asked.limit + 1]
