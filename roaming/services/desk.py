"""The CDR desk: every CDR is assessed, staff have the last word, and each act stays in the trail (S42, S48).

    assess      by the desk; what staff settled stays settled, only the reasons are made anew
    release     ACCEPTED: it counts, and one that was withheld is sent now
    dispute     ON HOLD: it does not count until it is released, or credited and replaced
    reject      REJECTED: it does not count; one that was withheld is never sent
    reopen      what staff said is taken back, the desk's own verdict holds again

`stands` is what the balance of a session is the sum of: an accepted CDR, and a credit only where its original stands.
"""

from __future__ import annotations

import json as plain
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from roaming import nudges
from roaming.models import Assessment, Cdr, DeskEntry
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres import rows
from roaming.pricing import Bill, Finding
from roaming.pricing.findings import error
from roaming.pricing.habits import likeliest
from roaming.services import deliveries, desk_habits
from roaming.services.desk_look import Looked, look
from roaming.services.objects import key

DESK = "desk"
TASK = "roaming.assess"
Verdict, Act, Settled = Assessment.Verdict, DeskEntry.Act, Assessment.Settled
_WAITING = frozenset({"session_billed_twice", "looks_like_another", "credit_of_unknown_cdr", "credited_twice"})


class CannotSettle(ValueError):
    """What was asked for does not fit the CDR as it is; the message is for staff."""


@transaction.atomic
def assess(cdr: Cdr, now: datetime, *, by: str = DESK) -> Assessment:
    """Look at a stored CDR, for the first time or again."""
    locked = Cdr.objects.select_for_update().get(pk=cdr.pk)
    owner = PartyId(locked.country_code, locked.party_id)
    looked = look(
        content(locked), owner, locked.source_id, now, stored=locked.pk, more=_told(locked)
    )  # fmt: skip
    return take(locked, looked, now, by=by)


def content(cdr: Cdr) -> dict[str, Any]:
    """Its document."""
    found: dict[str, Any] = json.loads(cdr.document)
    return found


def _told(cdr: Cdr) -> list[Finding]:
    """What its maker said of it, or what happened to it, which no look at the document shows again."""
    row = Assessment.objects.filter(cdr=cdr).only("reasons").first()
    told = [one for one in row.reasons if one.get("told")] if row else []
    return [error(one["code"], one["pointer"], one["message"]) for one in told]


def take(cdr: Cdr, looked: Looked, now: datetime, *, by: str = DESK, fresh: bool = False) -> Assessment:
    """Write down what was seen, inside of the caller's transaction, which holds the CDR's row.

    `fresh`: just made here, as the first CDR of its session: nothing hangs on it yet.
    """
    found = None if fresh else Assessment.objects.filter(cdr=cdr).first()
    row = found or Assessment(cdr=cdr)
    before = (row.verdict, row.stands)
    row.country_code, row.party_id, row.ended_at = cdr.country_code, cdr.party_id, cdr.end_date_time
    if not row.settled_as:
        row.verdict = Verdict(looked.verdict.value)
    told = before[0] != row.verdict or row.codes != looked.codes
    quiet = before[0] in ("", row.verdict) and row.verdict == Verdict.ACCEPTED  # what is right needs no word
    row.reasons, row.codes = looked.reasons, looked.codes
    row.bill = None if cdr.source_id is None else explained(looked.bill)
    row.rounding, row.reading = likeliest(looked.ways)
    row.stands, row.assessed_at = _stands(cdr, row.verdict), now
    if row.pk is None:
        rows.insert(row)
    else:
        row.save()
    if cdr.desk_due:
        cdr.desk_due = False
        cdr.save(update_fields=["desk_due"])
    if (told and not quiet) or by != DESK:
        _enter(row, by, Act.ASSESSED, before[0], looked.words, now)
    if cdr.source_id is not None:
        desk_habits.learn(cdr, looked, row.verdict == Verdict.ACCEPTED, now)
    if before != (row.verdict, row.stands) and not fresh:
        _ripple(cdr)
    if cdr.withheld and row.verdict == Verdict.ACCEPTED:
        send(cdr, now)
    return row


def release(assessment: Assessment, by: str, note: str, now: datetime) -> Assessment:
    """It is right, or right enough: it counts, and goes out if it was held back."""
    return _settle(assessment, Settled.RELEASED, Verdict.ACCEPTED, by, note, now)


def dispute(assessment: Assessment, by: str, note: str, now: datetime) -> Assessment:
    """Its receiver, or we, do not agree: it does not count until that is settled."""
    return _settle(assessment, Settled.DISPUTED, Verdict.ON_HOLD, by, note, now)


def reject(assessment: Assessment, by: str, note: str, now: datetime) -> Assessment:
    """It is wrong for good."""
    return _settle(assessment, Settled.REJECTED, Verdict.REJECTED, by, note, now)


@transaction.atomic
def annotate(assessment: Assessment, by: str, note: str, now: datetime) -> Assessment:
    """A word for whoever looks next."""
    row = _locked(assessment)
    _enter(row, by, Act.ANNOTATED, row.verdict, _required(note), now)
    return row


