"""The rows of `Evse`: an index of the EVSEs in a location's document, brought in line whenever that is stored."""

from __future__ import annotations

from roaming import postgres
from roaming.models import Location
from roaming.ocpi import json
from roaming.ocpi import locations as words
from roaming.services import objects

_INDEX = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%(told)s::jsonb)
        AS t (uid text, key text, evse_id text, status text, tariffs text[], last_updated timestamptz)
), gone AS (
    DELETE FROM roaming_evse WHERE location_id = %(location)s AND uid_key NOT IN (SELECT key FROM told)
)
INSERT INTO roaming_evse (location_id, uid, uid_key, evse_id, status, tariff_ids, last_updated)
SELECT %(location)s, uid, key, evse_id, status, tariffs, last_updated FROM told
ON CONFLICT (location_id, uid_key) DO UPDATE SET uid = excluded.uid, evse_id = excluded.evse_id,
    status = excluded.status, tariff_ids = excluded.tariff_ids, last_updated = excluded.last_updated
WHERE (roaming_evse.uid, roaming_evse.evse_id, roaming_evse.status, roaming_evse.tariff_ids, roaming_evse.last_updated)
    IS DISTINCT FROM (excluded.uid, excluded.evse_id, excluded.status, excluded.tariff_ids, excluded.last_updated)
"""


def bring_in_line(row: Location, location: words.Location) -> None:
    evses = {evse.uid.upper(): evse for evse in location.evses or []}
    told = [
        {
            "uid": evse.uid, "key": key, "evse_id": evse.evse_id or "", "status": evse.status.value,
            "tariffs": _tariffs(evse), "last_updated": evse.last_updated.isoformat(),
        }
        for key, evse in evses.items()
    ]  # fmt: skip
    postgres.later(_INDEX, {"location": row.pk, "told": json.dumps(told)})


def _tariffs(evse: words.Evse) -> list[str]:
    """Of all of its connectors, each once, folded: `t1` on a connector is tariff T1 (TYP-03)."""
    named = (tariff for connector in evse.connectors for tariff in connector.tariff_ids or [])
    return list(dict.fromkeys(objects.key(tariff) for tariff in named))
