"""CDRs that the desk has still to look at, one after the other as they came, by however many workers there are.

A CDR that cannot be assessed, whatever the reason, is held and says so: it must not stop those behind it.
"""

from __future__ import annotations

import logging
import time

from django.db import transaction
from django.utils import timezone

from roaming import nudges
from roaming.models import Assessment, Cdr, Platform
from roaming.pricing.findings import error
from roaming.pricing.verdicts import Verdict
from roaming.services import desk
from roaming.services.desk_look import Looked
from roaming.services.notices import notice

logger = logging.getLogger(__name__)

BUDGET = 20.0  # seconds of one task
BATCH = 100


def nudge() -> None:
    """One task, unless one is on its way."""
    nudges.nudge_each(desk.TASK, [0], nudges.BULK)


def waiting() -> bool:
    """What the sweep asks."""
    return Cdr.objects.filter(desk_due=True).exists()


def drain(budget: float = BUDGET) -> int:
    """Assess what is due; how many."""
    nudges.begun(desk.TASK, 0)
    started, done = time.monotonic(), 0
    while keys := list(Cdr.objects.filter(desk_due=True).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        taken = 0
        for key in keys:
            if time.monotonic() - started > budget:
                nudge()
                return done
            taken += _assessed(key)
        done += taken
        if not taken:  # others are at them
            break
    return done


def _assessed(key: int) -> bool:
    try:
        with transaction.atomic():
            cdr = Cdr.objects.select_for_update(skip_locked=True).filter(pk=key, desk_due=True).first()
            if cdr is None:
                return False
            before = Assessment.objects.filter(cdr=cdr).values_list("verdict", flat=True).first()
            row = desk.assess(cdr, timezone.now())
    except Exception as problem:  # whatever is wrong with it, it must not stop the others
        logger.exception("CDR %s could not be assessed", key)
        row, before = _held(key, problem), None
    tell(row, before)
    return True


def tell(row: Assessment, before: str | None = None) -> None:
    """A notice for staff, outside of the transaction; equal ones count up."""
    if row.verdict == Assessment.Verdict.ACCEPTED or row.verdict == before:
        return
    source = row.cdr.source_id
    about = "of ours" if source is None else f"from {Platform.objects.get(pk=source)}"
    code = "cdr_on_hold" if row.verdict == Assessment.Verdict.ON_HOLD else "cdr_rejected"
    why = "; ".join(one["message"] for one in row.reasons if one.get("verdict") == row.verdict)
    notice(source, code, f"CDR {row.cdr} {about} is {row.get_verdict_display()}: {why}", row.assessed_at)


@transaction.atomic
def _held(key: int, problem: Exception) -> Assessment:
    cdr = Cdr.objects.select_for_update().get(pk=key)
    finding = error("not_assessed", "", f"the desk failed: {type(problem).__name__}: {problem}"[:500])
    return desk.take(cdr, Looked(Verdict.ON_HOLD, [finding]), timezone.now())
