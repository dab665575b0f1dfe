"""The CDR desk through the front door: what a partner POSTs, what the desk says of it, and who gets to see it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from roaming.models import Assessment, Cdr, DeskEntry, Habit, Notice, Platform
from roaming.ocpi.party import PartyId
from roaming.services import balances, decisions, desk, desk_own, hosting, sessions, tariffs
from tests.personas import samples
from tests.personas.partner import Partner, Said
from tests.roaming.desk_world import CPO, RATES, START, D, assessed, cdr, credit, publish, session, stored, verdict
from tests.roaming.pricing.test_signed import BEGUN, ENDED, der, reading, signed, written

LATER = "2026-02-23T10:30:00Z"
MEASURED = samples.period(START, 10)


def post(cpo: Partner, body: dict[str, Any]) -> tuple[int, int]:
    both: tuple[int, int] = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), body).both
    return both


def listed(reader: Partner) -> list[str]:
    return [one["id"] for one in reader.call("GET", reader.at("cdrs", "SENDER")).data]


@pytest.fixture
def source(hub: Any, cpo: Partner, emsp: Partner) -> Platform:
    """The CPO's platform, which has told of its tariff and its session."""
    found = Platform.objects.get(parties__country_code="NL", parties__party_id="CPO")
    publish(found, timezone.now())
    return found


def test_a_cdr_that_is_right_is_accepted_and_counts(source: Platform, cpo: Partner) -> None:
    """CDR-20, CDR-27, CDR-28."""
    assert post(cpo, cdr()) == (200, 1000)
    assert verdict() == ("ACCEPTED", [], True)
    row = assessed()
    assert (row.rounding, row.reading, (row.bill or {})["total_cost"]["excl_vat"]) == ("exact", "", "2.5")
    assert not Notice.objects.filter(code__startswith="cdr_").exists()


@pytest.mark.parametrize(
    ("changes", "comes_to", "codes"),
    [
        ({"total_cost": {"excl_vat": D("2.75")}}, "ON_HOLD", ["total_cost_mismatch"]),
        ({"total_energy": 11}, "ON_HOLD", ["total_energy_mismatch", "session_mismatch"]),
        ({"session_id": "S9"}, "ON_HOLD", ["session_missing"]),
        ({"currency": "USD"}, "REJECTED", ["currency_mismatch", "session_mismatch"]),
        ({"end_date_time": "2026-02-23T09:00:00Z"}, "REJECTED", ["ends_before_start"]),
        ({"end_date_time": "2036-02-23T09:00:00Z"}, "ON_HOLD", ["absurd_duration", "ends_in_the_future"]),
        ({"tariffs": None, "total_cost": {"excl_vat": D(0)}}, "ACCEPTED", []),  # nobody pays for what is not known
        ({"tariffs": None, "total_cost": {"excl_vat": D(0), "incl_vat": D(9)}}, "ON_HOLD", ["absurd_vat", "no_tariff"]),
        ({"tariffs": [], "session_id": None}, "ACCEPTED", []),  # by the tariff of its connector, as published
    ],
)
def test_what_does_not_fit_is_held_or_rejected_with_its_reasons(
    source: Platform, cpo: Partner, changes: dict[str, Any], comes_to: str, codes: list[str]
) -> None:
    """CDR-27, CDR-28, S42."""
    if changes.get("tariffs") is not None:
        from_owner = samples.location(last_updated="2026-01-01T00:00:00Z")
        cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), from_owner)
    post(cpo, {name: value for name, value in cdr(**changes).items() if value is not None})
    assert verdict() == (comes_to, codes, comes_to == "ACCEPTED")


