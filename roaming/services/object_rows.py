"""Finding an object's row by its identity, with which version of it this is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from django.db.models.expressions import RawSQL

from roaming.models import StoredObject
from roaming.ocpi.party import PartyId
from roaming.postgres.questions import Question, whole, whole_row_of

O = TypeVar("O", bound=StoredObject)  # noqa: E741  # the object's model
_COUNTRY, _PARTY, _KEY = "<country>", "<party>", "<key>"  # what stands in the question for the real ones


def read(model: type[O], owner: PartyId, key: str, more: Mapping[str, str], *, lock: bool) -> tuple[O | None, str]:
    """The row and its xmin. `more`: further key columns."""
    values = {_COUNTRY: owner.country, _PARTY: owner.party, _KEY: key}
    question = _question(model, tuple(sorted(more)), lock)
    found = question.ask(values | {f"<{name}>": value for name, value in more.items()})
    return (whole_row_of(model, found[0][:-1]), found[0][-1]) if found else (None, "")


@cache
def _question(model: type[StoredObject], more: tuple[str, ...], lock: bool) -> Question:
    rows = model._default_manager.select_for_update() if lock else model._default_manager.all()
    found = rows.filter(country_code=_COUNTRY, party_id=_PARTY, object_key=_KEY)
    version = RawSQL(f"{model._meta.db_table}.xmin::text", ())  # noqa: S611  # a name of our own
    chosen = found.filter(**{name: f"<{name}>" for name in more}).order_by("pk")
    return Question.of(chosen.values_list(*whole(model), version))
