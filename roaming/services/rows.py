"""Writing rows that are written all the time: the SQL is made once for each model, where `save` makes it each time."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from roaming import statements


def update(row: Model) -> None:
    """All columns of a row that is there; no signals, no auto_now."""
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _columns(type(row))]
    statements.run(_sql(type(row)), [*values, row.pk])


@cache
def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _sql(model: type[Model]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = {_placeholder(field)}" for field in _columns(model))
    return f"UPDATE {quoted(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608  # names of our own


def _placeholder(field: Field[Any, Any]) -> str:
    """An array needs its type said."""
    told = getattr(field, "get_placeholder", None)
    return str(told([], None, connection)) if told else "%s"
