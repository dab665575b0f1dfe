"""The values that hold now: rows over the register's defaults. One query, at most two seconds old in each process."""

from __future__ import annotations

import time

from roaming.decisions import Choices, Key, Scope
from roaming.models import DecisionValue

MAX_AGE = 2.0  # seconds

_held: tuple[float, Choices] | None = None


def choices() -> Choices:
    global _held
    held = _held
    if held is None or time.monotonic() - held[0] > MAX_AGE:
        held = _held = (time.monotonic(), Choices(chosen()))
    return held[1]


def chosen() -> dict[Key, str]:
    """Every chosen value as it stands in the database."""
    rows = DecisionValue.objects.values_list("scope", "scope_key", "decision_id", "value")
    return {(Scope(scope), key, decision_id): value for scope, key, decision_id, value in rows}


def choose(decision_id: str, value: str, *, scope: str = "hub", key: str = "", reason: str = "", by: str = "") -> None:
    """Write a value; it holds here at once and elsewhere within MAX_AGE."""
    DecisionValue.objects.update_or_create(
        decision_id=decision_id, scope=scope, scope_key=key, defaults={"value": value, "reason": reason, "decided_by": by}
    )
    forget()


def forget() -> None:
    global _held
    _held = None
