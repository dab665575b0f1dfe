"""JSON at the edge: exact in numbers, bounded in size and depth, one meaning only (TYP-05, S7).

Numbers with a fraction or an exponent become Decimal, digit for digit. What two parsers could read differently
(duplicate keys) or a database cannot hold (NUL, lone surrogates, 1e400) is refused: a hub forwards the bytes it
has checked, so its reading has to be everybody's reading.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

from roaming.ocpi.errors import BadJson, InvalidObject, TooLarge

MAX_DEPTH = 64
MAX_DIGITS = 64

_BOM = b"\xef\xbb\xbf"


class _NumberOutOfRange(ValueError):
    pass


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise _NumberOutOfRange(f"the number {text[:24]} is out of range")
    return number


_decoder = msgspec.json.Decoder(float_hook=_exact)


def loads(
    data: bytes | bytearray | memoryview | str, *, max_bytes: int | None = None, max_depth: int = MAX_DEPTH
) -> Any:
    """The document in plain Python. Raises BadJson, TooLarge or InvalidObject."""
    raw = _utf8(data)
    if max_bytes is not None and len(raw) > max_bytes:
        raise TooLarge(f"The body is larger than {max_bytes} bytes")
    document = _parse(raw)
    if raw.count(b"[") + raw.count(b"{") > max_depth and _depth(document, max_depth) > max_depth:
        raise BadJson(f"The body is nested deeper than {max_depth} levels")
    escaped = b"\\u00" in raw if b"\\" in raw else False
    if escaped and b"\\u0000" in raw:
        _refuse_nul(document, "")
    # Every string of the text has come through if the document, written again, has as many quotation marks. Where one
    # may be spelled as an escape the count says nothing, so look closely.
    if escaped or raw.count(b'"') != dump_bytes(document).count(b'"'):
        _refuse_duplicate_keys(raw)
    return document


def _utf8(data: bytes | bytearray | memoryview | str) -> bytes:
    if isinstance(data, str):
        try:
            return data.encode()
        except UnicodeEncodeError:
            raise BadJson("The body has a lone surrogate") from None
    return bytes(data).removeprefix(_BOM)


def _parse(raw: bytes) -> Any:
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as error:
        reason = error.__cause__ or "a number is out of range"
        raise InvalidObject("", str(reason)) from None
    except msgspec.DecodeError as error:
        raise BadJson(f"The body is not valid JSON: {_reason(raw, str(error))}") from None
    except UnicodeDecodeError:
        raise BadJson("The body is not valid UTF-8") from None
    except RecursionError:
        raise BadJson("The body is nested too deep") from None


def _reason(raw: bytes, message: str) -> str:
    if "surrogate" in message or ("truncated" in message and b"\\ud" in raw.lower()):
        return "lone surrogate or truncated text"
    return message.removeprefix("JSON is malformed: ")


def _depth(document: Any, enough: int) -> int:
    """How deep it is, or more than `enough`."""
    depth, level = 0, [document]
    while depth <= enough:
        containers = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        if not containers:
            break
        depth += 1
        level = [value for values in containers for value in values]
    return depth


def _refuse_nul(value: Any, pointer: str) -> None:
    if isinstance(value, str) and "\0" in value:
        raise InvalidObject(pointer, "a string holds a NUL character")
    if isinstance(value, dict):
        for key, child in value.items():
            if "\0" in key:
                raise InvalidObject(pointer, "a key holds a NUL character")
            _refuse_nul(child, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _refuse_nul(child, f"{pointer}/{index}")


def _refuse_duplicate_keys(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidObject("", f"the key {key[:64]!r} is given twice")
            seen.add(key)

    json.loads(raw, object_pairs_hook=unique)


def _plain(value: Any) -> Any:
    """What the encoder does not know: the Number and DateTime of `types`, which encode as their parents do."""
    if isinstance(value, Decimal):
        return Decimal(value)
    if to_json := getattr(value, "to_json", None):
        return to_json()
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


def dump_bytes(value: Any) -> bytes:
    """Compact UTF-8; decimals keep their digits. Accepts plain data and the Structs of this package."""
    encoded = _encoder.encode(value)
    if b"NaN" in encoded or b"Infinity" in encoded:
        _parse(encoded)  # raises BadJson unless the word stands inside a string
    return encoded


def dumps(value: Any) -> str:
    return dump_bytes(value).decode()
