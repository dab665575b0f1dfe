"""What a station's words about its firmware come to (L01; 1.6: Idle to Installed).

    asked ── accepted ──► under way ──► installed ──► done       the station has booted with the wanted version
      └─ refused              ├─► failed, cancelled   └─► failed  it has booted with another one
                              └─► done                            where no version is wanted

Rule: Installed alone proves nothing when a version is wanted: some stations say it before they boot, some after. A
boot with another version counts against an update only once the station has said Installed, for some boot in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ocppbridge.charging.outcomes import Accepted, Outcome


class State(StrEnum):
    """How far an update is."""

    ASKED = "asked"
    UNDER_WAY = "under way"
    INSTALLED = "installed"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    SILENT = "silent"


OPEN: Final = (State.ASKED, State.UNDER_WAY, State.INSTALLED)
FAILURES: Final = frozenset({"DownloadFailed", "InstallationFailed", "InstallVerificationFailed", "InvalidSignature"})
SUCCESS: Final = "Installed"


@dataclass(frozen=True, slots=True)
class Update:
    """One update as far as it is known; `booted` is the version of the last boot since it was asked for."""

    wanted: str = ""
    state: State = State.ASKED
    status: str = ""
    reason: str = ""
    booted: str = ""

    @property
    def open(self) -> bool:
        """Whether anything may still happen."""
        return self.state in OPEN

    def answered(self, outcome: Outcome | None) -> Update:
        """The station's answer to the call; AcceptedCanceled says that an earlier update was given up for this one."""
        if self.state is not State.ASKED:
            return self
        if outcome is None:
            return replace(self, state=State.SILENT, reason="the station did not answer")
        if isinstance(outcome, Accepted):
            return replace(self, state=State.UNDER_WAY)
        return replace(self, state=State.REFUSED, reason=f"{outcome.status} {outcome.reason}".strip())

    def told(self, status: str) -> Update:
        """FirmwareStatusNotification."""
        if not self.open or status == "Idle":
            return self
        told = replace(self, status=status, state=State.UNDER_WAY)
        if status in FAILURES:
            return replace(told, state=State.FAILED, reason=status)
        return told._judged() if status == SUCCESS else told

    def with_boot(self, version: str) -> Update:
        """BootNotification."""
        if not self.open:
            return self
        booted = replace(self, booted=version)
        return booted._judged() if self.status == SUCCESS else booted

    def _judged(self) -> Update:
        """The station says that it is installed: is it what it booted with?"""
        if not self.wanted or self.booted == self.wanted:
            return replace(self, state=State.DONE)
        if self.booted:
            return replace(self, state=State.FAILED, reason=f"booted with {self.booted}, wanted {self.wanted}")
        return replace(self, state=State.INSTALLED)

    def cancelled(self, reason: str) -> Update:
        """Given up for a later one."""
        return replace(self, state=State.CANCELLED, reason=reason) if self.open else self

    def silent(self, reason: str) -> Update:
        """Nothing more was heard for too long."""
        return replace(self, state=State.SILENT, reason=reason) if self.open else self
