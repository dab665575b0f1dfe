"""A change as billing is told of it, by the cursor and by webhooks alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roaming.models import BillingChange
from roaming.services import billing_records, changes


def events(found: Sequence[BillingChange]) -> list[dict[str, Any]]:
    """Each with its CDR as it is now."""
    if not found:
        return []
    records = billing_records.by_id(one.cdr_id for one in found)
    epoch = changes.cursor_at(0).partition(".")[0]
    return [
        {
            "position": one.position,
            "cursor": f"{epoch}.{one.position}",
            "kind": one.kind,
            "verdict": one.verdict,
            "at": billing_records.moment(one.at),
            "cdr": records[one.cdr_id],
        }
        for one in found
        if one.cdr_id in records
    ]
