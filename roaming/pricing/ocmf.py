"""OCMF records (SAFE e.V., version 1.x): `OCMF|{payload}|{signature}`, read without changing a byte of it.

What is signed are the bytes between the first and the last bar, white space included. A reading inherits what it does
not repeat. Registers are told by their OBIS codes; those of a transaction (B2, B3, C2, C3) count from zero.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from roaming.pricing.figures import listed, number

HEAD = b"OCMF|"
DECIMALS = {"kWh": 0, "Wh": -3}
INHERITED = ("TM", "TX", "RI", "RU", "ST")
BEGIN, ENDS = "B", frozenset("ELRAP")
GOOD = "G"
# A reading without any code is taken for import.
REGISTERS = {
    "import": re.compile(r"^$|:0?1\.0?8\.0|:B[0-3]\.|:98\.|:9E\.", re.IGNORECASE),
    "export": re.compile(r":0?2\.0?8\.0|:C[0-3]\.", re.IGNORECASE),
}
OF_A_TRANSACTION = re.compile(r":[BC][23]\.", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


class Record(NamedTuple):
    """`signed`: the bytes that the signature covers."""

    signed: bytes
    payload: Mapping[str, Any]
    signature: Mapping[str, Any]

    @property
    def serial(self) -> str:
        """Of the meter, else of the gateway that signs for it."""
        return str(self.payload.get("MS") or self.payload.get("GS") or "")


class Reading(NamedTuple):
    """One active-energy reading in kWh."""

    way: str
    register: str
    kwh: Decimal
    at: datetime | None
    clock: str  # S: synchronised, R: relative to an informative clock, I: informative, U: unknown
    reason: str  # TX
    fault: str  # why it is not for billing; "" if it is

    @property
    def counts_from_zero(self) -> bool:
        return bool(OF_A_TRANSACTION.search(self.register))


def unwrapped(text: Any) -> bytes | None:
    """The record as its meter wrote it, out of a text that may be Base64 (OCPI, OCPP 2.x) or hexadecimal (OCPP 1.x)."""
    if not isinstance(text, str):
        return None
    written = text.strip().encode()
    for candidate in (written, _hexadecimal(text.strip()), _base64(text.strip())):
        if candidate is not None and candidate.lstrip().startswith(HEAD):
            return candidate.lstrip()
    return None


def record(text: Any) -> Record | None:
    """None where it is no OCMF record."""
    whole = unwrapped(text)
    if whole is None:
        return None
    signed, bar, tail = whole[len(HEAD) :].rpartition(b"|")
    if not bar:
        signed, tail = tail, b"{}"
    payload, signature = _object(signed), _object(tail)
    return None if payload is None or signature is None else Record(signed, payload, signature)


def readings(one: Record) -> Iterator[Reading]:
    """Those of active energy, in the order of the record."""
    held: dict[str, Any] = {}
    for row in listed(one.payload.get("RD")):
        if not isinstance(row, Mapping):
            continue
        held |= {name: row[name] for name in INHERITED if name in row}
        value, code, unit = number(row.get("RV")), str(held.get("RI", "")), str(held.get("RU", "kWh"))
        way = next((way for way, pattern in REGISTERS.items() if pattern.search(code)), None)
        if value is None or way is None or unit not in DECIMALS:
            continue
        at, clock = _time(held.get("TM"))
        kwh = value.scaleb(DECIMALS[unit])
        yield Reading(way, code, kwh, at, clock, str(held.get("TX", "")), _fault(held.get("ST"), row.get("EF")))


def _fault(status: Any, flags: Any) -> str:
    said = [] if status in (None, "", GOOD) else [f"meter status {status}"]
    return ", ".join(said + (["error flag for energy"] if "E" in str(flags or "") else []))


def _time(text: Any) -> tuple[datetime | None, str]:
    """`2018-07-24T13:22:04,000+0200 S`"""
    when, _, clock = str(text or "").partition(" ")
    try:
        at = datetime.fromisoformat(when.replace(",", "."))
    except ValueError:
        return None, clock
    return (at if at.tzinfo else None), clock


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text.decode(), parse_float=Decimal, parse_int=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _hexadecimal(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
