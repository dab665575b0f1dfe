"""A decision: a place where the specifications leave room and the hub must behave in one way.

The value comes from the register (hub, partner or station); the code that applies one is marked `# decision: <ID>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")


class Kind(StrEnum):
    """Why there is something to decide."""

    SPEC_SILENT = "SPEC-SILENT"
    VENDOR_DEPENDENT = "VENDOR-DEPENDENT"
    POLICY_DEPENDENT = "POLICY-DEPENDENT"


class Scope(StrEnum):
    """For whom a value holds; the narrowest wins."""

    HUB = "hub"
    PARTNER = "partner"
    STATION = "station"


class Feature(StrEnum):
    """What a hub has to use before a decision concerns it."""

    ALWAYS = "always"
    PLATFORMS = "platforms"
    STATIONS = "stations"


class InvalidValue(ValueError):
    """The value is not one of the decision's options; the message lists them."""


@dataclass(frozen=True)
class Decision:
    id: str
    kind: Kind
    title: str
    section: str
    question: str
    options: Mapping[str, str]  # value -> meaning
    default: str
    applied_in: str  # dotted module that carries `# decision: <ID>`
    reached: str = Feature.ALWAYS
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset({Scope.HUB}))
    free: Callable[[str], None] | None = None  # accepts further values, of a number for instance

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id) or len(self.id) > 60:
            raise ValueError(f"{self.id!r} is not an id in UPPER-KEBAB")
        if Scope.HUB not in self.scopes:
            raise ValueError(f"{self.id}: a decision can always be taken for the whole hub")
        if self.reached not in set(Feature):
            raise ValueError(f"{self.id}: reached {self.reached!r} is no feature")
        self.check(self.default)

    def check(self, value: str) -> None:
        """Raise InvalidValue unless this decision can have the value."""
        if value in self.options:
            return
        if self.free is None:
            raise InvalidValue(f"{self.id} must be one of {', '.join(self.options)}")
        try:
            self.free(value)
        except ValueError as error:
            closed = f" or one of {', '.join(self.options)}" if self.options else ""
            raise InvalidValue(f"{self.id} must be {error}{closed}") from error

    def allows(self, value: str) -> bool:
        try:
            self.check(value)
        except InvalidValue:
            return False
        return True


def between(least: str, most: str, unit: str = "") -> Callable[[str], None]:
    """A validator for a number, whole or with decimals, both bounds included."""
    low, high = Decimal(least), Decimal(most)

    def check(value: str) -> None:
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not low <= number <= high:
            raise ValueError(" ".join(filter(None, [f"a number from {least} to {most}", unit])))

    return check
