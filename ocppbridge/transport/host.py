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

    __slots__ = ("_connection_id", "_station_id", "n", "shard")

    def __init__(self, account: Account, connection_id: int) -> None:
        self._station_id, self.shard, self._connection_id, self.n = account.station_id, account.shard, connection_id, 0

    def entry(
        self,
        now: datetime,
        direction: int,
        kind: int,
        message_id: str,
        action: str,
        body: str,
        error: str = "",
        shard: int = NOT_DRAINED,
        priority: int = 0,
        n: int = 0,
    ) -> Entry:
        """The next entry, or that of the number that was taken for it when its frame came."""
        if not n:
            self.n = n = self.n + 1
        return tuple.__new__(
            Entry,
            (
                now, self._station_id, self._connection_id, n, direction, kind, message_id, action, body, error,
                shard, priority,
            ),
        )  # fmt: skip
