"""Elements and price components added, copied, moved and removed in what was posted, before anybody reads it.

A button of the form is named `_shape`; its value is a verb and what it is about: `add`, `copy:1` (the second element),
`add:1` (a price to it), `up:1:0`, `remove:1:0` (its first price). It works on the texts as they were typed, so that
what is half written stays, and without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

SHAPE, LOOK = "_shape", "_look"
MOST = 100  # elements of a tariff, and prices of an element
_NAME = re.compile(r"elements-(\d{1,4})-(?:components-(\d{1,4})-)?([a-z_]+)")
Texts = dict[str, list[str]]


@dataclass
class Typed:
    """One element as it was typed: the fields of its own, and those of its prices."""

    own: Texts = field(default_factory=lambda: {"further": [""]})
    prices: list[Texts] = field(default_factory=lambda: [blank()])


def blank() -> Texts:
    """A price that nobody has typed yet."""
    return {"type": [""], "price": [""], "vat": [""], "step_size": ["1"]}


def typed(data: MultiValueDict[str, str]) -> list[Typed]:
    """The elements in what was posted, in the order of their numbers."""
    own: dict[int, Texts] = {}
    prices: dict[int, dict[int, Texts]] = {}
    for name in data:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        at, price, what = int(match[1]), match[2], match[3]
        mine = own.setdefault(at, {})
        if price is not None:
            mine = prices.setdefault(at, {}).setdefault(int(price), {})
        mine[what] = data.getlist(name)
    return [
        Typed(own[at], [texts for _, texts in sorted(prices.get(at, {}).items())[:MOST]]) for at in sorted(own)[:MOST]
    ]


def reshaped(data: QueryDict) -> tuple[QueryDict, str]:
    """What was posted with the button's wish carried out, and the id of the control that should have the focus."""
    verb, *path = data.get(SHAPE, "").split(":")
    elements = typed(data)
    focus = ""
    if all(part.isdecimal() for part in path):
        focus = _carry_out(elements, verb, [int(part) for part in path])
    result = data.copy()
    for name in [name for name in result if _NAME.fullmatch(name)]:
        del result[name]
    for name, texts in written(elements).items():
        result.setlist(name, texts)
    return result, focus


def written(elements: list[Typed]) -> Texts:
    """The names and values that a browser would post for these."""
    found: Texts = {}
    for at, element in enumerate(elements):
        found |= {f"elements-{at}-{name}": texts for name, texts in element.own.items()}
        for price, own in enumerate(element.prices):
            found |= {f"elements-{at}-components-{price}-{name}": texts for name, texts in own.items()}
    return found


def _carry_out(elements: list[Typed], verb: str, path: list[int]) -> str:
    if verb == "add" and not path and len(elements) < MOST:
        elements.append(Typed())
        return f"id_elements-{len(elements) - 1}-components-0-type"
    if not path or path[0] >= len(elements):
        return ""
    prices = elements[path[0]].prices
    if verb == "add":
        if len(prices) < MOST:
            prices.append(blank())
        return f"id_elements-{path[0]}-components-{len(prices) - 1}-type"
    if len(path) == 1:
        return _act(elements, verb, path[0], lambda one: Typed(dict(one.own), [dict(each) for each in one.prices]), "")
    return _act(prices, verb, path[1], dict, f"{path[0]}-")


def _act(rows: list[Any], verb: str, at: int, double: Callable[[Any], Any], above: str) -> str:
    """On one row among its like; the focus goes along with it."""
    if at >= len(rows):
        return ""
    if verb == "copy" and len(rows) < MOST:
        rows.insert(at + 1, double(rows[at]))
        at += 1
    elif verb == "remove":
        del rows[at]
        return f"shape-remove-{above}{min(at, len(rows) - 1)}" if rows else ""
    elif verb in ("up", "down"):
        to = at - 1 if verb == "up" else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
            at = to
    return f"shape-{verb}-{above}{at}"
