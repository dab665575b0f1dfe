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
from django.db.models import Field, Model

from roaming import postgres


def update(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one model."""
    rows = list(rows)
    if rows:
        statement, names = _update(type(rows[0]), tuple(fields))
        _execute(statement, [{"id": row.pk, **{name: getattr(row, name) for name in names}} for row in rows])


def create(rows: Sequence[Model]) -> None:
    """Add rows of one model that has keys of its own, as Django would have written each."""
    if rows:
        fields = rows[0]._meta.concrete_fields
        insert(type(rows[0]), [{str(field.column): field.pre_save(row, add=True) for field in fields} for row in rows])


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]], known_by: Sequence[str] = ()) -> None:
    """Add rows that have the same columns. What is there already is left alone, or written anew where it is said which
    columns it is known by."""
    if rows:
        _execute(_insert(model, tuple(rows[0]), tuple(known_by)), rows)


def fetch(statement: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What a statement returns whose one parameter are rows."""
    return postgres.fetch(statement, (orjson.dumps(rows, default=str).decode(),), kept=True)


@lru_cache
def _update(model: type[Model], fields: tuple[str, ...]) -> tuple[str, list[str]]:
    found = {field.name: field for field in model._meta.concrete_fields}
    chosen = [found[name] for name in fields]
    assigned = ", ".join(f'"{field.column}" = v."{field.column}"' for field in chosen)
    source = _source([found["id"], *chosen])
    table = model._meta.db_table
    statement = f'UPDATE "{table}" t SET {assigned} FROM {source} WHERE t.id = v.id'  # noqa: S608  # our own names
    return statement, [field.attname for field in chosen]


@lru_cache
def _insert(model: type[Model], columns: tuple[str, ...], known_by: tuple[str, ...]) -> str:
    found = {field.column: field for field in model._meta.concrete_fields}
    names, source = ", ".join(f'"{name}"' for name in columns), _source([found[name] for name in columns])
    table = model._meta.db_table
    anew = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in known_by)
    known = f"({', '.join(known_by)}) DO UPDATE SET {anew}" if known_by else "DO NOTHING"
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {source} ON CONFLICT {known}'  # noqa: S608


def _source(fields: Sequence[Field[Any, Any]]) -> str:
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS v({types})"


def _execute(statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    postgres.later(statement, (orjson.dumps(rows, default=str).decode(),))
