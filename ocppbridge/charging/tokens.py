"""Who charges, and where: the two nouns that nearly every message carries.

Rule: OCPP 1.6's connectorId n is EVSE n with the one connector 1 (OCP-01: a virtual EVSE per connector); 0 is the
station itself in every version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CARD: Final = "ISO14443"  # what 2.x calls the cards of OCPI's type RFID, which says no more
# What 2.1 knows (IdTokenEnumStringType of its appendix); in its schema the type is any text of up to 20 characters.
TYPES: Final = (
    "Central",
    "DirectPayment",
    "eMAID",
    "EVCCID",
    "ISO14443",
    "ISO15693",
    "KeyCode",
    "Local",
    "MacAddress",
    "NoAuthorization",
    "VIN",
)


@dataclass(frozen=True, slots=True)
class IdToken:
    """An identification as read at the station; `type` is None where the version does not say it (1.6)."""

    value: str
    type: str | None = None
    additional: tuple[tuple[str, str], ...] = ()

    def folded(self) -> str:
        """The form to compare by: OCPP 1.6 idTags and OCPI uids are case-insensitive (TOK-25)."""
        return self.value.casefold()


@dataclass(frozen=True, slots=True)
class Place:
    """The whole station (evse 0), an EVSE, or one of its connectors."""

    evse: int = 0
    connector: int | None = None

    @property
    def is_station(self) -> bool:
        """Whether it means the station as a whole."""
        return self.evse == 0


STATION = Place()
