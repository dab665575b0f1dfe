"""Which tariff prices: ids, validity, types, several tariffs, substitutes of an agreement."""

from __future__ import annotations

import pytest

from roaming.pricing import BadInput, price
from tests.roaming.pricing.building import D, bill, codes, element, energy, excl, period, session, tariff

TEN, ELEVEN, TWELVE = (f"2026-02-23T{hour}:00:00Z" for hour in (10, 11, 12))
CHEAP = tariff(element(energy("0.1")), id="CHEAP")
DEAR = tariff(element(energy("0.9")), id="DEAR")
ONE = session(ELEVEN, period(TEN, ENERGY="10"), zone=None)


def test_without_any_tariff_id_the_first_in_the_list_prices() -> None:
    assert excl(ONE, CHEAP, DEAR) == D(1)
    assert excl(ONE, DEAR, CHEAP) == D(9)


def test_a_tariff_id_is_honoured_whatever_its_case() -> None:
    # 10 × 0.90 + 10 × 0.10 = 10.00
    document = session(TWELVE, period(TEN, "dear", ENERGY="10"), period(ELEVEN, "Cheap", ENERGY="10"), zone=None)
    found = bill(document, CHEAP, DEAR)
    assert found.total_cost.excl_vat == D(10)
    assert found.tariff_ids == ["DEAR", "CHEAP"]


def test_an_unknown_tariff_prices_nothing_and_is_told_once() -> None:
    document = session(TWELVE, period(TEN, "X", ENERGY="10"), period(ELEVEN, "X", ENERGY="10"), zone=None)
    found = bill(document, CHEAP)
    assert found.total_cost.excl_vat == 0
    assert codes(found) == ["unknown_tariff"]
    assert found.unpriced[0].measured == 20


def test_a_period_without_id_among_others_with_one_is_free_or_not_by_decision() -> None:
    document = session(TWELVE, period(TEN, "DEAR", ENERGY="10"), period(ELEVEN, ENERGY="10"), zone=None)
    assert excl(document, CHEAP, DEAR) == D(9)
    assert codes(bill(document, CHEAP, DEAR)) == ["period_without_tariff_id"]
    assert excl(document, CHEAP, DEAR, without_tariff="lenient") == D(10)  # 9.00 + 10 × 0.10


def test_a_tariff_counts_that_is_valid_at_the_start() -> None:
    """TAR-27."""
    old = CHEAP | {"end_date_time": TEN}  # exclusive
    new = DEAR | {"start_date_time": TEN}  # inclusive
    assert excl(ONE, old, new) == D(9)


def test_a_tariff_that_ends_during_the_session_prices_all_of_it() -> None:
    """TAR-26."""
    assert excl(ONE, CHEAP | {"end_date_time": "2026-02-23T10:30:00Z"}, DEAR) == D(1)


def test_a_tariff_that_is_named_counts_although_it_is_over_and_that_is_told() -> None:
    document = session(ELEVEN, period(TEN, "CHEAP", ENERGY="10"), zone=None)
    found = bill(document, CHEAP | {"end_date_time": "2026-01-01T00:00:00Z"})
    assert found.total_cost.excl_vat == D(1)
    assert codes(found) == ["tariff_not_valid_at_session_start"]


@pytest.mark.parametrize(
    ("token", "expected"), [({"type": "AD_HOC_USER"}, 9), ({"type": "RFID"}, 5), ({}, 1), (None, 1)]
)
def test_the_type_of_the_token_asks_for_a_type_of_tariff(token: dict[str, str] | None, expected: int) -> None:
    """TAR-28."""
    profile = CHEAP | {"type": "PROFILE_CHEAP"}
    ad_hoc = DEAR | {"type": "AD_HOC_PAYMENT"}
    regular = tariff(element(energy("0.5")), id="R", type="REGULAR")
    document = ONE if token is None else ONE | {"cdr_token": token}
    assert excl(document, profile, ad_hoc, regular) == expected


def test_a_tariff_without_type_comes_before_one_of_another_type() -> None:
    """TAR-06."""
    profile = CHEAP | {"type": "PROFILE_CHEAP"}
    assert excl(ONE, profile, DEAR, tariff_type="AD_HOC_PAYMENT") == D(9)
    assert excl(ONE, profile, tariff_type="AD_HOC_PAYMENT") == D(1)


def test_a_substitute_takes_the_place_of_a_tariff() -> None:
    ours = tariff(element(energy("0.3")), id="OURS")
    found = price(ONE, [CHEAP], substitutes={"cheap": ours})
    assert found.total_cost.excl_vat == D(3)
    assert [line.rate.tariff_id for line in found.lines] == ["OURS"]
    assert codes(found) == ["substitute_tariff"]


def test_a_substitute_takes_the_place_of_a_tariff_that_a_period_names() -> None:
    document = session(ELEVEN, period(TEN, "CHEAP", ENERGY="10"), zone=None)
    assert price(document, [CHEAP], substitutes={"CHEAP": DEAR}).total_cost.excl_vat == D(9)


def test_a_substitute_that_cannot_be_read_is_named() -> None:
    broken = tariff(element(energy("0.3"), start_time="9:00"))
    with pytest.raises(BadInput, match="substitute of CHEAP /elements/0/restrictions/start_time"):
        price(ONE, [CHEAP], substitutes={"CHEAP": broken})


def test_a_cdr_brings_its_own_tariffs() -> None:
    """CDR-27."""
    assert price(ONE | {"tariffs": [DEAR]}).total_cost.excl_vat == D(9)


def test_without_tariffs_there_is_no_price() -> None:
    with pytest.raises(BadInput, match="/tariffs: there is no tariff"):
        price(ONE)


def test_the_limits_are_those_of_the_tariff_at_the_start() -> None:
    # 10 × 0.10 + 10 × 0.90 = 10.00; CHEAP caps at 6.00, DEAR at 2.00
    capped = [CHEAP | {"max_price": {"excl_vat": D(6)}}, DEAR | {"max_price": {"excl_vat": D(2)}}]
    document = session(TWELVE, period(TEN, "CHEAP", ENERGY="10"), period(ELEVEN, "DEAR", ENERGY="10"), zone=None)
    assert excl(document, *capped) == D(6)
