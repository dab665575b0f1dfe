"""May this token charge here? What the pure table of `charging.authorization` needs, from both sides, and whom to ask.

`rule` is a generator: it yields a `Pending` question to an eMSP and goes on when that is answered or its time is up.
It runs in a thread; no database transaction is open while it waits. A verdict is never kept for the next time (S33).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from ocppbridge.bridge import direct_payments, tokens
from ocppbridge.charging.authorization import (
    Accept,
    Ask,
    Command,
    Decision,
    Known,
    Method,
    Own,
    Policy,
    Refuse,
    Stored,
    Verdict,
    Whitelist,
    Whom,
    decide,
)
from ocppbridge.charging.replies import Authorization, AuthorizationStatus
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Evse, Station, Transaction
from ocppbridge.services import calls, transactions
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import Ruling, refused
from roaming.decisions import Choices
from roaming.models import AuthorizationRequest, Token
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import authorizations
from roaming.services import tokens as stored_tokens

LONGEST_UID: Final = 36
# APP_USER and AD_HOC_USER stand in no table: their command vouches for them as long as it can be found (CMD-11).
NEVER_ASKED: Final = frozenset({"APP_USER", "AD_HOC_USER"})
FOUND_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that is with an eMSP; go on at `until` at the latest."""

    request_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class _Case:
    """One token at one station."""

    account: Account
    token: IdToken
    place: Place | None
    now: datetime
    choices: Choices

    @property
    def cpo(self) -> PartyId:
        return PartyId.parse(self.account.party)

    def number(self, decision: str) -> float:
        return float(self.choices.number(decision, station=self.account.identity))


def rule(
    account: Account,
    token: IdToken,
    place: Place | None,
    now: datetime,
    choices: Choices,
    *,
    ask: bool = True,
    starting: bool = False,
) -> Generator[Pending, None, Ruling]:
    """The ruling on a token; without `ask` an eMSP that would have to be asked counts as unreachable. `starting`: a
    transaction begins with it, so it does not stop one."""
    unasked = direct_payments.ruling(account, token, choices)
    if unasked is not None:
        return unasked
    if not token.value or len(token.value) > LONGEST_UID:
        return refused()
    case = _Case(account, token, place, now, choices)
    call, command = _command(case)
    found = _stored(case)
    if starting and found is not None and found.group_id and found.group_id == _master(case):
        return refused()
    own = _own(case, found.group_id if found else "")
    policy = Policy(refuse_concurrent=_refuses_concurrent(case))
    elsewhere = policy.refuse_concurrent and _charges_elsewhere(case, starting)
    if own is not None and starting and elsewhere:
        own = None  # a second start is no stop of the first
    known = Known(
        command=command,
        own=Own.NONE if own is None else (Own.TOKEN if own.id_token.casefold() == token.folded() else Own.GROUP),
        charging_elsewhere=elsewhere,
        stored=Stored(Whitelist(found.whitelist), found.valid) if found else None,
        candidates=command is None and found is None and _candidates_wanted(case),
    )
    decision, request = decide(known, policy), None
    if isinstance(decision, Ask):
        verdict = Verdict.UNREACHABLE
        request = _ask(case, decision.whom, found) if ask else None
        if request is not None:
            yield Pending(request.pk, request.deadline_at)
            request.refresh_from_db()
            verdict = _verdict(case, request)
        decision = _after(case, replace(known, verdict=verdict), policy)
    return _ruling(decision, call, own, found, request)


def by_remote_start(account: Account, remote_start_id: int | None) -> Ruling | None:
    """A start that names our own request: its command vouches, whatever token the station read (field quirk 16)."""
    if remote_start_id is None:
        return None
    found = Call.objects.filter(station_id=account.station_id, remote_start_id=remote_start_id, intent="StartCharging")
    call = found.order_by("-created_at").first()
    if call is None:
        return None
    return tokens.by_command(Authorization(AuthorizationStatus.ACCEPTED), call)


def by_place(account: Account, place: Place | None, ruling: Ruling, now: datetime, choices: Choices) -> Ruling:
    """A 1.6 start with an idTag that nobody knows, where a remote start was accepted and has led to nothing yet."""
    unknown = ruling.authorization.status is AuthorizationStatus.INVALID
    whose = choices.value("REMOTE-START-OTHER-TOKEN", station=account.identity)  # decision: REMOTE-START-OTHER-TOKEN
    if not unknown or whose == "own" or place is None:
        return ruling
    seconds = float(choices.number("AUTH-COMMAND-WINDOW", station=account.identity))
    found = Call.objects.filter(
        ~Exists(Transaction.objects.filter(call_id=OuterRef("pk"))),
        Q(evse_number=None) | Q(evse_number=place.evse),
        station_id=account.station_id,
        intent="StartCharging",
        outcome="Accepted",
        created_at__gt=now - timedelta(seconds=seconds),
    )
    call = found.order_by("-created_at").first()
    return ruling if call is None else tokens.by_command(Authorization(AuthorizationStatus.ACCEPTED), call)


def answered(requests: Iterable[UUID]) -> set[UUID]:
    """Which of the questions have been answered."""
    rows = AuthorizationRequest.objects.filter(pk__in=list(requests))
    return set(rows.exclude(state=AuthorizationRequest.State.ASKING).values_list("pk", flat=True))


def _command(case: _Case) -> tuple[Call | None, Command | None]:
    """The latest START_SESSION or RESERVE_NOW for this station and token, while it vouches for it."""
    call = calls.latest_for(case.account.station_id, case.token.folded(), case.now - FOUND_WITHIN)
    if call is None:
        return None, None
    kind = tokens.type_of_command(call)
    window = timedelta(seconds=case.number("AUTH-COMMAND-WINDOW"))  # decision: AUTH-COMMAND-WINDOW
    if kind in NEVER_ASKED or case.now - call.created_at < window:
        return call, Command(timedelta(), kind)
    return None, None


