"""A CDR's total by VAT rate: what is owed is the CDR's total, in the proportion that the bill says."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from roaming.pricing.shares import Part, Share, shares

ENERGY = Part(D(21), D("2.00"), D("2.42"))
FEE = Part(D(9), D("1.00"), D("1.09"))


def test_under_one_rate_all_of_the_total_is_its_whatever_the_bill_comes_to() -> None:
    assert shares(D("1.99"), D("2.41"), [ENERGY]) == [Share("21", D("1.99"), D("2.41"))]
    assert shares(D("1.99"), None, [ENERGY, ENERGY]) == [Share("21", D("1.99"), None)]


def test_a_bill_that_comes_to_the_total_is_taken_as_it_is() -> None:
    assert shares(D("3.00"), D("3.51"), [ENERGY, FEE]) == [
        Share("9", D("1.00"), D("1.09")),
        Share("21", D("2.00"), D("2.42")),
    ]


def test_a_credit_is_the_bill_with_the_other_sign() -> None:
    assert shares(D("-3.00"), D("-3.51"), [ENERGY, FEE]) == [
        Share("9", D("-1.00"), D("-1.09")),
        Share("21", D("-2.00"), D("-2.42")),
    ]


def test_another_total_is_split_in_proportion_and_comes_to_itself() -> None:
    """3.01 in thirds: 1.003333… and 2.006666…; the rest stands at the larger part."""
    found = shares(D("3.01"), None, [ENERGY, FEE])
    assert found == [Share("9", D("1.0033"), None), Share("21", D("2.0067"), None)]
    assert sum(one.excl for one in found) == D("3.01")


def test_energy_given_back_without_vat_beside_energy_with_it() -> None:
    """What is owed is 0.00: import 2.00 at 21 %, export -2.00 without VAT."""
    back = Part(None, D("-2.00"), D("-2.00"))
    assert shares(D(0), D("0.42"), [ENERGY, back]) == [
        Share("none", D("-2.00"), D("-2.00")),
        Share("21", D("2.00"), D("2.42")),
    ]


@pytest.mark.parametrize("parts", [[], [ENERGY, Part(None, D("-2.00"), D("-2.42"))]])
def test_where_nothing_tells_the_rate_is_unknown_and_never_guessed(parts: list[Part]) -> None:
    assert shares(D("10.00"), D("12.10"), parts) == [Share("unknown", D("10.00"), D("12.10"))]
    assert shares(D("10.00"), None, parts) == [Share("unknown", D("10.00"), None)]


def test_a_total_with_vat_that_cannot_be_split_leaves_the_rate_unknown() -> None:
    nothing = [Part(D(0), D(1), D(0)), Part(D(21), D(1), D(0))]
    assert shares(D(2), D(1), nothing) == [Share("unknown", D(2), D(1))]
