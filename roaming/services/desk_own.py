"""CDRs that we make ourselves: assessed before anybody is told; one that our own rules do not accept is withheld (S42).

As long as it is withheld nobody has seen it, so late news change it in place; once it is out, only a credit does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.models import Cdr
from roaming.ocpi.party import PartyId
from roaming.pricing import Finding
from roaming.pricing.verdicts import Verdict
from roaming.services import desk, desk_queue, objects
from roaming.services.cdrs import CDRS
from roaming.services.contents import Document
from roaming.services.desk_look import Looked, look


def issue(
    owner: PartyId,
    document: Mapping[str, Any],
    now: datetime,
    *,
    bill: Mapping[str, Any] | None = None,
    findings: Sequence[Finding] = (),
    hints: Mapping[str, Any] | None = None,
    alone: bool = False,
) -> Cdr:
    """Store it with its verdict; told to its payer only if it is accepted. Raises InvalidObject.

    `alone`: the first CDR of its session, in a transaction that may fail with it (see `objects.store`).
    `hints`: what we know and OCPI 2.2.1 has no word for, such as whether a reservation has expired.
    """
    looked = look(document, owner, None, now, more=findings, hints=hints or {})
    held = looked.verdict is not Verdict.ACCEPTED
    beside = {"bill": None if bill is None else dict(bill), "withheld": held, "desk_due": False}
    with transaction.atomic(savepoint=not alone):
        stored = objects.store(
            CDRS, owner, document, source=None, now=now, alone=alone, fresh=alone, beside=beside, tell=not held
        )  # fmt: skip
        if stored.created:
            _take(stored.obj, looked, now, fresh=alone)
    return stored.obj


def rewrite(
    row: Cdr,
    document: Document,
    now: datetime,
    *,
    bill: Mapping[str, Any] | None = None,
    findings: Sequence[Finding] = (),
) -> Cdr:
    """Late news of one that is withheld. If they make it right, it goes out."""
    owner = PartyId(row.country_code, row.party_id)
    with transaction.atomic():
        stored = objects.store(CDRS, owner, document, source=None, now=now, tell=False)
        stored.obj.bill = None if bill is None else dict(bill)
        stored.obj.save(update_fields=["bill"])
        content = desk.content(stored.obj)
        _take(stored.obj, look(content, owner, None, now, stored=stored.obj.pk, more=findings), now)
    return stored.obj


def _take(row: Cdr, looked: Looked, now: datetime, *, fresh: bool = False) -> None:
    assessment = desk.take(row, looked, now, fresh=fresh)
    if looked.verdict is not Verdict.ACCEPTED:
        transaction.on_commit(lambda: desk_queue.tell(assessment))