@transaction.atomic
def reopen(assessment: Assessment, by: str, note: str, now: datetime) -> Assessment:
    """The desk's own verdict holds again."""
    row = _locked(assessment)
    if not row.settled_as:
        raise CannotSettle(f"{row} has not been settled by anybody")
    before = row.verdict
    row.settled_as, row.settled_by, row.settled_at = "", "", None
    row.save(update_fields=["settled_as", "settled_by", "settled_at"])
    _enter(row, by, Act.REOPENED, before, _required(note), now)
    return assess(row.cdr, now, by=by)


@transaction.atomic
def corrected(original: Cdr, by: str, note: str, now: datetime) -> Assessment:
    """It has been credited: both stand now, and come to nothing together (CDR-09)."""
    row = _locked(Assessment.objects.get(cdr=original))
    before = row.verdict
    row.settled_as, row.settled_by, row.settled_at = Settled.RELEASED, by, now
    row.verdict, row.stands = Verdict.ACCEPTED, _stands(row.cdr, Verdict.ACCEPTED)
    row.save()
    _enter(row, by, Act.CORRECTED, before, _required(note), now)
    _ripple(row.cdr)
    return row


@transaction.atomic
def conflicting(cdr: Cdr, words: str, now: datetime) -> None:
    """It came again with other content: the first one is kept and waits for a person (S30)."""
    row = Assessment.objects.filter(cdr=cdr).first() or assess(cdr, now)
    row = _locked(row)
    before = row.verdict
    if not row.settled_as and row.verdict == Verdict.ACCEPTED:
        row.verdict, row.stands = Verdict.ON_HOLD, False
    reason: dict[str, Any] = {"code": "cdr_id_conflict", "severity": "error", "pointer": "/id", "message": words}
    reason |= {"verdict": Verdict.ON_HOLD.value, "told": True}
    row.reasons = [reason, *(one for one in row.reasons if one.get("code") != "cdr_id_conflict")]
    row.codes = list(dict.fromkeys(["cdr_id_conflict", *row.codes]))
    row.save()
    _enter(row, DESK, Act.CONFLICT, before, words, now)
    _ripple(cdr)


@transaction.atomic
def _settle(
    assessment: Assessment, settled: Assessment.Settled, verdict: Assessment.Verdict, by: str, note: str, now: datetime
) -> Assessment:
    row = _locked(assessment)
    if row.settled_as == settled:
        raise CannotSettle(f"{row} was {settled.label} already, by {row.settled_by}")
    before, was = row.verdict, row.stands
    row.settled_as, row.settled_by, row.settled_at = settled, by, now
    row.verdict, row.stands = verdict, _stands(row.cdr, verdict)
    row.save()
    _enter(row, by, Act(settled.value), before, _required(note), now)
    if settled == Settled.RELEASED and row.cdr.withheld:
        send(row.cdr, now)
    if (before, was) != (row.verdict, row.stands):
        _ripple(row.cdr)
    return row


def send(cdr: Cdr, now: datetime) -> None:
    """One that was withheld is a CDR like any other from now on, also in a pull of what changed since."""
    cdr.withheld, cdr.listed_at = False, max(now, cdr.last_updated)
    cdr.save(update_fields=["withheld", "listed_at"])
    deliveries.mark(ModuleID.CDRS, cdr, now)


def explained(bill: Bill | None) -> dict[str, Any] | None:
    """The bill as it is stored, its figures as text so that nothing rounds them."""
    return None if bill is None else dict(plain.loads(bill.to_json(), parse_float=str))


def _stands(cdr: Cdr, verdict: str) -> bool:
    if verdict != Verdict.ACCEPTED:
        return False
    if not cdr.credit:
        return True
    original = Assessment.objects.filter(
        cdr__country_code=cdr.country_code, cdr__party_id=cdr.party_id, cdr__object_key=key(cdr.credit_reference_id)
    )
    return original.filter(stands=True).exists()


def _ripple(cdr: Cdr) -> None:
    """What hangs on it is looked at again: its credits, what waited for it or because of it, and what stands beside a
    credit only because that does (CDR-11)."""
    others = Cdr.objects.filter(country_code=cdr.country_code, party_id=cdr.party_id, desk_due=False).exclude(pk=cdr.pk)
    of_it = Q(start_date_time=cdr.start_date_time, token_uid__iexact=cdr.token_uid)
    if cdr.session_key:
        of_it |= Q(session_key=cdr.session_key)
    keys = [
        pk
        for pk, credit, codes in others.filter(of_it | Q(credit=True, credit_reference_id__iexact=cdr.object_id))
        .order_by()
        .values_list("pk", "credit", "assessment__codes")
        if credit or cdr.credit or set(codes or ()) & _WAITING
    ]
    if keys and Cdr.objects.filter(pk__in=keys).update(desk_due=True):
        nudges.nudge_each(TASK, [0], nudges.BULK)


def _locked(assessment: Assessment) -> Assessment:
    """The CDR's row first, as everywhere here."""
    cdr = Cdr.objects.select_for_update().get(pk=assessment.cdr_id)
    row = Assessment.objects.select_for_update().get(pk=assessment.pk)
    row.cdr = cdr
    return row


def _required(note: str) -> str:
    if not note.strip():
        raise CannotSettle("a note is needed: say why")
    return note.strip()


def _enter(row: Assessment, by: str, act: DeskEntry.Act, before: str, note: str, now: datetime) -> None:
    DeskEntry.objects.create(
        assessment=row, at=now, by=by, act=act, from_verdict=before, to_verdict=row.verdict, note=note[:5000]
    )
