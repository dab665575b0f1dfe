"""What a document says, beside the very text of it: the text is kept and passed on as it was sent, the rest looks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from roaming.ocpi import json
from roaming.ocpi.errors import InvalidObject

_sorted = msgspec.json.Encoder(decimal_format="number", order="deterministic")


@dataclass(frozen=True)
class Content:
    text: str
    says: dict[str, Any]

    @classmethod
    def of(cls, document: Document) -> Content:
        """Raises InvalidObject."""
        if isinstance(document, Content):
            return document
        if isinstance(document, Mapping):
            return cls(json.dumps(dict(document)), dict(document))
        return cls.parsed(document, json.loads(document))

    @classmethod
    def parsed(cls, document: str | bytes, says: Any) -> Content:
        """Of what has been parsed before; a text stays exactly as it was sent."""
        if not isinstance(says, dict):
            raise InvalidObject("", "expected an object")
        text = document if isinstance(document, str) else document.decode("utf-8-sig")
        return cls(text.strip(), says)

    @cached_property
    def digest(self) -> str:
        return digest(self.says)


Document = Content | Mapping[str, Any] | str | bytes


def digest(content: Mapping[str, Any]) -> str:
    """Of the content without last_updated, also on the levels below: what changed only its date did not change."""
    return hashlib.sha256(_sorted.encode(_undated(content))).hexdigest()


def _undated(content: Mapping[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in content.items() if name != "last_updated"}
    for name in ("evses", "connectors"):
        if isinstance(bare.get(name), list):
            bare[name] = [_undated(part) if isinstance(part, Mapping) else part for part in bare[name]]
    return bare