@pytest.mark.parametrize(
    ("changes", "comes_to", "codes"),
    [
        ({"total_cost": {"excl_vat": D(-5)}}, "ON_HOLD", ["negative_cost", "total_cost_mismatch"]),
        ({"id": "X" * 37}, "REJECTED", ["id_too_long"]),
        ({"credit": True}, "REJECTED", ["credit_without_reference"]),
        ({"credit_reference_id": "CDR0"}, "REJECTED", ["credit_without_reference"]),
        ({"cdr_location": {**cdr()["cdr_location"], "evse_id": "#NA"}}, "ON_HOLD", ["charged_nowhere"]),
        ({"charging_periods": [samples.period(LATER, 6), samples.period(START, 4)]}, "ACCEPTED", []),
        (
            {
                "charging_periods": [
                    {**MEASURED, "dimensions": [*MEASURED["dimensions"], {"type": "POWER", "volume": 7}]}
                ]
            },
            "ACCEPTED",
            [],
        ),
    ],
)
def test_what_its_payer_took_is_on_the_desk_however_it_contradicts_itself(
    source: Platform, cpo: Partner, emsp: Partner, changes: dict[str, Any], comes_to: str, codes: list[str]
) -> None:
    """CDR-08, CDR-10, CDR-12, CDR-16, CDR-24, CDR-32, ENV-09, D9: it may be owed, so staff find it."""
    assert post(cpo, cdr(**changes)) == (200, 1000)
    assert len(emsp.pushed("cdrs")) == 1
    assert not Notice.objects.filter(code="cdrs_not_kept").exists()
    assert verdict(cdr(**changes)["id"])[:2] == (comes_to, codes)


WHOLE = written(reading(BEGUN, ENDED | {"RV": 110.5}))
UNSIGNED = WHOLE.rsplit("|", 1)[0]


@pytest.mark.parametrize(
    ("record", "key", "comes_to", "codes"),
    [
        (WHOLE, None, "ACCEPTED", []),
        (WHOLE, "", "ACCEPTED", []),  # nothing to check it by: a note
        (
            WHOLE.replace("\n", ""),
            None,
            "ON_HOLD",
            ["signature_invalid"],
        ),  # the same readings in other bytes
        (WHOLE, der(ec.generate_private_key(ec.SECP256R1())).hex(), "ON_HOLD", ["signature_invalid"]),
        (UNSIGNED, None, "ON_HOLD", ["signature_missing"]),
        (WHOLE, "no key at all", "ON_HOLD", ["public_key_unreadable"]),
        ("no record", None, "ON_HOLD", ["signed_data_unreadable"]),
        (written(reading(BEGUN, ENDED)), None, "ON_HOLD", ["signed_energy_mismatch"]),  # 4 kWh of 10
        (written(reading(BEGUN, ENDED | {"RV": 110.5}, MS="M2")), None, "ON_HOLD", ["meter_serial_mismatch"]),
    ],
)
def test_a_cdr_whose_signature_fails_is_on_hold(
    source: Platform, cpo: Partner, emsp: Partner, record: str, key: str | None, comes_to: str, codes: list[str]
) -> None:
    """CDR-26: as its sender POSTs it; it passes on byte for byte, and counts only if the signature is the meter's."""
    body = cdr(meter_id="M1", **signed(record, key=key))
    assert post(cpo, body) == (200, 1000)
    assert verdict() == (comes_to, codes, comes_to == "ACCEPTED")
    assert emsp.pushed("cdrs")[0].body["signed_data"] == body["signed_data"]
    assert [one.excl_vat for one in balances.of(CPO, "S1")] == ([D("2.5")] if comes_to == "ACCEPTED" else [])


def test_amounts_and_other_readings_stand_beside_the_reason(source: Platform, cpo: Partner) -> None:
    """CDR-27: 10 kWh at 0.25 are 2.50, it claims 2.75."""
    post(cpo, cdr(total_cost={"excl_vat": D("2.75")}))
    [reason] = [one for one in assessed().reasons if one["code"] == "total_cost_mismatch"]
    assert reason["amounts"] == {"claimed": "2.75", "calculated": "2.5", "difference": "0.25"}
    assert reason["alternatives"]["steps:off"] == {"excl_vat": "2.5", "incl_vat": "3.025"}
    assert reason["pointer"] == "/total_cost/excl_vat"
    assert Notice.objects.get(code="cdr_on_hold").platform == source


