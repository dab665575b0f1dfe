"""Long requests in pieces that a station takes: at most so many items and so many bytes a message (B05.FR.11,
B06.FR.05).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Item = TypeVar("Item")
# The frame around the items: message type, id, action, brackets.
ENVELOPE_BYTES: Final = 120


def batches(
    items: Iterable[Item], most_items: int | None, most_bytes: int | None, size: Callable[[Item], int]
) -> Iterator[tuple[Item, ...]]:
    """The items in order, in the fewest batches within both limits; an item that is too large alone goes alone."""
    batch: list[Item] = []
    weight = ENVELOPE_BYTES
    for item in items:
        more = size(item) + 1
        full = most_items is not None and len(batch) >= most_items
        heavy = most_bytes is not None and weight + more > most_bytes
        if batch and (full or heavy):
            yield tuple(batch)
            batch, weight = [], ENVELOPE_BYTES
        batch.append(item)
        weight += more
    if batch:
        yield tuple(batch)
