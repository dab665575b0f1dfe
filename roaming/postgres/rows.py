"""Writing rows that are written all the time: the SQL is made once for each model, where `save` makes it each time.

No signals, no auto_now, and what is written is not looked at again. What nobody waits for is sent later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

from roaming import postgres
from roaming.postgres import Answer

_AS_THEY_ARE = {
    (models.CharField, str), (models.TextField, str), (models.DateTimeField, datetime), (models.BooleanField, bool),
    (models.IntegerField, int), (models.BigIntegerField, int), (models.PositiveIntegerField, int),
}  # fmt: skip


def remembered(row: Model) -> dict[str, Any]:
    """What `update` compares with. Lists and objects are copied, for they can be changed where they are."""
    was = vars(row).copy()
    for name in _open_ones(type(row)):
        was[name] = deepcopy(was[name])
    return was


def insert(row: Model) -> None:
    """A new row, with all its columns."""
    _added(row, _new(type(row)))


def insert_if_absent(row: Model) -> bool:
    """A new row, unless there is one that excludes it; who writes that at this moment is waited for."""
    return _added(row, _absent(type(row)))


def _added(row: Model, sql: str) -> bool:
    database = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, field.pre_save(row, True), database) for field in _columns(type(row))]
    found = postgres.fetch(sql, values, kept=True)
    if found:
        row.pk, row._state.adding, row._state.db = found[0][0], False, DEFAULT_DB_ALIAS
    return bool(found)


def write(row: Model, names: Iterable[str]) -> None:
    """These fields of a row that the caller holds, or that nobody else writes."""
    database = connections[DEFAULT_DB_ALIAS]
    chosen = tuple(field for field in _columns(type(row)) if field.name in set(names))
    values = [_prepared(field, getattr(row, field.attname), database) for field in chosen]
    postgres.later(_set(type(row), chosen), [*values, row.pk])


def update(row: Model, was: Mapping[str, Any], version: str) -> Answer:
    """The columns that are not what they were. `version`: the row's xmin when it was read.

    If it is another by now, somebody has written the row meanwhile: nothing is written, and no row the answer.
    """
    now = vars(row)
    changed = tuple(field for field in _columns(type(row)) if now[field.attname] != was[field.attname])
    if not changed:
        return Answer([(row.pk,)])
    database = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, now[field.attname], database) for field in changed]
    return postgres.later(_sql(type(row), changed), [*values, row.pk, version])


def _prepared(field: Field[Any, Any], value: Any, database: BaseDatabaseWrapper) -> Any:
    """As Django would send it: most values as they are."""
    if (type(field), type(value)) in _AS_THEY_ARE and (type(value) is not datetime or value.tzinfo is not None):
        return value
    return field.get_db_prep_save(value, database)


@cache
def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _open_ones(model: type[Model]) -> tuple[str, ...]:
    """The columns whose values can be changed where they are."""
    return tuple(field.attname for field in _columns(model) if isinstance(field, ArrayField | models.JSONField))


@cache
def _new(model: type[Model]) -> str:
    return f"{_values(model)} RETURNING id"


@cache
def _absent(model: type[Model]) -> str:
    return f"{_values(model)} ON CONFLICT DO NOTHING RETURNING id"


def _values(model: type[Model]) -> str:
    quoted, columns = connection.ops.quote_name, _columns(model)
    names = ", ".join(quoted(str(field.column)) for field in columns)
    places = ", ".join(_placeholder(field) for field in columns)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608


@lru_cache(maxsize=512)
def _sql(model: type[Model], changed: tuple[Field[Any, Any], ...]) -> str:
    return f"{_set(model, changed)} AND xmin = %s::xid RETURNING id"


@lru_cache(maxsize=512)
def _set(model: type[Model], changed: tuple[Field[Any, Any], ...]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = {_placeholder(field)}" for field in changed)
    return f"UPDATE {quoted(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608  # our own names


def _placeholder(field: Field[Any, Any]) -> str:
    """An array needs its type said."""
    told = getattr(field, "get_placeholder", None)
    return str(told([], None, connection)) if told else "%s"
