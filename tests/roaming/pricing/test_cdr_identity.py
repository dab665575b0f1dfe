"""Identity and credits, sessions and held tariffs."""

from __future__ import annotations

import pytest

from roaming.pricing import Finding, audit
from roaming.pricing.credit import balance, credit
from roaming.pricing.crosscheck import reconcile
from roaming.pricing.flows import flows
from tests.roaming.pricing.building import D, Json, element, energy, period, session, tariff

TEN, ELEVEN = "2026-02-23T10:00:00Z", "2026-02-23T11:00:00Z"
RATES = tariff(element(energy("0.5", 0, "21")))
CDR: Json = session(ELEVEN, period(TEN, ENERGY="4"), zone=None) | {
    "id": "CDR1",
    "country_code": "NL",
    "party_id": "TST",
    "currency": "EUR",
    "session_id": "S1",
    "tariffs": [RATES],
    "total_energy": D(4),
    "total_time": D(1),
    "total_cost": {"excl_vat": D(2), "incl_vat": D("2.42")},
    "total_energy_cost": {"excl_vat": D(2), "incl_vat": D("2.42")},
    "last_updated": "2026-02-24T00:00:00Z",
}
CREDIT = credit(CDR, id="CDR1-C", last_updated="2026-02-25T00:00:00Z")


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def test_the_same_cdr_again_is_a_replay() -> None:
    assert codes(audit(CDR, known=[dict(CDR)])) == ["replayed_cdr"]


def test_another_cdr_with_the_same_id_is_a_conflict() -> None:
    found = audit(CDR, known=[CDR | {"id": "cdr1", "remark": "x"}])
    assert codes(found) == ["cdr_id_conflict"]
    assert "different: remark (" in found[0].message


OTHER_LETTERS: Json = {
    "id": "cdr1",
    "party_id": "tst",
    "session_id": "s1",
    "start_date_time": "2026-02-23T10:00:00.000",
}


def test_what_is_only_written_otherwise_is_the_same_cdr() -> None:
    """CDR-05, TYP-01, TYP-03: identifiers without case, moments as moments, figures as figures, null as absent."""
    written = OTHER_LETTERS | {"total_energy": D("4.0"), "remark": None, "last_updated": "2026-03-01T00:00:00Z"}
    assert codes(audit(CDR | written, known=[CDR])) == ["replayed_cdr"]
    assert codes(audit(CDR | {"remark": "X"}, known=[CDR | {"remark": "x"}])) == ["cdr_id_conflict"]


def test_a_credit_may_write_its_original_otherwise() -> None:
    """CDR-09: all the data of the original, in whatever letters."""
    assert audit(CREDIT | OTHER_LETTERS | {"id": "c1"}, known=[CDR]) == []
    found = audit(CREDIT | {"session_id": "S2"}, known=[CDR])
    assert [(one.code, one.pointer) for one in found] == [("credit_differs", "/session_id")]


def test_the_same_id_of_another_party_is_neither() -> None:
    assert audit(CDR, known=[CDR | {"party_id": "OTH", "remark": "x"}]) == []


@pytest.mark.parametrize(("changed", "code"), [({"id": "X" * 37}, "id_too_long"), ({"id": ""}, "missing_field")])
def test_an_id_has_its_length(changed: Json, code: str) -> None:
    assert code in codes(audit(CDR | changed))


def test_a_credit_has_room_for_three_characters_more() -> None:
    original = CDR | {"id": "X" * 36}
    own = credit(original, id="X" * 36 + "-CR", last_updated="2026-02-25T00:00:00Z")
    assert codes(audit(own, known=[original])) == []


def test_a_credit_of_a_known_cdr_is_right() -> None:
    """CDR-09."""
    assert CREDIT["total_cost"] == {"excl_vat": -2, "incl_vat": D("-2.42")}
    assert audit(CREDIT, known=[CDR]) == []


def test_a_credit_of_an_unknown_cdr_is_an_error() -> None:
    assert codes(audit(CREDIT)) == ["credit_of_unknown_cdr"]


def test_a_credit_of_a_credit_is_an_error() -> None:
    second = credit(CREDIT, id="CDR1-CC", last_updated="2026-02-26T00:00:00Z")
    assert codes(audit(second, known=[CDR, CREDIT])) == ["credit_of_credit"]


def test_crediting_twice_is_an_error() -> None:
    assert codes(audit(CREDIT | {"id": "CDR1-D"}, known=[CDR, CREDIT])) == ["credited_twice"]


@pytest.mark.parametrize("changed", [{"credit_reference_id": None}, {"credit": False}])
def test_credit_and_reference_go_together(changed: Json) -> None:
    assert "credit_without_reference" in codes(audit(CREDIT | changed, known=[CDR]))


