"""Which value holds: station before partner before hub before the shipped default.

`Choices` is an immutable view over chosen values. A chosen value that its decision no longer allows (an old row after
an upgrade) does not count; `invalid` finds those for the check at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal

from roaming.decisions.decision import Decision, Feature, Scope
from roaming.decisions.registry import REGISTRY, UnknownDecision

Key = tuple[Scope, str, str]  # scope, scope key ("" for the hub), decision id


class Choices:
    def __init__(self, chosen: Mapping[Key, str] | None = None, registry: Mapping[str, Decision] = REGISTRY) -> None:
        self._registry = registry
        self._chosen = {key: value for key, value in (chosen or {}).items() if counts(key, value, registry)}

    def value(self, decision_id: str, *, station: str | None = None, partner: str | None = None) -> str:
        if decision_id not in self._registry:
            raise UnknownDecision(decision_id)
        for scope, key in ((Scope.STATION, station), (Scope.PARTNER, partner), (Scope.HUB, "")):
            found = None if key is None else self._chosen.get((scope, key, decision_id))
            if found is not None:
                return found
        return self._registry[decision_id].default

    def number(self, decision_id: str, *, station: str | None = None, partner: str | None = None) -> Decimal:
        return Decimal(self.value(decision_id, station=station, partner=partner))

    def holding(self, decision_id: str, value: str) -> tuple[bool, frozenset[str]]:
        """Whether a value holds for the hub, and the stations for which that is otherwise."""
        everywhere = self.value(decision_id) == value
        others = (
            key
            for (scope, key, about), chosen in self._chosen.items()
            if scope is Scope.STATION and about == decision_id and (chosen == value) is not everywhere
        )
        return everywhere, frozenset(others)

    def decided(self, decision_id: str) -> bool:
        """Has somebody chosen for the whole hub? A shipped default does not count."""
        return (Scope.HUB, "", decision_id) in self._chosen


def counts(key: Key, value: str, registry: Mapping[str, Decision] = REGISTRY) -> bool:
    scope, _, decision_id = key
    decision = registry.get(decision_id)
    return decision is not None and scope in decision.scopes and decision.allows(value)


def invalid(chosen: Mapping[Key, str], registry: Mapping[str, Decision] = REGISTRY) -> list[Key]:
    return sorted(key for key, value in chosen.items() if not counts(key, value, registry))


def undecided(
    registry: Mapping[str, Decision], chosen: Mapping[Key, str], features: AbstractSet[str]
) -> list[Decision]:
    """What a hub that uses `features` still has to decide for itself, by id."""
    choices = Choices(chosen, registry)
    reached = {*features, Feature.ALWAYS}
    return [one for _, one in sorted(registry.items()) if one.reached in reached and not choices.decided(one.id)]
