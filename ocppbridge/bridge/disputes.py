"""A CDR of ours that somebody does not agree with: credited whole, and made anew from what is known now (CDR-09).

The new one is computed from the transaction's readings by the same path as the first, so it differs where the readings
have been mended, the tariff's policies have changed, or news have come that staff were only told of (CDR-CORRECTION).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from ocppbridge.bridge import corrections, places
from ocppbridge.bridge import sessions as accounts
from ocppbridge.models import Reservation, Station, Transaction
from ocppbridge.services import shards
from roaming.models import Cdr
from roaming.ocpi.types import format_datetime
from roaming.ports import CannotReplace
from roaming.pricing.credit import credit
from roaming.services import desk, desk_own, sessions


class StationBiller:
    """Of the parties whose stations hang here (roaming/ports.py)."""

    @transaction.atomic
    def take_back(self, cdr: Cdr, now: datetime, *, anew: bool) -> tuple[Cdr, Cdr | None]:
        """The credit, and the new CDR."""
        if cdr.credit:
            raise CannotReplace("a credit CDR cannot be credited (CDR-09)")
        if cdr.withheld:
            raise CannotReplace("it has not been sent to anybody: reject it instead")
        row = _transaction(cdr)
        if row is None:
            return _of_reservation(cdr, now, anew), None
        if row.cdr_id.upper() != cdr.object_key:
            raise CannotReplace(f"it has been replaced already, by {row.cdr_id}")
        back = corrections.take_back(row, cdr, now)
        if not anew:
            return back, None
        owner = places.owner(row.station)
        account = accounts.account_of(row, sessions.find(owner, str(row.session_id)))
        document = accounts.cdr_of(row, account, now)
        return back, corrections.again(row, document, desk.explained(account.bill), accounts.doubts(row), now)


def _transaction(cdr: Cdr) -> Transaction | None:
    """Locked between two batches of the drain; None where it bills something else."""
    try:
        session = uuid.UUID(cdr.session_key)
    except ValueError:  # none, or none of ours
        return None
    pk = Transaction.objects.filter(session_id=session).values_list("pk", flat=True).first()
    if pk is None:
        return None
    shards.wait_for(Station.objects.values_list("shard", flat=True).get(transactions=pk))
    return Transaction.objects.select_for_update(of=("self",)).select_related("station").get(pk=pk)


def _of_reservation(cdr: Cdr, now: datetime, anew: bool) -> Cdr:
    """What a reservation cost follows from its own times, which do not change: it is only taken back."""
    row = Reservation.objects.filter(cdr_id__iexact=cdr.object_id).select_related("station").first()
    if row is None:
        raise CannotReplace("no transaction or reservation of ours is known that it bills")
    if anew:
        raise CannotReplace("it bills a reservation, which would come to the same again: credit it only")
    back = credit(desk.content(cdr), id=f"{cdr.object_id}-C", last_updated=format_datetime(now))
    return desk_own.issue(places.owner(row.station), back, now)
