"""Signed meter values of a transaction as OCPI SignedData, byte for byte as the meter signed them (OCP-07, CDR-26).

`plain_data` is the same text readable, where it was Base64. A value longer than OCPI can carry is left out rather than
cut, for a cut one proves nothing; the reading still has it.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from ocppbridge.models import Transaction

NATURE: Final = {"Transaction.Begin": "Start", "Transaction.End": "End"}
LONGEST, LONGEST_KEY, LONGEST_METHOD = 5000, 512, 36
OCMF: Final = "OCMF"


def signed_data(row: Transaction) -> dict[str, Any] | None:
    """None where the station signs nothing."""
    found = [
        sample
        for samples in row.readings.filter(samples__contains=[{"signed": {}}])
        .order_by("at", "id")
        .values_list("samples", flat=True)
        for sample in samples
        if len((sample.get("signed") or {}).get("data") or "") in range(1, LONGEST + 1)
    ]
    if not found:
        return None
    first = found[0]["signed"]
    document: dict[str, Any] = {
        "encoding_method": _method(first)[:LONGEST_METHOD],
        "signed_values": [_value(sample) for sample in found],
    }
    if 0 < len(first.get("public_key") or "") <= LONGEST_KEY:
        document["public_key"] = first["public_key"]
    return document


def _value(sample: dict[str, Any]) -> dict[str, str]:
    data = sample["signed"]["data"]
    return {"nature": NATURE.get(sample.get("context", ""), "Intermediate"), "plain_data": _plain(data),
            "signed_data": data}  # fmt: skip


def _method(signed: dict[str, Any]) -> str:
    told = str(signed.get("encoding") or "")
    return told or (OCMF if _plain(signed["data"]).startswith(f"{OCMF}|") else "unknown")


def _plain(data: str) -> str:
    try:
        text = base64.b64decode(data, validate=True).decode()
    except ValueError:
        return data
    return text if text.isprintable() else data
