"""`--role` and `--party` of a command line, paired."""

from __future__ import annotations

from roaming.console.operating import Error
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role


def named_roles(roles: list[str], parties: list[str]) -> list[tuple[Role, PartyId]]:
    try:
        ids = [PartyId.parse(party) for party in parties]
    except ValueError as problem:
        raise Error(f"{problem}.") from None
    if len(ids) == 1 and roles:
        ids *= len(roles)
    elif len(roles) == 1 and ids:
        roles = roles * len(ids)
    if len(ids) != len(roles):
        raise Error(f"{len(roles)} roles and {len(ids)} parties do not pair up: give one --party for each --role.")
    return [(Role(role), party) for role, party in zip(roles, ids, strict=True)]
