"""Commands: received, answered at once, settled later, and their result told exactly once (CMD-02 to CMD-06).

A command of a hosted party is handed to the operator inside the transaction that stores it; one of another platform is
forwarded with a callback URL of our own (HUB-29, S5). The result is due once the station, the partner or the clock has
settled the command; it is sent by a task and not before the CommandResponse has left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from roaming import nudges, ports, postgres
from roaming.hub import commands as rules
from roaming.models import Command, Party, Platform
from roaming.ocpi import commands as words
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.headers import MessageIds
from roaming.ocpi.locations import Location
from roaming.ocpi.sessions import Session
from roaming.postgres import rows
from roaming.services import locations, parties, secrets, sessions
from roaming.services.decisions import choices

WAITING, DUE, NONE = Command.ResultState.WAITING, Command.ResultState.DUE, Command.ResultState.NONE
ACCEPTED = words.CommandResponseType.ACCEPTED
LEFT_AFTER = timedelta(seconds=5)  # a response whose departure nobody reported has left by then, or never will
# ChargingProfileResultType has no TIMEOUT.
_SILENCE = dict.fromkeys(("SET_PROFILE", "GET_PROFILE", "CLEAR_PROFILE"), "UNKNOWN")
MARGIN = timedelta(seconds=5)  # a partner's result may use its whole timeout and the way here

_RESPONDED = """
UPDATE roaming_command SET responded_at = COALESCE(responded_at, %s) WHERE id = %s RETURNING result_state
"""


@dataclass(frozen=True)
class Order:
    """A command as it came, decoded and with its original body."""

    kind: str
    request: Any  # a struct of `ocpi.commands`, or what `services.profiles` makes of a request
    body: Mapping[str, Any]
    ids: MessageIds


def receive(
    order: Order, *, sender: Party, receiver: Party, platform: Platform | None, now: datetime
) -> tuple[Command, ports.Acceptance]:
    """For a hosted party: store it and let the operator take it, in one transaction. Raises what is not even that."""
    verdict = _verdict(order, sender, receiver)
    with transaction.atomic():
        command = _store(order, sender, receiver, platform, now)
        command.evse_uid = verdict.evse_uid or command.evse_uid
        command.connector_id = verdict.connector_id or command.connector_id
        acceptance = _accept(command, verdict)
        acceptance = replace(acceptance, timeout=_patience(platform, acceptance))
        _answered(command, acceptance.response, acceptance.message, now + timedelta(seconds=acceptance.timeout))
        if verdict.result is not None:
            settle(command.pk, verdict.result.value, verdict.message, now=now)
        return command, acceptance


def hand_over(
    order: Order, *, sender: Party, receiver: Party, platform: Platform | None, now: datetime
) -> tuple[Command, ports.Acceptance]:
    """Store it and let the operator of a hosted party take it, in one transaction."""
    with transaction.atomic():
        command = _store(order, sender, receiver, platform, now)
        acceptance = ports.operator.accept(command)
        acceptance = replace(acceptance, timeout=_patience(platform, acceptance))
        _answered(command, acceptance.response, acceptance.message, now + timedelta(seconds=acceptance.timeout))
        return command, acceptance


def _verdict(order: Order, sender: Party, receiver: Party) -> rules.Verdict:
    """What can be said without asking the station."""
    who, owner, request = parties.party_id(sender), parties.party_id(receiver), order.request
    if isinstance(request, words.StopSession):
        session = sessions.find(owner, request.session_id)
        return rules.stop(who, decode(Session, session.document) if session else None)
    if isinstance(request, words.CancelReservation):
        made = Command.objects.filter(kind="RESERVE_NOW", sender=sender, receiver=receiver, response=ACCEPTED)
        return rules.cancel(made.filter(reservation_id=request.reservation_id).exists())
    location = locations.find(owner, request.location_id)
    return rules.at_location(request, who, decode(Location, location.document) if location else None)


def _accept(command: Command, verdict: rules.Verdict) -> ports.Acceptance:
    if verdict.response is not ACCEPTED or verdict.result is not None:
        return ports.Acceptance(verdict.response.value, message=verdict.message)
    return ports.operator.accept(command)


def told(acceptance: ports.Acceptance) -> int:
    """The timeout in the CommandResponse: our own TIMEOUT comes before it (CMD-03)."""
    return acceptance.timeout + int(MARGIN.total_seconds())


def _patience(platform: Platform | None, acceptance: ports.Acceptance) -> int:
    partner = None if platform is None else str(platform.pk)
    least = choices().number("COMMAND-TIMEOUT", partner=partner)  # decision: COMMAND-TIMEOUT
    return max(int(least), acceptance.timeout)


def forward(order: Order, *, sender: Party, receiver: Party, platform: Platform, now: datetime) -> tuple[Command, str]:
    """For another platform: store it with the key of the callback that stands in for the response_url."""
    callback = secrets.new_key()
    command = _store(order, sender, receiver, platform, now, callback_digest=secrets.digest(callback))
    return command, callback


def forwarded(command: Command, response: str, message: str, timeout: int, now: datetime) -> None:
    """What the partner answered at once."""
    _answered(command, response, message, now + timedelta(seconds=timeout) + MARGIN)


def responded(command_id: UUID | str) -> None:
    """The CommandResponse has left: the result may follow."""
    states = postgres.fetch(_RESPONDED, [timezone.now(), command_id], kept=True)
    if states == [(DUE.value,)]:
        nudge(command_id)


def settle(
    command_id: UUID | str, result: str, message: str = "", *, body: str = "", now: datetime | None = None
) -> bool:
    """The command's CommandResultType. Idempotent: only the first word counts; False if there was one already."""
    with transaction.atomic():
        changed = Command.objects.filter(pk=command_id, result_state=WAITING).update(
            result=result, result_message=message, result_body=body, result_at=now or timezone.now(), result_state=DUE
        )
        if changed:
            nudge(command_id)
    return bool(changed)


