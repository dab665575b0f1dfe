"""What a PUT or PATCH does to a stored object (COO-03 to COO-15, LOC-06 to LOC-12, SES-11 to SES-13).

Theory: a PATCH is a shallow merge at one level. Fields that it names replace, arrays as a whole; null unsets an
optional field; identifiers never change; last_updated is required and lifts the levels above. Two arrays are not
replaced: the charging periods of a session are appended to, and the EVSEs of a location are merged by uid, for EVSEs
are never deleted. What is older than the EVSE or connector it is about changes nothing (COO-13).

Documents are plain JSON values as sent, unknown fields included, and are never changed in place. What comes out still
has to be decoded: a PATCH can break any rule of the whole object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from roaming.ocpi.errors import InvalidObject, MethodNotAllowed, UnknownParent
from roaming.ocpi.evses import Connector, Evse
from roaming.ocpi.locations import Location
from roaming.ocpi.sessions import Session
from roaming.ocpi.tokens import Token
from roaming.ocpi.types import parse_datetime, same
from roaming.ocpi.versions import ModuleID

Document = dict[str, Any]
Path = tuple[str, ...]  # below the object: () itself, (evse_uid,), (evse_uid, connector_id)

_LEVELS: dict[ModuleID, tuple[type, ...]] = {
    ModuleID.LOCATIONS: (Location, Evse, Connector),
    ModuleID.SESSIONS: (Session,),
    ModuleID.TOKENS: (Token,),
}
_IDENTITY: dict[type, tuple[str, ...]] = {
    Location: ("country_code", "party_id", "id"),
    Evse: ("uid",),
    Connector: ("id",),
    Session: ("country_code", "party_id", "id"),
    Token: ("country_code", "party_id", "uid", "type"),
}
_PARTS = (("evses", "uid"), ("connectors", "id"))  # the list that holds the level below, and what it is named by


def merge(document: Mapping[str, Any], patch: Any, module: ModuleID, path: Path = ()) -> Document:
    """The object after a PATCH at `path`. Raises InvalidObject, UnknownParent, MethodNotAllowed."""
    kind = _kind(module, path)
    moment = _moment(patch)
    held = find_part(document, path)
    if held is None:
        raise UnknownParent()
    if path and parse_datetime(held["last_updated"]) > moment:
        return dict(document)
    return _edit(document, path, lambda part: _patched(kind, part, patch), patch["last_updated"])


def put_part(document: Mapping[str, Any], part: Any, path: Path) -> Document:
    """The location after a PUT of an EVSE or connector: replaced, or added if it is new (LOC-07, LOC-08)."""
    kind = _kind(ModuleID.LOCATIONS, path)
    moment = _moment(part)
    held = find_part(document, path)
    (name,) = _IDENTITY[kind]
    if not _same(part.get(name), path[-1]):
        raise InvalidObject(f"/{name}", "differs from the URL")
    if held is None:
        return _edit(document, path, lambda _: dict(part), part["last_updated"])
    if parse_datetime(held["last_updated"]) > moment:
        return dict(document)
    return _edit(document, path, lambda held: {**part, name: held[name]}, part["last_updated"])


def keep_evses(stored: Mapping[str, Any], new: Mapping[str, Any]) -> Document:
    """The location after a PUT: EVSEs that it no longer names stay, as REMOVED (LOC-06)."""
    given = new.get("evses") or []
    named = {str(evse["uid"]).casefold() for evse in given}
    gone = [evse for evse in stored.get("evses") or [] if evse["uid"].casefold() not in named]
    if not gone:
        return dict(new)
    removed = [
        evse if evse["status"] == "REMOVED" else {**evse, "status": "REMOVED", "last_updated": new["last_updated"]}
        for evse in gone
    ]
    return {**new, "evses": [*given, *removed]}


def find_part(document: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    """The EVSE or connector at `path`; the object itself at ()."""
    part: Mapping[str, Any] | None = document
    for (field, name), wanted in zip(_PARTS, path, strict=False):
        if part is not None:
            part = next((one for one in part.get(field) or [] if _same(one[name], wanted)), None)
    return part


def _edit(
    document: Mapping[str, Any],
    path: Path,
    edit: Callable[[Mapping[str, Any]], Document],
    last_updated: str,
    below: Sequence[tuple[str, str]] = _PARTS,
) -> Document:
    """`document` with the part at `path` edited and last_updated lifted on the way up (LOC-11, LOC-12)."""
    if not path:
        return edit(document)
    field, name = below[0]
    parts = list(document.get(field) or [])
    index = next((index for index, one in enumerate(parts) if _same(one[name], path[0])), len(parts))
    if index == len(parts) and len(path) > 1:
        raise UnknownParent()
    held = parts[index] if index < len(parts) else {}
    parts[index : index + 1] = [_edit(held, path[1:], edit, last_updated, below[1:])]
    lifted = max(document["last_updated"], last_updated, key=parse_datetime)
    return {**document, field: parts, "last_updated": lifted}


def _patched(kind: type, part: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    result = dict(part)
    for field, value in patch.items():
        if value is None and field in _required(kind):
            raise InvalidObject(f"/{field}", "is required and cannot be unset")  # COO-15
        if field in _IDENTITY[kind]:
            if not _same(value, part[field]):
                raise InvalidObject(f"/{field}", "never changes")  # COO-14, S28
        elif kind is Location and field == "evses":
            result[field] = _evses(part.get(field) or [], value or [], patch["last_updated"])
        elif kind is Session and field == "charging_periods":
            result[field] = _periods(part.get(field) or [], value or [])
        elif value is None:
            result.pop(field, None)
        else:
            result[field] = value
    return result


def _evses(stored: list[Any], given: Any, last_updated: str) -> list[Any]:
    """COO-11: merged by uid; those not named stay as they are."""
    if not isinstance(given, list) or not all(isinstance(evse, Mapping) and "uid" in evse for evse in given):
        raise InvalidObject("/evses", "expected EVSEs with their uid")
    result = list(stored)
    for evse in given:
        index = next((index for index, one in enumerate(result) if _same(evse["uid"], one["uid"])), len(result))
        changes = {"last_updated": last_updated, **evse}
        result[index : index + 1] = [_patched(Evse, result[index], changes) if index < len(result) else changes]
    return result


def _periods(stored: list[Any], given: Any) -> list[Any]:
    """SES-13: appended; a period that starts when a stored one does replaces it, so that a repeat does not double."""
    if not isinstance(given, list):
        raise InvalidObject("/charging_periods", "expected a list")
    result = list(stored)
    places = {_start(period): index for index, period in enumerate(stored)}
    for period in given:
        index = places.setdefault(_start(period), len(result))
        result[index : index + 1] = [period]
    return result


def _start(period: Any) -> datetime:
    try:
        return parse_datetime(period["start_date_time"])
    except (TypeError, KeyError, ValueError):
        raise InvalidObject("/charging_periods", "a period has no usable start_date_time") from None


def _moment(document: Any) -> datetime:
    """COO-05: a partial object says when it was made."""
    if not isinstance(document, Mapping):
        raise InvalidObject("", "expected an object")
    if document.get("last_updated") is None:
        raise InvalidObject("/last_updated", "the required field is missing")
    try:
        return parse_datetime(document["last_updated"])
    except ValueError as error:
        raise InvalidObject("/last_updated", str(error)) from None


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and same(one, other)


def _kind(module: ModuleID, path: Path) -> type:
    levels = _LEVELS.get(module, ())
    if len(path) >= len(levels):
        raise MethodNotAllowed(f"{module} cannot be changed in parts here")
    return levels[len(path)]


@lru_cache
def _required(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if field.required)
