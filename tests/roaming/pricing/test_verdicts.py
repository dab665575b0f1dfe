"""From findings to a verdict: the table of the CDR desk, absurd figures (S42), and what partners' CDRs teach."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roaming.pricing import Finding, audit, price
from roaming.pricing.auditing import Audit, examine
from roaming.pricing.findings import Severity, error, note, warning
from roaming.pricing.habits import learn, likeliest, read, written
from roaming.pricing.judging import Learned
from roaming.pricing.profiles import Profile
from roaming.pricing.sanity import Limits
from roaming.pricing.verdicts import TABLE, Verdict, deciding, of, verdict
from tests.roaming.pricing.building import D, Json, element, energy, period, session, tariff

ROOT = Path(__file__).resolve().parents[3] / "roaming"
TEN, ELEVEN = "2026-02-23T10:00:00Z", "2026-02-23T11:00:00Z"
LATER = datetime(2026, 2, 24, tzinfo=UTC)
RATES = tariff(element(energy("0.5", 0)))


def cdr(kwh: str = "10", end: str = ELEVEN, **changes: Any) -> Json:
    document = session(end, period(TEN, ENERGY=kwh), zone="UTC") | {
        "id": "CDR1", "country_code": "NL", "party_id": "TST", "currency": "EUR", "tariffs": [RATES],
    }  # fmt: skip
    bill = price(document, [RATES])
    totals = {
        "total_energy": bill.total_energy,
        "total_time": bill.total_time,
        "total_cost": bill.total_cost.document(),
    }
    return document | totals | changes


def looked(document: Json, **limits: Any) -> Audit:
    return examine(document, limits=Limits(**limits), now=LATER)


def verdict_of(document: Json, **limits: Any) -> tuple[Verdict, list[str]]:
    found = looked(document, **limits).findings
    return verdict(found), [one.code for one in deciding(found)]


@pytest.mark.parametrize(
    ("found", "comes_to"),
    [
        ([], Verdict.ACCEPTED),
        ([note("rounding_profile", "/total_cost", "")], Verdict.ACCEPTED),
        ([warning("other_reading", "/total_cost", "")], Verdict.ACCEPTED),
        ([warning("reading_changed", "/total_cost", "")], Verdict.ON_HOLD),
        ([error("total_cost_mismatch", "/total_cost", "")], Verdict.ON_HOLD),
        ([warning("session_missing", "/session_id", "")], Verdict.ON_HOLD),
        ([warning("session_mismatch", "/start_date_time", "")], Verdict.ACCEPTED),
        ([error("session_mismatch", "/total_energy", "")], Verdict.ON_HOLD),
        ([error("partial_credit", "/total_cost", ""), note("rounding_profile", "", "")], Verdict.REJECTED),
        ([error("missing_field", "/id", ""), error("total_cost_mismatch", "/total_cost", "")], Verdict.REJECTED),
        ([error("something_new", "", "")], Verdict.ON_HOLD),
        ([warning("something_new", "", "")], Verdict.ACCEPTED),
    ],
)
def test_the_worst_finding_decides(found: list[Finding], comes_to: Verdict) -> None:
    """An error that the table does not know holds: nothing is billed by oversight."""
    assert verdict(found) is comes_to


def test_staff_may_take_a_finding_otherwise() -> None:
    """Decisions CDR-NO-TARIFF, CDR-WITHOUT-SESSION, CDR-TARIFF-NOT-PUBLISHED."""
    found = [warning("session_missing", "/session_id", "")]
    assert verdict(found, {"session_missing": Verdict.ACCEPTED}) is Verdict.ACCEPTED
    assert of(found[0]) is Verdict.ON_HOLD


def test_the_table_names_findings_that_exist_and_no_error_is_forgotten() -> None:
    """Every code that an audit can raise as an error stands in the table; none of the table's is a typing mistake."""
    sources = [*(ROOT / "pricing").glob("*.py"), *(ROOT / "services").glob("desk*.py")]
    raised = {
        name for file in sources for name in re.findall(r"\b(?:error|warning|note)\(\s*\"(\w+)\"", file.read_text())
    }
    # made of the field's name (claims.py)
    made = {f"total{part}_cost_mismatch" for part in ("", "_fixed", "_energy", "_time", "_parking", "_reservation")}
    assert set(TABLE) - made <= raised
    audited = [file for file in sources if file.stem not in ("signed", "signatures", "linting", "ocmf")]
    errors = {
        node.args[0].value
        for file in audited
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "error"
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    known_elsewhere = {one for one in errors if one not in TABLE}
    assert all(of(error(str(one), "", "")) is Verdict.ON_HOLD for one in known_elsewhere)


def test_a_cdr_that_is_right_is_accepted() -> None:
    assert verdict_of(cdr()) == (Verdict.ACCEPTED, [])


@pytest.mark.parametrize(
    ("document", "comes_to", "code"),
    [
        (cdr("1000000000"), Verdict.ON_HOLD, "absurd_energy"),
        (cdr("9000", total_energy=D(9000)), Verdict.ON_HOLD, "absurd_power"),
        (cdr("900", "2026-02-23T10:01:00Z"), Verdict.ON_HOLD, "absurd_power"),
        (cdr("900", TEN), Verdict.ON_HOLD, "absurd_power"),
        (cdr(total_cost={"excl_vat": D(100_000)}), Verdict.ON_HOLD, "absurd_cost"),
        (cdr(total_cost={"excl_vat": D(-5)}), Verdict.ON_HOLD, "negative_cost"),
        (cdr(total_cost={"excl_vat": D(0), "incl_vat": D(99)}), Verdict.ON_HOLD, "absurd_vat"),
        (cdr(total_cost={"excl_vat": D("2.5"), "incl_vat": D("2.48")}), Verdict.ON_HOLD, "absurd_vat"),
        (cdr(total_cost={"excl_vat": D("2.5"), "incl_vat": D("5.02")}), Verdict.ON_HOLD, "absurd_vat"),
        (cdr(end="2026-03-23T10:00:00Z"), Verdict.ON_HOLD, "absurd_duration"),
        (cdr(end="2026-02-24T10:00:00Z"), Verdict.ON_HOLD, "ends_in_the_future"),
        (cdr(end="2026-02-23T09:00:00Z"), Verdict.REJECTED, "ends_before_start"),
        (cdr(total_time=D(-1)), Verdict.REJECTED, "negative_time"),
    ],
)
def test_absurd_figures_hold_a_cdr_back(document: Json, comes_to: Verdict, code: str) -> None:
    """S42: however well it adds up."""
    found, codes = verdict_of(document)
    assert found is comes_to
    assert code in codes


def test_a_period_of_negative_time_is_no_period() -> None:
    """S42."""
    document = cdr(charging_periods=[period(TEN, ENERGY="10", TIME="-1")])
    assert verdict_of(document)[0] is Verdict.REJECTED


def test_the_limits_are_set_by_staff() -> None:
    """S42: a depot of lorries is no car park."""
    assert verdict_of(cdr("150"), energy_kwh=D(100)) == (Verdict.ON_HOLD, ["absurd_energy"])
    assert verdict_of(cdr("150"), energy_kwh=D(200)) == (Verdict.ACCEPTED, [])
    assert verdict_of(cdr("150"), power_kw=D(100))[1] == ["absurd_power"]
    soon = cdr(end="2026-02-24T00:10:00Z")
    assert (verdict_of(soon)[1], verdict_of(soon, ahead_minutes=5)[1]) == ([], ["ends_in_the_future"])


def test_energy_that_went_back_may_earn_more_than_it_costs() -> None:
    """TAR-31: a negative total is right where a period tells of export."""
    assert verdict_of(cdr("-10")) == (Verdict.ACCEPTED, [])


def test_a_mismatch_tells_what_was_claimed_and_what_each_reading_gives() -> None:
    """CDR-27: 10 kWh at 0.5 are 5.00, not 6.00."""
    [found] = deciding(looked(cdr(total_cost={"excl_vat": D(6)})).findings)
    assert (found.code, found.amounts["claimed"], found.amounts["calculated"], found.amounts["difference"]) == (
        "total_cost_mismatch", D(6), D(5), D(1),
    )  # fmt: skip
    assert "steps:off" in found.alternatives


# habits: 1.837 excl. VAT; in cents 1.84 at the total

CENTS, EXACT = frozenset({("", Profile.CENTS_TOTAL)}), frozenset({("", Profile.EXACT)})


def ways(document: Json) -> frozenset[tuple[str, Profile]]:
    return examine(document, thorough=True).ways


def test_what_fits_every_cdr_so_far_is_the_habit() -> None:
    both = ways(cdr("10"))  # 5.00 whoever rounds how
    assert {profile for reading, profile in both if not reading} == set(Profile)
    in_cents = ways(cdr("3.674", total_cost={"excl_vat": D("1.84")}))
    known = learn(learn(frozenset(), both), in_cents)
    assert {profile for reading, profile in known if not reading} == set(Profile) - {
        Profile.EXACT,
        Profile.FOUR_DECIMALS,
    }
    assert learn(known, EXACT) == known  # a change teaches nothing
    assert learn(known, frozenset()) == known


def test_a_habit_is_written_and_read_back() -> None:
    known = CENTS | {("steps:off", Profile.EXACT)}
    assert read(written(known)) == known
    assert read(["steps:off/by_hand"]) == frozenset()
    assert likeliest(known) == ("cents_total", "")
    assert likeliest(frozenset()) == ("", "")


def test_a_change_of_habit_is_a_finding_and_a_change_of_reading_holds() -> None:
    rounded = cdr("3.674", total_cost={"excl_vat": D("1.84")})
    assert [one.code for one in audit(rounded, learned=Learned(CENTS))] == ["rounding_profile"]
    changed = audit(rounded, learned=Learned(EXACT))
    assert "rounding_profile_changed" in [one.code for one in changed]
    assert verdict(changed) is Verdict.ACCEPTED
    steps = cdr("1.5", tariffs=[tariff(element(energy("0.5", 1000)))], total_cost={"excl_vat": D("0.75")})
    new = audit(steps, learned=Learned(EXACT))
    assert [one.severity for one in new if one.code == "reading_changed"] == [Severity.WARNING]
    assert verdict(new) is Verdict.ON_HOLD
