"""What a conversation needs of whoever owns its socket, and what it writes with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ocppbridge.services.accounts import Account
from ocppbridge.transport.journal import NOT_DRAINED, Entry, Unit
from roaming.decisions import Choices

if TYPE_CHECKING:
    from ocppbridge.transport.dialogue import Question


class Host(Protocol):
    """Who owns the socket."""

    @property
    def choices(self) -> Choices:
        """The decisions in force."""

    def journal(self, unit: Unit) -> None:
        """Write it; `unit.done` is called after the COMMIT."""

    def say(self, text: str) -> None:
        """Send it to the station."""

    def ask(self, question: Question) -> None:
        """Answer it from data, then call `Dialogue.decided`."""

    def unanswered(self, call_id: str, sent: bool) -> None:
        """A call of ours has ended without an answer."""

    def give_up(self, code: int, reason: str) -> None:
        """Close the socket."""


class Scribe:
    """Makes the journal entries of one connection; `n` counts them in the order received or sent."""

    __slots__ = ("_account", "_connection_id", "_n")

    def __init__(self, account: Account, connection_id: int) -> None:
        self._account, self._connection_id, self._n = account, connection_id, 0

    def entry(
        self,
        now: datetime,
        direction: int,
        kind: int,
        message_id: str,
        action: str,
        body: str,
        error: str = "",
        *,
        drained: bool = False,
    ) -> Entry:
        """The next entry."""
        self._n += 1
        shard = self._account.shard if drained else NOT_DRAINED
        return Entry(
            now, self._account.station_id, self._connection_id, self._n, direction, kind, message_id, action, body,
            error, shard,
        )  # fmt: skip
