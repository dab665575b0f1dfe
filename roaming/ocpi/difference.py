"""From the version that a partner has accepted to the present one: the smallest writes that say it (LOC-37, SES-14).

A PATCH goes to the lowest level that changed; of a session only new periods are sent. What a PATCH cannot say
(an optional field that is gone, periods that changed or are gone, a date that went back) is a PUT. The result is proved
before it is returned: applied to the old version with the rules of `patch.py` it gives the new one, or it is a PUT of
the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roaming.ocpi.errors import OcpiError
from roaming.ocpi.patch import Document, Path, merge, put_part
from roaming.ocpi.versions import ModuleID

MAX_WRITES = 5  # beyond that one PUT is less work for both sides
_PARTS = (("evses", "uid"), ("connectors", "id"))
_PATCHED = frozenset({ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.TOKENS})


@dataclass(frozen=True, slots=True)
class Write:
    """One request: `path` is below the object's URL."""

    method: str
    body: Document
    path: Path = ()


class _Unsayable(Exception):
    """A PATCH cannot say it."""


def difference(old: Mapping[str, Any], new: Mapping[str, Any], module: ModuleID) -> tuple[Write, ...]:
    """Nothing, if they are equal; to be sent in order otherwise."""
    if old == new:
        return ()
    whole = (Write("PUT", dict(new)),)
    if module not in _PATCHED:
        return whole
    try:
        writes = tuple(_writes(old, new, module, (), _PARTS if module is ModuleID.LOCATIONS else ()))
        return writes if len(writes) <= MAX_WRITES and apply(old, writes, module) == new else whole
    except (_Unsayable, OcpiError):
        return whole


def apply(document: Mapping[str, Any], writes: Sequence[Write], module: ModuleID) -> Document:
    """What the receiver has after them."""
    result = dict(document)
    for write in writes:
        if write.method == "PATCH":
            result = merge(result, write.body, module, write.path)
        else:
            result = put_part(result, write.body, write.path) if write.path else dict(write.body)
    return result


def _writes(
    old: Mapping[str, Any], new: Mapping[str, Any], module: ModuleID, path: Path, below: Sequence[tuple[str, str]]
) -> Iterator[Write]:
    field = below[0][0] if below else ""
    changes = _changes(old, new, except_for=field)
    if module is ModuleID.SESSIONS and "charging_periods" in changes:
        changes["charging_periods"] = _new_periods(old, new)
    parts = list(_parts(old, new, module, path, below)) if field else []
    if changes.keys() - {"last_updated"} or (changes and not parts):
        yield Write("PATCH", {**changes, "last_updated": new["last_updated"]}, path)
    yield from parts


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], *, except_for: str) -> Document:
    if any(field not in new for field in old if field != except_for):
        raise _Unsayable
    return {
        field: value
        for field, value in new.items()
        if field != except_for and (field not in old or old[field] != value)
    }


def _parts(
    old: Mapping[str, Any], new: Mapping[str, Any], module: ModuleID, path: Path, below: Sequence[tuple[str, str]]
) -> Iterator[Write]:
    field, name = below[0]
    held = {part[name]: part for part in old.get(field) or []}
    for part in new.get(field) or []:
        here = (*path, part[name])
        before = held.get(part[name])
        if before == part:
            continue
        if before is None:
            yield Write("PUT", dict(part), here)
            continue
        try:
            yield from list(_writes(before, part, module, here, below[1:]))
        except _Unsayable:
            yield Write("PUT", dict(part), here)


def _new_periods(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Any]:
    """Receivers append them (SES-13): what changes a period that they have can only be said by a PUT."""
    held, present = old.get("charging_periods") or [], new["charging_periods"] or []
    if present[: len(held)] != held:
        raise _Unsayable
    return present[len(held) :]
