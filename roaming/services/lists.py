"""A page of a list, made in SQL: the rendered texts of the objects, joined by PostgreSQL (DESIGN: lists).

Oldest created first, so that new objects land on the last page (PAG-11). The Link carries offset and limit in clear and
beside them a cursor (the last id): a deep page costs what the first does, and no change moves objects between pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Max, QuerySet

from roaming.models import Party, StoredObject
from roaming.ocpi import paging
from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.headers import LIMIT
from roaming.ocpi.paging import PageRequest
from roaming.ocpi.versions import ModuleID
from roaming.services.decisions import choices
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

    objects: QuerySet[Any]
    readers: list[Party]
    module: ModuleID
    url: str
    partner: str | None = None


def page(asked: PageRequest, of: ListOf, now: datetime, max_limit: int) -> Page:
    rows = _filtered(listed(visible(of.objects, of.readers, of.module, now)), asked, of.partner)
    total = rows.count()
    found = _joined(_cut(rows, asked))
    count, last = int(found["count"]), found["last"]
    more = count == asked.limit and last is not None and rows.filter(pk__gt=last).exists()
    following = paging.next_url(of.url, asked, f"k{last}") if more else None
    headers = paging.page_headers(asked, total, following)
    if choices().value("PAGE-LIMIT-MEANING", partner=of.partner) == "maximum":  # decision: PAGE-LIMIT-MEANING
        headers[LIMIT] = str(max_limit)
    return Page(b"[%b]" % (found["text"] or "").encode(), count, headers)


def _filtered(rows: QuerySet[StoredObject], asked: PageRequest, partner: str | None) -> QuerySet[StoredObject]:
    stored = choices().value("DATE-FILTER-BASIS", partner=partner) == "stored"  # decision: DATE-FILTER-BASIS
    column = "listed_at" if stored else "last_updated"
    if asked.date_from is not None:
        rows = rows.filter(**{f"{column}__gte": asked.date_from})
    if asked.date_to is not None:
        rows = rows.filter(**{f"{column}__lt": asked.date_to})
    return rows


def _cut(rows: QuerySet[StoredObject], asked: PageRequest) -> QuerySet[StoredObject]:
    rows = rows.order_by("pk")
    if asked.cursor is None:
        return rows[asked.offset : asked.offset + asked.limit]
    match = _CURSOR.fullmatch(asked.cursor)
    if match is None:
        raise InvalidParameter("cursor", "is not one of ours")
    return rows.filter(pk__gt=int(match[1]))[: asked.limit]


def _joined(rows: QuerySet[StoredObject]) -> dict[str, Any]:
    return rows.values("pk", "document").aggregate(
        text=StringAgg("document", ",", order_by="pk"),
        count=Count("pk"),
        last=Max("pk"),
    )
