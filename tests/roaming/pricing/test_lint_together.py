"""Tariffs together: ids that connectors name, overlaps, gaps."""

from __future__ import annotations

from roaming.pricing import Finding, lint_together
from roaming.pricing.linting import Connector
from tests.roaming.pricing.building import Json, element, energy, tariff

PLAIN = element(energy("0.3"))
YEAR, MID = "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"


def one(name: str, **more: str) -> Json:
    return tariff(PLAIN, **{"id": name, **more})


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in found]


def test_one_tariff_after_the_other_is_fine() -> None:
    assert lint_together([one("A", end_date_time=MID), one("B", start_date_time=MID)]) == []


def test_two_of_one_type_at_once() -> None:
    """LOC-29."""
    found = lint_together([one("A"), one("B")])
    assert told(found) == [("overlapping_tariffs", "/1")]
    assert found[0].witness == {"at": "any time before"}
    found = lint_together([one("A", end_date_time=MID), one("B", start_date_time=YEAR)])
    assert found[0].witness == {"at": YEAR}
    assert lint_together([one("A", type="REGULAR"), one("B", type="AD_HOC_PAYMENT")]) == []


def test_a_gap_between_two() -> None:
    found = lint_together([one("B", start_date_time=MID), one("A", end_date_time=YEAR)])
    assert told(found) == [("gap_between_tariffs", "/0/start_date_time")]
    assert found[0].witness == {"from": YEAR, "until": MID}


def test_connectors_name_tariffs_that_exist_and_follow_each_other() -> None:
    """LOC-29."""
    tariffs = [one("A"), one("B"), one("C")]
    connectors = [Connector("1", ["a", "X"]), Connector("2", ["B", "C"]), Connector("3", [])]
    assert told(lint_together(tariffs, connectors)) == [
        ("unknown_tariff_id", "/connectors/1/tariff_ids/1"),
        ("overlapping_tariffs", "/2"),
    ]


def test_one_id_twice() -> None:
    found = lint_together([one("A", end_date_time=YEAR), one("a", start_date_time=YEAR)])
    assert told(found) == [("duplicate_tariff_id", "/1/id")]
