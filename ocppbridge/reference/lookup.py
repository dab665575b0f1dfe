"""From what somebody typed to a page: by name, whatever its case, with a kind before it if need be.

Without a version the first that has the name is shown: 2.0.1, then 2.1, then 1.6. What nobody knows is answered with
the names nearest to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

from ocppbridge.reference import pages
from ocppbridge.reference.page import Page
from ocppbridge.versions import DIALECTS, Dialect
from ocppbridge.versions.blocks import BLOCK_OF, BLOCKS
from ocppbridge.versions.sequences import SEQUENCES
from ocppbridge.versions.types import types

DEFAULT: Final = "2.0.1"
_ORDER: Final = (DEFAULT, "2.1", "1.6")
_BY_VERSION: Final[Mapping[str, Dialect]] = {dialect.version: dialect for dialect in DIALECTS.values()}
_KINDS: Final = ("message", "block", "type", "sequence", "example")


class NotFound(LookupError):
    """No page has this name; `near` are those that look like it."""

    def __init__(self, sentence: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence, self.near = sentence, near


def index(version: str | None = None) -> Page:
    """Every name there is."""
    dialect = _dialect(version or DEFAULT)
    return pages.index_page(dialect, types(dialect.version))


def look_up(words: str, version: str | None = None) -> Page:
    """The page of a name: `Heartbeat`, `block A`, `type IdTokenType`, `sequence offline replay`."""
    kind, name = _split(words)
    for each in [_dialect(version).version] if version else _ORDER:
        for found, known in _names(each).get(name.casefold(), ()):
            if kind in ("", found):
                return _page(_BY_VERSION[each], found, known)
    raise _not_found(kind, name, version)


def _split(words: str) -> tuple[str, str]:
    first, _, rest = " ".join(words.split()).partition(" ")
    if first.casefold() in _KINDS and rest:
        return first.casefold(), rest
    return "", " ".join(words.split())


def _dialect(version: str) -> Dialect:
    if version not in _BY_VERSION:
        raise NotFound(f"There is no OCPP {version} here; there are {', '.join(_BY_VERSION)}.")
    return _BY_VERSION[version]


def _page(dialect: Dialect, kind: str, name: str) -> Page:
    match kind:
        case "message":
            return pages.message_page(dialect, name)
        case "block":
            return pages.block_page(dialect, name)
        case "sequence":
            return pages.sequence_page(dialect, name)
        case "example":
            return pages.example_page(dialect, name)
    return pages.type_page(types(dialect.version)[name])


@cache
def _names(version: str) -> Mapping[str, list[tuple[str, str]]]:
    """Folded name → (kind, name as it is written); messages come first."""
    found: dict[str, list[tuple[str, str]]] = {}
    actions, worked = _BY_VERSION[version].schemas.requests, pages.examples_of(_BY_VERSION[version])
    for kind, names in (("message", actions), ("sequence", SEQUENCES), ("example", worked), ("type", types(version))):
        for name in names:
            found.setdefault(name.casefold(), []).append((kind, name))
    for letter, title in BLOCKS.items():
        for name in (letter, title):
            found.setdefault(name.casefold(), []).append(("block", letter))
    return found


def _not_found(kind: str, name: str, version: str | None) -> NotFound:
    elsewhere = [other for other in _ORDER if name.casefold() in _names(other)] if version else []
    if elsewhere:
        near = _same_block(name, version or DEFAULT)
        hint = f" Near it in {version}: {', '.join(near)}." if near else ""
        return NotFound(f"OCPP {version} has no {name}; {' and '.join(elsewhere)} has it.{hint}", near)
    near = _near(kind, name, version)
    hint = f" Near it: {', '.join(near)}." if near else " `manage.py ocpp` alone lists what there is."
    return NotFound(f"There is no {kind or 'message, block, type or sequence'} {name}.{hint}", near)


def _near(kind: str, name: str, version: str | None) -> tuple[str, ...]:
    known = {
        folded: entries[0][1]
        for each in ([version] if version else reversed(_ORDER))
        for folded, entries in _names(each).items()
        if len(folded) > 1 and (not kind or any(kind == found for found, _ in entries))
    }
    folded = name.casefold()
    inside = [one for one in known if len(folded) > 3 and folded in one]
    close = get_close_matches(folded, list(known), n=5, cutoff=0.6)
    return tuple(dict.fromkeys(known[one] for one in [*close, *sorted(inside)]))[:5]


def _same_block(name: str, version: str) -> tuple[str, ...]:
    block = {action.casefold(): letter for action, letter in BLOCK_OF.items()}.get(name.casefold())
    actions = _BY_VERSION[version].schemas.requests
    return tuple(sorted(action for action in actions if BLOCK_OF[action] == block))[:5]
