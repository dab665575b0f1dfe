"""A page of the reference: sections of rows, each section with the source of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Who says so."""

    SCHEMA = "schema"
    SPECIFICATION = "specification"
    OURS = "our decision"
    CODE = "our code"


@dataclass(frozen=True, slots=True)
class Section:
    """A table; rows have a value for each header."""

    title: str
    source: Source
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: rows by header."""
        names = [header.lower().replace(" ", "_") for header in self.headers]
        rows = [dict(zip(names, row, strict=True)) for row in self.rows]
        return {"title": self.title, "source": str(self.source), "note": self.note, "rows": rows}


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one name."""

    kind: str
    name: str
    version: str
    title: str
    sections: tuple[Section, ...]
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        head = {"kind": self.kind, "name": self.name, "version": self.version, "title": self.title, "note": self.note}
        return head | {"sections": [section.as_dict() for section in self.sections]}
