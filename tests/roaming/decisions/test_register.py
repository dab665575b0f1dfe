"""The decision register: which value holds, what is refused, and that each entry is applied where it says."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from roaming.decisions import (
    REGISTRY,
    Choices,
    Decision,
    InvalidValue,
    Kind,
    Scope,
    UnknownDecision,
    between,
    every,
    get,
    invalid,
    register,
    undecided,
)
from roaming.decisions import all as all_decisions

ROOT = Path(__file__).resolve().parents[3]


def decision(**changes: object) -> Decision:
    values: dict[str, object] = {
        "id": "A-THING",
        "kind": Kind.SPEC_SILENT,
        "title": "a thing",
        "section": "1.2",
        "question": "which?",
        "options": {"a": "the one", "b": "the other"},
        "default": "a",
        "applied_in": "roaming.somewhere",
        "scopes": frozenset(Scope),
    }
    return Decision(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def one() -> dict[str, Decision]:
    return {"A-THING": decision()}


def test_without_a_choice_the_default_holds_and_does_not_count_as_decided(one: dict[str, Decision]) -> None:
    choices = Choices({}, one)
    assert choices.value("A-THING") == "a"
    assert not choices.decided("A-THING")


def test_the_narrowest_scope_wins(one: dict[str, Decision]) -> None:
    hub, partner = (Scope.HUB, "", "A-THING"), (Scope.PARTNER, "7", "A-THING")
    station = (Scope.STATION, "S1", "A-THING")
    choices = Choices({hub: "b", partner: "a"}, one)
    assert choices.value("A-THING") == "b"
    assert choices.value("A-THING", partner="7") == "a"
    assert choices.value("A-THING", partner="8") == "b"
    assert choices.value("A-THING", station="S1", partner="7") == "a"
    assert Choices({partner: "a", station: "b"}, one).value("A-THING", station="S1", partner="7") == "b"


def test_the_stations_that_differ_from_the_hub_can_be_listed(one: dict[str, Decision]) -> None:
    hub, station = (Scope.HUB, "", "A-THING"), (Scope.STATION, "S1", "A-THING")
    assert Choices({station: "b"}, one).holding("A-THING", "b") == (False, frozenset({"S1"}))
    assert Choices({hub: "b", station: "a"}, one).holding("A-THING", "b") == (True, frozenset({"S1"}))
    assert Choices({hub: "b", station: "b"}, one).holding("A-THING", "b") == (True, frozenset())


def test_a_choice_for_one_partner_does_not_decide_for_the_hub(one: dict[str, Decision]) -> None:
    assert not Choices({(Scope.PARTNER, "7", "A-THING"): "b"}, one).decided("A-THING")
    assert Choices({(Scope.HUB, "", "A-THING"): "a"}, one).decided("A-THING")


def test_a_value_that_is_no_longer_an_option_does_not_count_and_is_found(one: dict[str, Decision]) -> None:
    old, gone = (Scope.HUB, "", "A-THING"), (Scope.HUB, "", "NO-MORE")
    chosen = {old: "c", gone: "x"}
    assert Choices(chosen, one).value("A-THING") == "a"
    assert invalid(chosen, one) == [old, gone]


def test_a_scope_that_the_decision_does_not_have_does_not_count() -> None:
    registry = {"A-THING": decision(scopes=frozenset({Scope.HUB}))}
    key = (Scope.STATION, "S1", "A-THING")
    assert Choices({key: "b"}, registry).value("A-THING", station="S1") == "a"
    assert invalid({key: "b"}, registry) == [key]


def test_an_unknown_id_is_refused_by_name() -> None:
    with pytest.raises(UnknownDecision, match="there is no decision NO-SUCH"):
        Choices().value("NO-SUCH")
    with pytest.raises(UnknownDecision, match="there is no decision NO-SUCH"):
        get("NO-SUCH")


def test_a_number_takes_both_bounds_and_its_words() -> None:
    timed = decision(options={"none": "never"}, free=between("0.5", "20", "seconds"), default="4")
    for value in ("0.5", "20", "4.25", "none"):
        timed.check(value)
    for value in ("0.4", "20.1", "many", "NaN", "Infinity", ""):
        with pytest.raises(InvalidValue, match=r"A-THING must be a number from 0\.5 to 20 seconds or one of none"):
            timed.check(value)
    assert Choices({(Scope.HUB, "", "A-THING"): "4.25"}, {"A-THING": timed}).number("A-THING") == Decimal("4.25")
    with pytest.raises(InvalidValue, match=r"from 1 to 2$"):
        decision(options={}, free=between("1", "2"), default="1").check("3")


def test_a_closed_decision_lists_its_options() -> None:
    with pytest.raises(InvalidValue, match="A-THING must be one of a, b"):
        decision().check("c")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "a-thing"}, "UPPER-KEBAB"),
        ({"id": "A" * 58 + "-LONG"}, "UPPER-KEBAB"),
        ({"default": "c"}, "must be one of"),
        ({"scopes": frozenset({Scope.STATION})}, "for the whole hub"),
        ({"reached": "sometimes"}, "is no feature"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_at_import(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decision(**changes)


def test_a_second_registration_is_refused() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(every()[0])


def test_only_what_a_hub_reaches_has_to_be_decided() -> None:
    registry = {"A-THING": decision(), "B-THING": decision(id="B-THING", reached="stations")}
    assert [found.id for found in undecided(registry, {}, set())] == ["A-THING"]
    assert [found.id for found in undecided(registry, {}, {"stations"})] == ["A-THING", "B-THING"]
    assert [found.id for found in undecided(registry, {(Scope.HUB, "", "A-THING"): "a"}, {"stations"})] == ["B-THING"]


def test_the_register_is_sorted_and_complete() -> None:
    assert all_decisions() == every() == sorted(REGISTRY.values(), key=lambda found: found.id)
    assert get("OFFLINE-WINDOW").default == "24"


def marks() -> dict[str, set[str]]:
    """id -> dotted modules that carry `# decision: <id>`."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in ("roaming", "ocppbridge", "config"):
        for file in (ROOT / package).rglob("*.py"):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for decision_id in re.findall(r"# decision: ([A-Z0-9-]+)", file.read_text()):
                if not module.startswith("roaming.decisions"):
                    found[decision_id].add(module)
    return found


def test_every_decision_is_applied_where_it_says_and_nowhere_unnamed() -> None:
    marked = marks()
    wrong = {one.id: one.applied_in for one in every() if one.applied_in not in marked.get(one.id, set())}
    assert wrong == {}, "not marked in the module that applied_in names"
    assert set(marked) - set(REGISTRY) == set(), "marked but not registered"


def test_the_register_imports_the_standard_library_only() -> None:
    for file in (ROOT / "roaming" / "decisions").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                module = str(node.module)
                allowed = {"__future__", "collections.abc", "dataclasses", "decimal", "enum"}
                assert module in allowed or module.startswith("roaming.decisions")
