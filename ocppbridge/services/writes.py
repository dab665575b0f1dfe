"""What the turns of many stations have changed, written together: one statement for each kind of row."""

from __future__ import annotations

from typing import Any, Final

from ocppbridge.models import Connector, Evse, MeterReading, Report, Transaction
from ocppbridge.services import bulk, transactions

CONNECTOR: Final = ("state", "error_code", "info", "vendor_error_code", "state_at")
EVSE: Final = ("status", "status_at")


class Writes:
    """Rows that wait to be written; the last state of each."""

    def __init__(self) -> None:
        self._transactions: dict[int, Transaction] = {}
        self._connectors: dict[int, Connector] = {}
        self._evses: dict[int, Evse] = {}
        self._readings: list[dict[str, Any]] = []
        self._reports: list[Report] = []

    def transaction(self, row: Transaction) -> None:
        """Its course has gone on."""
        self._transactions[row.pk] = row

    def connector(self, row: Connector) -> None:
        """Its state has been told."""
        self._connectors[row.pk] = row

    def evse(self, row: Evse) -> None:
        """Its status follows."""
        self._evses[row.pk] = row

    def readings(self, rows: list[dict[str, Any]]) -> None:
        """Of a transaction."""
        self._readings += rows

    def report(self, row: Report) -> None:
        """For staff."""
        self._reports.append(row)

    def flush(self) -> None:
        """Write everything; then there is nothing to write."""
        if self._transactions:
            for row in self._transactions.values():
                transactions.fill(row)
            bulk.update(self._transactions.values(), transactions.COURSE)
        bulk.update(self._connectors.values(), CONNECTOR)
        bulk.update(self._evses.values(), EVSE)
        bulk.insert(MeterReading, self._readings)
        if self._reports:
            Report.objects.bulk_create(self._reports)
        for kind in (self._transactions, self._connectors, self._evses, self._readings, self._reports):
            kind.clear()
