"""One station's turn in the drain: its messages in order, its rows read once, written once at the end.

@records change the turn; `finish` writes. What others must be told (Session, Location) follows from `touched` and
`changed_evses`, after all messages of the turn.
"""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.messages import Metered, Started, TransactionFacts
from ocppbridge.charging.readings import Reading
from ocppbridge.models import Evse, MeterReading, Report, Station, Transaction
from ocppbridge.services import evses, readings, transactions
from ocppbridge.services.transactions import Told


class Turn:
    """See the module's docstring. `received` is when the message in hand came in; `running` is what runs, if known."""

    def __init__(self, station: Station, now: datetime, running: list[Transaction] | None = None) -> None:
        self.station, self.now = station, now
        self.received = now
        self.connection_id = 0
        # Only what comes over the present socket shows that the station is there.
        self.online = False
        self.touched: dict[int, Transaction] = {}
        # Those of which it has just been said whose they are, or that they begin.
        self.began: set[int] = set()
        self.changed_evses: list[Evse] = []
        self._unwritten: set[int] = set()
        if running is None:
            running = transactions.running([station.pk])[station.pk]
        self._known = {row.pk: row for row in running}
        self._readings: list[MeterReading] = []
        self._reports: list[Report] = []

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

    def write_back(self) -> None:
        """Before others look at the rows themselves, and perhaps change them: an answer to a call of ours."""
        self._write()
        self._known = {row.pk: row for row in transactions.running([self.station.pk])[self.station.pk]}

    def advance(self, row: Transaction, message: Told) -> None:
        """Fold a message into a transaction, with its readings."""
        transactions.advance(row, message, self.received)
        self.touched[row.pk] = row
        self._unwritten.add(row.pk)
        if isinstance(message, Started) or (isinstance(message, TransactionFacts) and _names(message)):
            self.began.add(row.pk)
        if isinstance(message, Metered | TransactionFacts):
            self.read(row, message.readings)

    def read(self, row: Transaction, new: tuple[Reading, ...]) -> None:
        """Keep readings of a transaction."""
        self._readings += readings.rows(row, new)

    def report(self, action: str, payload: object, summary: str = "") -> None:
        """Keep an informational message for staff."""
        self._reports.append(
            Report(station=self.station, action=action, at=self.received, summary=summary[:255], payload=payload)
        )

    def _write(self) -> None:
        for pk in self._unwritten:
            self.touched[pk].save(update_fields=transactions.COURSE)
        self._unwritten.clear()

    def finish(self) -> None:
        """Write what the turn has changed."""
        self._write()
        if self._readings:
            readings.save(self._readings)
        if self._reports:
            Report.objects.bulk_create(self._reports)
        if self.online:
            self.changed_evses = evses.refresh(self.station, now=self.now)


def _names(message: TransactionFacts) -> bool:
    return message.token is not None or message.reservation_id is not None
