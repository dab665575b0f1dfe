"""The reference: pages made of the schemas, the registries and the code that runs; each fact with its source."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ocppbridge.charging import intents
from ocppbridge.reference import NotFound, index, look_up
from ocppbridge.reference.handling import meanings, steps, verbs
from ocppbridge.versions import DIALECTS
from ocppbridge.versions.blocks import BLOCKS
from ocppbridge.versions.describe import schemas_of
from ocppbridge.versions.sequences import SEQUENCES
from ocppbridge.versions.types import types
from roaming.decisions import every

ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)


def page(*words: str, version: str | None = None) -> dict[str, Any]:
    return look_up(" ".join(words), version).as_dict()


def rows(shown: dict[str, Any], title: str) -> list[dict[str, str]]:
    return next(section["rows"] for section in shown["sections"] if section["title"] == title)


@ALL
def test_every_message_block_type_and_sequence_of_every_version_has_a_page(dialect: Any) -> None:
    version = dialect.version
    for kind, names in (
        ("message", dialect.schemas.requests),
        ("block", BLOCKS),
        ("type", types(version)),
        ("sequence", SEQUENCES),
    ):
        for name in names:
            shown = page(kind, name.upper(), version=version)
            assert (shown["kind"], shown["name"], shown["version"]) == (kind, name, version)
            assert all(section["source"] for section in shown["sections"])


@ALL
def test_who_handles_a_message_is_found_in_the_code_that_runs(dialect: Any) -> None:
    for action in dialect.handled:
        assert meanings(dialect, action), action
        told = any(what.startswith("answers") for what, _ in steps(dialect, action))
        assert told == ((action, "response") in schemas_of(dialect.version)), action
    for action in dialect.results:
        assert verbs(dialect, action), action
    said = {verb for action in dialect.to_station for verb in verbs(dialect, action)}
    assert said == set(dialect.downs), "every verb is written as some action"


def test_a_message_tells_direction_fields_limits_and_handler_each_with_its_source() -> None:
    shown = page("bootnotification", version="1.6")
    facts = {row["fact"]: (row["value"], row["source"]) for row in rows(shown, "In short")}
    assert facts["direction"] == ("station to CSMS", "specification")
    assert facts["block"] == ("B Provisioning", "our decision")  # 1.6 has no blocks of its own
    assert facts["means"] == ("Booted", "our code")
    model = next(row for row in rows(shown, "Request") if row["field"] == "chargePointModel")
    assert (model["type"], model["required"], model["limits"]) == ("string", "yes", "at most 20 characters")
    handled = {row["does"]: row["function"] for row in rows(shown, "Who handles it here")}
    assert handled["answers Booted"] == "handlers.provisioning.register"
    assert "HEARTBEAT-INTERVAL" in [row["decision"] for row in rows(shown, "Decisions that touch it")]
    assert {"sequence": "boot", "title": SEQUENCES["boot"].title} in rows(shown, "Sequences")


def test_a_decision_is_found_through_the_functions_that_a_handler_calls() -> None:
    for version, action in (("1.6", "StartTransaction"), ("2.0.1", "Authorize"), ("2.1", "TransactionEvent")):
        found = {row["decision"] for row in rows(page(action, version=version), "Decisions that touch it")}
        assert {"AUTH-UNKNOWN-TOKEN", "AUTH-REALTIME-BUDGET", "AUTH-REALTIME-FALLBACK"} <= found
    heartbeat = rows(page("Heartbeat"), "Decisions that touch it")
    assert "AUTH-UNKNOWN-TOKEN" not in [row["decision"] for row in heartbeat]


def test_a_decision_of_a_command_is_found_at_the_call_that_it_leads_to() -> None:
    found = {
        row["decision"]: row["why_here"] for row in rows(page("RequestStartTransaction"), "Decisions that touch it")
    }
    assert found["COMMAND-STATION-OFFLINE"] == "applied where StartCharging is asked for"


def test_decisions_shown_are_the_registers_own() -> None:
    known = {one.id for one in every()}
    for dialect in DIALECTS.values():
        for action in dialect.schemas.requests:
            shown = rows(page("message", action, version=dialect.version), "Decisions that touch it")
            assert {row["decision"] for row in shown} <= known


def test_what_a_verb_is_written_as_depends_on_the_version() -> None:
    v16, v201, _ = DIALECTS.values()
    assert verbs(v16, "ExtendedTriggerMessage") == [intents.Trigger]
    assert verbs(v201, "TriggerMessage") == [intents.Trigger]
    assert intents.ReadVariables in verbs(v16, "GetConfiguration")


def test_a_send_is_shown_to_have_no_answer() -> None:
    shown = page("NotifyPeriodicEventStream")
    assert shown["version"] == "2.1", "the first version that has it"
    assert "never answered" in rows(shown, "Answer")[0]["fact"]


def test_a_sequence_is_told_in_the_versions_own_words() -> None:
    old, new = (rows(page("sequence offline replay", version=version), "Steps") for version in ("1.6", "2.0.1"))
    assert [row["message"] for row in old] == ["StartTransaction", "MeterValues", "StopTransaction"]
    assert new[0]["message"] == "TransactionEvent"


def test_a_block_may_be_named_by_letter_or_title() -> None:
    assert page("block", "e") == page("Transactions")
    messages = [row["message"] for row in rows(page("block E", version="1.6"), "Messages")]
    assert messages == ["StartTransaction", "StopTransaction"]


@pytest.mark.parametrize(
    ("words", "version", "near"),
    [
        ("StartTransction", None, "StartTransaction"),
        ("meter", None, "MeterValues"),
        ("type IdTokenTyp", None, "IdTokenType"),
        ("sequence offline", None, "offline replay"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(words: str, version: str | None, near: str) -> None:
    with pytest.raises(NotFound) as caught:
        look_up(words, version)
    assert near in caught.value.near
    assert near in caught.value.sentence


def test_a_name_of_another_version_says_which_and_what_this_one_has_instead() -> None:
    with pytest.raises(NotFound) as caught:
        look_up("StartTransaction", "2.1")
    assert caught.value.sentence.startswith("OCPP 2.1 has no StartTransaction; 1.6 has it.")
    assert "TransactionEvent" in caught.value.near


def test_the_index_lists_every_message_type_and_sequence() -> None:
    shown = index("2.1").as_dict()
    assert len(rows(shown, "Messages")) == len(DIALECTS["ocpp2.1"].schemas.requests)
    assert len(rows(shown, "Types")) == len(types("2.1"))
    assert len(rows(shown, "Sequences")) == len(SEQUENCES)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("ocpp", *words, stdout=out)
    return out.getvalue()


def test_the_command_shows_the_page_to_people_and_to_machines() -> None:
    said = run("TransactionEvent")
    assert "handlers.transactions.start" in said
    assert "[schema]" in said and "[our decision]" in said
    assert json.loads(run("sequence", "boot", "--version", "1.6", "--json"))["name"] == "boot"
    assert "offline replay" in run()


@pytest.mark.parametrize("words", [["Nonsense"], ["Heartbeat", "--version", "3"]])
def test_the_command_refuses_in_one_sentence(words: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 2
    assert str(caught.value).startswith(("There is no message, block, type or sequence Nonsense", "There is no OCPP 3"))
