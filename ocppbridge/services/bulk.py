"""Many rows in one statement: the rows travel as one JSON parameter and PostgreSQL takes them apart.

Django's own bulk_update writes a CASE for each row and column, which costs more to build than to execute. Decimals
travel as texts, so nothing rounds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model


def update(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one model."""
    rows = list(rows)
    if rows:
        statement, names = _update(type(rows[0]), tuple(fields))
        _execute(statement, [{"id": row.pk, **{name: getattr(row, name) for name in names}} for row in rows])


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that have the same columns; what is there already is left alone."""
    if rows:
        _execute(_insert(model, tuple(rows[0])), rows)


@lru_cache
def _update(model: type[Model], fields: tuple[str, ...]) -> tuple[str, list[str]]:
    found = [model._meta.get_field(name) for name in fields]
    names = [field.column for field in found]
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in found)
    assigned = ", ".join(f'"{name}" = v."{name}"' for name in names)
    key = f"id {model._meta.get_field('id').db_type(connection)}"
    source = f"jsonb_to_recordset(%s::jsonb) AS v({key}, {types})"
    statement = f'UPDATE "{model._meta.db_table}" t SET {assigned} FROM {source} WHERE t.id = v.id'
    return statement, [field.attname for field in found]


@lru_cache
def _insert(model: type[Model], columns: tuple[str, ...]) -> str:
    fields = {field.column: field for field in model._meta.concrete_fields}
    types = ", ".join(f'"{name}" {fields[name].db_type(connection)}' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    source = f"jsonb_to_recordset(%s::jsonb) AS v({types})"
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {names} FROM {source} ON CONFLICT DO NOTHING'


def _execute(statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, (orjson.dumps(rows, default=str).decode(),))
