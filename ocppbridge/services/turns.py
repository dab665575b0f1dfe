"""One station's turn in the drain: its messages in order, its rows read once, written once at the end.

@records change the turn; `finish` writes. What others must be told (Session, Location) follows from `touched` and
`changed_evses`, after all messages of the turn.
"""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.messages import Ended, Metered, Started, TransactionFacts
from ocppbridge.charging.readings import Reading
from ocppbridge.models import Evse, Report, Station, Transaction
from ocppbridge.services import evses, readings, transactions
from ocppbridge.services.transactions import Told
from ocppbridge.services.writes import Writes


class Turn:
    """See the module's docstring. `received` is when the message in hand came in; `running` is what runs, if known.

    `out` is what writes, perhaps together with the turns of other stations.
    """

    def __init__(
        self,
        station: Station,
        now: datetime,
        running: list[Transaction] | None = None,
        out: Writes | None = None,
    ) -> None:
        self.station, self.now, self.out = station, now, out or Writes()
        self.received = now
        self.connection_id = 0
        # Only what comes over the present socket shows that the station is there.
        self.online = False
        self.touched: dict[int, Transaction] = {}
        # Those of which it has just been said whose they are, or that they begin.
        self.began: set[int] = set()
        self.changed_evses: list[Evse] = []
        if running is None:
            running = transactions.running([station.pk])[station.pk]
        self._read: dict[int, Transaction] | None = {row.pk: row for row in running}

    def hear(self, connection_id: int, at: datetime) -> None:
        """The next message, from this connection, received then."""
        self.received, self.connection_id = at, connection_id
        self.online = self.online or connection_id == self.station.connection_id

    def transaction(self, told: str | None) -> Transaction | None:
        """By the station's word for it."""
        if told is None:
            return None
        for row in self._known.values():
            if told == (row.transaction_id or str(row.wire_id)):
                return self.known(row)
        found = transactions.find(self.station.pk, told)
        return None if found is None else self.known(found)

    def known(self, row: Transaction) -> Transaction:
        """The turn's own copy of a row."""
        row = self._known.setdefault(row.pk, row)
        if row._state.fields_cache.get("station") is not self.station:
            row.station = self.station
        return row

    @property
    def speaks_numbers(self) -> bool:
        """Whether the station knows its transactions by numbers of ours (1.6)."""
        return self.station.subprotocol == "ocpp1.6"

    def running_at(self, evse_number: int) -> Transaction | None:
        """What runs on an EVSE: a vehicle stands there once, so what began last."""
        rows = self.all_at(evse_number)
        return self.known(rows[-1]) if rows else None

    def all_at(self, evse_number: int) -> list[Transaction]:
        """What runs on an EVSE, the latest start last; more than one only where an end got lost."""
        running = Transaction.State.RUNNING
        rows = [row for row in self._known.values() if row.state == running and row.evse_number == evse_number]
        return sorted(rows, key=lambda row: (row.started_at, row.pk))

    def own_of(self, message: Ended) -> Transaction | None:
        """A stop without a number of ours (field quirk 7): the one running transaction of the same card, if certain."""
        if message.token is None:
            return None
        token, running = message.token.folded(), Transaction.State.RUNNING
        rows = [row for row in self._known.values() if row.state == running and row.started_at <= message.at]
        same = [row for row in rows if row.id_token.casefold() == token]
        return self.known(same[0]) if len(same) == 1 else None

    def write_back(self) -> None:
        """Before others look at the rows themselves, and perhaps change them: an answer to a call of ours."""
        self.out.flush()
        self._read = None

    @property
    def _known(self) -> dict[int, Transaction]:
        """Read again where somebody else may have changed them, when they are asked for."""
        if self._read is None:
            self._read = {row.pk: row for row in transactions.running([self.station.pk])[self.station.pk]}
        return self._read

    def advance(self, row: Transaction, message: Told) -> None:
        """Fold a message into a transaction, with its readings."""
        transactions.fold(row, message, self.received)
        self.touched[row.pk] = row
        self.out.transaction(row)
        if isinstance(message, Started) or (isinstance(message, TransactionFacts) and _names(message)):
            self.began.add(row.pk)
        if isinstance(message, Metered | TransactionFacts):
            self.read(row, message.readings)

    def read(self, row: Transaction, new: tuple[Reading, ...]) -> None:
        """Keep readings of a transaction."""
        self.out.readings(readings.rows(row, new))

    def report(self, action: str, payload: object, summary: str = "") -> None:
        """Keep an informational message for staff."""
        self.out.report(
            Report(station=self.station, action=action, at=self.received, summary=summary[:255], payload=payload)
        )

    def finish(self) -> None:
        """Everything has been said: what follows for the EVSEs. Written by `out.flush`."""
        if self.online:
            self.changed_evses = evses.refresh(self.station, now=self.now)
            for evse in self.changed_evses:
                self.out.evse(evse)


def _names(message: TransactionFacts) -> bool:
    return message.token is not None or message.reservation_id is not None
