"""The readings inside signed_data (OCMF) against the energy of each direction and meter_id. Signatures are checked
elsewhere.

What was signed is looked at, never changed: it travels byte for byte (CDR-26).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from roaming.pricing.figures import listed, number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.flows import flows

SLACK = Decimal("0.01")  # kWh
DECIMALS = {"kWh": 0, "Wh": -3}
# OBIS codes of active energy; a reading without any code is taken for import.
REGISTERS = {
    "import": re.compile(r"^$|:0?1\.0?8\.0|:B[0-3]\."),
    "export": re.compile(r":0?2\.0?8\.0|:C[0-3]\."),
}
Readings = dict[str, list[Decimal]]


def signed_check(cdr: Mapping[str, Any]) -> Iterator[Finding]:
    signed = cdr.get("signed_data")
    if not isinstance(signed, Mapping):
        return
    method = str(signed.get("encoding_method", ""))
    if method.casefold() != "ocmf":
        yield note("signed_data_not_read", "/signed_data/encoding_method", f"{method!r} is not read, only OCMF is")
        return
    found: Readings = {way: [] for way in REGISTERS}
    for at, value in enumerate(listed(signed.get("signed_values"))):
        pointer = f"/signed_data/signed_values/{at}/signed_data"
        payload = ocmf(value.get("signed_data") if isinstance(value, Mapping) else None)
        if payload is None:
            yield error("signed_data_unreadable", pointer, "is not an OCMF record")
            continue
        serial, meter = payload.get("MS"), cdr.get("meter_id")
        if serial and meter and str(serial).casefold() != str(meter).casefold():
            yield error("meter_serial_mismatch", pointer, f"is signed for meter {serial!r}, the CDR names {meter!r}")
        for way, told in readings(payload).items():
            found[way] += told
    yield from _compare(cdr, found)


def _compare(cdr: Mapping[str, Any], found: Readings) -> Iterator[Finding]:
    """Each direction against its own register, never the net; the total stands in where no period tells."""
    told, whole = flows(cdr), number(cdr.get("total_energy"))
    claims = {"import": whole if told is None else told.imported, "export": None if told is None else told.exported}
    for way, values in found.items():
        claimed = claims[way]
        if len(values) > 1 and claimed is not None and abs(claimed - (values[-1] - values[0])) > SLACK:
            amounts = {"claimed": claimed, "signed": values[-1] - values[0]}
            message = f"claims {claimed:f} kWh of {way}, the signed readings are {values[-1] - values[0]:f} kWh apart"
            yield warning("signed_energy_mismatch", "/total_energy", message, amounts=amounts)


def ocmf(text: Any) -> dict[str, Any] | None:
    """The payload of `OCMF|{payload}|{signature}`."""
    if not isinstance(text, str) or not text.startswith("OCMF|"):
        return None
    try:
        payload, _ = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal).raw_decode(text[5:])
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def readings(payload: Mapping[str, Any]) -> Readings:
    """The values in kWh of the first register of each direction. A reading inherits what it does not repeat."""
    found: Readings = {way: [] for way in REGISTERS}
    chosen: dict[str, str] = {}
    code, unit = "", "kWh"
    for row in listed(payload.get("RD")):
        value = number(row.get("RV")) if isinstance(row, Mapping) else None
        if value is None:
            continue
        code, unit = str(row.get("RI", code)), str(row.get("RU", unit))
        for way, pattern in REGISTERS.items():
            if unit in DECIMALS and pattern.search(code) and chosen.setdefault(way, code) == code:
                found[way].append(value.scaleb(DECIMALS[unit]))
    return found
