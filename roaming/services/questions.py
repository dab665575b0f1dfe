"""A query whose SQL Django makes once, asked again and again with other values.

Making the SQL of a rule takes Django several times as long as answering it takes PostgreSQL. So a hot query is made for
specimens of its values, each unlike every other value in it, and asked with the real ones in their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Question:
    """SQL and the parameters that it was made for."""

    sql: str
    specimens: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> Question:
        """From a queryset of values."""
        try:
            return cls(*rows.query.sql_with_params())
        except EmptyResultSet:  # Django sees that nothing can match
            return cls("", ())

    def ask(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """`values`: what takes the place of each specimen."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_instead(specimen, values) for specimen in self.specimens])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def find(model: type[M], **wanted: int | str) -> list[M]:
    """The rows whose columns have these values."""
    names = tuple(sorted(wanted))
    numbers = tuple(isinstance(wanted[name], int) for name in names)
    specimens = _specimens(names, numbers)
    found = _equal(model, names, numbers).ask({specimens[name]: wanted[name] for name in names})
    return [whole_row_of(model, row) for row in found]


@cache
def _equal(model: type[Model], names: tuple[str, ...], numbers: tuple[bool, ...]) -> Question:
    rows = model._default_manager.filter(**_specimens(names, numbers)).order_by("pk")
    return Question.of(rows.values_list(*whole(model)))


def _specimens(names: tuple[str, ...], numbers: tuple[bool, ...]) -> dict[str, int | str]:
    kinds = enumerate(zip(names, numbers, strict=True), start=1)
    return {name: -place if number else f"<{name}>" for place, (name, number) in kinds}


def _instead(specimen: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(specimen, list):
        return [_instead(one, values) for one in specimen]
    return values.get(specimen, specimen) if isinstance(specimen, str | int | datetime) else specimen


def plain(model: type[Model]) -> list[str]:
    """The columns that need no conversion on their way out of the database."""
    return [field.attname for field in model._meta.concrete_fields if not hasattr(field, "from_db_value")]


def whole(model: type[Model], at: str = "") -> list[str]:
    """All columns; `at` leads to a related row."""
    return [f"{at}{field.attname}" for field in model._meta.concrete_fields]


def whole_row_of(model: type[M], values: Sequence[Any]) -> M:
    """An instance out of all of its columns."""
    fields = zip(model._meta.concrete_fields, values, strict=True)
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in fields
    ]
    return model.from_db(connection.alias, whole(model), read)


def row_of(model: type[M], values: tuple[Any, ...]) -> M:
    """An instance out of its plain columns; the others are read when somebody asks for them."""
    return model.from_db(connection.alias, plain(model), values)
