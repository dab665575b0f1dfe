"""What we do for each OCPI module. MODULES is the registry from which URLs and version details derive."""

from __future__ import annotations

from collections.abc import Iterable

from roaming.modules import (
    cdrs,
    chargingprofiles,
    commands,
    credentials,
    hubclientinfo,
    locations,
    sessions,
    tariffs,
    tokens,
)
from roaming.modules.interface import Interface

MODULES: tuple[Interface, ...] = (
    *credentials.INTERFACES,
    *locations.INTERFACES,
    *tariffs.INTERFACES,
    *sessions.INTERFACES,
    *cdrs.INTERFACES,
    *tokens.INTERFACES,
    *commands.INTERFACES,
    *chargingprofiles.INTERFACES,
    *hubclientinfo.INTERFACES,
)


def _by_path(interfaces: Iterable[Interface]) -> dict[tuple[str, ...], Interface]:
    found: dict[tuple[str, ...], Interface] = {}
    for interface in interfaces:
        if found.setdefault(tuple(interface.path.split("/")), interface) is not interface:
            raise ValueError(f"{interface.path} is declared twice")
    return found


BY_PATH = _by_path(MODULES)