def test_the_tariff_that_counts_is_the_one_published_before_the_session(source: Platform, cpo: Partner) -> None:
    """ocpi/ocpi#273, #543: 0.40 in the CDR, 0.25 in what we were told: 4.00 for 2.50."""
    dear = {**RATES, "elements": [{"price_components": [samples.price("ENERGY", "0.40")]}]}
    post(cpo, cdr(tariffs=[dear], total_cost={"excl_vat": D(4), "incl_vat": D("4.84")}))
    assert verdict() == ("ON_HOLD", ["differs_from_published"], False)
    [reason] = [one for one in assessed().reasons if one["code"] == "differs_from_published"]
    assert reason["amounts"] == {"cdr": "4", "published": "2.5", "difference": "1.5", "claimed": "4"}
    # published afterwards: it does not reach back
    tariffs.store(CPO, {**dear, "last_updated": "2026-03-01T00:00:00Z"}, source=source, now=timezone.now())
    desk.assess(stored(), timezone.now())
    assert verdict()[1] == ["differs_from_published"]


def test_a_tariff_that_was_not_published_is_a_reason_unless_staff_accept_that(source: Platform, cpo: Partner) -> None:
    """Decision CDR-TARIFF-NOT-PUBLISHED."""
    post(cpo, cdr(tariffs=[{**RATES, "id": "OTHER"}]))
    assert verdict() == ("ON_HOLD", ["tariff_not_held"], False)
    decisions.choose("CDR-TARIFF-NOT-PUBLISHED", "accept", scope="partner", key=str(source.pk))
    desk.assess(stored(), timezone.now())
    assert verdict() == ("ACCEPTED", [], True)


def test_the_second_cdr_of_a_session_waits_until_the_first_is_credited(source: Platform, cpo: Partner) -> None:
    """CDR-09, CDR-11: original, credit and replacement; what stands is what the session comes to."""
    right = cdr(id="CDR2", total_cost={"excl_vat": D("2.5")})
    for body in (cdr(), right):
        post(cpo, body)
    assert (verdict("CDR1")[0], verdict("CDR2")) == ("ACCEPTED", ("ON_HOLD", ["session_billed_twice"], False))
    assert balances.of(CPO, "S1")[0].excl_vat == D("2.5")
    post(cpo, credit(cdr()))
    assert (verdict("CDR1-C"), verdict("CDR2")) == (("ACCEPTED", [], True), ("ACCEPTED", [], True))
    assert verdict("CDR1") == ("ACCEPTED", [], True)
    [total] = balances.of(CPO, "S1")
    assert (total.cdrs, total.excl_vat) == (3, D("2.5"))


def test_without_its_credit_the_replacement_waits_again(source: Platform, cpo: Partner) -> None:
    """CDR-11: a session is billed once, also where staff do not let the credit stand."""
    for body in (cdr(), credit(cdr()), cdr(id="CDR2")):
        post(cpo, body)
    assert (verdict("CDR2")[0], balances.of(CPO, "S1")[0].excl_vat) == ("ACCEPTED", D("2.5"))
    desk.reject(assessed("CDR1-C"), "anna", "a mistake", timezone.now())
    assert verdict("CDR2") == ("ON_HOLD", ["session_billed_twice"], False)
    assert (verdict("CDR1"), balances.of(CPO, "S1")[0].excl_vat) == (("ACCEPTED", [], True), D("2.5"))


def test_what_was_accepted_is_not_held_for_a_later_one(source: Platform, cpo: Partner) -> None:
    """Staff let both stand, with a note; whenever the first is looked at again that holds."""
    for body in (cdr(), cdr(id="CDR2")):
        post(cpo, body)
    desk.release(assessed("CDR2"), "anna", "two cars, one session", timezone.now())
    desk.assess(stored(), timezone.now())
    assert verdict("CDR1") == ("ACCEPTED", [], True)
    assert balances.of(CPO, "S1")[0].excl_vat == D(5)


def test_the_same_charging_under_another_session_id_is_found(source: Platform, cpo: Partner) -> None:
    decisions.choose("CDR-WITHOUT-SESSION", "accept")
    token = {**cdr()["cdr_token"], "uid": cdr()["cdr_token"]["uid"].lower()}
    for body in (cdr(), cdr(id="CDR2", session_id="S2", start_date_time="2026-02-23T10:00:00.0Z", cdr_token=token)):
        post(cpo, body)
    assert verdict("CDR2") == ("ON_HOLD", ["looks_like_another"], False)


