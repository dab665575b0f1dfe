"""What a search term means on the station side: a station, a token, a call, a transaction, a session.

Ids are looked up by index. Only what is in no transaction, no call and no message id is looked for in bodies, and then
in the last day alone: bodies have no index.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from ocppbridge.models import Call, Evse, Frame, Station, Transaction
from roaming.console import clues
from roaming.console.clues import Clues

LATELY = timedelta(days=1)
AROUND = timedelta(minutes=10)
NEWEST = 50


def spellings(token: str) -> list[str]:
    """Tokens are compared without regard to case (TOK-25), by index."""
    return list({token, token.casefold(), token.upper()})


def as_uuid(term: str) -> UUID | None:
    """A call's or a session's id."""
    try:
        return UUID(term)
    except ValueError:
        return None


def transactions(term: str) -> Q:
    """By station, EVSE, token, session, CDR, transaction id, authorization reference, or the call that started it."""
    found = Q(station__identity=term) | Q(id_token__in=spellings(term)) | Q(transaction_id=term) | Q(cdr_id=term)
    found |= Q(authorization_reference=term) | Q(call__correlation_id=term) | Q(call__reference=term)
    if (key := as_uuid(term)) is not None:
        found |= Q(session_id=key) | Q(call_id=key)
    if term.isdecimal() and len(term) < 11 and int(term) < 2**31:
        found |= Q(wire_id=int(term))
    return found


def calls(term: str) -> Q:
    """By id, station, token, correlation id or reference."""
    found = Q(station__identity=term) | Q(id_token__in=spellings(term)) | Q(correlation_id=term) | Q(reference=term)
    if (key := as_uuid(term)) is not None:
        found |= Q(pk=key)
    return found


def frames(rows: QuerySet[Frame], term: str) -> QuerySet[Frame]:
    """The frames that a term means."""
    station = Station.objects.filter(identity=term).first()
    if station is not None:
        return rows.filter(station=station)
    known = Q(message_id=term)
    sent = [
        str(pk) for pk in Call.objects.filter(calls(term)).order_by("-created_at").values_list("pk", flat=True)[:NEWEST]
    ]
    known |= Q(message_id__in=sent)
    charged = list(Transaction.objects.filter(transactions(term)).order_by("-started_at")[:NEWEST])
    for one in charged:
        known |= of_transaction(one)
    if not sent and not charged and not rows.filter(message_id=term).exists():
        known |= Q(body__icontains=term, at__gte=timezone.now() - LATELY)
    return rows.filter(known)


def of_transaction(one: Transaction) -> Q:
    """Frames of its station and time that name it, or its token and no transaction; both halves of each exchange."""
    until = (one.ended_at or timezone.now()) + AROUND
    span = Q(station_id=one.station_id, at__gte=one.started_at - AROUND, at__lte=until)
    said = Q(body__contains=f'"transactionId":{one.wire_id}') if one.wire_id is not None else Q()
    if one.transaction_id:
        said |= Q(body__icontains=f'"{one.transaction_id}"')
    if one.id_token:  # an event that does not name this transaction is another's, of the same driver
        said |= Q(body__icontains=f'"{one.id_token}"') & ~Q(action="TransactionEvent")
    if one.call_id is not None:
        said |= Q(message_id=str(one.call_id))
    return span & said if said else span


@clues.witness
def in_ocpi(term: str) -> Clues:
    """A station, a transaction or a call as the OCPI journal knows it: correlation ids, sessions, EVSEs."""
    station = Station.objects.filter(identity=term).first()
    asked = Call.objects.filter(station=station) if station else Call.objects.filter(calls(term))
    ids = set(
        asked.exclude(correlation_id="").order_by("-created_at").values_list("correlation_id", flat=True)[:NEWEST]
    )
    if station is None:
        return Clues(frozenset(ids))
    sessions = Transaction.objects.filter(station=station).order_by("-started_at").values_list("session_id", flat=True)
    words = {str(one) for one in sessions[:NEWEST]}
    words |= {uid for uid in Evse.objects.filter(station=station).values_list("uid", flat=True) if uid}
    return Clues(frozenset(ids), frozenset(words))
