"""Real-time authorization: asking eMSPs about a token, in parallel, within a budget (TOK-14 to TOK-27, HUB-17).

For a station the question is a row: `ask` writes it and nudges a worker, `answer` asks and writes what came; whoever
waits polls the row. For a CPO that asked us over HTTP the same asking happens while it waits. The first ALLOWED wins;
otherwise the first answer there was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import close_old_connections, transaction
from django.utils import timezone

from roaming import nudges
from roaming.client import CallFailed
from roaming.hub.addressing import DRIVING_SIDE, Seat
from roaming.models import Agreement, AuthorizationRequest, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.headers import Routing
from roaming.ocpi.party import PartyId
from roaming.ocpi.tokens import AllowedType, AuthorizationInfo
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import partners
from roaming.services.visibility import holding

ASKING, ANSWERED, UNREACHABLE = (
    AuthorizationRequest.State.ASKING, AuthorizationRequest.State.ANSWERED, AuthorizationRequest.State.UNREACHABLE
)  # fmt: skip
ASKERS = 16
askers = ThreadPoolExecutor(max_workers=ASKERS, thread_name_prefix="authorize")


@dataclass(frozen=True)
class Question:
    """One token at one place, asked for one CPO."""

    uid: str
    type: str
    cpo: PartyId
    body: bytes | None = None  # LocationReferences
    correlation_id: str = ""


@dataclass(frozen=True)
class Verdict:
    """What an eMSP said, as it said it."""

    party: PartyId
    info: dict[str, Any]

    @property
    def allowed(self) -> str:
        return str(self.info["allowed"])


def ask(
    uid: str,
    *,
    cpo: PartyId,
    candidates: Iterable[PartyId],
    deadline: datetime,
    type: str = "RFID",
    location_id: str = "",
    evse_uids: Sequence[str] = (),
    station: str = "",
    correlation_id: str = "",
) -> AuthorizationRequest:
    """A question for a worker; its answer appears in the row, which is ASKING until then."""
    with transaction.atomic():
        row = AuthorizationRequest.objects.create(
            token_uid=uid,
            token_type=type,
            cpo_country_code=cpo.country,
            cpo_party_id=cpo.party,
            location_id=location_id,
            evse_uids=list(evse_uids) if location_id else [],
            station=station,
            asked=[str(party) for party in candidates],
            correlation_id=correlation_id or str(uuid.uuid4()),
            deadline_at=deadline,
        )
        nudges.nudge("roaming.ask_tokens", row.pk, queue=nudges.INTERACTIVE)
    return row


def open_candidates(cpo: PartyId, now: datetime) -> list[PartyId]:
    """The eMSPs that agreed to be asked by this CPO about cards that nobody has pushed (TOK-27)."""
    rows = Agreement.objects.filter(cpo__country_code=cpo.country, cpo__party_id=cpo.party, open_auth=True)
    found = holding(rows, ModuleID.TOKENS, now).filter(emsp__platform__status=Platform.Status.CONNECTED)
    return [PartyId(*pair) for pair in found.values_list("emsp__country_code", "emsp__party_id")]


def answer(request_id: uuid.UUID | str) -> bool:
    """Ask the candidates of a row and write the answer; False if it has one already."""
    row = AuthorizationRequest.objects.filter(pk=request_id, state=ASKING).first()
    if row is None:
        return False
    seconds = (row.deadline_at - timezone.now()).total_seconds()
    question = Question(
        row.token_uid, row.token_type, PartyId(row.cpo_country_code, row.cpo_party_id), _references(row),
        row.correlation_id,
    )  # fmt: skip
    verdict = ask_parties([PartyId.parse(party) for party in row.asked], question, seconds) if seconds > 0 else None
    return _write(row, verdict)


def overdue(now: datetime) -> list[uuid.UUID]:
    """Questions whose nudge was lost and that can still be answered, and those that are past it."""
    return list(AuthorizationRequest.objects.filter(state=ASKING).values_list("pk", flat=True)[:50])


def ask_seats(seats: Sequence[Seat], question: Question, seconds: float) -> Verdict | None:
    return ask_parties([seat.party for seat in seats], question, seconds)


def ask_parties(parties: Sequence[PartyId], question: Question, seconds: float) -> Verdict | None:
    """All at once; None if nobody who knows the token answered in time."""
    asked = [askers.submit(_ask_one, party, question, seconds) for party in parties]
    first: Verdict | None = None
    try:
        for done in as_completed(asked, timeout=max(seconds, 0.01)):
            verdict = _result(done)
            if verdict is not None and verdict.allowed == AllowedType.ALLOWED:
                return verdict
            first = first or verdict
    except NotInTime:
        pass
    finally:
        for waiting in asked:
            waiting.cancel()
    return first


def _result(done: Future[Verdict | None]) -> Verdict | None:
    return done.result()


def _ask_one(party: PartyId, question: Question, seconds: float) -> Verdict | None:
    """What one eMSP says; None if it cannot be reached, does not know the token, or talks nonsense."""
    try:
        return _post(party, question, seconds)
    except (CallFailed, OcpiError):
        return None
    finally:
        close_old_connections()  # a thread of our own pool: nobody else gives its connection back


def _post(party: PartyId, question: Question, seconds: float) -> Verdict | None:
    row = (
        Party.objects.filter(country_code=party.country, party_id=party.party, role__in=DRIVING_SIDE)
        .filter(platform__status=Platform.Status.CONNECTED)
        .select_related("platform")
        .first()
    )
    if row is None or row.platform is None:
        return None
    endpoint = partners.endpoint(row.platform, ModuleID.TOKENS, InterfaceRole.SENDER)
    reply = partners.send(
        row.platform,
        "POST",
        partners.join(endpoint, [question.uid, "authorize"], {"type": question.type}),
        ids=partners.ids(question.correlation_id),
        module=ModuleID.TOKENS.value,
        routing=Routing(to=party, sender=question.cpo),
        body=question.body,
        reason="real-time authorization",
        seconds=seconds,
    )
    envelope = reply.envelope()
    if not envelope.accepted(reply.status):
        return None
    info = envelope.one()
    decode(AuthorizationInfo, info)
    return Verdict(party, info)


def _references(row: AuthorizationRequest) -> bytes | None:
    if not row.location_id:
        return None
    references: dict[str, Any] = {"location_id": row.location_id}
    if row.evse_uids:
        references["evse_uids"] = row.evse_uids
    return json.dump_bytes(references)


def _write(row: AuthorizationRequest, verdict: Verdict | None) -> bool:
    values: dict[str, Any] = {"state": UNREACHABLE, "answered_at": timezone.now()}
    if verdict is not None:
        values |= {
            "state": ANSWERED,
            "allowed": verdict.allowed,
            "answered_by": str(verdict.party),
            "info": json.dumps(verdict.info),
        }
    changed = AuthorizationRequest.objects.filter(pk=row.pk, state=ASKING).update(**values)
    if changed:
        nudges.announce("authorization", str(row.pk))
    return bool(changed)
