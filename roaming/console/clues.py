"""What a search term also goes by in the other protocol: a station is a correlation id and an EVSE uid to OCPI.

The apps register what they know; each journal asks for the clues of a term and looks for those too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clues:
    """``correlation_ids`` are looked up by index; ``words`` are looked for in recent bodies."""

    correlation_ids: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def __or__(self, other: Clues) -> Clues:
        return Clues(self.correlation_ids | other.correlation_ids, self.words | other.words)


Witness = Callable[[str], Clues]
_WITNESSES: list[Witness] = []


def witness(function: Witness) -> Witness:
    """Register somebody who knows more about a term."""
    _WITNESSES.append(function)
    return function


def about(term: str) -> Clues:
    """Everything anybody knows about a term, the term itself included."""
    clues = Clues(frozenset({term}), frozenset({term}))
    for ask in _WITNESSES:
        clues |= ask(term)
    return clues
