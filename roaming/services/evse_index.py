"""The rows of `Evse`: an index of the EVSEs in a location's document, brought in line whenever that is stored."""

from __future__ import annotations

from typing import Any

from roaming import statements
from roaming.models import Location
from roaming.ocpi import locations as words

_INDEX = """
WITH told AS (
    SELECT * FROM unnest(%(uids)s::text[], %(keys)s::text[], %(ids)s::text[], %(states)s::text[],
        %(tariffs)s::text[], %(dates)s::timestamptz[]) AS t (uid, key, evse_id, status, tariffs, last_updated)
), gone AS (
    DELETE FROM roaming_evse WHERE location_id = %(location)s AND uid_key <> ALL (%(keys)s)
)
INSERT INTO roaming_evse (location_id, uid, uid_key, evse_id, status, tariff_ids, last_updated)
SELECT %(location)s, uid, key, evse_id, status,
    CASE tariffs WHEN '' THEN '{}' ELSE string_to_array(tariffs, E'\\x01') END, last_updated
FROM told
ON CONFLICT (location_id, uid_key) DO UPDATE SET uid = excluded.uid, evse_id = excluded.evse_id,
    status = excluded.status, tariff_ids = excluded.tariff_ids, last_updated = excluded.last_updated
WHERE (roaming_evse.uid, roaming_evse.evse_id, roaming_evse.status, roaming_evse.tariff_ids, roaming_evse.last_updated)
    IS DISTINCT FROM (excluded.uid, excluded.evse_id, excluded.status, excluded.tariff_ids, excluded.last_updated)
"""
_BETWEEN = "\x01"  # no identifier has it: they are printable


def bring_in_line(row: Location, location: words.Location) -> None:
    evses = {evse.uid.upper(): evse for evse in location.evses or []}
    values: dict[str, Any] = {
        "location": row.pk,
        "uids": [evse.uid for evse in evses.values()],
        "keys": list(evses),
        "ids": [evse.evse_id or "" for evse in evses.values()],
        "states": [evse.status.value for evse in evses.values()],
        "tariffs": [_BETWEEN.join(_tariffs(evse)) for evse in evses.values()],
        "dates": [evse.last_updated for evse in evses.values()],
    }
    statements.run(_INDEX, values)


def _tariffs(evse: words.Evse) -> list[str]:
    """Of all of its connectors, each once."""
    return list(dict.fromkeys(tariff for connector in evse.connectors for tariff in connector.tariff_ids or []))
