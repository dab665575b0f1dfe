"""What commands and charging profiles share: a response at once, a result later, and our callback URL between (HUB-29).

The response_url of the one who asks goes no further than here: what a CPO sees is a URL of ours, unguessable and good
for one result from the addressed receiver (S5, S32).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils import timezone

from roaming.hub.routing import Forward
from roaming.models import Party
from roaming.modules.interface import Asked, Reply
from roaming.ocpi.errors import NotFound, OcpiError
from roaming.ocpi.types import Role
from roaming.postgres.questions import find
from roaming.services import commands, forwards
from roaming.services.commands import Order
from roaming.services.forwards import Passing

KEY = "key"
NOT_OFFERED = Reply({"result": "NOT_SUPPORTED", "timeout": 0})
Read = Callable[[Any], tuple[str, int, str]]  # the receiver's response: result, timeout, message


def forward_with_callback(
    asked: Asked, to: Forward, order: Order, passing: Callable[[str], Passing], read: Read
) -> Reply:
    """With a callback of ours in place of the response_url; the receiver's answer goes back as it came."""
    receiver = Party.objects.get(country_code=to.party.country, party_id=to.party.party, role=to.role.value)
    command, key = commands.forward(
        order, sender=driving_party(asked), receiver=receiver, platform=asked.platform, now=asked.now
    )
    try:
        passed = forwards.pass_on(to, passing(key))
        answer, envelope = passed.answer, passed.envelope
        body, envelope = forwards.unwrapped(answer.body, envelope)
        if envelope.accepted(answer.status):
            result, timeout, message = read(envelope.one())
        else:
            result, timeout, message = "REJECTED", 0, envelope.status_message
    except OcpiError as error:
        commands.forwarded(command, "REJECTED", error.message, 0, timezone.now())
        raise
    commands.forwarded(command, result, message, timeout, timezone.now())
    left = partial(commands.responded, command.pk)
    return Reply(http_status=answer.status, whole=body, status=envelope.status_code, left=left)


def passed_on(asked: Asked, query: str, body: bytes | None) -> Passing:
    """The request as it came, but for what names the response_url."""
    return Passing(
        module=asked.request.module,
        interface=asked.request.interface,
        method=asked.request.method,
        segments=asked.segments,
        query=query,
        body=body,
        correlation_id=asked.ids.correlation_id,
    )


def take_result(asked: Asked, kind: str, result: str, message: str = "") -> Reply:
    """From the addressed receiver, once, in time; anything else finds nothing here."""
    command = commands.find_waiting(asked.names[KEY])
    if command is None or command.receiver.platform_id != asked.platform.pk or command.kind != kind:
        raise NotFound()
    if not commands.settle(command.pk, result, message, body=asked.body.decode(), now=asked.now):
        raise NotFound()
    return Reply()


def driving_party(asked: Asked) -> Party:
    """The role that commands; a party has one of them at least, or routing had refused it."""
    return next(party for party in asked.readers if party.role != Role.CPO.value)


def hosted_party(asked: Asked) -> Party:
    """The CPO that is hosted here and addressed."""
    if asked.party is None:
        raise NotFound()
    country, party = asked.party.country, asked.party.party
    found = find(Party, country_code=country, party_id=party, role=Role.CPO.value)
    if not found:
        raise NotFound()
    return found[0]
