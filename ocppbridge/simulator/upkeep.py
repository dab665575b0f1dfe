"""What a station holds of monitors, streams and messages, and the errands on which it sends its shell: files by HTTP.

Pure: an errand says what is to be fetched or brought; whoever runs the station does it and calls `done`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Done = Callable[[bool, bytes, datetime], None]
"""Whether it went well, what was fetched, and when."""


@dataclass(frozen=True)
class Errand:
    """A file to be fetched, or to be brought if there is a body."""

    url: str
    done: Done
    body: bytes | None = None
    chunked: bool = False
    """Brought in chunks, as stations do that do not know the size beforehand."""


@dataclass
class Upkeep:
    """See the module's docstring."""

    errands: list[Errand] = field(default_factory=list)
    monitors: dict[int, dict[str, Any]] = field(default_factory=dict)
    streams: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    """Tokens of whoever has charged here."""
    published: dict[str, str] = field(default_factory=dict)
    """URL by checksum, of a local controller."""
    base: str = "All"
    level: int = 9
    update: int = 0
    """Counts updates: a later one takes the place of one under way."""
    upload: int = 0
    events: int = 0

    def taken(self) -> list[Errand]:
        """The errands since the last call."""
        errands, self.errands = self.errands, []
        return errands
