"""Desired configuration: where a station's settings differ from what is wanted, and the writes that mend it (B05).

Rule: values are compared by meaning where the meaning is sure: numbers as numbers, booleans without regard to case,
lists without regard to order. What the station calls read-only, or would refuse by its own word, is shown and never
written. A station that refuses, or takes a value and does not keep it, is tried again ever later and at last left to
staff: nothing loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from ocppbridge.charging.device_model import Setting
from ocppbridge.charging.intents import Variable
from ocppbridge.charging.readings import number

# How long after the first, second, … write the next one may follow; after the last nothing is written by itself.
PATIENCE: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=12))
_LISTS: Final = frozenset({"OptionList", "MemberList", "SequenceList"})


class Kind(StrEnum):
    """In which way a setting is not as wanted."""

    DIFFERENT = "different"
    LOCKED = "different, and read-only"
    UNFIT = "different, and not a value that the station takes"
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
            drifts.append(Drift(variable, value, setting.value, _kind(value, setting)))
    return drifts


def takes(setting: Setting, value: str) -> bool:
    """Whether a value is within what the station says of the setting; what it does not say is not held against it."""
    if setting.choices and setting.data_type in _LISTS:
        chosen = _items(value) if setting.data_type != "OptionList" else {value.strip()}
        return chosen <= {choice.strip() for choice in setting.choices}
    if setting.data_type == "boolean":
        return value.strip().lower() in ("true", "false")
    if setting.data_type in ("integer", "decimal"):
        amount = number(value)
        if amount is None or (setting.data_type == "integer" and amount != amount.to_integral_value()):
            return False
        return (setting.least is None or setting.least <= amount) and (setting.most is None or amount <= setting.most)
    return setting.most is None or len(value) <= setting.most  # of texts maxLimit is the longest length


def _kind(value: str, setting: Setting) -> Kind:
    if not setting.writable:
        return Kind.LOCKED
    return Kind.DIFFERENT if takes(setting, value) else Kind.UNFIT


def mend(drifts: Iterable[Drift]) -> list[tuple[Variable, str]]:
    """What can be written, with the values to write."""
    return [(one.variable, one.wanted) for one in drifts if one.kind is Kind.DIFFERENT]


def patience(writes: int) -> timedelta | None:
    """How long to wait after so many writes that did not help; None: staff must look."""
    return PATIENCE[writes - 1] if writes <= len(PATIENCE) else None


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
