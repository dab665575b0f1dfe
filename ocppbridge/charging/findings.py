"""What is odd about a transaction: found while its messages are applied, shown to staff, and some of it holds the CDR
(S42)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# With one of these the figures themselves are in doubt, so nothing is billed before somebody has looked.
HOLDING: Final = frozenset(
    {
        "CLOCK",
        "END_BEFORE_START",
        "METER_BACKWARDS",
        "METER_IMPLAUSIBLE",
        "METER_JUMP",
        "METER_NEGATIVE",
        "METER_RESET",
        "NO_METER",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One oddity; the code is stable, the text is for people."""

    code: str
    text: str = ""

    @property
    def holds(self) -> bool:
        """Whether the CDR waits for staff."""
        return self.code in HOLDING


def with_findings(known: tuple[Finding, ...], new: Iterable[Finding | None]) -> tuple[Finding, ...]:
    """The findings and new ones; the first of each code stays, since it tells where it began."""
    seen = {finding.code for finding in known}
    added = {finding.code: finding for finding in reversed([*filter(None, new)]) if finding.code not in seen}
    return (*known, *reversed(added.values()))