def _own(case: _Case, group_id: str) -> Transaction | None:
    """A running transaction of this station that the token, or its group, has begun (TOK-24)."""
    token = case.token.folded()
    for row in transactions.at_station(case.account.station_id):
        if row.id_token.casefold() == token or (group_id and row.group_id == group_id):
            return row
    return None


def _stored(case: _Case) -> Token | None:
    found = stored_tokens.lookup_for_station(case.token.value, case.cpo, now=case.now)
    if found is None and (case.token.type or "").casefold() == "emaid":
        return stored_tokens.find_by_contract(case.token.value, case.cpo, now=case.now)
    return found


def _master(case: _Case) -> str:
    """C16: cards of this group stop what others have begun, by the station's own knowledge, and begin nothing."""
    group = case.choices.value("MASTER-PASS-GROUP", station=case.account.identity)  # decision: MASTER-PASS-GROUP
    return "" if group == "none" else group


def _refuses_concurrent(case: _Case) -> bool:
    return case.choices.value("AUTH-CONCURRENT", station=case.account.identity) == "refuse"  # decision: AUTH-CONCURRENT


def _charges_elsewhere(case: _Case, starting: bool) -> bool:
    """Whether the token has a transaction on another station or, where it begins one, on another EVSE of this one."""
    spelled = {case.token.value, case.token.value.upper(), case.token.value.lower()}
    rows = Transaction.objects.filter(id_token__in=spelled, state=Transaction.State.RUNNING)
    here = Q(station_id=case.account.station_id)
    if starting and case.place is not None and not case.place.is_station:
        here &= Q(evse_number=case.place.evse)
    return rows.exclude(here).exists()


def _candidates_wanted(case: _Case) -> bool:
    choice = case.choices.value("AUTH-UNKNOWN-TOKEN", station=case.account.identity)  # decision: AUTH-UNKNOWN-TOKEN
    return choice == "ask" and bool(authorizations.open_candidates(case.cpo, case.now))


def _ask(case: _Case, whom: Whom, found: Token | None) -> AuthorizationRequest | None:
    """The question as a row; a worker asks."""
    if whom is Whom.OWNER and found is not None:
        asked = [PartyId(found.country_code, found.party_id)]
    else:
        asked = authorizations.open_candidates(case.cpo, case.now)
    location_id, evse_uids = _where(case)
    budget = case.number("AUTH-REALTIME-BUDGET")  # decision: AUTH-REALTIME-BUDGET
    return authorizations.ask(
        found.object_id if found else case.token.value,
        type=found.type if found else "RFID",
        cpo=case.cpo,
        candidates=asked,
        deadline=case.now + timedelta(seconds=budget),
        location_id=location_id,
        evse_uids=evse_uids,
        station=case.account.identity,
    )


def _where(case: _Case) -> tuple[str, list[str]]:
    """The OCPI location, and the EVSE if the station said which."""
    location_id = Station.objects.values_list("location_id", flat=True).get(pk=case.account.station_id)
    evses = Evse.objects.filter(station_id=case.account.station_id).exclude(uid="")
    if case.place is not None and not case.place.is_station:
        evses = evses.filter(number=case.place.evse)
    return location_id, list(evses.values_list("uid", flat=True)) if location_id else []


def _verdict(case: _Case, request: AuthorizationRequest) -> Verdict:
    if request.state != AuthorizationRequest.State.ANSWERED or not request.allowed:
        return Verdict.UNREACHABLE
    verdict = Verdict(request.allowed)
    if verdict is Verdict.ALLOWED and not _permitted(request):
        return Verdict.NOT_ALLOWED
    return verdict


def _permitted(request: AuthorizationRequest) -> bool:
    """TOK-19: of the EVSEs asked about, at least one is named, if any is."""
    location = tokens.info(request).get("location") or {}
    named = {str(uid).upper() for uid in location.get("evse_uids") or []}
    return not named or any(uid.upper() in named for uid in request.evse_uids)


def _after(case: _Case, known: Known, policy: Policy) -> Decision:
    """The table with the verdict; or our own rule, where nobody could be reached."""
    fallback = case.choices.value("AUTH-REALTIME-FALLBACK", station=case.account.identity)
    if known.verdict is Verdict.UNREACHABLE and fallback == "refuse":  # decision: AUTH-REALTIME-FALLBACK
        return Refuse(AuthorizationStatus.INVALID)
    return decide(known, policy)


def _ruling(
    decision: Decision,
    call: Call | None,
    own: Transaction | None,
    found: Token | None,
    request: AuthorizationRequest | None,
) -> Ruling:
    if not isinstance(decision, Accept):
        status = decision.status if isinstance(decision, Refuse) else AuthorizationStatus.INVALID
        return tokens.refused_by(status, request)
    yes = Authorization(AuthorizationStatus.ACCEPTED, group=_group(found))
    if decision.method is Method.COMMAND and call is not None:
        return tokens.by_command(yes, call)
    if decision.method is None and own is not None:
        return Ruling(
            yes, own.auth_method, own.authorization_reference, own.token_owner, own.cdr_token, own.group_id,
        )  # fmt: skip
    if decision.method is Method.AUTH_REQUEST and request is not None:
        return tokens.by_answer(yes, request)
    if found is None:
        return Ruling(yes)
    return tokens.by_document(yes, Method.WHITELIST, json.loads(found.document))


def _group(found: Token | None) -> IdToken | None:
    return IdToken(found.group_id, "Central") if found and found.group_id else None
