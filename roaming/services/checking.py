"""A stored CDR held against its own tariffs and its own figures: what does not fit is a finding for staff.

The zone in which its prices change by the clock is that of the stored Location, for a CDR does not say it (CDR-28).
"""

from __future__ import annotations

from typing import Any

from roaming.models import Cdr
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.pricing import Finding, audit
from roaming.services import locations, prices
from roaming.services.decisions import choices


def check(row: Cdr) -> list[Finding]:
    """Raises BadInput where it cannot be recomputed at all."""
    document: dict[str, Any] = json.loads(row.document)
    partner = None if row.source_id is None else str(row.source_id)
    return audit(document, time_zone=time_zone(row, document), options=prices.options(choices(), partner=partner))


def time_zone(row: Cdr, document: dict[str, Any]) -> str | None:
    """None where the location was never published: then the country may tell."""
    place = locations.find(PartyId(row.country_code, row.party_id), str(document["cdr_location"]["id"]))
    return None if place is None else place.time_zone
