"""News of a transaction whose CDR is out: a Credit CDR takes the old one back, a new one stands (CDR-04, CDR-09).

Only what the eMSP pays for counts as news: cost, energy, start and end. The ids follow from the session's, so that
whoever is killed when, the same correction is made once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ocppbridge.bridge import places
from ocppbridge.models import Transaction
from ocppbridge.services import alerts
from roaming.models import Cdr
from roaming.ocpi import json
from roaming.ocpi.types import format_datetime
from roaming.pricing.credit import credit
from roaming.pricing.findings import Finding
from roaming.services import cdrs, desk, desk_own
from roaming.services.decisions import choices

PAID_FOR = ("start_date_time", "end_date_time", "total_cost", "total_energy")


def due(row: Transaction, document: dict[str, Any]) -> Cdr | None:
    """Its CDR, if that says something else than `document`."""
    out = cdrs.find(places.owner(row.station), row.cdr_id)
    if out is None:
        return None
    said, now = desk.content(out), json.loads(json.dumps(document))
    return out if any(said.get(name) != now.get(name) for name in PAID_FOR) else None


def make(
    row: Transaction,
    out: Cdr,
    document: dict[str, Any],
    bill: dict[str, Any] | None,
    doubts: Sequence[Finding],
    now: datetime,
) -> bool:
    """Take back what is out and make it anew; False where that is the staff's to decide.

    What the desk still withholds nobody has seen: it changes in place.
    """
    if out.withheld:
        desk_own.rewrite(out, {**document, "id": out.object_id}, now, bill=bill, findings=doubts)
        return True
    identity = row.station.identity
    if choices().value("CDR-CORRECTION", station=identity) == "flag":  # decision: CDR-CORRECTION
        text = f"late news of {row} change its CDR {row.cdr_id}, which is out"
        alerts.raise_alert(row.station_id, "CDR-OUTDATED", text, now)
        return False
    take_back(row, out, now)
    again(row, document, bill, doubts, now)
    return True


def take_back(row: Transaction, out: Cdr, now: datetime) -> Cdr:
    """The Credit CDR of one that is out."""
    back = credit(desk.content(out), id=f"{out.object_id}-C", last_updated=format_datetime(now))
    return desk_own.issue(places.owner(row.station), back, now)


def again(
    row: Transaction, document: dict[str, Any], bill: dict[str, Any] | None, doubts: Sequence[Finding], now: datetime
) -> Cdr:
    """The next edition, in the place of one that was taken back."""
    edition = row.cdr_edition + 1
    anew = {**document, "id": id_of(row, edition)}
    made = desk_own.issue(places.owner(row.station), anew, now, bill=bill, findings=doubts)
    row.cdr_id, row.cdr_edition = anew["id"], edition
    row.save(update_fields=["cdr_id", "cdr_edition"])
    return made


def id_of(row: Transaction, edition: int) -> str:
    """The first CDR has its session's id; each later one an id that follows from it."""
    return str(row.session_id if edition == 1 else uuid.uuid5(row.session_id, str(edition)))
