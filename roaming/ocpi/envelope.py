"""The OCPI response body: {data, status_code, status_message, timestamp} (ENV-01 to ENV-07).

Writing is exact: `data` is left out where nothing is defined (ENV-06). Reading is tolerant: field peers wrap single
objects in lists, leave data out or null, and write timestamps in many ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from roaming.ocpi import json
from roaming.ocpi.errors import HubError, OcpiError
from roaming.ocpi.status import Status, accepted
from roaming.ocpi.types import format_datetime, parse_datetime


class Absent:
    """The type of ABSENT: there is no data field at all."""


ABSENT: Final = Absent()


def encode(data: Any = ABSENT, status: int = Status.SUCCESS, message: str | None = None, *, now: datetime) -> bytes:
    """`data` may be JSON already (bytes), a plain value, a Struct, None for null, or ABSENT."""
    head = b""
    if data is not ABSENT:
        head = b'"data":' + (data if isinstance(data, bytes) else json.dump_bytes(data)) + b","
    text = b"" if message is None else b'"status_message":' + json.dump_bytes(message) + b","
    return b'{%b"status_code":%d,%b"timestamp":"%b"}' % (head, status, text, format_datetime(now).encode())


def encode_error(error: OcpiError, *, now: datetime) -> bytes:
    return encode(ABSENT if error.data is None else error.data, error.status, error.message, now=now)


@dataclass(frozen=True, slots=True)
class Envelope:
    status_code: int
    status_message: str
    data: Any
    timestamp: datetime | None

    def accepted(self, http_status: int) -> bool:
        return accepted(http_status, self.status_code)

    def one(self) -> Any:
        """The single object due here; some libraries send it inside a list."""
        if isinstance(self.data, list) and len(self.data) == 1:
            return self.data[0]
        return self.data

    def many(self) -> list[Any]:
        if self.data is None or self.data is ABSENT or self.data == {}:
            return []
        return self.data if isinstance(self.data, list) else [self.data]


BARE: Final = Envelope(Status.SUCCESS, "", ABSENT, None)  # of a peer that acknowledges without any


def read(body: bytes | str, *, max_bytes: int | None = None) -> Envelope:
    """A peer's answer. Raises HubError if it is not an OCPI answer at all (HUB-26)."""
    try:
        document = json.loads(body, max_bytes=max_bytes)
    except OcpiError as error:
        raise HubError(f"The answer is not readable: {error.message}") from None
    code = _code(document)
    if code is None:
        raise HubError("The answer is not an OCPI envelope")
    message = document.get("status_message")
    return Envelope(
        code,
        message if isinstance(message, str) else "",
        document.get("data", ABSENT),
        _when(document.get("timestamp")),
    )


def _code(document: Any) -> int | None:
    code = document.get("status_code") if isinstance(document, dict) else None
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 4:
        return int(code)
    return code if type(code) is int and 1000 <= code <= 9999 else None


def _when(text: Any) -> datetime | None:
    try:
        return parse_datetime(text)
    except (TypeError, ValueError):
        return None
