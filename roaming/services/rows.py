"""Writing rows that are written all the time: the SQL is made once for each model, where `save` makes it each time."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from roaming import postgres


def remembered(row: Model) -> dict[str, Any]:
    """What `update` compares with. Lists and objects are copied, for they can be changed where they are."""
    now = vars(row)
    return {
        name: deepcopy(value) if isinstance(value := now[name], list | dict) else value for name in _names(type(row))
    }


def update(row: Model, was: Mapping[str, Any]) -> None:
    """The columns of a row that is there which are not what they were; no signals, no auto_now."""
    now = vars(row)
    changed = tuple(field for field in _columns(type(row)) if now[field.attname] != was[field.attname])
    if changed:
        values = [field.get_db_prep_save(now[field.attname], connection) for field in changed]
        postgres.run(_sql(type(row), changed), [*values, row.pk])


@cache
def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in _columns(model))


@lru_cache(maxsize=512)
def _sql(model: type[Model], changed: tuple[Field[Any, Any], ...]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = {_placeholder(field)}" for field in changed)
    return f"UPDATE {quoted(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608  # names of our own


def _placeholder(field: Field[Any, Any]) -> str:
    """An array needs its type said."""
    told = getattr(field, "get_placeholder", None)
    return str(told([], None, connection)) if told else "%s"
