"""Tokens: identity is owner, uid and type (TOK-03); never deleted, only invalid (TOK-05)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Left, Replace, Upper

from roaming.hub.addressing import DRIVING_SIDE
from roaming.models import Agreement, Party, Platform, Token
from roaming.ocpi import tokens as words
from roaming.ocpi.decoding import decode
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question, first_of, whole
from roaming.postgres.questions import find as rows_with
from roaming.services import leaving, objects
from roaming.services.contents import Content, Document
from roaming.services.decisions import choices
from roaming.services.objects import Kind, Stored, key
from roaming.services.visibility import visible

# What stands in the question for the values that differ from station to station.
_UID, _READER, _COUNTRY, _PARTY, _NOW = "<uid>", -1, "<c", "p>", datetime(1, 1, 1, tzinfo=UTC)
_questions: dict[str, Question] = {}


def store(
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    addressee: PartyId | None = None,
) -> Stored[Token]:
    """PUT. The type is the body's: many eMSPs leave the parameter out of the URL (TOK-04)."""
    content = Content.of(document)
    kind = decode(words.Token, content.says).type
    return objects.store(
        TOKENS,
        owner,
        content,
        source=source,
        now=now,
        identifier=identifier,
        more={"type": kind.value},
        addressee=addressee,
    )


def find(uid: str, cpo: PartyId, *, now: datetime, type: str | None = None) -> Token | None:
    """The token that a reader of this CPO has read: by uid, never by contract id (TOK-25)."""
    return candidates(uid, cpo, now=now, type=type).first()


def lookup_for_station(uid: str, cpo: PartyId, *, now: datetime) -> Token | None:
    """Whatever its type: a station does not know it. A valid one before an invalid one, a card before an app."""
    readers = rows_with(Party, country_code=cpo.country, party_id=cpo.party, role=Role.CPO.value)
    if len(readers) != 1:
        return find(uid, cpo, now=now)
    values: dict[Any, Any] = {_UID: key(uid), _READER: readers[0].pk, _NOW: now}
    values |= {_COUNTRY: cpo.country, _PARTY: cpo.party, f"{_COUNTRY}/{_PARTY}": str(cpo)}
    return first_of(Token, _question(), values)


def _question() -> Question:
    """Made once for each way to see what no agreement speaks of."""
    default = choices().value("VISIBILITY-DEFAULT")
    if default in _questions:
        return _questions[default]
    reader = Party(pk=_READER, country_code=_COUNTRY, party_id=_PARTY, role=Role.CPO.value)
    found = visible(Token.objects.filter(object_key=_UID), [reader], ModuleID.TOKENS, _NOW)
    question = Question.of(found.order_by("-valid", "-type", "id").values_list(*whole(Token))[:1])
    if choices().value("VISIBILITY-DEFAULT") == default:  # else it may have changed before the rule was made
        _questions[default] = question
    return question


def find_by_contract(emaid: str, cpo: PartyId, *, now: datetime) -> Token | None:
    """The token of a contract, as a vehicle names it: separators and the check digit do not count (C07)."""
    readers = Party.objects.filter(country_code=cpo.country, party_id=cpo.party, role=Role.CPO)
    rows = Token.objects.annotate(contract=Left(Upper(Replace("contract_id", Value("-"))), 14))
    found = visible(rows.filter(contract=emaid.replace("-", "").upper()[:14]), readers, ModuleID.TOKENS, now)
    return found.order_by("-valid", "-type", "id").first()


def candidates(uid: str, cpo: PartyId, *, now: datetime, type: str | None = None) -> QuerySet[Token]:
    """Every token with this uid that the CPO may use, the likeliest first."""
    readers = Party.objects.filter(country_code=cpo.country, party_id=cpo.party, role=Role.CPO)
    rows = Token.objects.filter(object_key=key(uid), **({"type": type} if type else {}))
    return visible(rows, readers, ModuleID.TOKENS, now).order_by("-valid", "-type", "id")


def cards(cpo: PartyId, *, now: datetime, whitelists: Iterable[str]) -> Iterator[tuple[str, bool, str]]:
    """(uid, valid, group id) of the cards that a CPO may know, by whitelist; the likeliest of one uid first."""
    readers = Party.objects.filter(country_code=cpo.country, party_id=cpo.party, role=Role.CPO)
    rows = Token.objects.filter(type__in=("RFID", "OTHER"), whitelist__in=list(whitelists))
    found = visible(rows, readers, ModuleID.TOKENS, now).order_by("-valid", "-type", "id")
    yield from found.values_list("object_id", "valid", "group_id").iterator()


def last_change() -> datetime | None:
    """When any token was last stored, or who may use one changed."""
    stored = Token.objects.order_by("-listed_at").values_list("listed_at", flat=True).first()
    agreed = Agreement.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return max(filter(None, (stored, agreed, leaving.last_move(DRIVING_SIDE))), default=None)


def columns(token: words.Token) -> dict[str, Any]:
    return {
        "type": token.type.value,
        "contract_id": token.contract_id,
        "visual_number": token.visual_number or "",
        "issuer": token.issuer,
        "group_id": token.group_id or "",
        "valid": token.valid,
        "whitelist": token.whitelist.value,
    }


TOKENS = Kind(ModuleID.TOKENS, Token, words.Token, columns, id_field="uid")
