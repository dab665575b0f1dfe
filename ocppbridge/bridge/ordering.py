"""What the translators of commands for our own stations share: by what their calls are known, why there is none."""

from __future__ import annotations

from typing import Final

from roaming.ports import Acceptance

PURPOSE: Final = "command"  # of a call: its reference is the Command that it came from


class Declined(Exception):
    """The command is not passed on; carries the CommandResponse that says so."""

    def __init__(self, response: str, message: str, *, unknown_location: bool = False) -> None:
        super().__init__(message)
        self.acceptance = Acceptance(response, message=message, unknown_location=unknown_location)


class Known(Exception):
    """The result is known without asking the station; the text says why."""

    def __init__(self, result: str, message: str) -> None:
        super().__init__(message)
        self.result = result
