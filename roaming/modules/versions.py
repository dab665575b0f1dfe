"""Versions and version details, derived from what is mounted (VER-01 to VER-05). Open to TOKEN_A as well (AUT-06)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from roaming.modules.interface import VERSION, Interface
from roaming.ocpi.versions import InterfaceRole, ModuleID


def versions() -> list[dict[str, str]]:
    return [{"version": VERSION, "url": f"{settings.HUB_PUBLIC_URL}/ocpi/{VERSION}"}]


def details(interfaces: Iterable[Interface]) -> dict[str, Any]:
    return {"version": VERSION, "endpoints": [_endpoint(interface) for interface in interfaces]}


def _endpoint(interface: Interface) -> dict[str, str]:
    # Credentials are listed once, as SENDER (VER-03).
    role = InterfaceRole.SENDER if interface.module is ModuleID.CREDENTIALS else interface.role
    return {"identifier": interface.module.value, "role": role.value, "url": interface.url}
