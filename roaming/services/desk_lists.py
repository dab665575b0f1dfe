"""Which of the desk's CDRs are meant: by verdict, partner, reason and month, each read from an index."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from roaming.models import Assessment
from roaming.ocpi.party import PartyId
from roaming.services.billing_cdrs import month


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
        try:
            first, after = month(by.month)
        except ValueError:
            raise BadSelection(f"{by.month!r} is no month such as 2026-11") from None
        rows = rows.filter(ended_at__gte=first, ended_at__lt=after)
    if by.waiting:
        rows = rows.filter(verdict=Assessment.Verdict.ON_HOLD, settled_at=None)
    return rows.order_by("-ended_at", "-pk")


def _party(text: str) -> PartyId:
    country, _, party = text.partition("/")
    try:
        return PartyId(country, party)
    except ValueError:
        raise BadSelection(f"{text!r} is no party such as NL/CPO") from None
