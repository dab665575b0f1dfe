"""Worked examples that are conversations: each payload is valid, goes the way it is drawn, says what the code makes."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.reference import index, look_up
from ocppbridge.reference.conversations import CONVERSATIONS, UP, example, of
from ocppbridge.versions import DIALECTS


@pytest.mark.parametrize("name", CONVERSATIONS)
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)
def test_every_payload_is_valid_and_goes_its_way(dialect: Any, name: str) -> None:
    if name not in of(dialect):
        assert {step.action for step in CONVERSATIONS[name].steps()} - set(dialect.schemas.requests)
        return
    for step in CONVERSATIONS[name].steps():
        check = dialect.validate_response if step.answer else dialect.validate_request
        check(step.action, dict(step.payload))
        senders = dialect.actions_from_station if step.way == UP else dialect.to_station
        assert step.action in senders
        assert len(step.why) > 5


def test_the_example_of_a_tariff_shows_what_the_station_calculates() -> None:
    """5.5 kWh × 0.30 + 5.5 × 0.40 + 10 × 0.10 = 4.85; with 21 % 5.8685."""
    (section,) = look_up("example tariff", "2.1").as_dict()["sections"]
    told = next(row for row in section["rows"] if row["message"] == "TransactionEvent")
    assert '"exclTax": 4.85' in told["payload"] and '"inclTax": 5.8685' in told["payload"]
    assert "18:00" in section["rows"][0]["payload"]


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [("2.1", "tariff", "nothing"), ("2.0.1", "contract", "tariff"), ("1.6", "", "contract")],
)
def test_examples_stand_in_the_index_of_their_versions(version: str, has: str, lacks: str) -> None:
    sections = [one for one in index(version).as_dict()["sections"] if one["title"] == "Examples"]
    (section,) = sections
    names = {row["example"] for row in section["rows"]}
    assert (not has or has in names) and lacks not in names


def test_two_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two examples"):
        example("tariff", "again", "")(CONVERSATIONS["tariff"].steps)
