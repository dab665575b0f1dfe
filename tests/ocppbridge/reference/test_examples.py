"""Worked examples of smart charging: computed when they are shown."""

from __future__ import annotations

import pytest

from ocppbridge.reference import index, look_up
from ocppbridge.reference.examples import EXAMPLES


def held(name: str, version: str) -> list[str]:
    (section,) = look_up(f"example {name}", version).as_dict()["sections"]
    return [row["then"] for row in section["rows"]]


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_each_profile_changes_what_holds(version: str) -> None:
    assert held("stacking", version) == [
        "12:00 32 A",
        "12:00 32 A, 13:00 10 A, 14:00 32 A",
        "12:00 32 A, 13:00 10 A, 13:30 6 A, 14:00 32 A",
    ]
    assert held("purposes", version) == [
        "12:00 32 A",
        "12:00 16 A, 13:00 8 A",
        "12:00 16 A, 13:00 8 A",
    ]
    assert held("site budget", version) == ["12:00 6 A", "12:00 20 A, 12:15 6 A"]


def test_a_car_that_gives_back_is_shown_with_its_setpoints() -> None:
    """Q: what the composite schedule of a plan comes to; a limit of the station caps what is drawn."""
    assert held("two ways", "2.1") == [
        "12:00 -5000 W, 13:00 7000 W, 14:00 0 W",
        "12:00 -5000 W, 12:30 -5000 W, 13:00 3000 W, 14:00 0 W",
    ]
    assert held("setpoint", "2.1") == ["12:00 -4000 W", "12:00 7000 W", "12:00 7000 W, 12:30 3000 W"]


def test_the_index_names_every_example() -> None:
    named = next(section for section in index("2.1").as_dict()["sections"] if section["title"] == "Examples")
    assert [row["example"] for row in named["rows"]][: len(EXAMPLES)] == list(EXAMPLES)
