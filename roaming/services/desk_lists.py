"""Which of the desk's CDRs are meant: by verdict, partner, reason and month, each read from an index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from roaming.models import Assessment
from roaming.ocpi.party import PartyId

_MONTH = re.compile(r"(\d{4})-(\d{2})")


class BadSelection(ValueError):
    """What was asked for is no verdict, party or month."""


@dataclass(frozen=True)
class Selection:
    """None and False select everything."""

    verdict: str | None = None
    partner: str | None = None
    reason: str | None = None
    month: str | None = None
    waiting: bool = False


def select(by: Selection) -> QuerySet[Assessment]:
    """The newest first. Raises BadSelection."""
    rows = Assessment.objects.select_related("cdr").defer("bill", "cdr__document", "cdr__bill")
    if by.verdict:
        if by.verdict.upper() not in Assessment.Verdict.values:
            raise BadSelection(f"{by.verdict!r} is none of {', '.join(Assessment.Verdict.values)}")
        rows = rows.filter(verdict=by.verdict.upper())
    if by.partner:
        owner = _party(by.partner)
        rows = rows.filter(country_code=owner.country, party_id=owner.party)
    if by.reason:
        rows = rows.filter(codes__contains=[by.reason])
    if by.month:
        span = month(by.month)
        if span is None:
            raise BadSelection(f"{by.month!r} is no month such as 2026-11")
        rows = rows.filter(ended_at__gte=span[0], ended_at__lt=span[1])
    if by.waiting:
        rows = rows.filter(verdict=Assessment.Verdict.ON_HOLD, settled_at=None)
    return rows.order_by("-ended_at", "-pk")


def month(text: str) -> tuple[datetime, datetime] | None:
    """From its first moment to the next one's, in UTC."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1970:
        return None
    year, number = int(match[1]), int(match[2])
    begin = datetime.fromisoformat(f"{year:04}-{number:02}-01T00:00:00Z")
    return begin, datetime.fromisoformat(f"{year + number // 12:04}-{number % 12 + 1:02}-01T00:00:00Z")


def _party(text: str) -> PartyId:
    country, _, party = text.partition("/")
    try:
        return PartyId(country, party)
    except ValueError:
        raise BadSelection(f"{text!r} is no party such as NL/CPO") from None
