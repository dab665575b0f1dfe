"""Whether a partner's copy of an object says what ours says (LOC-38).

Peers fold identifiers, drop unknown fields, add nulls and order lists anew; none of that makes a copy wrong. What ours
says has to stand there with the same meaning; `last_updated` is each side's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from roaming.ocpi.types import parse_datetime

KEYS = ("uid", "id", "start_date_time")  # what tells the members of a list apart


def first_difference(ours: Any, theirs: Any, at: str = "") -> str | None:
    """A JSON pointer into ours, "/" for the whole; None if the copy is right."""
    if isinstance(ours, Mapping):
        return _of_objects(ours, theirs, at)
    if isinstance(ours, list):
        return _of_lists(ours, theirs, at)
    return None if _same(ours, theirs) else at or "/"


def _of_objects(ours: Mapping[str, Any], theirs: Any, at: str) -> str | None:
    if not isinstance(theirs, Mapping):
        return at or "/"
    for name, value in ours.items():
        if name == "last_updated" or value is None or value in ([], {}):
            continue
        if (found := first_difference(value, theirs.get(name), f"{at}/{name}")) is not None:
            return found
    return None


def _of_lists(ours: list[Any], theirs: Any, at: str) -> str | None:
    if not isinstance(theirs, list) or len(theirs) < len(ours):
        return at or "/"
    held = {key: one for one in theirs if (key := _key(one)) is not None}
    for place, value in enumerate(ours):
        key = _key(value)
        there = theirs[place] if key is None else held.get(key)
        if (found := first_difference(value, there, f"{at}/{place}")) is not None:
            return found
    return None


def _key(value: Any) -> str | None:
    named = next((value[name] for name in KEYS if name in value), None) if isinstance(value, Mapping) else None
    return None if named is None else str(named).casefold()


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.casefold() == theirs.casefold() or _moment(ours) == _moment(theirs) != ""
    if isinstance(ours, int | Decimal) and isinstance(theirs, int | Decimal):
        return ours == theirs
    return bool(ours == theirs)


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return ""
