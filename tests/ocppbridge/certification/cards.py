"""Cards for the certification cases: an eMSP that the operator works with, and tokens of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ocppbridge.models import Station
from roaming.models import Agreement, AuthorizationRequest, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import tokens
from tests.ocppbridge.door import Talk, eventually
from tests.ocppbridge.world import new_station

EMX = PartyId("DE", "EMX")
CARD, OTHER = "04AABBCC", "04DDEEFF"
GROUP = "FLEET-7"


def world() -> Station:
    """A station of NL/VLT, an eMSP on a platform of its own, and their agreement."""
    platform = Platform.objects.create(name="Example Mobility", status=Platform.Status.CONNECTED)
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    cpo = Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    Agreement.objects.create(cpo=cpo, emsp=emsp)
    return new_station("CP1", location_id="L1", evses=["E1"])


def card(uid: str = CARD, **more: Any) -> str:
    """A token that may charge, unless told otherwise."""
    tokens.store(EMX, _document(uid, **more), source=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    return uid


def _document(uid: str, **more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE", "party_id": "EMX", "uid": uid, "type": "RFID", "contract_id": f"DE-EMX-{uid}",
        "issuer": "Example Mobility", "valid": True, "whitelist": "ALLOWED", "last_updated": "2026-01-01T00:00:00Z",
        **more,
    }  # fmt: skip


def id_token(uid: str = CARD, kind: str = "ISO14443") -> dict[str, str]:
    return {"idToken": uid, "type": kind}


def authorize(talk: Talk, uid: str = CARD) -> dict[str, Any]:
    """The token's info as the station is told."""
    if talk.socket.subprotocol == "ocpp1.6":
        told: dict[str, Any] = talk.call("Authorize", {"idTag": uid})["idTagInfo"]
    else:
        told = talk.call("Authorize", {"idToken": id_token(uid)})["idTokenInfo"]
    return told


def its_owner_says(talk: Talk, allowed: str, uid: str = CARD) -> dict[str, Any]:
    """Authorize with a card whose owner is asked, and answers."""
    payload = {"idTag": uid} if talk.socket.subprotocol == "ocpp1.6" else {"idToken": id_token(uid)}
    question = talk.say("Authorize", payload)
    request = eventually(lambda: AuthorizationRequest.objects.filter(state="ASKING").first(), "its owner is asked")
    request.state, request.allowed = "ANSWERED", allowed
    request.info = json.dumps({"allowed": allowed, "token": _document(uid, whitelist="NEVER")})
    request.save()
    answer = talk.exchange(question)[2]
    told: dict[str, Any] = answer.get("idTagInfo") or answer["idTokenInfo"]
    return told
