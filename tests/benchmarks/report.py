"""A row of the table, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One target: the ratio measured, what it is to be, the figures behind it, and what the peer does not do."""

    what: str
    peer: str
    ratio: float
    relation: str
    target: float
    figures: str
    peer_lacks: str

    @property
    def met(self) -> bool:
        """Whether the target was met in this run."""
        return self.ratio >= self.target if self.relation == ">=" else self.ratio <= self.target


def show(rows: Sequence[Row]) -> int:
    """Print the table; the exit status."""
    table = Table(title="Ratios within this run", show_lines=False)
    for name in ("what", "against", "ratio", "target", "", "figures", "what the peer does not do"):
        table.add_column(name, overflow="fold")
    for row in rows:
        ratio, target = f"{row.ratio:.3g}×", f"{'≥' if row.relation == '>=' else '≤'} {row.target:.3g}×"
        table.add_row(row.what, row.peer, ratio, target, "ok" if row.met else "MISSED", row.figures, row.peer_lacks)
    Console(width=180).print(table)
    return 0 if all(row.met for row in rows) else 1
