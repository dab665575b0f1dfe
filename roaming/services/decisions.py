"""Chosen values of the decision register: read into `Choices`, written by staff, checked before a strict start.

Pure code never reads them: whoever calls it passes the value. Reading costs one query, at most two seconds old.
"""

from __future__ import annotations

from time import monotonic

from roaming.decisions import REGISTRY, Choices, Decision, Feature, InvalidValue, Key, Scope, get, invalid, undecided
from roaming.models import DecisionValue, Party, Platform

MAX_AGE = 2.0  # seconds

_held: tuple[float, Choices] | None = None


def choices() -> Choices:
    """The values in force; a change reaches every process within MAX_AGE."""
    global _held
    held = _held
    if held is None or monotonic() - held[0] > MAX_AGE:
        held = _held = (monotonic(), Choices(chosen()))
    return held[1]


def forget() -> None:
    """Let the next `choices()` read the database."""
    global _held
    _held = None


def chosen() -> dict[Key, str]:
    """Every chosen value as it stands in the database."""
    rows = DecisionValue.objects.values_list("scope", "scope_key", "decision_id", "value")
    return {(Scope(scope), key, decision_id): value for scope, key, decision_id, value in rows}


def choose(
    decision_id: str, value: str, *, scope: str = Scope.HUB, key: str = "", reason: str = "", by: str = ""
) -> DecisionValue:
    """Record a choice. Raises UnknownDecision or InvalidValue with words for the person who chose."""
    check(decision_id, value, scope, key)
    row, _ = DecisionValue.objects.update_or_create(
        decision_id=decision_id,
        scope=scope,
        scope_key=key,
        defaults={"value": value, "decided_by": by, "reason": reason},
    )
    forget()
    return row


def check(decision_id: str, value: str, scope: str, key: str) -> None:
    decision = get(decision_id)
    decision.check(value)
    if scope not in decision.scopes:
        raise InvalidValue(f"{decision_id} is decided per {' or '.join(sorted(decision.scopes))}, not per {scope}")
    if (scope == Scope.HUB) != (key == ""):
        raise InvalidValue(f"a value per {scope} {'has no' if key else 'needs the'} name of one")


def withdraw(decision_id: str, *, scope: str = Scope.HUB, key: str = "") -> bool:
    """Back to the wider scope or the default."""
    removed, _ = DecisionValue.objects.filter(decision_id=decision_id, scope=scope, scope_key=key).delete()
    forget()
    return bool(removed)


def features() -> set[str]:
    """What this hub uses by now: a decision that nothing reaches need not be taken."""
    found: set[str] = {Feature.ALWAYS}
    if Platform.objects.exists():
        found.add(Feature.PLATFORMS)
    if Party.objects.filter(platform=None).exclude(role=Party.Role.HUB).exists():
        found.add(Feature.STATIONS)
    return found


def open_questions() -> list[Decision]:
    """What a strict start refuses to go without."""
    return undecided(REGISTRY, chosen(), features())


def broken() -> list[Key]:
    """Chosen values that their decision does not allow (any more)."""
    return invalid(chosen())
