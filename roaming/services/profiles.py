"""Charging profiles as commands: the same response at once, the same result later (CHP-01 to CHP-09, CHP-19).

A hosted session's profile is the operator's to carry out, as the kinds SET_PROFILE, GET_PROFILE and CLEAR_PROFILE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roaming.models import Party, Platform
from roaming.ocpi.headers import MessageIds
from roaming.services import commands, parties, sessions
from roaming.services.commands import Order

KINDS = {"PUT": "SET_PROFILE", "GET": "GET_PROFILE", "DELETE": "CLEAR_PROFILE"}


@dataclass(frozen=True)
class ProfileRequest:
    """What a PUT says in its body, and a GET or DELETE in its query."""

    session_id: str
    response_url: str


def order(method: str, request: ProfileRequest, body: Mapping[str, Any], ids: MessageIds) -> Order:
    return Order(KINDS[method], request, body, ids)


def receive(order: Order, *, sender: Party, receiver: Party, platform: Platform, now: datetime) -> tuple[str, int, Any]:
    """(ChargingProfileResponseType, timeout, the command's key or None) for a hosted party."""
    session = sessions.find(parties.party_id(receiver), order.request.session_id)
    if session is None or session.status in sessions.FINAL:
        return "UNKNOWN_SESSION", 0, None  # CHP-19
    if (session.token_country_code, session.token_party_id) != (sender.country_code, sender.party_id):
        return "REJECTED", 0, None  # CHP-07
    command, acceptance = commands.hand_over(order, sender=sender, receiver=receiver, platform=platform, now=now)
    return acceptance.response, commands.told(acceptance), command.pk
