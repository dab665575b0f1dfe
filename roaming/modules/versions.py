"""Versions and version details, derived from what is mounted (VER-01 to VER-05). Open to TOKEN_A as well (AUT-06)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from roaming.models import Platform
from roaming.modules.interface import VERSION, Interface
from roaming.ocpi import json
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import dialects


def versions(platform: Platform) -> list[dict[str, str]]:
    """2.2.1, and 2.2 for a peer that we met with nothing newer (VER-10)."""
    offered = dialects.offered_to(platform)
    return [{"version": one, "url": f"{settings.HUB_PUBLIC_URL}/ocpi/{one}"} for one in offered]


def details(interfaces: Iterable[Interface]) -> dict[str, Any]:
    return {"version": VERSION, "endpoints": [_endpoint(interface) for interface in interfaces]}


def told(platform: Platform, interfaces: Iterable[Interface], version: str = VERSION) -> dict[str, Any]:
    """Version details, and the note that this platform has read them: when they change it is told (VER-07)."""
    said = details(interfaces)
    known = digest(said)
    if platform.announced != known:
        Platform.objects.filter(pk=platform.pk).update(announced=known)
    if version == VERSION:
        return said
    here, there = (f"{settings.HUB_PUBLIC_URL}/ocpi/{one}/" for one in (VERSION, version))
    named = [{**one, "url": one["url"].replace(here, there, 1)} for one in said["endpoints"]]
    return {"version": version, "endpoints": named}


def digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dump_bytes(said)).hexdigest()


def _endpoint(interface: Interface) -> dict[str, str]:
    # Credentials are listed once, as SENDER (VER-03).
    role = InterfaceRole.SENDER if interface.module is ModuleID.CREDENTIALS else interface.role
    return {"identifier": interface.module.value, "role": role.value, "url": interface.url}