@pytest.mark.parametrize(
    ("total", "codes"),
    [(D(-1), ["partial_credit"]), (D(-3), ["over_credited"]), (D("2.5"), ["credit_not_negated"])],
)
def test_a_credit_gives_back_what_was_claimed_no_more_and_no_less(
    source: Platform, cpo: Partner, total: Any, codes: list[str]
) -> None:
    """CDR-09: partial credits are rejected, what is over-credited is found."""
    post(cpo, cdr())
    post(cpo, credit(cdr(), total_cost={"excl_vat": total}))
    assert verdict("CDR1-C") == ("REJECTED", codes, False)
    assert balances.of(CPO, "S1")[0].excl_vat == D("2.5")


def test_crediting_twice_is_rejected(source: Platform, cpo: Partner) -> None:
    """CDR-09."""
    for body in (cdr(), credit(cdr()), credit(cdr(), id="CDR1-D")):
        post(cpo, body)
    assert verdict("CDR1-C") == ("ACCEPTED", [], True)
    assert verdict("CDR1-D") == ("REJECTED", ["credited_twice"], False)
    assert balances.of(CPO, "S1")[0].excl_vat == 0


def test_a_credit_that_comes_before_its_original_waits_for_it(source: Platform, cpo: Partner) -> None:
    """CDR-09: pulled lists come in any order."""
    post(cpo, credit(cdr()))
    assert verdict("CDR1-C") == ("ON_HOLD", ["credit_of_unknown_cdr"], False)
    post(cpo, cdr())
    assert verdict("CDR1") == ("ACCEPTED", [], True)
    assert verdict("CDR1-C") == ("ACCEPTED", [], True)


def test_the_credit_of_what_does_not_stand_counts_for_nothing(source: Platform, cpo: Partner) -> None:
    """The balance is the sum of what stands."""
    wrong = cdr(total_cost={"excl_vat": D("2.75")})
    post(cpo, wrong)
    post(cpo, credit(wrong))
    assert (verdict("CDR1")[2], verdict("CDR1-C")) == (False, ("ACCEPTED", [], False))
    assert balances.of(CPO, "S1") == []
    desk.release(assessed("CDR1"), "anna", "it is right after all", timezone.now())
    assert (verdict("CDR1")[2], verdict("CDR1-C")[2]) == (True, True)
    assert balances.of(CPO, "S1")[0].excl_vat == 0


