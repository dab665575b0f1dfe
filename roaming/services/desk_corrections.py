"""A CDR of ours that its payer disputes, rightly: credited whole and, if wanted, made anew, in one step (CDR-09)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from roaming import ports
from roaming.models import Assessment, Cdr
from roaming.ports import CannotReplace
from roaming.services import desk
from roaming.services.desk import CannotSettle
from roaming.services.objects import key


@transaction.atomic
def take_back(
    assessment: Assessment, by: str, note: str, now: datetime, *, anew: bool = True
) -> tuple[Cdr, Cdr | None]:
    """(credit, replacement). Raises CannotSettle."""
    cdr = assessment.cdr
    if not can_be_taken_back(cdr):
        raise CannotSettle(f"{assessment} cannot be credited here: only a CDR of ours that is out, and only once")
    desk.corrected(cdr, by, note, now)  # first, for a credit stands only where its original does
    try:
        return ports.biller.take_back(cdr, now, anew=anew)
    except CannotReplace as problem:
        raise CannotSettle(str(problem)) from None


def can_be_taken_back(cdr: Cdr) -> bool:
    """Ours, out, no credit itself, and not credited yet."""
    if cdr.source_id is not None or cdr.credit or cdr.withheld:
        return False
    credits = Cdr.objects.filter(country_code=cdr.country_code, party_id=cdr.party_id, credit=True)
    return not credits.filter(credit_reference_id__iexact=key(cdr.object_id)).exists()
