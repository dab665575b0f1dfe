"""Objects as a particular partner wants them: with null where a field is absent (peers 5), with texts no longer than it
takes (TYP-10), with its own tariffs (TAR-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import inspect


def with_nulls(kind: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with null for every optional field that it leaves out, on every level; unknown fields stay."""
    return _filled(_described(kind), document)


@lru_cache
def _described(kind: Any) -> inspect.StructType:
    described: inspect.Type = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} is no Struct")
    return described


def _filled(kind: inspect.StructType, document: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(document)
    for field in kind.fields:
        filled[field.encode_name] = _value(field.type, document.get(field.encode_name))
    return filled


def _value(kind: inspect.Type, value: Any) -> Any:
    if isinstance(kind, inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return value if value is None or len(inner) != 1 else _value(inner[0], value)
    if isinstance(kind, inspect.StructType) and isinstance(value, Mapping):
        return _filled(kind, value)
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return [_value(kind.item_type, one) for one in value]
    if isinstance(kind, inspect.Metadata):
        return _value(kind.type, value)
    return value


SHORT = {"address": 45, "state": 20, "plain_data": 512}


def with_short_texts(value: Any) -> Any:
    """Everything below it with the lengths that were printed first (TYP-10)."""
    if isinstance(value, list):
        return [with_short_texts(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: one[: SHORT[name]] if name in SHORT and isinstance(one, str) else with_short_texts(one)
        for name, one in value.items()
    }


def with_tariffs(document: Mapping[str, Any], instead: Mapping[str, str]) -> dict[str, Any]:
    """A location, EVSE or connector with other tariffs at its connectors; `instead` has folded ids (TAR-30). What two
    tariffs have become one is named once."""
    shown = dict(document)
    for below in ("evses", "connectors"):
        if isinstance(shown.get(below), list):
            shown[below] = [with_tariffs(one, instead) if isinstance(one, Mapping) else one for one in shown[below]]
    if isinstance(shown.get("tariff_ids"), list):
        named = [instead.get(str(tariff_id).upper(), tariff_id) for tariff_id in shown["tariff_ids"]]
        shown["tariff_ids"] = list(dict.fromkeys(named))
    return shown
