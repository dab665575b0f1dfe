"""Desired configuration: where a station's settings differ from what is wanted, and the writes that mend it (B05).

Rule: values are compared by meaning where the meaning is sure: numbers as numbers, booleans without regard to case,
lists without regard to order. What the station calls read-only is shown and never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ocppbridge.charging.batches import batches
from ocppbridge.charging.device_model import Setting
from ocppbridge.charging.intents import Variable, WriteVariables
from ocppbridge.charging.readings import number


class Kind(StrEnum):
    """In which way a setting is not as wanted."""

    DIFFERENT = "different"
    LOCKED = "different, and read-only"
    UNKNOWN = "not reported by the station"


@dataclass(frozen=True, slots=True)
class Drift:
    """One setting that is not as wanted."""

    variable: Variable
    wanted: str
    found: str | None
    kind: Kind


def drift(wanted: Mapping[Variable, str], found: Iterable[Setting]) -> list[Drift]:
    """The settings that are not as wanted, in the order in which they are wanted."""
    known = {setting.variable: setting for setting in found}
    drifts = []
    for variable, value in wanted.items():
        setting = known.get(variable)
        if setting is None:
            drifts.append(Drift(variable, value, None, Kind.UNKNOWN))
        elif not same(value, setting.value):
            kind = Kind.DIFFERENT if setting.writable else Kind.LOCKED
            drifts.append(Drift(variable, value, setting.value, kind))
    return drifts


def mend(
    drifts: Iterable[Drift], most_items: int | None = 1, most_bytes: int | None = None
) -> Iterator[WriteVariables]:
    """The writes, within what a message of this station takes. One setting a write is what 1.6 needs."""
    writes = [(one.variable, one.wanted) for one in drifts if one.kind is Kind.DIFFERENT]
    for batch in batches(writes, most_items, most_bytes, lambda write: len(write[1]) + len(write[0].name) + 150):
        yield WriteVariables(batch)


def same(one: str, other: str | None) -> bool:
    """Whether two values mean the same."""
    if other is None:
        return False
    if one.strip() == other.strip() or {one.lower(), other.lower()} in ({"true"}, {"false"}):
        return True
    first, second = number(one), number(other)
    if first is not None and second is not None and "," not in one + other:
        return first == second
    return "," in one and _items(one) == _items(other)


def _items(text: str) -> frozenset[str]:
    return frozenset(item.strip() for item in text.split(","))
