"""What became of an intent, in four words and the station's own status.

    Outcome
    ├── Accepted      done, or will be without further condition
    ├── Scheduled     will be done later: when the transaction ends, after a reboot
    ├── Refused       the station will not, or could not
    └── Unsupported   the station knows no such thing

Rule: stations mix up NotSupported and NotImplemented (field quirk 8), so both are Unsupported. `status` is the
station's word or the error code; `data` holds what a verb asked for, in the domain's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocppbridge.rpc.errors import Code


@dataclass(frozen=True, slots=True)
class Outcome:
    """The station's answer, understood."""

    status: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Accepted(Outcome):
    """Done."""

    __slots__ = ()


class Scheduled(Outcome):
    """Will be done."""

    __slots__ = ()


class Refused(Outcome):
    """Not done."""

    __slots__ = ()


class Unsupported(Outcome):
    """Never will be, on this station."""

    __slots__ = ()


_SCHEDULED = frozenset({"Scheduled", "RebootRequired"})
_UNSUPPORTED = frozenset({"NotSupported", "NotImplemented", "UnknownComponent", "UnknownVariable"})
_ACCEPTED = frozenset({"Accepted", "Unlocked", "AcceptedCanceled", "EmptyResultSet", "Unpublished"})


def of_status(status: str, reason: str = "", data: Mapping[str, Any] | None = None) -> Outcome:
    """The outcome that a status word means; a word not listed is a refusal with its own name."""
    if status in _ACCEPTED:
        return Accepted(status, reason, data or {})
    if status in _SCHEDULED:
        return Scheduled(status, reason, data or {})
    return (Unsupported if status in _UNSUPPORTED else Refused)(status, reason, data or {})


def of_error(code: Code | str, description: str = "") -> Outcome:
    """The outcome that a CALLERROR means."""
    known = code in (Code.NOT_SUPPORTED, Code.NOT_IMPLEMENTED)
    return (Unsupported if known else Refused)(str(code), description)
