"""Versions and version details (VER-01 to VER-11)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from roaming.ocpi.types import HttpUrl, String64


class ModuleID(StrEnum):
    CDRS = "cdrs"
    CHARGINGPROFILES = "chargingprofiles"
    COMMANDS = "commands"
    CREDENTIALS = "credentials"
    HUBCLIENTINFO = "hubclientinfo"
    LOCATIONS = "locations"
    SESSIONS = "sessions"
    TARIFFS = "tariffs"
    TOKENS = "tokens"


# Not routed: no routing headers, spoken between platforms and never between parties (HUB-02, HCI-07).
CONFIGURATION_MODULES = frozenset({ModuleID.CREDENTIALS, ModuleID.HUBCLIENTINFO})
FUNCTIONAL_MODULES = frozenset(ModuleID) - CONFIGURATION_MODULES


class InterfaceRole(StrEnum):
    """SENDER is the interface of the data's owner, for pulling; RECEIVER is pushed to (VER-04)."""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


class Version(Struct):
    """`version` stays open: peers list versions that we have never heard of."""

    version: String64
    url: HttpUrl


class Endpoint(Struct):
    """`identifier` stays open: custom modules of others are ignored, not refused (VER-08)."""

    identifier: String64
    role: InterfaceRole
    url: HttpUrl


class VersionDetails(Struct):
    version: String64
    endpoints: Annotated[list[Endpoint], Meta(min_length=1)]


def highest_common(ours: Iterable[str], theirs: Iterable[Version]) -> Version | None:
    """The newest version that both sides speak (VER-06)."""
    known = set(ours)
    shared = [version for version in theirs if version.version in known]
    return max(shared, key=lambda version: _order(version.version), default=None)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
