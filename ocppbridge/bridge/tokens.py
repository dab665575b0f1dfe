"""Tokens between the protocols: OCPI's Token object → the CdrToken and the ruling that Session and CDR are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from ocppbridge.charging.authorization import Method
from ocppbridge.charging.replies import Authorization, AuthorizationStatus
from ocppbridge.models import Call
from ocppbridge.services.rulings import Ruling
from roaming.models import AuthorizationRequest, Command
from roaming.ocpi import json

CDR_TOKEN = ("country_code", "party_id", "uid", "type", "contract_id")


def cdr_token(token: dict[str, Any]) -> dict[str, Any]:
    """The five fields that identify who pays (SES-16)."""
    return {name: token[name] for name in CDR_TOKEN}


def owner(token: dict[str, Any]) -> str:
    """Country and party of the eMSP."""
    return f"{token['country_code']}/{token['party_id']}".upper()


def by_document(authorization: Authorization, method: Method, token: dict[str, Any], reference: str = "") -> Ruling:
    """The ruling on a token whose OCPI object is known; the station speaks its owner's language (TOK-26)."""
    authorization = replace(authorization, language=authorization.language or token.get("language"))
    return Ruling(authorization, method.value, reference, owner(token), cdr_token(token), token.get("group_id") or "")


def by_answer(authorization: Authorization, request: AuthorizationRequest) -> Ruling:
    """The ruling after a real-time authorization (TOK-18, TOK-20)."""
    said = info(request)
    told = _told(authorization, said)
    return by_document(told, Method.AUTH_REQUEST, said["token"], said.get("authorization_reference") or "")


def refused_by(status: AuthorizationStatus, request: AuthorizationRequest | None) -> Ruling:
    """A no, with what the eMSP wants its driver to read."""
    refusal = Authorization(status)
    return Ruling(refusal if request is None else _told(refusal, info(request)))


def _told(authorization: Authorization, said: dict[str, Any]) -> Authorization:
    text = said.get("info") or {}
    return replace(authorization, language=text.get("language"), message=text.get("text"))


def by_command(authorization: Authorization, call: Call) -> Ruling:
    """The ruling on a token that an eMSP sent in its command: it need not be stored anywhere (CMD-12, CMD-16)."""
    command = command_of(call)
    if command is None:
        return Ruling(authorization, call_id=str(call.pk))
    token = json.loads(command.request)["token"]
    return Ruling(
        replace(authorization, language=token.get("language")),
        Method.COMMAND.value,
        command.authorization_reference,
        owner(token),
        cdr_token(token),
        token.get("group_id") or "",
        str(call.pk),
    )


def type_of_command(call: Call) -> str:
    """The OCPI type of the token in the command that a call came from."""
    command = command_of(call)
    return command.token_type if command else "RFID"


def info(request: AuthorizationRequest) -> dict[str, Any]:
    """The AuthorizationInfo as the eMSP answered it."""
    said: dict[str, Any] = json.loads(request.info) if request.info else {}
    return said


def command_of(call: Call) -> Command | None:
    """The OCPI command that a call came from, if any."""
    try:
        key = UUID(call.reference)
    except ValueError:
        return None
    return Command.objects.filter(pk=key).first()
