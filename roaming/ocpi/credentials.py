"""Credentials (CRE-15 to CRE-23, AUT-08). The token stands here as it is; only the header encodes it (AUT-02)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from roaming.ocpi.party import PartyId
from roaming.ocpi.types import NO_BLANKS, BusinessDetails, CountryCode, HttpUrl, PartyCode, Role, Violation


class CredentialsRole(Struct, omit_defaults=True):
    role: Role
    business_details: BusinessDetails
    party_id: PartyCode
    country_code: CountryCode

    @property
    def party(self) -> PartyId:
        return PartyId(self.country_code, self.party_id)


class Credentials(Struct, omit_defaults=True):
    token: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_BLANKS)]
    url: HttpUrl
    roles: Annotated[list[CredentialsRole], Meta(min_length=1)]

    def __post_init__(self) -> None:
        seen: set[tuple[Role, PartyId]] = set()
        for index, role in enumerate(self.roles):
            if (role.role, role.party) in seen:
                raise Violation(f"roles/{index}", f"{role.party} is listed twice as {role.role}")
            seen.add((role.role, role.party))
