"""The places of a statement, %s or %(name)s, and what is put into them: written there, or sent beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg import abc
from psycopg.adapt import PyFormat

Values = Sequence[Any] | dict[str, Any]
_PLACES = re.compile(r"%(?:%|s|\((\w+)\)s)")


def written(transformer: abc.Transformer, sql: str, values: Values) -> bytes:
    """The statement with its values in it."""
    pieces, names = _cut(sql)
    parts = [pieces[0]]
    for value, piece in zip(_chosen(names, values), pieces[1:], strict=True):
        parts.append(_literal(transformer, value))
        parts.append(piece)
    return b"".join(parts)


def numbered(sql: str) -> bytes:
    """The statement with $1, $2 in its places."""
    first, *pieces = _cut(sql)[0]
    return first + b"".join(b"$%d%b" % (place, piece) for place, piece in enumerate(pieces, start=1))


def executed(transformer: abc.Transformer, name: bytes, sql: str, values: Values) -> bytes:
    """The prepared statement of this name as SQL, with its values in it."""
    given = [_literal(transformer, value) for value in _chosen(_cut(sql)[1], values)]
    return b"EXECUTE %b(%b)" % (name, b",".join(given)) if given else b"EXECUTE " + name


def beside(transformer: abc.Transformer, sql: str, values: Values) -> list[abc.Buffer | None]:
    """The values as texts: PostgreSQL sees from the place what they are, as of what stands there in quotes."""
    return [_text(transformer, value) for value in _chosen(_cut(sql)[1], values)]


def _chosen(names: Sequence[str], values: Values) -> Sequence[Any]:
    chosen = [values[name] for name in names] if isinstance(values, dict) else values
    if len(chosen) != len(names):
        raise ValueError(f"{len(names)} places and {len(chosen)} values")
    return chosen


def _literal(transformer: abc.Transformer, value: Any) -> bytes:
    """As psycopg writes it; what nearly all values are in one step."""
    kind = type(value)
    if kind is str and "\\" not in value and "\0" not in value:
        return b"'%b'" % value.replace("'", "''").encode()
    if kind is int and value >= 0:
        return b"%d" % value
    if kind is datetime and value.tzinfo is not None:
        return b"'%b'::timestamptz" % str(value).encode()
    return b"NULL" if value is None else transformer.as_literal(value)


def _text(transformer: abc.Transformer, value: Any) -> abc.Buffer | None:
    """As psycopg sends it; what nearly all values are in one step."""
    kind = type(value)
    if kind is str and "\0" not in value:
        return str.encode(value)
    if kind is int:
        return b"%d" % value
    if kind is datetime and value.tzinfo is not None:
        return str(value).encode()
    return None if value is None else transformer.get_dumper(value, PyFormat.TEXT).dump(value)


@lru_cache(maxsize=512)
def _cut(sql: str) -> tuple[list[bytes], list[str]]:
    """The SQL between its places, and their names ("" where they have none)."""
    pieces, names, begin = [""], list[str](), 0
    for place in _PLACES.finditer(sql):
        pieces[-1] += sql[begin : place.start()]
        begin = place.end()
        if place[0] == "%%":
            pieces[-1] += "%"
        else:
            names.append(place[1] or "")
            pieces.append("")
    pieces[-1] += sql[begin:]
    return [piece.encode() for piece in pieces], names
