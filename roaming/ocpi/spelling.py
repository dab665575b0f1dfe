"""What peers spell otherwise than the specification, spelled right before it is kept and shown (TYP-02, E2, E13).

Datetimes with an offset, a blank, microseconds, days without leading zero; RESERVED for RESERVATION. The moment and the
meaning stay as they are (HUB-20); a document without any of these is not touched at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.sessions import Session
from roaming.ocpi.types import format_datetime, parse_datetime

T = TypeVar("T")


def read(kind: type[T], document: dict[str, Any]) -> tuple[T, dict[str, Any]]:
    """The object and its document: the very same one, unless something in it had to be spelled right."""
    odd: set[str] = set()
    found = decode(kind, document, odd=odd)
    if odd:
        spelled = {text: format_datetime(parse_datetime(text)) for text in odd}
        document = {name: _respelt(value, spelled) for name, value in document.items()}
        found = decode(kind, document)
    if isinstance(found, Session) and document["status"] != found.status.value:
        document = {**document, "status": found.status.value}
    return found, document


def right(kind: type[Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document spelled right; as it is where it is no such object."""
    try:
        return read(kind, dict(document))[1]
    except InvalidObject:
        return document


def _respelt(value: Any, spelled: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return spelled.get(value, value)
    if isinstance(value, dict):
        return {name: _respelt(child, spelled) for name, child in value.items()}
    if isinstance(value, list):
        return [_respelt(child, spelled) for child in value]
    return value
