"""The sets of requirements: one TOML file each, an item a line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Item:
    """One requirement. `who` names whom it binds (letters of the set's own legend), empty for everybody."""

    id: str
    must: str
    section: str = ""
    level: str = "M"
    who: str = ""
    untested: str = ""


@dataclass(frozen=True)
class RequirementSet:
    name: str
    title: str
    legend: str
    pattern: str
    required: frozenset[str]
    binding: frozenset[str]
    items: dict[str, Item]
    suffix: str = ""
    """What an id may end with where a test names it."""

    def needs_a_test(self, item: Item) -> bool:
        parties = frozenset(item.who.split(",")) if item.who else self.binding
        return item.level in self.required and bool(parties & self.binding or not self.binding)

    def ids(self, text: str) -> list[str]:
        """The ids that a text names, ranges spelled out, unknown ones among them."""
        found: list[str] = []
        for first, last in re.findall(self._named, text):
            found += self._between(first, last) if last else [first]
        return found

    @property
    def _named(self) -> str:
        one = rf"({self.pattern})(?:{self.suffix})?"
        return rf"\b{one}(?: to {one})?(?![\w-])"

    def _between(self, first: str, last: str) -> list[str]:
        stem, start, end = first.rstrip("0123456789"), _number(first), _number(last)
        width = len(first) - len(stem)
        if not last.startswith(stem) or end <= start:
            raise ValueError(f"no range: {first} to {last}")
        return [f"{stem}{number:0{width}}" for number in range(start, end + 1)]


def _number(name: str) -> int:
    return int(name[len(name.rstrip("0123456789")) :])


def load(path: Path) -> RequirementSet:
    read = tomllib.loads(path.read_text())
    return RequirementSet(
        name=path.stem,
        title=read["title"],
        legend=read["legend"],
        pattern=read["pattern"],
        required=frozenset(read["required"]),
        binding=frozenset(read.get("binding", [])),
        suffix=read.get("suffix", ""),
        items={name: Item(name, **fields) for name, fields in read["items"].items()},
    )


def every() -> list[RequirementSet]:
    return [load(path) for path in sorted(HERE.glob("*.toml"))]
