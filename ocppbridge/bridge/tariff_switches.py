"""Which tariffs price a transaction after the one that it began with: those of its driver's wishes, and of staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ocppbridge.bridge import direct_payments
from ocppbridge.models import TariffChange, Transaction
from roaming.models import Session
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import preferences

Switch = tuple[datetime, dict[str, Any]]


def switches_of(row: Transaction, owner: PartyId, held: Session | None) -> list[Switch]:
    """From when on which tariff (TAR-28, I11). `held` knows whether there is any; a direct payment has no Session."""
    if held.switched if held is not None else row.id_token_type == direct_payments.DIRECT:
        found = [*preferences.switches(owner, str(row.session_id)), *_of_staff(row)]
        return sorted(found, key=lambda one: one[0])
    return []


def _of_staff(row: Transaction) -> list[Switch]:
    rows = row.tariff_changes.filter(state=TariffChange.State.HOLDS)
    return [(one.since, json.loads(one.document)) for one in rows if one.since is not None]
