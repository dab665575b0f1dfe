"""SetNetworkProfile: a way to a CSMS, as 2.0.1 and 2.1 write it (B09)."""

from __future__ import annotations

from typing import Any

from ocppbridge.charging.intents import NotOffered, SetNetwork

Called = tuple[str, dict[str, Any]]


def network_21(intent: SetNetwork) -> Called:
    """2.1 may name another identity and password on that way."""
    return _call(intent, "OCPP21", {"identity": intent.identity, "basicAuthPassword": intent.password})


def network_201(intent: SetNetwork) -> Called:
    """2.0.1 keeps identity and password outside of the profile."""
    if intent.identity or intent.password:
        raise NotOffered("an OCPP 2.0.1 network profile has no identity and no password")
    return _call(intent, "OCPP20", {})


def _call(intent: SetNetwork, version: str, more: dict[str, Any]) -> Called:
    data = {
        "ocppVersion": intent.version or version,
        "ocppTransport": "JSON",
        "ocppCsmsUrl": intent.url,
        "messageTimeout": intent.timeout,
        "securityProfile": intent.security_profile,
        "ocppInterface": intent.interface,
        "apn": dict(intent.apn) or None,
        "vpn": dict(intent.vpn) or None,
        **more,
    }
    said = {name: value for name, value in data.items() if value not in (None, "")}
    return "SetNetworkProfile", {"configurationSlot": intent.slot, "connectionData": said}
