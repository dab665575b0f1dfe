"""What a station keeps over a reconnect: its local list and the certificates that were installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ocppbridge.charging.charging_profiles import Installed
from ocppbridge.simulator.till import Till
from ocppbridge.simulator.upkeep import Upkeep

if TYPE_CHECKING:
    from ocppbridge.simulator.two_way import Steered

Entry = Mapping[str, Any]


@dataclass
class Memory:
    """The list by token in small letters: whether it may charge; certificates as hash data with their use."""

    version: int = 0
    tokens: dict[str, bool] = field(default_factory=dict)
    installed: list[Installed] = field(default_factory=list)
    """Charging profiles at their places."""
    certificates: list[tuple[str, Entry]] = field(default_factory=list)
    steered: dict[int, Steered] = field(default_factory=dict)
    """By EVSE: what cars that can give energy back were told to do."""
    millihertz: int = 50_000
    """The grid's frequency here."""
    support: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Controls of grid support, as they were set."""

    upkeep: Upkeep = field(default_factory=Upkeep)
    till: Till = field(default_factory=Till)

    def admits(self, id_token: str) -> bool:
        return self.tokens.get(id_token.casefold(), False)

    def replace(self, version: int, entries: Iterable[tuple[str, bool | None]]) -> None:
        """The whole list."""
        self.tokens.clear()
        self.change(version, entries)

    def change(self, version: int, entries: Iterable[tuple[str, bool | None]]) -> None:
        """Some entries; None takes one off."""
        self.version = version
        for token, allowed in entries:
            if allowed is None:
                self.tokens.pop(token.casefold(), None)
            else:
                self.tokens[token.casefold()] = allowed
