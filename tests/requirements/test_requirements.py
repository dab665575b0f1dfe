"""The tables are up to date, nothing required is without a test or a reason, and every id that a test names exists."""

from __future__ import annotations

from functools import cache

import pytest

from tests.requirements import claims, sets, tables
from tests.requirements.sets import HERE, Item, RequirementSet
from tests.requirements.tables import Findings


@cache
def gathered() -> dict[str, Findings]:
    """Every test file is read for it: once one asks, not wherever this one is collected."""
    return {found.of.name: found for found in tables.gather(sets.every(), list(claims.claims()))}


@pytest.fixture(params=[one.name for one in sets.every()])
def found(request: pytest.FixtureRequest) -> Findings:
    return gathered()[request.param]


def test_nothing_required_is_without_a_test_or_a_reason(found: Findings) -> None:
    assert found.gaps() == []


def test_what_is_shown_has_no_excuse(found: Findings) -> None:
    assert found.contradictions() == []


def test_every_id_that_a_test_names_exists(found: Findings) -> None:
    assert found.unknown == []


def test_the_tables_are_up_to_date() -> None:
    stale = [name for name, text in tables.rendered().items() if (HERE / name).read_text() != text]
    assert stale == [], f"run {tables.AGAIN}"


SOURCE = '''
"""ABC-09 in a module's docstring does not count."""
ROWS = [("ABC-03, ABC-04", 1), pytest.param("ABC-05", 2)]

def test_one(): # ABC-09 in a comment does not count
    """ABC-01; also ABC-06 to ABC-08, and A-ABC-0999 is nothing."""

def not_a_test():
    """ABC-09."""

@pytest.mark.parametrize(("other", "requirement"), [("ABC-09", "ABC-02")])
@pytest.mark.parametrize("requirement, value", ROWS)
async def test_two(requirement): ...

class TestThree:
    """ABC-10."""
    @pytest.mark.parametrize("requirement", ["ABC-11", *MORE])
    def test_four(self): ...
'''


def test_ids_are_read_where_tests_name_them() -> None:
    mine = sets.RequirementSet("x", "X", "", "[A-Z]{3}-[0-9]{2}", frozenset("M"), frozenset(), {})
    named = {test: mine.ids(text) for test, text in claims.of_module(SOURCE)}
    assert named == {
        "test_one": ["ABC-01", "ABC-06", "ABC-07", "ABC-08"],
        "test_two": ["ABC-02", "ABC-03", "ABC-04", "ABC-05"],
        "TestThree::test_four": ["ABC-10", "ABC-11"],
    }


def test_gaps_excuses_and_unknown_ids_are_found() -> None:
    items = {
        "ABC-01": Item("ABC-01", "required, nothing there"),
        "ABC-02": Item("ABC-02", "required, with a reason", untested="cannot be seen"),
        "ABC-03": Item("ABC-03", "binds others only", who="E"),
        "ABC-04": Item("ABC-04", "not required", level="O"),
        "ABC-05": Item("ABC-05", "shown, yet excused", untested="cannot be seen", who="E,C"),
    }
    mine = RequirementSet("x", "X", "", "[A-Z]{3}-[0-9]{2}", frozenset("MS"), frozenset("AC"), items)
    (found,) = tables.gather([mine], [("test_a", "ABC-05"), ("test_b", "ABC-06")])
    assert (found.gaps(), found.contradictions(), found.unknown) == (["ABC-01"], ["ABC-05"], [("test_b", "ABC-06")])
