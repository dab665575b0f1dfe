"""Turns JSON into the Structs of this package; what does not fit raises InvalidObject with a JSON pointer.

Lenient as the field demands: unknown fields are ignored (TRA-12), null counts as absent (ENV-07), datetimes come in
many forms. Strict in the rest: closed enums, lengths, numbers that are numbers (TYP-05). The Struct is for looking at;
what is stored and forwarded stays the JSON as sent.
"""

from __future__ import annotations

import re
import threading
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import msgspec

from roaming.ocpi import json
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.types import IN_WORDS, DateTime, Number, Violation, is_conforming_datetime, parse_datetime

T = TypeVar("T")

_built: set[type[Any]] = set()
_building = threading.Lock()

MAX_NUMBER = Decimal(10) ** 12

_PLACE = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_MISSING = re.compile(r"^Object missing required field `(.+)`$")
_PATTERN = re.compile(r"^Expected `str` matching regex '(.*)'$", re.DOTALL)


def decode(
    kind: type[T], data: bytes | str | dict[str, Any] | list[Any], *, at: str = "", odd: set[str] | None = None
) -> T:
    """`at` is put before the pointer where `data` is a part of something larger; datetimes that are spelled otherwise
    than the specification says are added to `odd`."""
    document = json.loads(data) if isinstance(data, bytes | str) else data
    if kind not in _built:
        _build(kind)
    try:
        return msgspec.convert(document, kind, dec_hook=_scalar if odd is None else partial(_noting, odd))
    except msgspec.ValidationError as error:
        raise _invalid(error, at) from None


def _build(kind: type[Any]) -> None:
    """msgspec finds out what a Struct is made of when it first meets it; a thread that comes by meanwhile reads what is
    not there yet, and the process dies. So the first one does that alone."""
    with _building:
        msgspec.json.Decoder(kind)
        _built.add(kind)


def _scalar(kind: type, value: Any) -> Any:
    if kind is DateTime:
        return parse_datetime(value)
    return _number(value)


def _noting(odd: set[str], kind: type, value: Any) -> Any:
    if kind is DateTime and isinstance(value, str) and not is_conforming_datetime(value):
        odd.add(value)
    return _scalar(kind, value)


def _number(value: Any) -> Decimal:
    if type(value) is not int and type(value) is not Decimal:
        raise ValueError("expected a number")
    number = Number(value)
    if abs(number) >= MAX_NUMBER:
        raise ValueError("the number is out of range")
    return number


def _invalid(error: msgspec.ValidationError, at: str) -> InvalidObject:
    text = str(error)
    place = _PLACE.search(text)
    reason = text[: place.start()] if place else text
    pointer = at + (_pointer(place[1]) if place else "")
    cause = error.__cause__
    if isinstance(cause, Violation):
        return InvalidObject(f"{pointer}/{cause.field}", cause.reason)
    if missing := _MISSING.match(reason):
        return InvalidObject(f"{pointer}/{missing[1]}", "the required field is missing")
    if pattern := _PATTERN.match(reason):
        return InvalidObject(pointer, f"expected {_WORDS.get(pattern[1], 'another form')}")
    return InvalidObject(pointer, reason[:1].lower() + reason[1:])


def _pointer(path: str) -> str:
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path))


_WORDS = {repr(pattern)[1:-1]: words for pattern, words in IN_WORDS.items()}