def test_a_partial_credit_is_an_error() -> None:
    found = audit(CREDIT | {"total_cost": {"excl_vat": D(-1), "incl_vat": D("-1.21")}}, known=[CDR])
    assert codes(found) == ["partial_credit", "partial_credit"]
    assert found[0].amounts == {"credit": D(-1), "original": D(2)}


def test_a_credit_gives_back_what_was_claimed_and_no_more() -> None:
    """CDR-09."""
    assert codes(audit(CREDIT | {"total_cost": {"excl_vat": D(-3)}}, known=[CDR])) == ["over_credited"]
    assert codes(audit(CREDIT | {"total_cost": {"excl_vat": D(2)}}, known=[CDR])) == ["credit_not_negated"]


@pytest.mark.parametrize("credited", [True, False])
def test_a_credit_tells_vat_where_its_original_does(credited: bool) -> None:
    """CDR-09: otherwise a session would come to nothing without VAT, and to something with it."""
    bare = {"total_cost": {"excl_vat": D(2)}}
    body, original = (CREDIT | {"total_cost": {"excl_vat": D(-2)}}, CDR) if credited else (CREDIT, CDR | bare)
    found = audit(body, known=[original])
    assert [(one.code, one.pointer) for one in found] == [("credit_differs", "/total_cost/incl_vat")]


def test_what_was_credited_is_not_billed_twice_by_its_replacement() -> None:
    """CDR-11: looked at again when all three are there."""
    assert audit(CDR, known=[CREDIT, CDR | {"id": "CDR2"}]) == []


def test_a_credit_that_changes_anything_else_is_an_error() -> None:
    found = audit(CREDIT | {"total_energy": D(5), "total_energy_cost": {"excl_vat": D(-1)}}, known=[CDR])
    assert [finding.pointer for finding in found if finding.code == "credit_differs"] == [
        "/total_energy",
        "/total_energy_cost",
    ]


def test_a_credit_that_negates_the_parts_as_well_is_only_odd() -> None:
    parts = {"total_energy_cost": {"excl_vat": D(-2), "incl_vat": D("-2.42")}}
    assert codes(audit(CREDIT | parts, known=[CDR])) == ["credit_negates_parts"]
    parts = {"total_energy_cost": {"excl_vat": D(-2), "incl_vat": D("-2.4")}}
    assert codes(audit(CREDIT | parts, known=[CDR])) == ["credit_differs"]


def test_a_replacement_comes_after_the_credit() -> None:
    """CDR-11."""
    replacement = CDR | {"id": "CDR2"}
    assert codes(audit(replacement, known=[CDR])) == ["session_billed_twice"]
    assert audit(replacement, known=[CDR, CREDIT]) == []
    assert audit({name: value for name, value in replacement.items() if name != "session_id"}, known=[CDR]) == []


def test_the_balance_of_a_session_is_what_stands() -> None:
    replacement = CDR | {"id": "CDR2", "total_cost": {"excl_vat": D("1.5")}}
    assert balance([CDR, CREDIT, replacement]) == {"excl_vat": D("1.5"), "incl_vat": D("1.5")}
    assert balance([]) == {"excl_vat": 0, "incl_vat": 0}


# the session that we hold

SESSION: Json = {
    "id": "s1",
    "kwh": D(4),
    "start_date_time": TEN,
    "end_date_time": ELEVEN,
    "currency": "EUR",
    "location_id": "L1",
    "evse_uid": "E1",
    "connector_id": "1",
    "status": "COMPLETED",
    "cdr_token": {"uid": "ABC", "contract_id": "DE-EMX-1"},
    "total_cost": {"excl_vat": D(2), "incl_vat": D("2.42")},
}
PLACE = {
    "cdr_location": {"id": "l1", "evse_uid": "E1", "connector_id": "1", "country": "NLD"},
    "cdr_token": {"uid": "abc", "contract_id": "DE-EMX-1"},
}


def test_a_cdr_that_fits_its_session_has_no_findings() -> None:
    assert audit(CDR | PLACE, sessions=[SESSION]) == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"kwh": D(5)}, "/total_energy"),
        ({"start_date_time": "2026-02-23T09:00:00Z"}, "/start_date_time"),
        ({"location_id": "L2"}, "/cdr_location/id"),
        ({"connector_id": "2"}, "/cdr_location/connector_id"),
        ({"cdr_token": {"uid": "XYZ"}}, "/cdr_token/uid"),
        ({"total_cost": {"excl_vat": D("2.5")}}, "/total_cost/excl_vat"),
        ({"currency": "SEK"}, "/currency"),
    ],
)
def test_what_differs_from_the_session_is_told(changed: Json, pointer: str) -> None:
    found = audit(CDR | PLACE, sessions=[SESSION | changed])
    assert [(finding.code, finding.pointer) for finding in found] == [("session_mismatch", pointer)]


