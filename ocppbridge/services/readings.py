"""Meter readings as rows: normalised figures for the timeline, every sample beside them, signed data byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

import msgspec
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from ocppbridge.charging.points import point
from ocppbridge.charging.readings import Reading
from ocppbridge.models import MeterReading, Transaction
from roaming.postgres.questions import Question

_TRANSACTION = -1  # stands in the questions for the real one
_sorted = msgspec.json.Encoder(order="deterministic")


def rows(transaction: Transaction, readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """Columns of MeterReading; a replayed reading has the same (at, digest) and is stored once."""
    return [_row(transaction, reading) for reading in readings if reading.samples]


class Figures(NamedTuple):
    """What a stored reading says, without its samples."""

    at: datetime
    energy_import: Decimal | None
    energy_export: Decimal | None
    power: Decimal | None
    current: Decimal | None
    soc: Decimal | None


def of(transaction: Transaction) -> list[Figures]:
    """Its readings in their order."""
    return [Figures(*row) for row in _readings().ask({_TRANSACTION: transaction.pk})]


def signed(transaction: Transaction) -> list[list[dict[str, Any]]]:
    """The samples of those that the meter has signed."""
    return [msgspec.json.decode(samples) for (samples,) in _signed().ask({_TRANSACTION: transaction.pk})]


@cache
def _readings() -> Question:
    return Question.of(_ordered().values_list(*Figures._fields))


@cache
def _signed() -> Question:
    kept = _ordered().filter(samples__contains=[{"signed": {}}])
    return Question.of(kept.values_list(Cast("samples", TextField())))


def _ordered() -> QuerySet[MeterReading]:
    return MeterReading.objects.filter(transaction_id=_TRANSACTION).order_by("at", "id")


def _row(transaction: Transaction, reading: Reading) -> dict[str, Any]:
    samples: list[dict[str, Any]] = msgspec.to_builtins(reading.samples)
    kept = [{name: value for name, value in sample.items() if value is not None} for sample in samples]
    figures = point(reading)
    return {
        "transaction_id": transaction.pk,
        "at": reading.at,
        "context": reading.context[:30],
        "energy_import": _rounded(figures.import_wh, "0.001", 15),
        "energy_export": _rounded(figures.export_wh, "0.001", 15),
        "power": _rounded(figures.power_w, "0.001", 11),
        "current": _rounded(figures.current_a, "0.001", 9),
        "soc": _rounded(figures.soc, "0.01", 3),
        "samples": kept,
        "digest": hashlib.md5(_sorted.encode(kept), usedforsecurity=False).hexdigest(),
    }


def _rounded(value: Decimal | None, step: str, digits: int) -> Decimal | None:
    """What the column can hold; a figure beyond it is nonsense and stands in `samples` only."""
    if value is None or abs(value) >= Decimal(10) ** digits:
        return None
    return value.quantize(Decimal(step), ROUND_HALF_UP)
