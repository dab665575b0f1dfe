"""A party of the roaming network: country code and party id, compared without regard to case (TYP-03, HUB-03)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_PARTY = re.compile(r"[A-Za-z0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class PartyId:
    """Folded to upper case on creation, so that equality is identity. Raises ValueError for anything else."""

    country: str
    party: str

    def __post_init__(self) -> None:
        if not _COUNTRY.fullmatch(self.country):
            raise ValueError(f"not a country code: {self.country[:8]!r}")
        if not _PARTY.fullmatch(self.party):
            raise ValueError(f"not a party id: {self.party[:8]!r}")
        object.__setattr__(self, "country", self.country.upper())
        object.__setattr__(self, "party", self.party.upper())

    @classmethod
    def parse(cls, text: str) -> PartyId:
        """ "NL/VLT"; the separators "-" and "*" of contract ids are read too."""
        country, separator, party = re.sub(r"[-*]", "/", text.strip(" ")).partition("/")
        if not separator:
            raise ValueError(f"not a party: {text[:16]!r} (write it like NL/VLT)")
        return cls(country, party)

    def __str__(self) -> str:
        return f"{self.country}/{self.party}"