def test_a_session_without_an_end_is_compared_by_the_rest() -> None:
    assert audit(CDR | PLACE, sessions=[SESSION | {"end_date_time": None}]) == []


def test_a_session_that_is_not_known_is_told() -> None:
    assert codes(audit(CDR, sessions=[])) == ["session_missing"]
    assert codes(audit(CDR | {"session_id": None}, sessions=[])) == ["no_session_id"]


def test_sessions_and_cdrs_that_miss_each_other() -> None:
    running = SESSION | {"id": "S2", "status": "ACTIVE"}
    lonely = SESSION | {"id": "S3"}
    found = reconcile([SESSION, running, lonely], [CDR, CDR | {"session_id": "S9"}, CDR | {"session_id": None}])
    assert [(finding.code, finding.pointer) for finding in found] == [
        ("missing_cdr", "/sessions/2"),
        ("missing_session", "/cdrs/1"),
    ]


# the tariff that was published


def test_the_tariff_that_we_hold_is_the_same() -> None:
    same = RATES | {"id": "t", "last_updated": "2020-01-01T00:00:00Z", "type": None}
    assert audit(CDR, held=[same]) == []


def test_a_tariff_that_differs_from_the_one_we_hold_is_told_where() -> None:
    ours = tariff(element(energy("0.4", 0, "21")), max_price={"excl_vat": D(9)})
    found = audit(CDR, held=[ours])
    assert [(finding.code, finding.pointer) for finding in found] == [
        ("tariff_differs_from_held", "/tariffs/0/elements/0/price_components/0/price"),
        ("tariff_differs_from_held", "/tariffs/0/max_price"),
        ("differs_from_published", "/tariffs"),
    ]
    # 4 kWh at 0.5 are 2.00, at 0.4 they are 1.60
    assert found[2].amounts == {"cdr": D(2), "published": D("1.6"), "difference": D("0.4"), "claimed": D(2)}
    longer = tariff(element(energy("0.5", 0, "21")), element(energy("1")))
    assert [finding.pointer for finding in audit(CDR, held=[longer])] == ["/tariffs/0/elements"]


def test_where_the_published_tariff_cannot_price_it_that_is_told() -> None:
    clocked = tariff(element(energy("0.5", 0, "21"), start_time="08:00"))
    found = audit(CDR, time_zone=None, held=[clocked])
    assert codes(found) == ["tariff_differs_from_held", "published_not_comparable"]


def test_a_tariff_that_was_never_published_is_told() -> None:
    assert codes(audit(CDR, held=[])) == ["tariff_not_held"]


# import and export apart


def both_ways(*volumes: str) -> Json:
    periods = [period(f"2026-02-23T10:{at * 10:02}:00Z", ENERGY=volume) for at, volume in enumerate(volumes)]
    claims = {"total_energy": sum(map(D, volumes)), "total_cost": {"excl_vat": D(2), "incl_vat": D("2.42")}}
    return {name: value for name, value in CDR.items() if name != "total_energy_cost"} | {
        "charging_periods": periods,
        **claims,
    }


def test_each_flow_is_compared_with_the_session_and_not_the_net() -> None:
    # 6 in and 2 back against 7 in and 3 back: the net of 4 is the same
    mine = both_ways("6", "-2")
    theirs = SESSION | {"charging_periods": [period(TEN, ENERGY_IMPORT="7", ENERGY_EXPORT="3")]}
    found = [finding for finding in audit(mine, sessions=[theirs]) if finding.code == "session_flow_mismatch"]
    assert [finding.amounts for finding in found] == [{"cdr": 6, "session": 7}, {"cdr": 2, "session": 3}]
    same = SESSION | {"charging_periods": [period(TEN, ENERGY="6"), period(ELEVEN, ENERGY="-2")]}
    assert "session_flow_mismatch" not in codes(audit(mine, sessions=[same]))


def test_a_session_with_cumulative_registers_is_read_as_such() -> None:
    periods = [period(TEN, ENERGY_IMPORT="1"), period(ELEVEN, ENERGY_IMPORT="4")]
    assert audit(CDR | PLACE, sessions=[SESSION | {"charging_periods": periods}]) == []


def test_without_energy_in_the_periods_the_flows_are_unknown() -> None:
    quiet = session(ELEVEN, period(TEN, TIME="1"), zone=None)
    assert flows(quiet) is None
    assert "session_flow_mismatch" not in codes(audit(CDR | PLACE, sessions=[SESSION | quiet]))
