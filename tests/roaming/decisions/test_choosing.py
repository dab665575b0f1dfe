"""Choosing values: the rows, the command, and what a strict start still asks."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roaming.decisions import InvalidValue, Scope
from roaming.models import Party
from roaming.services import decisions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    decisions.forget()


def run(*words: str) -> Any:
    out = StringIO()
    call_command("decisions", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_choice_holds_at_once_and_can_be_withdrawn() -> None:
    decisions.choose("OFFLINE-WINDOW", "none", by="ann", reason="our contracts say so")
    assert decisions.choices().value("OFFLINE-WINDOW") == "none"
    assert decisions.withdraw("OFFLINE-WINDOW")
    assert decisions.choices().value("OFFLINE-WINDOW") == "24"
    assert not decisions.withdraw("OFFLINE-WINDOW")


def test_a_second_choice_replaces_the_first() -> None:
    decisions.choose("SOCKET-REPLACE", "refuse", by="ann")
    decisions.choose("SOCKET-REPLACE", "newcomer", by="bob")
    assert run("show", "SOCKET-REPLACE")["chosen"] == [
        {"scope": "hub", "key": "", "value": "newcomer", "by": "bob", "reason": ""}
    ]


def test_a_value_is_refused_where_the_decision_cannot_be_taken() -> None:
    with pytest.raises(InvalidValue, match="decided per hub, not per station"):
        decisions.choose("VISIBILITY-DEFAULT", "open", by="ann", scope=Scope.STATION, key="S1")
    with pytest.raises(InvalidValue, match="needs the name of one"):
        decisions.choose("SOCKET-REPLACE", "refuse", by="ann", scope=Scope.STATION)
    with pytest.raises(InvalidValue, match="has no name"):
        decisions.choose("SOCKET-REPLACE", "refuse", by="ann", key="S1")


def test_the_command_sets_for_one_station_and_lists_it() -> None:
    run("set", "SOCKET-REPLACE", "refuse", "--station", "S1")
    assert decisions.choices().value("SOCKET-REPLACE", station="S1") == "refuse"
    assert decisions.choices().value("SOCKET-REPLACE") == "newcomer"
    out = StringIO()
    call_command("decisions", stdout=out)
    assert "newcomer (default, not decided), station S1: refuse" in out.getvalue()
    run("unset", "SOCKET-REPLACE", "--station", "S1")
    with pytest.raises(CommandError, match="no value of its own"):
        run("unset", "SOCKET-REPLACE", "--station", "S1")


def test_the_command_shows_question_options_and_place() -> None:
    out = StringIO()
    call_command("decisions", "show", "OFFLINE-WINDOW", stdout=out)
    for words in ("POLICY-DEPENDENT", "none: not at all", "default 24", "roaming.services.deliveries"):
        assert words in out.getvalue()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["set", "OFFLINE-WINDOW", "soon"], "must be a number from 1 to 720 hours or one of none"),
        (["set", "NO-SUCH", "1"], "there is no decision NO-SUCH"),
        (["set", "OFFLINE-WINDOW"], "set needs VALUE"),
        (["show"], "show needs ID"),
    ],
)
def test_the_command_refuses_in_words(words: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(*words)


def test_what_is_undecided_follows_what_the_hub_uses() -> None:
    assert "SOCKET-REPLACE" not in {one["id"] for one in run("undecided")}
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    assert "SOCKET-REPLACE" in {one["id"] for one in run("undecided")}
    decisions.choose("SOCKET-REPLACE", "newcomer", by="ann")
    assert "SOCKET-REPLACE" not in {one["id"] for one in run("undecided")}


def test_rows_that_an_upgrade_made_invalid_are_found() -> None:
    row = decisions.choose("SOCKET-REPLACE", "refuse", by="ann")
    row.value = "both"
    row.save()
    decisions.forget()
    assert decisions.broken() == [(Scope.HUB, "", "SOCKET-REPLACE")]
    assert decisions.choices().value("SOCKET-REPLACE") == "newcomer"
