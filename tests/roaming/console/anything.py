"""Rows of any model, for pages that must open whatever they show: what a field requires, nothing meant by it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

_numbers = count(1000)
PLAIN: dict[type[Any], Any] = {
    models.BooleanField: True, models.DecimalField: Decimal(7), models.IntegerField: 7, models.JSONField: {},
    models.DateField: date(2026, 11, 1), ArrayField: [], models.BinaryField: b"x", models.FloatField: 1.5,
    models.TextField: "word",
}  # fmt: skip


def row_of(model: type[models.Model], now: datetime) -> models.Model:
    """The first that there is, or a new one."""
    found = model._default_manager.first()
    return found if found is not None else _new(model, now)


def fill(model: type[models.Model], most: int, now: datetime) -> None:
    """Until there are so many: copies of the first one, other only where no two may be alike."""
    first = row_of(model, now)
    for _ in range(most - model._default_manager.count()):
        _copy(first)


def _copy(row: models.Model) -> models.Model:
    model, values = type(row), {}
    unique = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    apart = {name for one in unique for name in one.fields}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField) or field.generated or (field.primary_key and field.has_default()):
            continue
        values[field.name] = value = getattr(row, field.name)
        if value is not None and (field.unique or field.name in apart):
            values[field.name] = _other(field, value)
    return model._default_manager.create(**values)


def _other(field: Any, value: Any) -> Any:
    if field.remote_field is not None:
        return _copy(value)
    if isinstance(field, models.CharField) and not field.choices:
        return _word()[: field.max_length]
    if isinstance(field, models.UUIDField):
        return uuid4()
    return next(_numbers) if isinstance(field, models.IntegerField) and not field.choices else value


def _new(model: type[models.Model], now: datetime) -> models.Model:
    return model._default_manager.create(**_values(model, now))


def _values(model: type[models.Model], now: datetime) -> dict[str, Any]:
    values = {}
    for field in model._meta.concrete_fields:
        given = field.has_default() or field.null or isinstance(field, models.AutoField)
        if given or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) or field.generated:
            continue
        values[field.name] = _value(field, now)
    return values


def _value(field: Any, now: datetime) -> Any:
    if field.remote_field is not None:
        return row_of(field.remote_field.model, now)
    if isinstance(field, models.DateTimeField):
        return now
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.CharField):
        return "word"[: field.max_length]
    return next(value for kind, value in PLAIN.items() if isinstance(field, kind))


def _word() -> str:
    """Six letters, others each time; the first ones change fastest, for some columns take but two."""
    number, letters = next(_numbers), ""
    while len(letters) < 6:
        number, letter = divmod(number, 26)
        letters += chr(65 + letter)
    return letters