def test_a_session_that_comes_later_settles_what_waited_for_it(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CDR-22: Sessions and CDRs overtake each other."""
    source = Platform.objects.get(parties__party_id="CPO")
    tariffs.store(CPO, RATES, source=source, now=timezone.now())
    post(cpo, cdr())
    assert verdict() == ("ON_HOLD", ["session_missing"], False)
    sessions.store(CPO, session(), source=source, now=timezone.now())
    assert verdict() == ("ACCEPTED", [], True)


def test_other_content_under_the_same_id_is_refused_and_the_first_one_waits(
    source: Platform, cpo: Partner, emsp: Partner
) -> None:
    """S30: 2001 and on hold; the same again is acknowledged (CDR-05)."""
    assert (post(cpo, cdr()), post(cpo, cdr())) == ((200, 1000), (200, 1000))
    assert verdict() == ("ACCEPTED", [], True)
    passed_on = len(emsp.pushed("cdrs"))
    assert post(cpo, cdr(total_cost={"excl_vat": D(9)})) == (200, 2001)
    assert verdict() == ("ON_HOLD", ["cdr_id_conflict"], False)
    desk.assess(stored(), timezone.now())
    assert verdict()[1] == ["cdr_id_conflict"]  # which no look at the document would show again
    assert (Cdr.objects.count(), stored().total_cost_excl_vat) == (1, D("2.5"))
    assert len(emsp.pushed("cdrs")) == passed_on


def test_the_same_cdr_in_other_letters_is_no_other_content(source: Platform, cpo: Partner, emsp: Partner) -> None:
    """CDR-05, TYP-03: `cdr1` is `CDR1`, 10.0 kWh are 10; the first one is kept as it was written and stands."""
    post(cpo, cdr())
    assert verdict() == ("ACCEPTED", [], True)
    again = cdr(id="cdr1", session_id="s1", total_energy=D("10.0"), end_date_time="2026-02-23T11:00:00.000Z")
    assert post(cpo, again) == (200, 1000)
    assert verdict() == ("ACCEPTED", [], True)
    assert not Notice.objects.filter(code__in=("cdr_id_conflict", "cdrs_not_kept")).exists()


def test_by_default_what_is_on_hold_passes(source: Platform, cpo: Partner, emsp: Partner) -> None:
    """HUB-20: the verdict is for our own staff and billing."""
    post(cpo, cdr(total_cost={"excl_vat": D(9)}))
    assert (verdict()[0], len(emsp.pushed("cdrs")), listed(emsp)) == ("ON_HOLD", 1, ["CDR1"])


def test_what_is_on_hold_may_wait_for_its_release(hub: Any, source: Platform, cpo: Partner, emsp: Partner) -> None:
    """Decision CDR-ON-HOLD, CDR-03: its sender has a URL to read it at, its payer is told when staff release it."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201)
    decisions.choose("CDR-ON-HOLD", "withhold", scope="partner", key=str(source.pk))
    answer = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), cdr(total_cost={"excl_vat": D(9)}))
    assert answer.both == (200, 1000)
    assert cpo.call("GET", answer.headers["Location"]).data["id"] == "CDR1"
    row = assessed()
    hub.work()
    assert (row.verdict, row.cdr.withheld, emsp.pushed("cdrs"), listed(emsp)) == ("ON_HOLD", True, [], [])
    desk.release(row, "anna", "agreed by telephone", timezone.now())
    hub.work()
    assert (len(emsp.pushed("cdrs")), listed(emsp)) == (1, ["CDR1"])
    assert emsp.pushed("cdrs")[0].body == cdr(total_cost={"excl_vat": D(9)})
    assert post(cpo, cdr(id="CDR2", session_id="S2")) == (200, 1000)  # of no session: it waits as well
    assert listed(emsp) == ["CDR1"]


@pytest.mark.parametrize(("chosen", "answer", "kept"), [("refuse", 2001, 0), ("withhold", 1000, 1), ("pass", 1000, 1)])
def test_what_is_rejected_may_be_refused_at_the_gate(
    source: Platform, cpo: Partner, emsp: Partner, chosen: str, answer: int, kept: int
) -> None:
    """Decision CDR-REJECTED; CDR-12."""
    decisions.choose("CDR-REJECTED", chosen)
    said = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), cdr(credit=True))
    assert (said.both, Cdr.objects.count()) == ((200, answer), kept)
    assert chosen != "refuse" or "/credit_reference_id" in said.envelope["status_message"]
    assert len(emsp.pushed("cdrs")) == (1 if chosen == "pass" else 0)


def test_the_limits_of_absurd_figures_are_set_by_staff(source: Platform, cpo: Partner) -> None:
    """S42."""
    decisions.choose("CDR-LIMIT-ENERGY", "5", scope="partner", key=str(source.pk))
    decisions.choose("CDR-LIMIT-COST", "2")
    post(cpo, cdr())
    assert verdict() == ("ON_HOLD", ["absurd_energy", "absurd_cost"], False)


def test_how_a_partner_rounds_is_learned_and_a_change_is_a_finding(source: Platform, cpo: Partner) -> None:
    """ocpi/ocpi#401: 7.34 kWh at 0.25 are 1.835, in cents 1.84."""
    decisions.choose("CDR-WITHOUT-SESSION", "accept")

    def one(number: int, total: str) -> str:
        start = f"2026-02-{number:02}T10:00:00Z"
        post(cpo, cdr(
            id=f"C{number}", session_id=f"S{number}0", total_energy=D("7.34"), start_date_time=start,
            end_date_time=f"2026-02-{number:02}T11:00:00Z", charging_periods=[samples.period(start, D("7.34"))],
            total_cost={"excl_vat": D(total)},
        ))  # fmt: skip
        row = assessed(f"C{number}")
        return " ".join([row.verdict, row.rounding, *(code for code in row.codes if "changed" in code)])

    assert one(1, "1.84") == "ACCEPTED cents_total"
    assert one(2, "1.84") == "ACCEPTED cents_total"
    assert (Habit.objects.get().cdrs, any("/exact" in way for way in Habit.objects.get().ways)) == (2, False)
    assert one(3, "1.835") == "ACCEPTED exact rounding_profile_changed"
    assert Habit.objects.get().changed_at is not None
    Habit.objects.all().delete()
    assert one(4, "1.835") == "ACCEPTED exact"


