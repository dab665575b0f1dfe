"""Whether a station has a charging profile as it was set: what we said must be there, what we left open may be filled.

A station may number schedules, write an instant differently and add what has a default; nobody set that, nobody misses
it.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any, Final

from ocppbridge.charging.charging_profiles import ChargingProfile

_OWN: Final = frozenset({"schedule_id", "updated_at", "sales_tariff", "absolute_price", "price_levels"})
_SECOND: Final = timedelta(seconds=1)


def difference(ours: ChargingProfile, theirs: ChargingProfile) -> str:
    """The first field in which theirs is not what we set; empty if none is."""
    return _differs(ours, theirs, "")


def _differs(ours: Any, theirs: Any, path: str) -> str:
    for field in dataclasses.fields(ours):
        wanted, found = getattr(ours, field.name), getattr(theirs, field.name)
        if field.name in _OWN or wanted is None or wanted == ():
            continue
        name = f"{path}{field.name}"
        if isinstance(wanted, tuple) and dataclasses.is_dataclass(wanted[0]):
            if len(wanted) != len(found):
                return name
            for one, other in zip(wanted, found, strict=True):
                if inner := _differs(one, other, f"{name}."):
                    return inner
        elif not _same(wanted, found):
            return name
    return ""


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, datetime) and isinstance(found, datetime):
        return abs(wanted - found) < _SECOND
    return bool(wanted == found) or (wanted == 3 and found is None) or (wanted is False and found is None)
