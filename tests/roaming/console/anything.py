"""A row of any model, for pages that must open whatever they show: what a field requires, nothing meant by it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

PLAIN: dict[type[Any], Any] = {
    models.BooleanField: True, models.DecimalField: Decimal(7), models.IntegerField: 7, models.JSONField: {},
    models.DateField: date(2026, 11, 1), ArrayField: [], models.BinaryField: b"x", models.FloatField: 1.5,
    models.TextField: "word",
}  # fmt: skip


def row_of(model: type[models.Model], now: datetime) -> models.Model:
    """The first that there is, or a new one."""
    found = model._default_manager.first()
    return found if found is not None else model._default_manager.create(**_values(model, now))


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
