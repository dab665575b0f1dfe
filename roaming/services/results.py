"""Sending CommandResults to the response_url that the eMSP gave: bare object, once, with the token it issued (CMD-04,
CMD-05, CMD-25). No retries: what is lost is covered by the command's timeout, and staff may send it again.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from roaming.client import CallFailed
from roaming.models import Command
from roaming.ocpi.errors import HubError
from roaming.ocpi.headers import Routing
from roaming.ocpi.versions import ModuleID
from roaming.services import commands, parties, partners, profiles
from roaming.services.locks import Lock, held

SENT, FAILED = Command.ResultState.SENT, Command.ResultState.FAILED


def send(command_id: UUID | str) -> bool:
    """Whether it was sent now. Not before the CommandResponse has left, and never by two workers at once."""
    pk = UUID(str(command_id))
    with held(Lock.RESULT, pk.int & 0x7FFFFFFF) as free:
        command = (
            Command.objects.filter(pk=pk, result_state=commands.DUE)
            .select_related("sender_platform", "sender", "receiver")
            .first()
            if free
            else None
        )
        if command is None or not commands.may_go(command, timezone.now()):
            return False
        error = _post(command)
        state = FAILED if error else SENT
        # Only of this very result: it may have been revoked meanwhile, and then that one is due.
        Command.objects.filter(pk=pk, result=command.result).update(result_state=state, result_error=error[:2000])
        return not error


def _module(command: Command) -> ModuleID:
    return ModuleID.CHARGINGPROFILES if command.kind.endswith("_PROFILE") else ModuleID.COMMANDS


def _post(command: Command) -> str:
    """What went wrong, in words; nothing if the eMSP took it."""
    platform = command.sender_platform
    if platform is None:
        return "the command has no sender to tell"
    routing = Routing(to=parties.party_id(command.sender), sender=parties.party_id(command.receiver))
    body, told = commands.result_body(command), command.kind == profiles.TOLD
    try:
        answer = partners.send(
            platform, "PUT" if told else "POST", command.response_url, ids=partners.ids(command.correlation_id),
            module=_module(command).value, routing=routing, body=body,
            reason="charging profile changed" if told else "command result",
        )  # fmt: skip
        envelope = answer.envelope()
    except CallFailed as error:
        return f"{type(error).__name__}: {error}"
    except HubError as error:
        return "" if 200 <= answer.status < 300 else error.message
    if not envelope.accepted(answer.status):
        return f"HTTP {answer.status}, OCPI {envelope.status_code}: {envelope.status_message}"
    return ""
