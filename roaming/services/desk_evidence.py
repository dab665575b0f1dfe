"""What the hub knows that bears on a CDR: its session, the CDRs beside it, the tariffs published, the partner's ways.

Which CDRs are *beside* it decides who is the duplicate: what is accepted counts, and what came before it and still
waits; of two that bill one session the second is held, until a credit takes the first one back (CDR-11). One that is
accepted is not held for a later one, whatever staff made of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from roaming.models import Assessment, Cdr, Habit, Location
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import parse_datetime
from roaming.pricing import Learned
from roaming.pricing.habits import read
from roaming.services import desk_tariffs, sessions
from roaming.services.objects import key

MOST = 50  # CDRs beside one: a session has two or three
Json = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """None is not looked at: see `pricing.auditing.examine`."""

    time_zone: str | None = None
    tariffs: list[Json] | None = None
    held: list[Json] | None = None
    sessions: list[Json] | None = None
    known: list[Json] = field(default_factory=list)
    learned: Learned | None = None


def gather(document: Mapping[str, Any], owner: PartyId, *, ours: bool, before: int | None = None) -> Evidence:
    """`ours`: made here, by tariffs that were fixed at the start, from the readings that its Session told of as far as
    they were known (a final one does not change, SES-09); `before`: the key of the CDR, if it is stored."""
    place = key(str((document.get("cdr_location") or {}).get("id", "")))
    zones = Location.objects.filter(country_code=owner.country, party_id=owner.party, object_key=place)
    tariffs, held = (None, None) if ours else _tariffs(document, owner)
    return Evidence(
        time_zone=zones.values_list("time_zone", flat=True).first(),
        tariffs=tariffs,
        held=held,
        sessions=None if ours else _sessions(document, owner),
        known=beside(document, owner, before),
        learned=None if ours else learned(owner),
    )


def _sessions(document: Mapping[str, Any], owner: PartyId) -> list[Json]:
    found = sessions.find(owner, str(document["session_id"])) if document.get("session_id") else None
    return [] if found is None else [json.loads(found.document)]


def _tariffs(document: Mapping[str, Any], owner: PartyId) -> tuple[list[Json] | None, list[Json] | None]:
    """(to price it by instead of its own, to compare its own with)"""
    start = parse_datetime(str(document["start_date_time"]))
    published = desk_tariffs.held(owner, desk_tariffs.named(document, owner), start)
    if not document.get("tariffs"):
        return published, None
    return None, (published if published or desk_tariffs.publishes(owner) else None)


def learned(owner: PartyId) -> Learned:
    row = Habit.objects.filter(country_code=owner.country, party_id=owner.party).first()
    return Learned() if row is None else Learned(read(row.ways))


def beside(document: Mapping[str, Any], owner: PartyId, before: int | None) -> list[Json]:
    """The CDRs that count beside this one, oldest first."""
    rows = Cdr.objects.filter(country_code=owner.country, party_id=owner.party).filter(related(document))
    found = rows.exclude(pk=before or 0).order_by("pk").values_list(
        "pk", "object_key", "credit", "assessment__verdict", "document"
    )  # fmt: skip
    named = {key(str(document.get(name) or "")) for name in ("id", "credit_reference_id")}
    own = Assessment.objects.filter(verdict=Assessment.Verdict.ACCEPTED)
    accepted = before is not None and own.filter(cdr_id=before).exists()
    return [
        json.loads(text)
        for pk, identifier, credit, verdict, text in found[:MOST]
        if identifier in named or _counts(verdict, credit, before is None or pk < before, accepted)
    ]


def _counts(verdict: str | None, credit: bool, earlier: bool, accepted: bool) -> bool:
    if verdict == Assessment.Verdict.ACCEPTED:
        return credit or earlier or not accepted
    return earlier and (verdict is None or (verdict == Assessment.Verdict.ON_HOLD and not credit))


def related(document: Mapping[str, Any]) -> Q:
    """The CDRs of its session, its original, its credits, and what began in the same second with the same token."""
    identifier, reference = str(document.get("id", "")), str(document.get("credit_reference_id") or "")
    rule = Q(object_key__in={key(identifier), key(reference)} - {""})
    rule |= Q(Exact(Upper("credit_reference_id"), key(reference or identifier)), credit=True)
    rule |= Q(
        Exact(Upper("token_uid"), key(str((document.get("cdr_token") or {}).get("uid", "")))),
        start_date_time=parse_datetime(str(document["start_date_time"])),
    )
    if document.get("session_id"):
        rule |= Q(session_key=key(str(document["session_id"])))
    return rule
