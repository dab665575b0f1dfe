"""A page of a list, made of the rendered texts of the objects as they are stored; nothing is parsed (DESIGN: lists).

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
from typing import Any

from django.db.models import Q, QuerySet

from roaming.models import Party, StoredObject
from roaming.ocpi import paging
from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.headers import LIMIT
from roaming.ocpi.paging import PageRequest
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import tallies
from roaming.services.decisions import choices
from roaming.services.tallies import TALLIED
from roaming.services.visibility import listed, visible

_CURSOR = re.compile(r"k([0-9]{1,18})", re.ASCII)


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

    @property
    def objects(self) -> QuerySet[Any]:
        rows = self.model._default_manager.all()
        if self.owner is None:
            return rows
        return rows.filter(country_code=self.owner.country, party_id=self.owner.party)


def page(asked: PageRequest, of: ListOf, now: datetime, max_limit: int) -> Page:
    rows, total = _seen(of, now)
    rows = _filtered(rows, asked, of.partner)
    if total is None or asked.is_delta:
        total = rows.count()
    found = list(_cut(rows, asked).values_list("pk", "document"))
    here = found[: asked.limit]
    following = paging.next_url(of.url, asked, f"k{here[-1][0]}") if len(found) > len(here) else None
    headers = paging.page_headers(asked, total, following)
    if choices().value("PAGE-LIMIT-MEANING", partner=of.partner) == "maximum":  # decision: PAGE-LIMIT-MEANING
        headers[LIMIT] = str(max_limit)
    return Page(b"[%b]" % ",".join([document for _, document in here]).encode(), len(here), headers)


def _seen(of: ListOf, now: datetime) -> tuple[QuerySet[Any], int | None]:
    """What the readers see, and how many that is where it is known without counting them."""
    objects = listed(of.objects)
    if of.module not in TALLIED:
        return visible(objects, of.readers, of.module, now), None
    seen = tallies.seen(of.module, of.readers, now, of.owner)
    if not seen.addressed:
        return objects.filter(_owned(seen.owners), addressees=[]), seen.count
    addressed = visible(objects.exclude(addressees=[]), of.readers, of.module, now).count()
    return visible(objects, of.readers, of.module, now), seen.count + addressed


def _owned(owners: Iterable[tuple[str, str]]) -> Q:
    by_country = defaultdict(list)
    for country, party in sorted(owners):
        by_country[country].append(party)
    rule = Q(pk__in=[])
    for country, parties in by_country.items():
        rule |= Q(country_code=country, party_id__in=parties)
    return rule


def _filtered(rows: QuerySet[Any], asked: PageRequest, partner: str | None) -> QuerySet[Any]:
    stored = choices().value("DATE-FILTER-BASIS", partner=partner) == "stored"  # decision: DATE-FILTER-BASIS
    column = "listed_at" if stored else "last_updated"
    if asked.date_from is not None:
        rows = rows.filter(**{f"{column}__gte": asked.date_from})
    if asked.date_to is not None:
        rows = rows.filter(**{f"{column}__lt": asked.date_to})
    return rows


def _cut(rows: QuerySet[Any], asked: PageRequest) -> QuerySet[Any]:
    """The page and one object more, which tells whether there is a next page."""
    rows = rows.order_by("pk")
    if asked.cursor is None:
        return rows[asked.offset : asked.offset + asked.limit + 1]
    match = _CURSOR.fullmatch(asked.cursor)
    if match is None:
        raise InvalidParameter("cursor", "is not one of ours")
    return rows.filter(pk__gt=int(match[1]))[: asked.limit + 1]
