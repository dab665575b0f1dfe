"""Charging profiles as commands: the same response at once, the same result later (CHP-01 to CHP-09, CHP-19).

A hosted session's profile is the operator's to carry out, as the kinds SET_PROFILE, GET_PROFILE and CLEAR_PROFILE.
What it tells of a change by itself (CHP-10) is a row of the kind TELL_PROFILE, sent like a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roaming.models import Command, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.chargingprofiles import ChargingProfileResultType
from roaming.ocpi.errors import ModuleNotOffered
from roaming.ocpi.headers import MessageIds
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import commands, parties, partners, sessions
from roaming.services.commands import Order

TOLD = "TELL_PROFILE"
ACCEPTED = ChargingProfileResultType.ACCEPTED.value
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


def setter(command: Command) -> Command | None:
    """The last command that has set a profile for the same session; None if none was ever set (CHP-10)."""
    set_before = Command.objects.filter(
        kind="SET_PROFILE", receiver=command.receiver, session_key=command.session_key, result=ACCEPTED
    )
    return set_before.order_by("-result_at").first()


def setter_of(owner: PartyId, session_id: str) -> Command | None:
    """The same by the session."""
    rows = Command.objects.filter(
        kind="SET_PROFILE", session_key__iexact=session_id, result=ACCEPTED,
        receiver__country_code=owner.country, receiver__party_id=owner.party,
    )  # fmt: skip
    return rows.order_by("-result_at").first()


def tell_change(command_id: str, active: Mapping[str, Any], now: datetime) -> bool:
    """PUT an ActiveChargingProfile to whoever has set one, unless that is what it was told last (CHP-10)."""
    row = Command.objects.select_related("sender_platform", "sender", "receiver").get(pk=command_id)
    session = sessions.find(parties.party_id(row.receiver), row.session_key)
    if session is None or row.sender_platform is None:
        return False
    told = Command.objects.filter(kind=TOLD, receiver=row.receiver, sender=row.sender, session_key=row.session_key)
    last = told.order_by("-created_at").first()
    if last is not None and json.loads(last.result_body)["charging_profile"] == active["charging_profile"]:
        return False
    try:
        endpoint = partners.endpoint(row.sender_platform, ModuleID.CHARGINGPROFILES, InterfaceRole.SENDER)
    except ModuleNotOffered:
        return False
    change = Command.objects.create(
        kind=TOLD, sender=row.sender, receiver=row.receiver, sender_platform=row.sender_platform, request="",
        response_url=partners.join(endpoint, (session.object_id,)), session_key=row.session_key,
        correlation_id=row.correlation_id, responded_at=now, expires_at=now, result=ACCEPTED, result_at=now,
        result_body=json.dumps(active), result_state=commands.DUE,
    )  # fmt: skip
    commands.nudge(change.pk)
    return True
