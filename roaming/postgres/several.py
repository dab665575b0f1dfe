"""Any of several keys, in a question that is made once: they travel as one array, however many they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from django.db.models import Model
from django.db.models.expressions import RawSQL

from roaming.postgres.questions import Question, rows_of

M = TypeVar("M", bound=Model)
_KEYS: Final = "<keys>"

ANY: Final = RawSQL("SELECT unnest(%s::bigint[])", (_KEYS,))
"""For `__in` in the queryset that the question is made of."""


def ask(question: Question, keys: Iterable[int]) -> list[tuple[Any, ...]]:
    """What there is for them."""
    return question.ask({_KEYS: list(keys)})


def rows(model: type[M], question: Question, keys: Iterable[int]) -> list[M]:
    """Of a question for whole rows."""
    return rows_of(model, question, {_KEYS: list(keys)})
