"""Whose is this key? What open routing asks where the content holds a key instead of a party (HUB-17).

Only what the sender may know of counts, or an answer would tell that something exists (S24); sessions are the
exception that the specification makes: a command for another eMSP's session reaches its CPO, who rejects it (CMD-18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import QuerySet

from roaming.hub.routing import By, FindReceiver
from roaming.models import Command, Location, Party, Session, Token
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services.objects import key
from roaming.services.visibility import visible


def owners(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    """Nobody's, one party's, or several."""
    return _FINDERS[find.by](find, readers, now)


def _by_token(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    rows = Token.objects.filter(object_key=key(find.key), type=find.token_type)
    return _parties(visible(rows, readers, ModuleID.TOKENS, now))


def _by_location(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    return _parties(visible(Location.objects.filter(object_key=key(find.key)), readers, ModuleID.LOCATIONS, now))


def _by_session(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    rows = Session.objects.filter(object_key=key(find.key))
    return _parties(visible(rows, readers, ModuleID.SESSIONS, now)) or _parties(rows)


def _by_reservation(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    """Reservation ids are the eMSP's own: only its own RESERVE_NOW counts (CMD-20)."""
    rows = Command.objects.filter(kind="RESERVE_NOW", reservation_id=find.key, sender__in=readers)
    last = rows.order_by("-created_at").select_related("receiver").first()
    return [PartyId(last.receiver.country_code, last.receiver.party_id)] if last else []


def _by_session_token(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    rows = Session.objects.filter(
        object_key=key(find.key), country_code=find.sender.country, party_id=find.sender.party
    )
    return _unique(rows.values_list("token_country_code", "token_party_id"))


def _by_profile(find: FindReceiver, readers: list[Party], now: datetime) -> list[PartyId]:
    """Changes of a profile are for the one who set it, an SCSP perhaps (CHP-10, CHP-17)."""
    asked = Command.objects.filter(kind="SET_PROFILE", session_key=key(find.key), receiver__in=readers)
    last = asked.filter(response="ACCEPTED").order_by("-created_at").select_related("sender").first()
    if last is None:
        return _by_session_token(find, readers, now)
    return [PartyId(last.sender.country_code, last.sender.party_id)]


def _parties(rows: QuerySet[Token] | QuerySet[Location] | QuerySet[Session]) -> list[PartyId]:
    return _unique(rows.values_list("country_code", "party_id"))


def _unique(pairs: Iterable[tuple[str, str]]) -> list[PartyId]:
    return [PartyId(*pair) for pair in dict.fromkeys(pairs)]


Finder = Callable[[FindReceiver, list[Party], datetime], list[PartyId]]
_FINDERS: dict[By, Finder] = {
    By.TOKEN: _by_token,
    By.LOCATION: _by_location,
    By.SESSION: _by_session,
    By.RESERVATION: _by_reservation,
    By.SESSION_TOKEN: _by_session_token,
    By.PROFILE: _by_profile,
}
