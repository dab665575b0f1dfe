"""What each version puts into words of its own; `v16.Station16` and `v2.Station2` do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime

from ocppbridge.simulator.evse import Charge, Evse, Permit
from ocppbridge.simulator.wire import Payload


class Words(ABC):
    """Everything that a station says about itself, and its answers."""

    @abstractmethod
    def boot(self, now: datetime) -> None:
        """Say BootNotification; its answer comes back through `booted`."""

    @abstractmethod
    def ask_permission(self, evse: Evse, permit: Permit) -> None:
        """Say Authorize; an accepting answer comes back through `permit`."""

    @abstractmethod
    def say_states(self, now: datetime) -> None:
        """Say the state of every EVSE that changed since it was said last."""

    @abstractmethod
    def say_start(self, evse: Evse, charge: Charge) -> None:
        """Say that a transaction began."""

    @abstractmethod
    def say_sample(self, evse: Evse, charge: Charge, at: datetime) -> None:
        """Say a periodic meter value."""

    @abstractmethod
    def say_charging_state(self, evse: Evse, charge: Charge, at: datetime) -> None:
        """Say that charging was suspended or went on."""

    @abstractmethod
    def say_steered(self, evse: Evse, charge: Charge, mode: str | None, at: datetime) -> None:
        """Say that the car does something else than before (2.1)."""

    @abstractmethod
    def say_end(self, evse: Evse, charge: Charge, reason: str, at: datetime) -> None:
        """Say that a transaction ended."""

    @abstractmethod
    def answer(self, action: str, payload: Payload, now: datetime) -> Payload | None:
        """Our answer to a CALL of the hub; None if this station does not know the action."""
