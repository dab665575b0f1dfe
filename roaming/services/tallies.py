"""How many objects of which owners some readers see: the rule of visibility, asked about tallies (PAG-08, S22).

The question is made once for each shape that it can take: the module, the roles of the readers, the hub's default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Sum, Value

from roaming.models import Party, Tally
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question
from roaming.services.decisions import choices
from roaming.services.visibility import visible

TALLIED = frozenset({ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.TOKENS})
"""Sessions and CDRs are found by the owner of the token, which has an index."""

_FOR_ALL = Value([], output_field=ArrayField(CharField(max_length=6)))
_NOW = datetime(1, 1, 1, tzinfo=UTC)
_COUNTRY, _PARTY = "--", "---"

Shape = tuple[Any, ...]

_questions: dict[Shape, Question] = {}


@dataclass(frozen=True)
class Seen:
    """`count` of objects are for all who may see their owner; of what is `addressed`, each shows who may see it."""

    owners: frozenset[tuple[str, str]]
    count: int
    addressed: bool


def seen(module: ModuleID, readers: Sequence[Party], now: datetime, owner: PartyId | None = None) -> Seen:
    """Whose objects the readers see; of one owner only, where it is named (HUB-18)."""
    question = _question(module, tuple(str(reader.role) for reader in readers), owner is not None)
    rows = [row for row in question.ask(_values(readers, now, owner)) if row[3]]
    return Seen(
        owners=frozenset((country, party) for country, party, _, _ in rows),
        count=sum(count for _, _, addressed, count in rows if not addressed),
        addressed=any(addressed for _, _, addressed, _ in rows),
    )


def _question(module: ModuleID, roles: tuple[str, ...], of_one_owner: bool) -> Question:
    default = choices().value("VISIBILITY-DEFAULT")
    shape = (module, roles, of_one_owner, default)
    if shape in _questions:
        return _questions[shape]
    question = _made(module, roles, of_one_owner)
    if choices().value("VISIBILITY-DEFAULT") == default:  # else it may have changed before the rule was made
        _questions[shape] = question
    return question


def _made(module: ModuleID, roles: tuple[str, ...], of_one_owner: bool) -> Question:
    tallies = Tally.objects.filter(module=module.value).alias(addressees=_FOR_ALL)
    if of_one_owner:
        tallies = tallies.filter(country_code=_COUNTRY, party_id=_PARTY)
    specimens = [
        Party(pk=-number, platform_id=-1000 - number, country_code=f"<{number}", party_id=f"{number}>", role=role)
        for number, role in enumerate(roles, start=1)
    ]
    found = visible(tallies, specimens, module, _NOW).values_list("country_code", "party_id", "addressed")
    return Question.of(found.annotate(Sum("count")))


def _values(readers: Sequence[Party], now: datetime, owner: PartyId | None) -> dict[Any, Any]:
    """What stands in a real question in the place of each value of the specimens."""
    values: dict[Any, Any] = {_NOW: now}
    if owner is not None:
        values |= {_COUNTRY: owner.country, _PARTY: owner.party}
    for number, reader in enumerate(readers, start=1):
        here, there = f"<{number}", f"{number}>"
        values |= {-number: reader.pk, -1000 - number: reader.platform_id}
        values |= {here: reader.country_code, there: reader.party_id}
        values[f"{here}/{there}"] = f"{reader.country_code}/{reader.party_id}"
    return values
