"""Profiles of one purpose above each other, and several purposes beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ocppbridge.charging.charging_profiles import Period
from ocppbridge.charging.composite.timeline import Segment

Layer = list[Segment]


def stack(layers: Iterable[Layer], length: int) -> Layer:
    """One layer of many, the first goes before the second, and so on."""
    gaps, found = [(0, length)], Layer()
    for layer in layers:
        if not gaps:
            break
        if not layer:
            continue
        if len(gaps) == 1 and gaps[0] == (0, length):
            found, gaps = list(layer), _left(gaps, layer)
            continue
        taken = _within(layer, gaps)
        found += taken
        gaps = _left(gaps, taken)
    found.sort()
    return found


def _within(layer: Layer, gaps: Sequence[tuple[int, int]]) -> Layer:
    found, n, count = Layer(), 0, len(gaps)
    for start, end, period in layer:
        while n < count and gaps[n][1] <= start:
            n += 1
        m = n
        while m < count and gaps[m][0] < end:
            low, high = gaps[m]
            found.append(Segment(max(low, start), min(high, end), period))
            m += 1
    return found


def _left(gaps: Sequence[tuple[int, int]], taken: Layer) -> list[tuple[int, int]]:
    left, n, count = [], 0, len(taken)
    for low, high in gaps:
        at = low
        while n < count and taken[n].start < high:
            if taken[n].start > at:
                left.append((at, taken[n].start))
            at = taken[n].end
            n += 1
        if at < high:
            left.append((at, high))
    return left


def beside(layers: Sequence[Layer], length: int) -> Iterator[tuple[int, int, tuple[Period | None, ...]]]:
    """(start, end, what each layer says) for every stretch in which none changes."""
    edges = {0, length}
    for layer in layers:
        for segment in layer:
            edges.add(segment.start)
            edges.add(segment.end)
    steps = sorted(edges)
    places = [0] * len(layers)
    for n in range(len(steps) - 1):
        start = steps[n]
        said: list[Period | None] = []
        for m, layer in enumerate(layers):
            at = places[m]
            while at < len(layer) and layer[at].end <= start:
                at += 1
            places[m] = at
            said.append(layer[at].period if at < len(layer) and layer[at].start <= start else None)
        yield start, steps[n + 1], tuple(said)
