"""When a partner's copy says what ours says, whatever its library did to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from roaming.ocpi.likeness import first_difference
from tests.personas import samples

OURS = samples.location(evses=[samples.evse(), samples.evse(uid="EVSE2")], facilities=[], directions=None)
EVSES: Any = OURS["evses"]


@pytest.mark.parametrize(
    "theirs",
    [
        OURS,
        {**OURS, "id": "loc1", "facilities": None, "extra": 1, "last_updated": "2020-01-01T00:00:00Z"},
        {**OURS, "evses": [EVSES[1], {**EVSES[0], "status_schedule": None}]},
        {**OURS, "evses": [*EVSES, samples.evse(uid="OLD", status="REMOVED")]},
    ],
)
def test_what_libraries_do_to_objects_makes_no_copy_wrong(theirs: dict[str, Any]) -> None:
    """LOC-38: folded identifiers, nulls, another order, fields and EVSEs that we do not name."""
    assert first_difference(OURS, theirs) is None


@pytest.mark.parametrize(
    ("theirs", "where"),
    [
        ({**OURS, "name": "Other"}, "/name"),
        ({**OURS, "publish": 1}, "/publish"),
        ({**OURS, "coordinates": None}, "/coordinates"),
        ({**OURS, "evses": [EVSES[0]]}, "/evses"),
        ({**OURS, "evses": [EVSES[0], samples.evse(uid="EVSE3")]}, "/evses/1"),
        ({**OURS, "evses": [EVSES[0], samples.evse(uid="EVSE2", status="CHARGING")]}, "/evses/1/status"),
        ([OURS], "/"),
        (None, "/"),
    ],
)
def test_what_says_something_else_is_pointed_at(theirs: Any, where: str) -> None:
    """LOC-38."""
    assert first_difference(OURS, theirs) == where


def test_figures_and_moments_are_compared_by_what_they_mean() -> None:
    """TYP-01, TYP-05."""
    ours = {"kwh": Decimal("1.50"), "start_date_time": "2026-11-21T10:00:00Z", "tags": ["a", "b"]}
    theirs = {"kwh": Decimal("1.5"), "start_date_time": "2026-11-21T11:00:00+01:00", "tags": ["a", "b"]}
    assert first_difference(ours, theirs) is None
    assert first_difference(ours, {**theirs, "kwh": "1.5"}) == "/kwh"
    assert first_difference(ours, {**theirs, "tags": ["b", "a"]}) == "/tags/0"
    assert first_difference(ours, {**theirs, "start_date_time": "2026-11-21T10:00:01Z"}) == "/start_date_time"
