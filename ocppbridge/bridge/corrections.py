"""News of a transaction whose CDR is out: a Credit CDR takes the old one back, a new one stands (CDR-04, CDR-09).

Only what the eMSP pays for counts as news: cost, energy, start and end. The ids follow from the session's, so that
whoever is killed when, the same correction is made once.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from ocppbridge.bridge import places
from ocppbridge.models import Transaction
from ocppbridge.services import alerts
from roaming.ocpi import json
from roaming.ocpi.types import format_datetime
from roaming.pricing.credit import credit
from roaming.services import cdrs
from roaming.services.decisions import choices

PAID_FOR = ("start_date_time", "end_date_time", "total_cost", "total_energy")


def due(row: Transaction, document: dict[str, Any]) -> dict[str, Any] | None:
    """The CDR that is out, if it says something else than `document`."""
    out = cdrs.find(places.owner(row.station), row.cdr_id)
    if out is None:
        return None
    said: dict[str, Any] = json.loads(out.document)
    now = json.loads(json.dumps(document))
    return said if any(said.get(name) != now.get(name) for name in PAID_FOR) else None


def make(
    row: Transaction, out: dict[str, Any], document: dict[str, Any], bill: dict[str, Any] | None, now: datetime
) -> bool:
    """Take back what is out and send the new one; False where that is the staff's to decide."""
    identity = row.station.identity
    if choices().value("CDR-CORRECTION", station=identity) == "flag":  # decision: CDR-CORRECTION
        text = f"late news of {row} change its CDR {row.cdr_id}, which is out"
        alerts.raise_alert(row.station_id, "CDR-OUTDATED", text, now)
        return False
    owner, edition = places.owner(row.station), row.cdr_edition + 1
    back = credit(out, id=f"{row.cdr_id}-C", last_updated=format_datetime(now))
    anew = {**document, "id": id_of(row, edition)}
    cdrs.store(owner, back, source=None, now=now)
    cdrs.store(owner, anew, source=None, now=now, bill=bill)
    row.cdr_id, row.cdr_edition = anew["id"], edition
    row.save(update_fields=["cdr_id", "cdr_edition"])
    return True


def id_of(row: Transaction, edition: int) -> str:
    """The first CDR has its session's id; each later one an id that follows from it."""
    return str(row.session_id if edition == 1 else uuid.uuid5(row.session_id, str(edition)))
