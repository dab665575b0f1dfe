"""CDRs as a file, CSV or JSON Lines, in pieces: memory stays the same however many there are.

Text that somebody else wrote and a spreadsheet would run begins with an apostrophe (S46); numbers are ours and stay
numbers, also those below zero. Rows come in the order of `billing_cdrs`, so a file can be gone on with behind any row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet

from roaming.services import billing_records
from roaming.services.billing_cdrs import behind, place_of
from roaming.services.billing_records import COLUMNS, FIELDS, TEXTS, Row

BATCH = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones run as well
_TEXT = [name in TEXTS for name in FIELDS]
_PK, _END = COLUMNS.index("pk"), COLUMNS.index("end_date_time")
_encode = msgspec.json.Encoder().encode

Lines = Callable[[Sequence[Row]], bytes]


def csv_lines(rows: Sequence[Row]) -> bytes:
    """RFC 4180, UTF-8."""
    made = map(billing_records.values, rows)
    return table([cell(value, text) for value, text in zip(one, _TEXT, strict=True)] for one in made)


def json_lines(rows: Sequence[Row]) -> bytes:
    """One object a line."""
    return b"".join(_encode(billing_records.record(row)) + b"\n" for row in rows)


LINES: dict[str, Lines] = {"csv": csv_lines, "jsonl": json_lines}
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def head(form: str) -> bytes:
    """What stands before the first row."""
    return table([list(FIELDS)]) if form == "csv" else b""


def pieces(found: QuerySet[Any], form: str, place: str = "") -> Iterator[tuple[bytes, int, str]]:
    """(lines, how many, the place behind them). Raises BadPlace."""
    lines = LINES[form]
    while rows := list(billing_records.asked(behind(found, place))[:BATCH]):
        place = place_of(rows[-1][_END], rows[-1][_PK])
        yield lines(rows), len(rows), place


def stream(found: QuerySet[Any], form: str) -> Iterator[bytes]:
    """The whole file."""
    yield head(form)
    for lines, _, _ in pieces(found, form):
        yield lines


def table(rows: Any) -> bytes:
    """Lines of CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def cell(value: Any, text: bool) -> Any:
    """A value in CSV; `text`: written by somebody else."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, list):
        value = " ".join(value)
    return safe(value) if text else value


def safe(value: str) -> str:
    """Never a formula (S46)."""
    return f"'{value}" if value.startswith(_FORMULA) else value
