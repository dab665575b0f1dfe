"""A query whose SQL Django makes once, asked again and again with other values.

Making the SQL of a rule takes Django several times as long as answering it takes PostgreSQL. So a hot query is made for
specimens of its values, each unlike every other value in it, and asked with the real ones in their places; what is
never another value is written into the SQL once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from psycopg.sql import Literal

from roaming import postgres

M = TypeVar("M", bound=Model)
_PLACES = re.compile("%[s%]")


@dataclass(frozen=True)
class Question:
    """SQL and the parameters that it was made for."""

    sql: str
    specimens: tuple[Any, ...]
    kept: bool = True
    """Whether one plan is good for all values, and there are not many questions like it."""
    _settled: dict[tuple[Any, ...], _Settled] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, rows: QuerySet[Any, Any], *, kept: bool = True) -> Question:
        """From a queryset of values."""
        try:
            return cls(*rows.query.sql_with_params(), kept)
        except EmptyResultSet:  # Django sees that nothing can match
            return cls("", ())

    def ask(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """`values`: what takes the place of each specimen."""
        if not self.sql:
            return []
        which = tuple(values)
        if which not in self._settled:
            self._settled[which] = _settle(self.sql, self.specimens, values)
        sql, open_ones, flat = self._settled[which]
        given = [values[one] if flat else _instead(one, values) for one in open_ones]
        return postgres.fetch(sql, given, kept=self.kept)


class _Settled(NamedTuple):
    sql: str
    open_ones: list[Any]
    flat: bool
    """Whether each of them has a value of its own."""


def _settle(sql: str, specimens: Sequence[Any], values: Mapping[Any, Any]) -> _Settled:
    """The SQL with all that has no other value in it written out, and the specimens that are left."""
    left, open_ones = iter(specimens), list[Any]()

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        specimen = next(left)
        if isinstance(specimen, str | int) and specimen not in values:
            return Literal(specimen).as_string(None).replace("%", "%%")
        open_ones.append(specimen)
        return found[0]

    settled = _PLACES.sub(written, sql)
    return _Settled(settled, open_ones, all(not isinstance(one, list) and one in values for one in open_ones))


def rows_of(model: type[M], question: Question, values: Mapping[Any, Any]) -> list[M]:
    """The answer to a question for whole rows."""
    return [whole_row_of(model, row) for row in question.ask(values)]


def first_of(model: type[M], question: Question, values: Mapping[Any, Any]) -> M | None:
    """Of a question for whole rows the first, if there is one."""
    return next(iter(rows_of(model, question, values)), None)


def find(model: type[M], **wanted: int | str) -> list[M]:
    """The rows whose columns have these values."""
    names = tuple(sorted(wanted))
    numbers = tuple(isinstance(wanted[name], int) for name in names)
    specimens = _specimens(names, numbers)
    values = {specimens[name]: wanted[name] for name in names}
    return rows_of(model, _equal(model, names, numbers), values)


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


def plain(model: type[Model]) -> tuple[str, ...]:
    """The columns that need no conversion on their way out of the database."""
    return _plain(model)


@cache
def _plain(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not hasattr(field, "from_db_value"))


@cache
def whole(model: type[Model], at: str = "") -> tuple[str, ...]:
    """All columns; `at` leads to a related row."""
    return tuple(f"{at}{field.attname}" for field in model._meta.concrete_fields)


@cache
def _converted(model: type[Model]) -> tuple[tuple[int, Any], ...]:
    """Where in a whole row the columns stand that need a conversion, and what makes it."""
    fields = enumerate(model._meta.concrete_fields)
    return tuple((at, field.from_db_value) for at, field in fields if hasattr(field, "from_db_value"))


def whole_row_of(model: type[M], values: Sequence[Any]) -> M:
    """An instance out of all of its columns."""
    read = list(values)
    for at, convert in _converted(model):
        read[at] = convert(read[at], None, connections[DEFAULT_DB_ALIAS])
    return model.from_db(DEFAULT_DB_ALIAS, whole(model), read)


def row_of(model: type[M], values: tuple[Any, ...]) -> M:
    """An instance out of its plain columns; the others are read when somebody asks for them."""
    return model.from_db(DEFAULT_DB_ALIAS, plain(model), values)