def revoke(command_id: UUID | str, result: str, message: str) -> bool:
    """A second result after ACCEPTED, to the same response_url: a reservation that we have cancelled (CMD-22)."""
    with transaction.atomic():
        told = Command.objects.filter(pk=command_id, result=words.CommandResultType.ACCEPTED.value)
        changed = told.exclude(result_state__in=(WAITING, NONE)).update(
            result=result, result_message=message, result_body="", result_at=timezone.now(), result_state=DUE
        )
        if changed:
            nudge(command_id)
    return bool(changed)


def find_waiting(callback: str) -> Command | None:
    """The forwarded command that this callback key belongs to, while it waits (S5: single use, expiring)."""
    found = Command.objects.filter(callback_digest__in=secrets.digests(callback), result_state=WAITING)
    return found.select_related("receiver", "sender_platform").first()


def expire(now: datetime) -> int:
    """Silent stations and partners: TIMEOUT, once (CMD-03)."""
    late = Command.objects.filter(result_state=WAITING, expires_at__lte=now).values_list("pk", "kind")
    return sum(settle(pk, _SILENCE.get(kind, "TIMEOUT"), "no answer in time", now=now) for pk, kind in late)


def may_go(command: Command, now: datetime) -> bool:
    """Whether the CommandResponse has left, as far as anybody can tell."""
    return command.responded_at is not None or command.created_at <= now - LEFT_AFTER


def unsent(now: datetime) -> list[Command]:
    """Results that are due and may go: their response has left."""
    left = Q(responded_at__isnull=False) | Q(created_at__lte=now - LEFT_AFTER)
    return list(Command.objects.filter(left, result_state=DUE).order_by("result_at")[:100])


def send_again(command: Command) -> None:
    """Staff's wish, after a failure."""
    with transaction.atomic():
        Command.objects.filter(pk=command.pk, result_state=Command.ResultState.FAILED).update(result_state=DUE)
        nudge(command.pk)


def result_body(command: Command) -> bytes:
    """The bare CommandResult (CMD-04); a partner's own goes on as it came (HUB-31)."""
    if command.result_body:
        return command.result_body.encode()
    result: dict[str, Any] = {"result": command.result}
    if command.result_message and command.kind not in _SILENCE:
        result["message"] = [{"language": "en", "text": command.result_message[:512]}]
    return json.dump_bytes(result)


def nudge(command_id: UUID | str) -> None:
    """Its result is due."""
    nudges.nudge("roaming.send_result", command_id, queue=nudges.INTERACTIVE)


def _store(
    order: Order, sender: Party, receiver: Party, platform: Platform | None, now: datetime, **more: str
) -> Command:
    request = order.request
    token = getattr(request, "token", None)
    session_id: str = getattr(request, "session_id", "")
    return Command.objects.create(
        kind=order.kind,
        sender=sender,
        receiver=receiver,
        sender_platform=platform,
        request=json.dumps({**order.body, "response_url": "…"}),
        response_url=request.response_url,
        token_uid=token.uid if token else "",
        token_type=token.type.value if token else "",
        location_id=getattr(request, "location_id", ""),
        evse_uid=getattr(request, "evse_uid", None) or "",
        connector_id=getattr(request, "connector_id", None) or "",
        session_key=session_id.upper(),
        authorization_reference=getattr(request, "authorization_reference", None) or "",
        reservation_id=getattr(request, "reservation_id", ""),
        correlation_id=order.ids.correlation_id[:64],
        request_id=order.ids.request_id[:64],
        result_state=WAITING,
        expires_at=now + timedelta(minutes=5),
        **more,
    )


def _answered(command: Command, response: str, message: str, expires_at: datetime) -> None:
    """A result that is there already stands: the partner may have been faster with it than with its response."""
    command.response, command.message, command.expires_at = response, message, expires_at
    rows.write(command, ("response", "message", "expires_at", "evse_uid", "connector_id", "call_reference"))
    if response != ACCEPTED:
        Command.objects.filter(pk=command.pk).update(result_state=NONE)  # CMD-04: nothing follows a refusal
