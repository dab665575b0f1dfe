"""Every decision of this hub, by id. A duplicate is refused at import."""

from __future__ import annotations

from roaming.decisions.decision import Decision

REGISTRY: dict[str, Decision] = {}


class UnknownDecision(KeyError):
    """No decision has this id."""

    def __str__(self) -> str:
        return f"there is no decision {self.args[0]}"


def register(decision: Decision) -> Decision:
    if decision.id in REGISTRY:
        raise ValueError(f"{decision.id} is registered twice")
    REGISTRY[decision.id] = decision
    return decision


def every() -> list[Decision]:
    return sorted(REGISTRY.values(), key=lambda decision: decision.id)


def get(decision_id: str) -> Decision:
    try:
        return REGISTRY[decision_id]
    except KeyError:
        raise UnknownDecision(decision_id) from None
