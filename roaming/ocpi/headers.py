"""Routing headers and message ids (MID-01 to MID-08, HUB-01 to HUB-05). Header names are case-insensitive (TRA-10).

Configuration modules (versions, credentials, hubclientinfo) carry no routing headers: do not read them there (HUB-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.party import PartyId

TO_COUNTRY = "OCPI-to-country-code"
TO_PARTY = "OCPI-to-party-id"
FROM_COUNTRY = "OCPI-from-country-code"
FROM_PARTY = "OCPI-from-party-id"
REQUEST_ID = "X-Request-ID"
CORRELATION_ID = "X-Correlation-ID"
TOTAL_COUNT = "X-Total-Count"
LIMIT = "X-Limit"
LINK = "Link"
LOCATION = "Location"
RETRY_AFTER = "Retry-After"

_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Routing:
    """Who is addressed and who speaks; either may be missing."""

    to: PartyId | None = None
    sender: PartyId | None = None

    def answered_by(self, responder: PartyId | None = None) -> Routing:
        """The routing of the answer: swapped, and naming the real responder where that is known (HUB-05, HUB-16)."""
        return Routing(to=self.sender, sender=responder or self.to)

    def headers(self) -> dict[str, str]:
        written: dict[str, str] = {}
        if self.to:
            written |= {TO_COUNTRY: self.to.country, TO_PARTY: self.to.party}
        if self.sender:
            written |= {FROM_COUNTRY: self.sender.country, FROM_PARTY: self.sender.party}
        return written


@dataclass(frozen=True, slots=True)
class MessageIds:
    request_id: str
    correlation_id: str
    complete: bool = True  # False: the peer left one out and we made it up (MID-08)

    def headers(self) -> dict[str, str]:
        return {REQUEST_ID: self.request_id, CORRELATION_ID: self.correlation_id}


def read_routing(headers: Mapping[str, str]) -> Routing:
    """Raises InvalidParameter where a party is half given or malformed."""
    found = _folded(headers)
    return Routing(to=read_receiver(found), sender=read_sender(found))


def read_receiver(headers: Mapping[str, str]) -> PartyId | None:
    return _party(_folded(headers), TO_COUNTRY, TO_PARTY)


def read_sender(headers: Mapping[str, str]) -> PartyId | None:
    return _party(_folded(headers), FROM_COUNTRY, FROM_PARTY)


def read_ids(headers: Mapping[str, str], fresh_request_id: str, fresh_correlation_id: str) -> MessageIds:
    """The ids to echo; unusable or missing ones are replaced by the fresh ones, never refused (MID-08)."""
    found = _folded(headers)
    request_id = _id(found.get(REQUEST_ID.lower()))
    correlation_id = _id(found.get(CORRELATION_ID.lower()))
    return MessageIds(
        request_id or fresh_request_id,
        correlation_id or fresh_correlation_id,
        complete=bool(request_id and correlation_id),
    )


class Folded(dict[str, str]):
    """Headers by their names in lower case: what is read of one request several times is folded once."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        super().__init__({name.lower(): value for name, value in headers})


def _folded(headers: Mapping[str, str]) -> Mapping[str, str]:
    return headers if isinstance(headers, Folded) else Folded(headers.items())


def _id(value: str | None) -> str | None:
    return value if value and _ID.fullmatch(value) else None


def _party(found: Mapping[str, str], country_name: str, party_name: str) -> PartyId | None:
    country = found.get(country_name.lower(), "").strip()
    party = found.get(party_name.lower(), "").strip()
    if not country and not party:
        return None
    if not country or not party:
        raise InvalidParameter(party_name if country else country_name, "is missing beside its partner")
    try:
        return PartyId(country, party)
    except ValueError as error:
        raise InvalidParameter(f"{country_name}/{party_name}", str(error)) from None
