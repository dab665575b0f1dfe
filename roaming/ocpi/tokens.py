"""Token objects and real-time authorization (TOK-14 to TOK-28). Identity is owner, uid and type (TOK-03)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from roaming.ocpi.types import (
    CiString36,
    CountryCode,
    DateTime,
    DisplayText,
    Id36,
    Language,
    PartyCode,
    String64,
)

ProfileType = Literal["CHEAP", "FAST", "GREEN", "REGULAR"]


class TokenType(StrEnum):
    AD_HOC_USER = "AD_HOC_USER"
    APP_USER = "APP_USER"
    OTHER = "OTHER"
    RFID = "RFID"


class WhitelistType(StrEnum):
    ALWAYS = "ALWAYS"
    ALLOWED = "ALLOWED"
    ALLOWED_OFFLINE = "ALLOWED_OFFLINE"
    NEVER = "NEVER"


class AllowedType(StrEnum):
    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"
    NO_CREDIT = "NO_CREDIT"
    NOT_ALLOWED = "NOT_ALLOWED"


class EnergyContract(Struct, omit_defaults=True):
    supplier_name: String64
    contract_id: String64 | None = None


class Token(Struct, omit_defaults=True):
    """`uid` is what a reader reads, `contract_id` is the contract: stations are matched by uid only (TOK-25)."""

    country_code: CountryCode
    party_id: PartyCode
    uid: Id36
    type: TokenType
    contract_id: CiString36
    issuer: String64
    valid: bool
    whitelist: WhitelistType
    last_updated: DateTime
    visual_number: String64 | None = None
    group_id: CiString36 | None = None
    language: Language | None = None
    default_profile_type: ProfileType | None = None
    energy_contract: EnergyContract | None = None


class LocationReferences(Struct, omit_defaults=True):
    """Where the driver stands; no connector_ids since 2.2 (TOK-28)."""

    location_id: Id36
    evse_uids: list[Id36] | None = None


class AuthorizationInfo(Struct, omit_defaults=True):
    """`location` has only the permitted EVSEs (TOK-19); the reference goes into Session and CDR (TOK-20)."""

    allowed: AllowedType
    token: Token
    location: LocationReferences | None = None
    authorization_reference: CiString36 | None = None
    info: DisplayText | None = None
