"""PostgreSQL arrays in binary form, made in one pass (psycopg's own dumper calls Python for every element).

Each class is what one `%b` parameter of the group-commit statements takes: `Texts(["a", "b"])`.
Wire format: dimensions, null flag, element oid, length, lower bound; then for each element its size and its bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any, ClassVar
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD = struct.Struct(">iiIii")
_SIZE = struct.Struct(">i")


class Array:
    """The finished bytes of one array."""

    __slots__ = ("data",)
    data: bytes
    element: ClassVar[int]
    oid: ClassVar[int]

    def _head(self, count: int) -> bytes:
        return _HEAD.pack(1, 0, self.element, count, 1)


class _Fixed(Array):
    """Elements that struct packs."""

    __slots__ = ()
    code: ClassVar[str]
    size: ClassVar[int]

    def __init__(self, values: Sequence[int]) -> None:
        flat = chain.from_iterable(zip(repeat(self.size), values))
        self.data = self._head(len(values)) + struct.pack(">" + ("i" + self.code) * len(values), *flat)


class SmallInts(_Fixed):
    """int2[]"""

    __slots__ = ()
    code, size, element, oid = "h", 2, 21, 1005


class Ints(_Fixed):
    """int4[]"""

    __slots__ = ()
    code, size, element, oid = "i", 4, 23, 1007


class BigInts(_Fixed):
    """int8[]"""

    __slots__ = ()
    code, size, element, oid = "q", 8, 20, 1016


class Times(_Fixed):
    """timestamptz[]"""

    __slots__ = ()
    code, size, element, oid = "q", 8, 1184, 1185

    def __init__(self, values: Iterable[datetime]) -> None:
        super().__init__([microseconds(value) for value in values])


class _Variable(Array):
    """Elements of different lengths."""

    __slots__ = ()

    def __init__(self, values: Iterable[bytes]) -> None:
        pack = _SIZE.pack
        parts = [part for value in values for part in (pack(len(value)), value)]
        self.data = self._head(len(parts) // 2) + b"".join(parts)


class Texts(_Variable):
    """text[]"""

    __slots__ = ()
    element, oid = 25, 1009

    def __init__(self, values: Iterable[str]) -> None:
        super().__init__(value.encode() for value in values)


class Uuids(_Variable):
    """uuid[]"""

    __slots__ = ()
    element, oid = 2950, 2951

    def __init__(self, values: Iterable[UUID]) -> None:
        super().__init__(value.bytes for value in values)


def microseconds(at: datetime) -> int:
    """PostgreSQL's count of a moment."""
    passed = at - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def register(connection: AsyncConnection[Any]) -> None:
    """Teach one connection these arrays."""
    for kind in (SmallInts, Ints, BigInts, Times, Texts, Uuids):
        connection.adapters.register_dumper(kind, _dumper(kind))


def _dumper(kind: type[Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = kind.oid

        def dump(self, obj: Array) -> Buffer | None:
            return obj.data

    return ArrayDumper
