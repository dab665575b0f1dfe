"""The readings inside signed_data (OCMF) against total_energy and meter_id. The signature itself is checked elsewhere.

What was signed is looked at, never changed: it travels byte for byte (CDR-26).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from roaming.pricing.findings import Finding, error, note, warning

SLACK = Decimal("0.01")  # kWh
PER_KWH = {"kWh": Decimal(1), "Wh": Decimal(1000)}
IMPORT = re.compile(r"^$|:0?1\.0?8\.0|:B[0-3]\.")  # OBIS: active energy import; no code at all is taken for it


def signed_check(cdr: Mapping[str, Any]) -> Iterator[Finding]:
    signed = cdr.get("signed_data")
    if not isinstance(signed, Mapping):
        return
    method = str(signed.get("encoding_method", ""))
    if method.casefold() != "ocmf":
        yield note("signed_data_not_read", "/signed_data/encoding_method", f"{method!r} is not read, only OCMF is")
        return
    readings: list[Decimal] = []
    for at, value in enumerate(signed.get("signed_values") or []):
        pointer = f"/signed_data/signed_values/{at}/signed_data"
        payload = ocmf(value.get("signed_data") if isinstance(value, Mapping) else None)
        if payload is None:
            yield error("signed_data_unreadable", pointer, "is not an OCMF record")
            continue
        serial, meter = payload.get("MS"), cdr.get("meter_id")
        if serial and meter and str(serial).casefold() != str(meter).casefold():
            yield error("meter_serial_mismatch", pointer, f"is signed for meter {serial!r}, the CDR names {meter!r}")
        readings += import_readings(payload)
    if len(readings) > 1:
        yield from _compare(readings[-1] - readings[0], cdr.get("total_energy"))


def _compare(measured: Decimal, claimed: Any) -> Iterator[Finding]:
    if isinstance(claimed, (int, Decimal)) and abs(Decimal(claimed) - measured) > SLACK:
        amounts = {"claimed": Decimal(claimed), "signed": measured}
        message = f"claims {claimed} kWh, the signed readings are {measured:f} kWh apart"
        yield warning("signed_energy_mismatch", "/total_energy", message, amounts=amounts)


def ocmf(text: Any) -> dict[str, Any] | None:
    """The payload of `OCMF|{payload}|{signature}`."""
    if not isinstance(text, str) or not text.startswith("OCMF|"):
        return None
    try:
        payload, _ = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal).raw_decode(text[5:])
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def import_readings(payload: Mapping[str, Any]) -> list[Decimal]:
    """The values of the first import register in kWh. A reading inherits what it does not repeat."""
    found = []
    register, unit, chosen = "", "kWh", None
    for reading in payload.get("RD") or []:
        if not isinstance(reading, Mapping) or not isinstance(reading.get("RV"), Decimal):
            continue
        register, unit = str(reading.get("RI", register)), str(reading.get("RU", unit))
        if unit in PER_KWH and IMPORT.search(register) and chosen in (None, register):
            chosen = register
            found.append(reading["RV"] / PER_KWH[unit])
    return found
