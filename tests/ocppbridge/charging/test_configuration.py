"""Settings reported, read and wanted; drift, and the writes that mend it (B05 to B08)."""

from decimal import Decimal

import pytest

from ocppbridge.charging.batches import batches
from ocppbridge.charging.configuration import Drift, Kind, drift, mend, patience, same, takes
from ocppbridge.charging.device_model import Report, Setting, configured, read_back
from ocppbridge.charging.intents import Variable
from ocppbridge.charging.messages import ReportPart
from ocppbridge.charging.tokens import Place

NOON = None


def part(seq_no: int, *entries: dict, last: bool = False, request_id: int = 1) -> ReportPart:
    return ReportPart(request_id, seq_no, NOON, last, entries)


def entry(name: str, *attributes: dict, **characteristics) -> dict:
    made = {"component": {"name": "C"}, "variable": {"name": name}, "variableAttribute": [*attributes]}
    return made | ({"variableCharacteristics": characteristics} if characteristics else {})


# Reports


def test_a_report_is_whole_when_every_part_up_to_the_last_has_come():
    """B07: paginated."""
    report = Report(1).take(part(0, entry("A", {"value": "1"})))
    assert not report.whole
    report = report.take(part(2, entry("C", {"value": "3"}), last=True))
    assert not report.whole
    report = report.take(part(1, entry("B", {"value": "2"}))).take(part(1, entry("B", {"value": "2"})))
    assert report.whole
    assert [setting.value for setting in report.settings()] == ["1", "2", "3"]


def test_a_last_part_of_any_number_costs_no_memory():
    """S40: what lies between is counted, not written down."""
    assert not Report(1).take(part(0)).take(part(2**31 - 1, last=True)).whole


def test_a_part_of_another_report_changes_nothing():
    assert Report(1).take(part(0, last=True, request_id=2)) == Report(1)
    assert not Report(1).whole


def test_an_entry_tells_what_can_be_told_of_a_setting():
    data = entry(
        "Interval", {"type": "Target", "value": "60", "mutability": "ReadOnly", "persistent": True, "constant": True},
        dataType="OptionList", unit="s", minLimit=10, maxLimit=0.5, valuesList="a,b", supportsMonitoring=True,
    )  # fmt: skip
    data["component"] |= {"instance": "x", "evse": {"id": 2, "connectorId": 1}}
    data["variable"] |= {"instance": "y"}
    (setting,) = Report(1).take(part(0, data, last=True)).settings()
    assert setting.variable == Variable("Interval", "C", "y", "x", Place(2, 1), "Target")
    assert (setting.value, setting.writable, setting.persistent, setting.data_type) == ("60", False, True, "OptionList")
    assert (str(setting.least), str(setting.most), setting.choices) == ("10", "0.5", ("a", "b"))
    assert (setting.unit, setting.monitored) == ("s", True)


def test_actual_is_what_an_attribute_is_that_does_not_say():
    first, second = Report(1).take(part(0, entry("A", {"value": "1"}, {"type": "Actual", "value": "1"}))).settings()
    assert first.variable == second.variable == Variable("A", "C")
    assert first.writable


def test_what_could_not_be_read_is_left_out():
    results = [
        {"component": {"name": "C"}, "variable": {"name": "A"}, "attributeStatus": "Accepted", "attributeValue": "1"},
        {"component": {"name": "C"}, "variable": {"name": "B"}, "attributeStatus": "UnknownVariable"},
    ]
    assert read_back(results) == [Setting(Variable("A", "C"), "1")]


def test_configuration_keys_are_settings_without_a_component():
    first, second = configured({"A": "1", "B": None}, ["B"])
    assert (first.variable, first.writable, second.writable) == (Variable("A"), True, False)


# Drift


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("60", "60", True),
        ("60", "60.0", True),
        ("60", "061", False),
        ("true", "TRUE", True),
        ("false", "True", False),
        ("a,b", "b, a", True),
        ("a,b", "a", False),
        ("1,5", "15", False),
        ("1,5", "1.5", False),
        (" x ", "x", True),
        ("x", None, False),
        ("x", "y", False),
    ],
)
def test_values_are_compared_by_meaning_where_the_meaning_is_sure(one, other, alike):
    assert same(one, other) is alike


A, B, C, D = (Variable(name, "C") for name in "ABCD")


def test_drift_tells_what_is_not_as_wanted_and_why():
    found = [Setting(A, "1"), Setting(B, "2"), Setting(C, "3", "ReadOnly")]
    assert drift({A: "1", B: "9", C: "9", D: "9"}, found) == [
        Drift(B, "9", "2", Kind.DIFFERENT),
        Drift(C, "9", "3", Kind.LOCKED),
        Drift(D, "9", None, Kind.UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("says", "value", "taken"),
    [
        ({}, "anything", True),
        ({"data_type": "integer", "least": Decimal(1), "most": Decimal(9)}, "9", True),
        ({"data_type": "integer", "least": Decimal(1), "most": Decimal(9)}, "10", False),
        ({"data_type": "integer", "least": Decimal(1)}, "0", False),
        ({"data_type": "integer"}, "1.5", False),
        ({"data_type": "integer"}, "2.0", True),
        ({"data_type": "decimal", "most": Decimal("0.5")}, "0.50", True),
        ({"data_type": "decimal"}, "much", False),
        ({"data_type": "boolean"}, "True", True),
        ({"data_type": "boolean"}, "1", False),
        ({"data_type": "OptionList", "choices": ("a", "b")}, "b", True),
        ({"data_type": "OptionList", "choices": ("a", "b")}, "a,b", False),
        ({"data_type": "MemberList", "choices": ("a", "b", "c")}, "c, a", True),
        ({"data_type": "SequenceList", "choices": ("a", "b")}, "a,z", False),
        ({"data_type": "string", "most": Decimal(3)}, "abcd", False),
        ({"data_type": "string", "most": Decimal(3)}, "abc", True),
    ],
)
def test_what_the_station_would_refuse_by_its_own_word_is_known(says, value, taken):
    """B05: limits, lists and types as reported."""
    setting = Setting(A, "x", **says)
    assert takes(setting, value) is taken
    (found,) = drift({A: value}, [setting])
    assert found.kind is (Kind.DIFFERENT if taken else Kind.UNFIT)


def test_only_what_can_be_written_is_written():
    drifts = [
        Drift(variable, "9", "1", kind)
        for variable, kind in ((A, Kind.DIFFERENT), (B, Kind.LOCKED), (C, Kind.DIFFERENT))
    ]
    assert mend(drifts) == [(A, "9"), (C, "9")]
    assert mend([]) == []


def test_each_write_that_did_not_help_waits_longer_and_the_last_is_for_staff():
    waits = [patience(writes) for writes in range(1, 5)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])


def test_batches_keep_within_items_and_bytes_and_never_lose_one():
    assert list(batches("abcde", 2, None, lambda item: 1)) == [("a", "b"), ("c", "d"), ("e",)]
    assert list(batches("abc", None, 120 + 4, lambda item: 1)) == [("a", "b"), ("c",)]
    assert list(batches(["x" * 500, "y"], None, 200, len)) == [("x" * 500,), ("y",)]
    assert list(batches("", 2, None, lambda item: 1)) == []
    assert list(batches("abc", None, None, lambda item: 1)) == [("a", "b", "c")]
