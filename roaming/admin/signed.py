"""What the meter signed, on the page of a CDR: each record as read, its signature, its meter, its key (CDR-26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString

from roaming.console.home import Panel
from roaming.console.text import BAD, GOOD, WARN, badge, code, cut, number, whole
from roaming.models import Cdr
from roaming.ocpi import json
from roaming.pricing.ocmf import Reading
from roaming.pricing.ocmf_signatures import Verdict
from roaming.pricing.signed import Container, containers, key_fingerprint

TONES = {Verdict.VALID: GOOD, Verdict.NO_KEY: WARN, Verdict.UNKNOWN: WARN}
HEADERS = ("Nature", "Signature", "Meter", "Page", "Register", "Read", "Time", "What for")


def panels(obj: Cdr) -> Iterator[Panel]:
    """None where nothing is signed."""
    if '"signed_data"' not in obj.document:
        return
    document = json.loads(obj.document)
    signed = document.get("signed_data")
    if isinstance(signed, dict):
        rows = [row for one in containers(document) for row in _rows(one)]
        yield Panel("Signed meter values", HEADERS, rows, note=_note(document), empty="None.")
        yield Panel("Public key", ("SHA-256 of it", "Method", "As it came"), [_key(document, signed)])


def _rows(one: Container) -> Iterator[tuple[Any, ...]]:
    if one.record is None:
        yield one.nature, badge("unreadable", BAD), "–", "–", "–", "–", "–", "–"
        return
    head = one.nature, badge(str(one.verdict), TONES.get(one.verdict, BAD))
    meter, page = code(cut(one.record.serial or "–", 40)), code(cut(str(one.record.payload.get("PG", "–")), 20))
    if not one.readings:
        yield *head, meter, page, "–", "–", "–", "no reading of energy, or the same record again"
    for reading in one.readings:
        yield *head, meter, page, *_reading(reading)


def _reading(one: Reading) -> tuple[Any, ...]:
    clock = {"S": "", "R": " (relative clock)", "I": " (informative clock)"}.get(one.clock, " (clock not set)")
    when: SafeString | str = whole(f"{one.at:%Y-%m-%d %H:%M:%S %z}{clock}") if one.at else "–"
    why = {"B": "begin", "C": "charging", "T": "tariff change", "S": "suspended", "X": "error"}.get(one.reason, "end")
    register = code(cut(one.register or "not named", 30))
    return register, whole(f"{number(one.kwh, 4)} kWh {one.way}"), when, one.fault or (why if one.reason else "–")


def _note(document: dict[str, Any]) -> str:
    meter = document.get("meter_id")
    return f"the CDR names meter {meter}" if meter else "the CDR names no meter"


def _key(document: dict[str, Any], signed: dict[str, Any]) -> tuple[Any, ...]:
    said = str(signed.get("public_key") or "")
    method = cut(str(signed.get("encoding_method", "–")), 40)
    return code(key_fingerprint(document)), method, code(cut(said, 60)) if said else "none came with it"
