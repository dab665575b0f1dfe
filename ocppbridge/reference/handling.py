"""Who handles a message here: read from the dialect's tables and the handlers' registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args

from ocppbridge.charging.intents import Intent
from ocppbridge.charging.messages import Informed, Message
from ocppbridge.handlers.blocks import ANSWERS, RECORDS, SETTLES
from ocppbridge.reference import tracing
from ocppbridge.versions import Dialect
from ocppbridge.versions.describe import is_answered

Step = tuple[str, Callable[..., Any]]
_WORDS = frozenset(get_args(Message))


def meanings(dialect: Dialect, action: str) -> list[type]:
    """The domain's words for what a station says with it."""
    if action in dialect.noted:
        return [Informed]
    read = dialect.ups.get(action)
    found = tracing.reached(read) & _WORDS if read is not None else ()
    return sorted(found, key=lambda kind: kind.__name__)


def verbs(dialect: Dialect, action: str) -> list[type]:
    """Our typed verbs that are written as this action."""
    if action not in dialect.to_station:
        return []
    found = [verb for verb, write in dialect.downs.items() if action in _words(write)]
    return sorted(found, key=lambda kind: kind.__name__)


def verbs_anywhere() -> frozenset[type]:
    """Every typed verb there is."""
    return frozenset(get_args(Intent))


def steps(dialect: Dialect, action: str) -> Iterator[Step]:
    """(what is done, function), in the order in which it happens."""
    if action in dialect.ups:
        yield "reads it", dialect.ups[action]
    for kind in meanings(dialect, action):
        if is_answered(dialect, action):
            yield f"answers {kind.__name__}", ANSWERS[kind].function
        if kind in RECORDS:
            yield f"records {kind.__name__}", RECORDS[kind].function
    for verb in verbs(dialect, action):
        yield f"writes {verb.__name__}", dialect.downs[verb]
        if verb in SETTLES:
            yield f"settles {verb.__name__}", SETTLES[verb]
    if action in dialect.results:
        yield "reads its answer", dialect.results[action]


@cache
def _words(write: Callable[..., Any]) -> frozenset[str]:
    """Every text in a writer, and in the functions that it leaves the writing to."""
    return frozenset().union(*(tracing.words(one) for one in tracing.reached(write) if not isinstance(one, type)))
