"""Who is connected to the hub (HCI-01 to HCI-13). Keyed on country, party and role: the URL has no role (HCI-09)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from roaming.ocpi.types import CountryCode, DateTime, PartyCode, Role


class ConnectionStatus(StrEnum):
    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"


OUT = (ConnectionStatus.PLANNED, ConnectionStatus.SUSPENDED)
"""Not merely away for a while."""


class ClientInfo(Struct):
    party_id: PartyCode
    country_code: CountryCode
    role: Role
    status: ConnectionStatus
    last_updated: DateTime
