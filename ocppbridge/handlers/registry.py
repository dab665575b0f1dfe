"""Three tables: who answers a message, who records what it means, who settles the answer to a call of ours.

    @answers(Booted)                       at once, pure, on the event loop
    @answers(AuthorizeAsked, waits=True)   from data, in a thread; may be a generator that yields a `Pending`
    @records(Metered, priority=1)          in the drain, in the station's own order
    @settles(StartCharging)                in the transaction in which the call settles

A duplicate raises at import. `parks`: if it cannot be recorded, the station's later messages wait for staff.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import Struct

from ocppbridge.bridge.authorization import Pending
from ocppbridge.charging.messages import Message
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Reply
from ocppbridge.models import Call
from ocppbridge.services.accounts import Account
from ocppbridge.services.calls import End
from ocppbridge.services.turns import Turn
from roaming.decisions import Choices

M = TypeVar("M")


class Asked(Struct, frozen=True, gc=False):
    """Who asks, when, and what the hub has decided for it."""

    account: Account
    now: datetime
    choices: Choices


Deciding = Generator[Pending, None, Reply]
Answering = Callable[[Any, Asked], Reply | Deciding]
Recording = Callable[[Any, Turn], None]
Settling = Callable[[Call, Outcome | None, datetime], None]
"""A call, what the station made of it (None: unanswered), and when."""
SettlingTogether = Callable[[Sequence[End]], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a message is answered; `waits` says whether this very message needs data."""

    function: Answering
    waits: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Record:
    """How a message is recorded; priority 0 goes before 1."""

    function: Recording
    priority: int
    parks: bool


ANSWERS: Final[dict[type, Answer]] = {}
RECORDS: Final[dict[type, Record]] = {}
SETTLES: Final[dict[type, Settling]] = {}
TOGETHER: Final[dict[str, SettlingTogether]] = {}
"""By what calls are made for."""


def answers(kind: type[M], *, waits: bool | Callable[[M], bool] = False) -> Callable[[Answering], Answering]:
    """Register how a message is answered."""

    def register(function: Answering) -> Answering:
        asks = waits if callable(waits) else (lambda message: bool(waits))
        _add(ANSWERS, kind, Answer(function, asks))
        return function

    return register


def records(kind: type[M], *, priority: int = 0, parks: bool = False) -> Callable[[Recording], Recording]:
    """Register what a message means."""

    def register(function: Recording) -> Recording:
        _add(RECORDS, kind, Record(function, priority, parks))
        return function

    return register


def settles(kind: type[M]) -> Callable[[Settling], Settling]:
    """Register what the end of a call means."""

    def register(function: Settling) -> Settling:
        _add(SETTLES, kind, function)
        return function

    return register


def settles_together(purpose: str) -> Callable[[SettlingTogether], SettlingTogether]:
    """Register what the ends of calls mean that are made to many stations at once, whatever was called.

    What it writes must be nothing that the turn of a station has read.
    """

    def register(function: SettlingTogether) -> SettlingTogether:
        _add(TOGETHER, purpose, function)
        return function

    return register


def answer_of(message: Message) -> Answer:
    """How to answer; every message has one, which a test asserts."""
    return ANSWERS[type(message)]


def record_of(message: Message) -> Record | None:
    """How to record; None where there is nothing to understand."""
    return RECORDS.get(type(message))


def _add(table: dict[Any, Any], kind: type | str, entry: Any) -> None:
    if kind in table:
        raise ValueError(f"{kind} is registered twice")
    table[kind] = entry
