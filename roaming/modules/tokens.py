"""Tokens (TOK-01 to TOK-19): a list and real-time authorization for CPOs; PUT, PATCH and GET for their eMSPs."""

from __future__ import annotations

from dataclasses import replace

from roaming.hub.routing import AskAll
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, get_own, list_of, patch, put
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidParameter, UnknownToken
from roaming.ocpi.token_remarks import remarks
from roaming.ocpi.tokens import LocationReferences, Token, TokenType
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services.authorizations import Question, ask_seats
from roaming.services.tokens import TOKENS, store

_UID = "token_uid"
_OWN = (*OWNER, _UID)
GUESSES = (50, 10)  # 5 a second, 50 at once: drivers, not somebody who tries numbers (S25)
BUDGET = 5.0  # seconds that a driver at a remote CPO's station waits for us (TOK-22)


def token_type(asked: Asked) -> str:
    """?type=, RFID by default (TOK-02)."""
    given = asked.parameter("type") or TokenType.RFID.value
    if given not in TokenType.__members__:
        raise InvalidParameter("type", "is no TokenType")
    return given


def _put(asked: Asked) -> Reply:
    """Stored as it is, by the body's type if the URL has none (TOK-04); what is odd about it is said in the message."""
    token = decode(Token, asked.document)
    if asked.parameter("type") and token_type(asked) != token.type:
        raise InvalidParameter("type", f"is {token.type} in the body")
    reply = put(store, _UID)(asked)
    said = remarks(token)
    return replace(reply, message="; ".join(said)) if said else reply


def _authorize(asked: Asked) -> Reply:
    """No eMSP is hosted here: what is not passed on is not known."""
    raise UnknownToken()


def _ask_all(asked: Asked, decision: AskAll) -> Reply:
    """A card that nobody has pushed: whoever agreed to be asked (TOK-27)."""
    if asked.body:
        decode(LocationReferences, asked.document)
    question = Question(
        asked.names[_UID], token_type(asked), decision.sender, asked.body or None, asked.ids.correlation_id
    )
    verdict = ask_seats(decision.seats, question, BUDGET)
    if verdict is None:
        raise UnknownToken()
    return Reply(json.dump_bytes(verdict.info))


INTERFACES = (
    Interface(
        ModuleID.TOKENS,
        InterfaceRole.SENDER,
        (
            Operation("GET", (), list_of(TOKENS)),
            Operation("POST", (_UID, "=authorize"), _authorize, ask_all=_ask_all, limit=GUESSES),
        ),
    ),
    Interface(
        ModuleID.TOKENS,
        InterfaceRole.RECEIVER,
        (
            Operation("GET", _OWN, get_own(TOKENS, _UID, type=token_type)),
            Operation("PUT", _OWN, _put),
            Operation("PATCH", _OWN, patch(TOKENS, _UID, type=token_type)),
        ),
    ),
)
