"""No float anywhere in the path, no digit lost: by the source, by the types, and by figures that floats get wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal, Inexact
from fractions import Fraction
from pathlib import Path

import pytest

import roaming.pricing
from roaming.pricing import price
from roaming.pricing.amounts import exact, money, plain, rounded
from tests.roaming.pricing.building import D, bill, element, energy, period, session, tariff

FILES = sorted(Path(roaming.pricing.__file__).parent.rglob("*.py"))
# What makes a float of something else.
FLOATING = {"float", "total_seconds", "timestamp", "fsum", "fmod", "sqrt", "as_integer_ratio"}


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.name for alias in node.names)
            yield getattr(node, "module", "") or ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_source_knows_no_float(file: Path) -> None:
    tree = ast.parse(file.read_text())
    literals = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert literals == []
    assert FLOATING.isdisjoint(names(tree))
    assert {"math", "statistics", "random", "numpy"}.isdisjoint(names(tree))


def test_a_thousand_tenths_are_a_hundred() -> None:
    # as floats 1000 × 0.1 summed is 99.9999999999986
    minutes = [f"2026-02-23T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z" for second in range(1000)]
    document = session("2026-02-23T01:00:00Z", *(period(at, ENERGY="0.1") for at in minutes), zone=None)
    assert bill(document, tariff(element(energy("1", 0)))).exact_total == (100, 100)


def test_a_sum_of_thirds_is_exact() -> None:
    # 7 × (20 min × 0.01/h) = 7/300 exactly
    starts = [f"2026-02-23T{hour}:{minute}:00Z" for hour in (10, 11) for minute in ("00", "20", "40")] + [
        "2026-02-23T12:00:00Z"
    ]
    rates = tariff({"price_components": [{"type": "TIME", "price": D("0.01"), "step_size": 0}]})
    document = session("2026-02-23T12:20:00Z", *(period(at, TIME="0.3333") for at in starts), zone=None)
    assert bill(document, rates).exact_total[0] == Fraction(7, 300)


def test_digits_that_would_be_lost_raise() -> None:
    with exact(), pytest.raises(Inexact):
        Decimal(1) / 3


def test_a_float_at_the_door_is_taken_by_its_shortest_text() -> None:
    document = {
        "start_date_time": "2026-02-23T10:00:00Z",
        "end_date_time": "2026-02-23T11:00:00Z",
        "charging_periods": [
            {"start_date_time": "2026-02-23T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 0.1}]}
        ],
    }
    assert price(document, tariff(element(energy("3", 0)))).exact_total[0] == Fraction(3, 10)


@pytest.mark.parametrize(
    ("amount", "expected"),
    # amounts count 1/3600
    [
        ("0.18", "0.0001"),  # 0.00005: a tie goes away from zero
        ("-0.18", "-0.0001"),
        ("0.1799999999999999999999999", "0.0000"),
        ("0.54", "0.0002"),  # 0.00015
        ("1200", "0.3333"),
        ("2400", "0.6667"),
        ("3600", "1.0000"),
    ],
)
def test_money_has_four_decimals(amount: str, expected: str) -> None:
    """TAR-25."""
    assert str(money(D(amount))) == expected
    assert rounded(Fraction(D(amount)) / 3600) == D(expected)


def test_a_hair_below_a_tie_is_not_a_tie() -> None:
    with exact():
        below = D("0.18") - D(1).scaleb(-90)
        assert money(below) == 0
        assert money(below + D(1).scaleb(-90)) == D("0.0001")


@pytest.mark.parametrize(
    ("value", "text"), [("5.0000", "5"), ("1E+1", "10"), ("-0.0", "0"), ("0.1000", "0.1"), ("1E-7", "1E-7")]
)
def test_plain_figures(value: str, text: str) -> None:
    assert str(plain(D(value))) == text
