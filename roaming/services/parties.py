"""Parties as routing needs them: who sits where, who may talk to whom, and which parties are hosted here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache

from django.conf import settings
from django.db.models import Q

from roaming.hub.addressing import DRIVING_SIDE, ConnectionStatus, Seat
from roaming.models import Agreement, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.postgres.questions import Question, plain, row_of
from roaming.services import visibility

_SPECIMEN = -1  # of a platform
_COUNTRY, _PARTY = "<country>", "<party>"
_CONNECTION = {
    Platform.Status.INVITED: ConnectionStatus.PLANNED,
    Platform.Status.CONNECTED: ConnectionStatus.CONNECTED,
    Platform.Status.OFFLINE: ConnectionStatus.OFFLINE,
    Platform.Status.SUSPENDED: ConnectionStatus.SUSPENDED,
    Platform.Status.UNREGISTERED: ConnectionStatus.SUSPENDED,
}


def hub() -> PartyId:
    return _named(settings.HUB_PARTY)


_named = lru_cache(maxsize=8)(PartyId.parse)


def party_id(party: Party) -> PartyId:
    return PartyId(party.country_code, party.party_id)


def of_platform(platform: Platform, named: PartyId | None = None) -> list[Party]:
    """Its parties, or those of its roles that have this id."""
    rows = Party.objects.filter(platform=platform, withdrawn_at=None)
    if named is not None:
        rows = rows.filter(country_code=named.country, party_id=named.party)
    return list(rows.order_by("pk"))


def connection(platform: Platform | None) -> ConnectionStatus:
    return ConnectionStatus.CONNECTED if platform is None else _CONNECTION[Platform.Status(platform.status)]


def standing(party: Party) -> ConnectionStatus:
    """What HubClientInfo says of it: the line to its platform, and behind another hub what that one says besides."""
    if party.withdrawn_at:
        return ConnectionStatus.SUSPENDED
    line = connection(party.platform)
    return ConnectionStatus(party.hub_says) if party.hub_says and line is ConnectionStatus.CONNECTED else line


class Directory:
    """What `hub.routing` asks of the database, as it stands at `now`; for one request, so each thing is asked once."""

    def __init__(self, now: datetime, read: Mapping[int, list[Party]] | None = None) -> None:
        """`read`: parties of platforms, where somebody has read them for this request already."""
        self._now = now
        self._seats: dict[PartyId, list[Seat]] = {}
        self._platforms: dict[int, list[Party]] = dict(read or {})
        self._roles: dict[int, list[Seat]] = {}

    @property
    def hub(self) -> PartyId:
        return hub()

    def seats_of(self, party: PartyId) -> list[Seat]:
        if party not in self._seats:
            self._seats[party] = _seats_of(party)
        return self._seats[party]

    def seats_on(self, platform: int) -> list[Seat]:
        """Without connection and offers: nothing is passed on to where it came from."""
        if platform not in self._roles:
            rows = self.of_platform(platform)
            self._roles[platform] = [Seat(party_id(row), Role(row.role), platform) for row in rows]
        return self._roles[platform]

    def of_platform(self, platform: int, named: PartyId | None = None) -> list[Party]:
        """Its parties, or those of its roles that have this id."""
        if platform not in self._platforms:
            self._platforms[platform] = [row_of(Party, row) for row in _lookup().ask({_SPECIMEN: platform})]
        return [row for row in self._platforms[platform] if named is None or party_id(row) == named]

    def may_talk(self, sender: PartyId, receiver: PartyId, module: ModuleID) -> bool:
        return visibility.may_talk(sender, receiver, module, self._now)

    def open_auth(self, sender: PartyId) -> list[Seat]:
        agreed = Agreement.objects.filter(cpo__country_code=sender.country, cpo__party_id=sender.party, open_auth=True)
        covered = visibility.holding(agreed, ModuleID.TOKENS, self._now)
        return _seats(Q(pk__in=covered.values("emsp_id"), role__in=DRIVING_SIDE))


@cache
def _lookup() -> Question:
    rows = Party.objects.filter(platform_id=_SPECIMEN, withdrawn_at=None).order_by("pk")
    return Question.of(rows.values_list(*plain(Party)))


def _seats_of(party: PartyId) -> list[Seat]:
    """As `_seats`, in one question: a row for each endpoint of each role."""
    rows: dict[int, Party] = {}
    offered: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in _seating().ask({_COUNTRY: party.country, _PARTY: party.party}):
        own, there, (module, role) = row[: len(plain(Party))], row[len(plain(Party)) : -2], row[-2:]
        one = row_of(Party, own)
        one.platform = None if one.platform_id is None else row_of(Platform, there)
        rows.setdefault(one.pk, one)
        if module is not None:
            offered[one.pk].append((module, role))
    return [_seat(one, offered[one.pk]) for one in rows.values()]


@cache
def _seating() -> Question:
    rows = Party.objects.filter(country_code=_COUNTRY, party_id=_PARTY, withdrawn_at=None)
    seated = rows.exclude(role=Role.HUB.value, platform=None).order_by("pk")
    there = [f"platform__{name}" for name in plain(Platform)]
    endpoint = ("platform__endpoints__module", "platform__endpoints__role")
    return Question.of(seated.values_list(*plain(Party), *there, *endpoint))


def _seats(which: Q) -> list[Seat]:
    rows = Party.objects.filter(which, withdrawn_at=None).exclude(role=Role.HUB.value, platform=None)
    found = rows.select_related("platform").prefetch_related("platform__endpoints").order_by("pk")
    return [_seat(row, _endpoints(row.platform)) for row in found]


def _endpoints(platform: Platform | None) -> list[tuple[str, str]]:
    return [] if platform is None else [(one.module, one.role) for one in platform.endpoints.all()]


def _seat(row: Party, endpoints: Iterable[tuple[str, str]]) -> Seat:
    return Seat(
        party=party_id(row),
        role=Role(row.role),
        platform=row.platform_id,
        connection=standing(row),
        offers=_offers(endpoints),
    )


def _offers(endpoints: Iterable[tuple[str, str]]) -> frozenset[tuple[ModuleID, InterfaceRole]]:
    known = set(ModuleID)
    return frozenset((ModuleID(module), InterfaceRole(role)) for module, role in endpoints if module in known)
