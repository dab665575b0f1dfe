"""What a transaction's meter has told, on its page."""

from __future__ import annotations

from ocppbridge.models import Transaction
from roaming.console.home import Panel
from roaming.console.text import number

SHOWN = 30


def of_transaction(one: Transaction) -> Panel:
    """The last first."""
    return Panel(
        "Meter readings, the last first",
        ("At", "Context", "Import Wh", "Export Wh", "Power W", "Current A", "State of charge"),
        [
            (
                f"{row.at:%m-%d %H:%M:%S}",
                row.context or "–",
                number(row.energy_import, 1),
                number(row.energy_export, 1),
                number(row.power, 0),
                number(row.current, 1),
                f"{number(row.soc, 0)} %" if row.soc is not None else "–",
            )
            for row in one.readings.order_by("-at", "-id")[:SHOWN]
        ],
        empty="None came.",
    )
