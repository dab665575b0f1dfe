"""What holds for each decision, read in two queries for the register's page."""

from __future__ import annotations

from dataclasses import dataclass, field

from roaming.decisions import Decision, Scope, every
from roaming.models import DecisionValue, Platform
from roaming.services.decisions import open_questions


@dataclass
class Chosen:
    """One chosen value with its words for people."""

    row: DecisionValue
    whom: str
    counts: bool

    @property
    def withdraw(self) -> str:
        """What the button posts."""
        return f"{self.row.scope}|{self.row.scope_key}"


@dataclass
class Holding:
    """One decision with everything chosen for it."""

    decision: Decision
    open: bool
    chosen: list[Chosen] = field(default_factory=list)

    @property
    def hub(self) -> str:
        """The value in force for the whole hub."""
        own = [one.row.value for one in self.chosen if one.row.scope == Scope.HUB and one.counts]
        return own[0] if own else self.decision.default

    @property
    def decided(self) -> bool:
        """Whether somebody chose it: a shipped default does not count."""
        return any(one.row.scope == Scope.HUB and one.counts for one in self.chosen)

    @property
    def own_value(self) -> str:
        """What may be chosen besides the options, in words."""
        free = self.decision.free
        try:
            return "" if free is None else str(free("") or "any value")
        except ValueError as problem:
            return str(problem)

    @property
    def others(self) -> list[Chosen]:
        """For partners and stations."""
        return [one for one in self.chosen if one.row.scope != Scope.HUB]


def summary() -> list[Holding]:
    """The whole register, open ones first."""
    still_open = {one.id for one in open_questions()}
    names = {str(pk): name for pk, name in Platform.objects.values_list("pk", "name")}
    found = {one.id: Holding(one, one.id in still_open) for one in every()}
    for row in DecisionValue.objects.order_by("scope", "scope_key"):
        if row.decision_id in found:
            holding = found[row.decision_id]
            holding.chosen.append(_chosen(row, holding.decision, names))
    return sorted(found.values(), key=lambda one: (not one.open, one.decision.id))


def holdings(decision: Decision) -> Holding:
    """One of them."""
    return next(one for one in summary() if one.decision.id == decision.id)


def _chosen(row: DecisionValue, decision: Decision, names: dict[str, str]) -> Chosen:
    match row.scope:
        case Scope.HUB:
            whom = "the whole hub"
        case Scope.PARTNER:
            whom = f"platform {names.get(row.scope_key, row.scope_key)}"
        case _:
            whom = f"station {row.scope_key}"
    return Chosen(row, whom, Scope(row.scope) in decision.scopes and decision.allows(row.value))
