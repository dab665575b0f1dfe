"""The one hole in the wall between OCPI and OCPP: what a hosted party's operator can be asked.

``ocppbridge`` sets ``operator`` when Django starts; unset, every party is remote and commands for a hosted party are
answered NOT_SUPPORTED. ``roaming`` never imports ``ocppbridge``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from roaming.models import Cdr, Command


@dataclass(frozen=True)
class Acceptance:
    """The operator's synchronous word on a command (CMD-02): a CommandResponseType, and how long a result may take."""

    response: str
    timeout: int = 30
    message: str = ""
    unknown_location: bool = False
    """The envelope then says 2003 beside REJECTED (CMD-09)."""


class LocalOperator(Protocol):
    """Called inside the transaction that stores the command, so that the call to the station and it commit together."""

    def accept(self, command: Command) -> Acceptance:
        """Decide on the command and queue the call that it becomes; never waits for the station."""


class NoOperator:
    """What stands here while no station side is installed."""

    def accept(self, command: Command) -> Acceptance:
        """Nobody here can carry it out."""
        return Acceptance("NOT_SUPPORTED", message=f"{command.receiver} has no stations here")


operator: LocalOperator = NoOperator()


class CannotReplace(ValueError):
    """A CDR that cannot be made anew; the message says why, for staff."""


class LocalBiller(Protocol):
    """Who makes the CDRs of hosted parties, and can take one back."""

    def take_back(self, cdr: Cdr, now: datetime, *, anew: bool) -> tuple[Cdr, Cdr | None]:
        """The credit of a CDR that is out, and with `anew` its replacement as it is computed now. Raises
        CannotReplace."""


class NoBiller:
    """What stands here while no station side is installed."""

    def take_back(self, cdr: Cdr, now: datetime, *, anew: bool) -> tuple[Cdr, Cdr | None]:
        """Nobody here has made it."""
        raise CannotReplace(f"{cdr} was not made by this hub")


biller: LocalBiller = NoBiller()
