"""Who may register as whom (S14, CRE-20): invitations, what staff expect, and what other platforms have already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from roaming.hub import handshake
from roaming.models import IssuedToken, Party, Platform
from roaming.ocpi.credentials import CredentialsRole
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import parties
from roaming.services.decisions import choices

Roles = Collection[tuple[PartyId, Role]]

_SENDER, _RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER
_NEEDED: dict[Role, tuple[handshake.Interface, ...]] = {
    Role.CPO: ((ModuleID.LOCATIONS, _SENDER), (ModuleID.CDRS, _SENDER)),
    Role.EMSP: ((ModuleID.TOKENS, _SENDER), (ModuleID.CDRS, _RECEIVER)),
}


@dataclass(frozen=True)
class Verdict:
    """Of the roles that a peer claims."""

    taken_over: tuple[CredentialsRole, ...]
    refused: tuple[str, ...]  # why, in words


def check(platform: Platform, roles: Iterable[CredentialsRole]) -> None:
    """Of a peer that asks: all of its roles or none. Raises InvalidObject."""
    handshake.check_roles(_news(platform, roles), hub=parties.hub(), allowed=_named(platform), taken=_taken(platform))


def judge(platform: Platform, roles: Iterable[CredentialsRole], expected: Roles = ()) -> Verdict:
    """Of a peer that answers us: it has registered us already, so each role is taken over or not by itself."""
    good, refused = [], []
    named, taken = expected or _named(platform), _taken(platform)
    for role in roles:
        allowed = named or [(role.party, role.role)]
        try:
            handshake.check_roles(_news(platform, [role]), hub=parties.hub(), allowed=allowed, taken=taken)
            good.append(role)
        except InvalidObject as error:
            refused.append(error.message)
    return Verdict(tuple(good), tuple(refused))


def required(platform: Platform, roles: Iterable[Role]) -> frozenset[handshake.Interface]:
    """What a peer with these roles has to offer (CRE-13)."""
    if choices().value("REQUIRED-ENDPOINTS", partner=str(platform.pk)) != "roles":  # decision: REQUIRED-ENDPOINTS
        return frozenset()
    by_hand = set(platform.endpoints.filter(overridden=True).values_list("module", "role"))
    return frozenset(
        one for role in roles for one in _NEEDED.get(role, ()) if (str(one[0]), one[1].value) not in by_hand
    )


def awaited(platform: Platform, expected: Roles = ()) -> set[Role]:
    """The roles that a peer will bring, as far as anybody knows before it says so."""
    return {role for _, role in expected or _named(platform)} | {
        Role(party.role) for party in Party.objects.filter(platform=platform, withdrawn_at=None, hub_says="")
    }


def _news(platform: Platform, roles: Iterable[CredentialsRole]) -> list[CredentialsRole]:
    """The roles that this platform does not have yet; those that it has it may keep."""
    own = {_claim(party) for party in Party.objects.filter(platform=platform)}
    return [role for role in roles if (role.party, role.role) not in own]


def _named(platform: Platform) -> Roles:
    """Whom staff named, in invitations and for our own registration; nobody: anybody new."""
    found = [one for issued in platform.issued_tokens.filter(kind=IssuedToken.Kind.A) for one in issued.allowed_roles]
    found += [one for asked in platform.handshakes.all() for one in asked.expected_roles]
    return [(PartyId(one["country_code"], one["party_id"]), Role(one["role"])) for one in found]


def _taken(platform: Platform) -> Roles:
    """By other platforms, and by parties that are hosted here. What a hub says it has may come by itself."""
    others = Party.objects.exclude(platform=platform).exclude(platform__status=Platform.Status.UNREGISTERED)
    return [_claim(party) for party in others.filter(hub_says="")]


def _claim(party: Party) -> tuple[PartyId, Role]:
    return parties.party_id(party), Role(party.role)
