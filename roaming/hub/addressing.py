"""Parties, roles and seats: who sits where, and who faces whom (HUB-07 to HUB-09).

A seat is one role of one party on one platform. The same party may be CPO on one platform and eMSP on another, so a
party alone is no address: party and role are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from roaming.ocpi.hubclientinfo import ConnectionStatus
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID

__all__ = ["OPPOSITE", "ConnectionStatus", "Directory", "PartyId", "Role", "Roles", "Seat", "facing"]

Roles = tuple[Role, ...]  # in order of preference where one has to be chosen

CHARGING_SIDE: Roles = (Role.CPO,)
DRIVING_SIDE: Roles = (Role.EMSP, Role.NSP, Role.SCSP, Role.NAP, Role.OTHER)

# To whom a broadcast of such a party goes (HUB-09). OTHER speaks to CPOs only, never to eMSPs.
OPPOSITE: dict[Role, Roles] = dict.fromkeys(DRIVING_SIDE, CHARGING_SIDE) | {Role.CPO: DRIVING_SIDE, Role.HUB: ()}


@dataclass(frozen=True, slots=True)
class Seat:
    party: PartyId
    role: Role
    platform: int | None  # None: hosted, its stations hang on our own OCPP side
    connection: ConnectionStatus = ConnectionStatus.CONNECTED
    offers: frozenset[tuple[ModuleID, InterfaceRole]] = frozenset()

    @property
    def hosted(self) -> bool:
        return self.platform is None


class Directory(Protocol):
    """What routing asks of the database."""

    @property
    def hub(self) -> PartyId: ...

    def seats_of(self, party: PartyId) -> Collection[Seat]: ...

    def seats_on(self, platform: int) -> Collection[Seat]:
        """Its own roles; for a platform that is a hub, also the parties that it has announced."""

    def may_talk(self, sender: PartyId, receiver: PartyId, module: ModuleID) -> bool:
        """Whether an agreement covers the pair (HUB-32)."""

    def open_auth(self, sender: PartyId) -> Collection[Seat]:
        """The eMSPs that agreed to be asked by this CPO about cards that nobody knows (HUB-17)."""


# On our interface of a module: who calls it, and whom the call is meant for.
_FROM_CPO = (CHARGING_SIDE, DRIVING_SIDE)
_TO_CPO = (DRIVING_SIDE, CHARGING_SIDE)
_FACING: dict[tuple[ModuleID, InterfaceRole], tuple[Roles, Roles]] = {
    (ModuleID.LOCATIONS, InterfaceRole.SENDER): _TO_CPO,
    (ModuleID.LOCATIONS, InterfaceRole.RECEIVER): _FROM_CPO,
    (ModuleID.SESSIONS, InterfaceRole.SENDER): _TO_CPO,
    (ModuleID.SESSIONS, InterfaceRole.RECEIVER): _FROM_CPO,
    (ModuleID.CDRS, InterfaceRole.SENDER): _TO_CPO,
    (ModuleID.CDRS, InterfaceRole.RECEIVER): _FROM_CPO,
    (ModuleID.TARIFFS, InterfaceRole.SENDER): _TO_CPO,
    (ModuleID.TARIFFS, InterfaceRole.RECEIVER): _FROM_CPO,
    (ModuleID.TOKENS, InterfaceRole.SENDER): _FROM_CPO,
    (ModuleID.TOKENS, InterfaceRole.RECEIVER): _TO_CPO,
    (ModuleID.COMMANDS, InterfaceRole.RECEIVER): _TO_CPO,
    (ModuleID.COMMANDS, InterfaceRole.SENDER): _FROM_CPO,
    (ModuleID.CHARGINGPROFILES, InterfaceRole.RECEIVER): _TO_CPO,
    (ModuleID.CHARGINGPROFILES, InterfaceRole.SENDER): _FROM_CPO,
}


def facing(module: ModuleID, interface: InterfaceRole) -> tuple[Roles, Roles]:
    """(roles that may call this interface, roles that the call is for)."""
    return _FACING[module, interface]
