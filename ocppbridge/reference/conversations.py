"""Worked examples that are conversations: message by message with payloads, and why. What can be computed is computed.

A table by name; every payload is valid by its schema, which a test asserts. An example is of the versions that have all
of its messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ocppbridge.versions import Dialect

UP, DOWN = "station → CSMS", "CSMS → station"


@dataclass(frozen=True, slots=True)
class Shown:
    """One message, or its answer (`answer`), with what to look at."""

    way: str
    action: str
    payload: Mapping[str, Any]
    why: str
    answer: bool = False


Telling = Callable[[], Iterator[Shown]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """`steps` makes them, so that they follow the code."""

    title: str
    source: str
    steps: Telling


CONVERSATIONS: Final[dict[str, Conversation]] = {}


def example(name: str, title: str, source: str) -> Callable[[Telling], Telling]:
    """Register one."""

    def register(steps: Telling) -> Telling:
        if name in CONVERSATIONS:
            raise ValueError(f"there are two examples {name}")
        CONVERSATIONS[name] = Conversation(title, source, steps)
        return steps

    return register


def of(dialect: Dialect) -> dict[str, Conversation]:
    """Those that a version can play."""
    actions = dialect.schemas.requests
    return {name: one for name, one in CONVERSATIONS.items() if all(step.action in actions for step in one.steps())}