def test_staff_have_the_last_word_and_each_act_is_in_the_trail(source: Platform, cpo: Partner) -> None:
    """S48: what staff settled outlives an assessment, and a note is needed."""
    post(cpo, cdr(total_cost={"excl_vat": D("2.75")}))
    row, now = assessed(), timezone.now()
    with pytest.raises(desk.CannotSettle, match="note"):
        desk.release(row, "anna", "  ", now)
    desk.release(row, "anna", "agreed", now)
    assert verdict() == ("ACCEPTED", ["total_cost_mismatch"], True)
    desk.assess(stored(), now)
    assert verdict()[0] == "ACCEPTED"
    with pytest.raises(desk.CannotSettle, match="already, by anna"):
        desk.release(row, "bert", "agreed", now)
    desk.dispute(row, "bert", "they take it back", now)
    desk.annotate(row, "bert", "asked for a credit", now)
    assert verdict()[0] == "ON_HOLD"
    desk.reopen(row, "anna", "wrong one", now)
    assert assessed().settled_as == ""
    trail = DeskEntry.objects.order_by("pk").values_list("by", "act", "from_verdict", "to_verdict", "note")
    assert list(trail)[1:] == [
        ("anna", "RELEASED", "ON_HOLD", "ACCEPTED", "agreed"),
        ("bert", "DISPUTED", "ACCEPTED", "ON_HOLD", "they take it back"),
        ("bert", "ANNOTATED", "ON_HOLD", "ON_HOLD", "asked for a credit"),
        ("anna", "REOPENED", "ON_HOLD", "ON_HOLD", "wrong one"),
        ("anna", "ASSESSED", "ON_HOLD", "ON_HOLD", trail[5][4]),
    ]


@pytest.mark.parametrize(
    ("changes", "comes_to", "code"),
    [
        ({"total_energy": 11}, "ON_HOLD", "total_energy_mismatch"),
        ({"total_cost": {"excl_vat": D("2.75")}}, "ON_HOLD", "total_cost_mismatch"),
        ({"currency": "USD"}, "REJECTED", "currency_mismatch"),
        (signed(WHOLE.replace("\n", "")), "ON_HOLD", "signature_invalid"),
    ],
)
def test_a_cdr_of_ours_that_our_own_validator_does_not_accept_is_not_sent_unless_staff_release_it(
    hub: Any, emsp: Partner, changes: dict[str, Any], comes_to: str, code: str
) -> None:
    """S42: its payer is neither told of it nor finds it in a list; released, it is like any other."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201)
    owner, now = PartyId("NL", "OWN"), timezone.now()
    hosting.ensure(owner, "Ours")
    own = {"country_code": "NL", "party_id": "OWN"}
    rates = RATES | own
    made = desk_own.issue(owner, cdr(**own, tariffs=[rates], **changes), now)
    right = desk_own.issue(owner, cdr(**own, tariffs=[rates], id="RIGHT", session_id="S2", start_date_time=LATER,
                                      charging_periods=[samples.period(LATER, 10)]), now)  # fmt: skip
    hub.work()
    row = Assessment.objects.get(cdr=made)
    assert (made.withheld, row.verdict, code in row.codes) == (True, comes_to, True)
    assert ([one.body["id"] for one in emsp.pushed("cdrs")], listed(emsp)) == (["RIGHT"], ["RIGHT"])
    assert not right.withheld
    desk.release(row, "anna", "measured by hand", timezone.now())
    hub.work()
    assert [one.body["id"] for one in emsp.pushed("cdrs")] == ["RIGHT", made.object_id]
    assert set(listed(emsp)) == {"RIGHT", made.object_id}
