"""Signed meter values of a transaction as OCPI SignedData, byte for byte as the meter signed them (OCP-07, CDR-26).

`plain_data` is the same text readable, where it was Base64. A value longer than OCPI can carry is left out rather than
cut, for a cut one proves nothing; the reading still has it. The public key is the one that came with any of the values
(2.x stations may send it once only), else the one that the station's settings tell.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, Final

from ocppbridge.bridge.places import Shelf
from ocppbridge.models import Transaction
from ocppbridge.services import readings

NATURE: Final = {"Transaction.Begin": "Start", "Transaction.End": "End"}
LONGEST, LONGEST_KEY, LONGEST_METHOD, LONGEST_METER = 5000, 512, 36, 255
OCMF: Final = "OCMF"
KEY_OF_16: Final = "MeterPublicKey"  # with the number of its connector behind it (OCA's note on signed meter values)
SERIAL_OF_16: Final = "MeterSerialNumber"
METER: Final = "FiscalMetering"


def signed_data(row: Transaction, shelf: Shelf | None = None) -> dict[str, Any] | None:
    """None where the station signs nothing."""
    found = [one for one in map(_read, _samples(row)) if len(one["data"]) in range(1, LONGEST + 1)]
    if not found:
        return None
    document: dict[str, Any] = {
        "encoding_method": _method(found[0])[:LONGEST_METHOD],
        "signed_values": [_value(one) for one in found],
    }
    keys = (one["public_key"] for one in found if 0 < len(one["public_key"]) <= LONGEST_KEY)
    if key := next(keys, "") or _setting(row, "PublicKey", KEY_OF_16, LONGEST_KEY, shelf):
        document["public_key"] = key
    return document


def meter_id(row: Transaction, shelf: Shelf | None = None) -> str:
    """Serial number of the EVSE's meter, where the station's settings tell one that fits a CDR."""
    return _setting(row, "SerialNumber", SERIAL_OF_16, LONGEST_METER, shelf)


def _samples(row: Transaction) -> Iterable[dict[str, Any]]:
    return (sample for samples in readings.signed(row) for sample in samples if "signed" in sample)


def _read(sample: dict[str, Any]) -> dict[str, str]:
    """A 1.6 station has one text for it all, which may be the SignedMeterValue of 2.x as JSON."""
    signed = sample["signed"] or {}
    told = {name: str(signed.get(name) or "") for name in ("data", "encoding", "public_key")}
    if told["data"].startswith("{"):
        told |= _unpacked(told["data"])
    return told | {"context": str(sample.get("context", ""))}


def _unpacked(text: str) -> dict[str, str]:
    names = {"data": "signedMeterData", "encoding": "encodingMethod", "public_key": "publicKey"}
    try:
        inside = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(inside, dict) or not isinstance(inside.get("signedMeterData"), str):
        return {}
    return {ours: str(inside.get(theirs) or "") for ours, theirs in names.items()}


def _setting(row: Transaction, name: str, key_of_16: str, longest: int, shelf: Shelf | None) -> str:
    """Of the EVSE before that of the station; secrets are masked in settings, public keys and serials are none."""
    number, connector = row.evse_number or 0, row.connector_number or row.evse_number or 0
    keys = key_of_16, f"{key_of_16}{connector}"
    new, old = [], []
    for component, said, evse, value in (shelf or Shelf()).meters(row.station):
        if (component, said) == (METER, name) and evse in (0, number):
            new.append((evse, value))
        elif component == "" and said in keys:
            old.append((said, value))
    values = [value for _, value in (*sorted(new, reverse=True), *sorted(old, reverse=True))]
    return next((value for value in values if value and len(value) <= longest), "")


def _value(signed: dict[str, str]) -> dict[str, str]:
    data = signed["data"]
    return {"nature": NATURE.get(signed["context"], "Intermediate"), "plain_data": _plain(data), "signed_data": data}


def _method(signed: dict[str, str]) -> str:
    return signed["encoding"] or (OCMF if _plain(signed["data"]).startswith(f"{OCMF}|") else "unknown")


def _plain(data: str) -> str:
    try:
        text = base64.b64decode(data, validate=True).decode()
    except ValueError:
        return data
    return text if text.isprintable() else data
