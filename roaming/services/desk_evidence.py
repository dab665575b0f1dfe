"""What the hub knows that bears on a CDR: its session, the CDRs beside it, the tariffs published, the partner's ways.

Which CDRs are *beside* it decides who is the duplicate: what is accepted counts, and what came before it and still
waits; of two that bill one session the second is held, until a credit takes the first one back (CDR-11). One that is
accepted is not held for a later one, whatever staff made of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from roaming.models import Assessment, Cdr, Habit, Location
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import parse_datetime
from roaming.postgres.questions import Question
from roaming.pricing import Learned
from roaming.pricing.habits import read
from roaming.services import desk_tariffs, sessions
from roaming.services.objects import key

MOST = 50  # CDRs beside one: a session has two or three
Json = dict[str, Any]

# What stands in the questions for what a CDR says.
_COUNTRY, _PARTY, _KEY, _BEFORE = "<country>", "<party>", "<place>", -1
_ID, _REFERENCE, _SESSION, _TOKEN, _START = "<ID>", "<REFERENCE>", "<SESSION>", "<TOKEN>", datetime(1, 1, 1, tzinfo=UTC)


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
    zones = _zone().ask({_COUNTRY: owner.country, _PARTY: owner.party, _KEY: place})
    tariffs, held = (None, None) if ours else _tariffs(document, owner)
    return Evidence(
        time_zone=zones[0][0] if zones else None,
        tariffs=tariffs,
        held=held,
        sessions=None if ours else _sessions(document, owner),
        known=beside(document, owner, before),
        learned=None if ours else learned(owner),
    )


@cache
def _zone() -> Question:
    rows = Location.objects.filter(country_code=_COUNTRY, party_id=_PARTY, object_key=_KEY)
    return Question.of(rows.values_list("time_zone"))


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
    facts = _facts(document)
    named = {facts[_ID], facts[_REFERENCE]}
    asked = facts | {_COUNTRY: owner.country, _PARTY: owner.party, _BEFORE: before or 0}
    found = _beside(bool(facts[_REFERENCE]), bool(facts[_SESSION])).ask(asked)
    own = Assessment.objects.filter(cdr_id=before, verdict=Assessment.Verdict.ACCEPTED) if before else None
    accepted = own is not None and own.exists()
    return [
        json.loads(text)
        for pk, identifier, credit, verdict, text in found
        if identifier in named or _counts(verdict, credit, before is None or pk < before, accepted)
    ]


def _counts(verdict: str | None, credit: bool, earlier: bool, accepted: bool) -> bool:
    if verdict == Assessment.Verdict.ACCEPTED:
        return credit or earlier or not accepted
    return earlier and (verdict is None or (verdict == Assessment.Verdict.ON_HOLD and not credit))


def _facts(document: Mapping[str, Any]) -> dict[Any, Any]:
    """What others are related by."""
    return {
        _ID: key(str(document.get("id", ""))),
        _REFERENCE: key(str(document.get("credit_reference_id") or "")),
        _SESSION: key(str(document.get("session_id") or "")),
        _TOKEN: key(str((document.get("cdr_token") or {}).get("uid", ""))),
        _START: parse_datetime(str(document["start_date_time"])),
    }


@cache
def _beside(credits: bool, of_a_session: bool) -> Question:
    """The CDRs of its session, its original, its credits, and what began in the same second with the same token."""
    rule = Q(object_key=_ID)
    if credits:
        rule |= Q(object_key=_REFERENCE)
    rule |= Q(Exact(Upper("credit_reference_id"), _REFERENCE if credits else _ID), credit=True)
    rule |= Q(Exact(Upper("token_uid"), _TOKEN), start_date_time=_START)
    if of_a_session:
        rule |= Q(session_key=_SESSION)
    rows = Cdr.objects.filter(rule, country_code=_COUNTRY, party_id=_PARTY).exclude(pk=_BEFORE).order_by("pk")
    return Question.of(rows.values_list("pk", "object_key", "credit", "assessment__verdict", "document")[:MOST])
