"""Balances: what stands of each session against the session, made anew whenever a part of it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from roaming.models import Assessment, Balance, BalanceMark, BalanceSum, Cdr, Delivery, Party, Platform, Session
from roaming.ocpi.party import PartyId
from roaming.services import balances, cdrs, sessions
from roaming.services.balance_sql import KINDS
from tests.personas import samples

pytestmark = pytest.mark.django_db
D = Decimal
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = PartyId("NL", "CPO")
PROBLEM = Balance.Problem


@pytest.fixture(autouse=True)
def platform() -> Platform:
    """Of the eMSP of the samples; its CDRs came from elsewhere, so nobody is told here."""
    platform = Platform.objects.create(name="eMSP", status=Platform.Status.CONNECTED)
    token = samples.cdr_token()
    Party.objects.create(country_code=token["country_code"], party_id=token["party_id"], role="EMSP", platform=platform)
    return platform


def ended(**changes: Any) -> Session:
    """10 kWh and 2.50 from ten to eleven."""
    told = {
        "status": "COMPLETED", "kwh": 10, "end_date_time": "2026-11-21T11:00:00Z", "total_cost": {"excl_vat": D("2.5")},
        "charging_periods": [samples.period("2026-11-21T10:00:00Z", 10)],
    }  # fmt: skip
    return sessions.store(OWNER, samples.session(**{**told, **changes}), source=None, now=NOW).obj


def billed(verdict: str = "ACCEPTED", **changes: Any) -> Cdr:
    row = cdrs.store(OWNER, samples.cdr(**changes), source=None, now=NOW).obj
    judged(row, verdict)
    return row


def judged(row: Cdr, verdict: str) -> None:
    values = {"country_code": "NL", "party_id": "CPO", "ended_at": row.end_date_time, "assessed_at": NOW}
    values |= {"verdict": verdict, "stands": verdict == "ACCEPTED"}
    Assessment.objects.update_or_create(cdr=row, defaults=values)


def credited(**changes: Any) -> Cdr:
    cost = {"excl_vat": D("-2.5"), "incl_vat": D("-3.025")}
    return billed(id="CDR1-C", credit=True, credit_reference_id="CDR1", total_cost=cost, **changes)


def settled() -> Balance:
    balances.settle(NOW)
    assert not balances.waiting()
    return Balance.objects.get()


@pytest.fixture(autouse=True)
def sums_are_those_of_the_rows() -> Iterator[None]:
    """After each test, whatever it did."""
    yield
    kept = {(one.kind, one.currency): one for one in BalanceSum.objects.filter(rows__gt=0)}
    found: dict[tuple[str, str], list[Balance]] = {}
    for row in Balance.objects.all():
        kinds = [kind for kind, codes in KINDS.items() if set(codes) & set(row.problems)]
        for kind in ["", *kinds]:
            found.setdefault((kind, row.currency), []).append(row)
    assert kept.keys() == found.keys()
    for key, rows in found.items():
        assert kept[key].sessions == sum(row.session_id is not None for row in rows)
        assert (kept[key].rows, kept[key].cdrs) == (len(rows), sum(row.cdrs for row in rows))
        assert kept[key].energy_import == sum(row.energy_import for row in rows)
        assert kept[key].energy_export == sum(row.energy_export for row in rows)
        assert kept[key].cost == sum(row.cost for row in rows)
        assert kept[key].session_cost == sum(row.session_cost or 0 for row in rows)
        assert kept[key].session_energy == sum(row.session_energy or 0 for row in rows)


def problems() -> set[str]:
    return set(settled().problems)


def test_a_session_that_is_over_waits_for_its_cdr() -> None:
    ended()
    row = settled()
    assert (row.problems, row.cdrs, row.cdr_id) == ([PROBLEM.NO_CDR], 0, None)
    assert (row.session_energy, row.session_cost, row.month) == (10, D("2.5"), date(2026, 11, 1))
    billed()
    row = settled()
    assert (row.problems, row.cdrs, row.standing) == ([], 1, 1)
    assert (row.energy_import, row.energy_export, row.cost) == (10, 0, D("2.5"))


def test_a_session_that_runs_has_no_balance() -> None:
    sessions.store(OWNER, samples.session(), source=None, now=NOW)
    assert not balances.waiting()


def test_a_cdr_whose_session_is_not_known() -> None:
    billed()
    row = settled()
    assert (row.problems, row.sessionless) == ([PROBLEM.NO_SESSION], False)
    ended()
    assert problems() == set()


def test_a_cdr_that_names_no_session_is_a_row_of_its_own() -> None:
    ended()
    row = billed(session_id=None)
    balances.settle(NOW)
    own = Balance.objects.get(sessionless=True)
    assert (own.key, own.cdr, own.problems, own.cost) == ("CDR1", row, [], D("2.5"))
    row.delete()
    balances.settle(NOW)
    assert [one.key for one in Balance.objects.all()] == ["S1"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"kwh": D("10.01"), "charging_periods": [samples.period("2026-11-21T10:00:00Z", D("10.01"))]}, set()),
        (
            {"kwh": D("10.02"), "charging_periods": [samples.period("2026-11-21T10:00:00Z", D("10.02"))]},
            {PROBLEM.ENERGY},
        ),
        ({"total_cost": {"excl_vat": D("2.51")}}, set()),
        ({"total_cost": {"excl_vat": D("2.52")}}, {PROBLEM.COST}),
        ({"total_cost": None}, set()),  # unknown is no difference (SES-15)
        ({"currency": "SEK"}, {PROBLEM.COST}),
        ({"end_date_time": "2026-11-21T11:01:01Z"}, {PROBLEM.TIME}),
        ({"start_date_time": "2026-11-21T09:00:00Z"}, {PROBLEM.TIME}),
    ],
)
def test_what_differs_from_the_session_is_found(changes: dict[str, Any], found: set[str]) -> None:
    ended(**{name: value for name, value in changes.items() if value is not None})
    if changes.get("total_cost", 0) is None:
        Session.objects.update(total_cost=None)
    billed()
    assert problems() == found


def test_it_is_of_the_month_in_which_what_stands_ended_else_its_session() -> None:
    """S42: what the clock of a CDR in doubt says moves nothing; one that counts is where it is billed."""
    ended()
    row = billed("ON_HOLD", end_date_time="2036-01-01T00:00:00Z")
    assert (settled().month, settled().problems) == (date(2026, 11, 1), [PROBLEM.ON_HOLD])
    judged(row, "ACCEPTED")
    assert settled().month == date(2036, 1, 1)
    judged(row, "REJECTED")
    assert settled().month == date(2026, 11, 1)
    Session.objects.all().delete()
    assert settled().month == date(2036, 1, 1)


def test_each_flow_is_held_against_its_own_and_not_the_net() -> None:
    """TAR-31: 13 taken and 3 given back is not 10 taken."""
    flows = [{"type": "ENERGY_IMPORT", "volume": 13}, {"type": "ENERGY_EXPORT", "volume": 3}]
    ended(charging_periods=[{"start_date_time": "2026-11-21T10:00:00Z", "dimensions": flows}])
    billed()
    assert problems() == {PROBLEM.ENERGY}


def test_a_verdict_that_changes_changes_the_balance() -> None:
    ended()
    row = billed("ON_HOLD")
    held = settled()
    assert (held.problems, held.standing, held.cost, held.cdr) == ([PROBLEM.ON_HOLD], 0, 0, row)
    judged(row, "REJECTED")
    assert problems() == {PROBLEM.REJECTED}
    judged(row, "ACCEPTED")
    assert problems() == set()


def test_what_was_not_assessed_yet_is_no_difference() -> None:
    ended(kwh=99)
    cdrs.store(OWNER, samples.cdr(), source=None, now=NOW)
    assert problems() == set()


def test_a_credit_takes_back_money_and_energy() -> None:
    """CDR-09: its energy is its original's, only the money is negated. The replacement is what stands."""
    ended()
    billed()
    credited()
    row = settled()
    assert (row.cdrs, row.standing, row.cost, row.energy_import) == (2, 2, 0, 0)
    assert set(row.problems) == {PROBLEM.ENERGY, PROBLEM.COST}  # nothing is left of a session that was charged
    again = billed(id="CDR2")
    row = settled()
    assert (row.problems, row.cost, row.energy_import, row.cdr) == ([], D("2.5"), 10, again)
    (standing,) = balances.of(OWNER, "s1")
    assert standing == ("EUR", 3, 10, 0, D("2.5"), D("3.025"))


def test_what_stands_is_told_with_vat_only_where_every_cdr_tells_it() -> None:
    """2.5 with VAT and 2.5 of which nothing is told are 5.0 without, and nobody knows what with (TYP-08)."""
    billed()
    billed(id="CDR2", total_cost={"excl_vat": D("2.5")})
    assert [(one.excl_vat, one.incl_vat) for one in balances.of(OWNER, "S1")] == [(5, None)]


def test_a_session_billed_twice_differs_from_itself() -> None:
    ended()
    billed()
    billed(id="CDR2")
    assert problems() == {PROBLEM.ENERGY, PROBLEM.COST}


def test_a_cdr_that_its_receiver_has_not_taken(platform: Platform) -> None:
    """TRA-08: refused or to be pulled, it is not delivered."""
    ended()
    row = billed()
    receiver = Party.objects.get(role="EMSP")
    values = {"module": "cdrs", "country_code": "NL", "party_id": "CPO", "object_key": row.object_key, "due_at": NOW}
    delivery = Delivery.objects.create(platform=platform, receiver=receiver, **values)
    for state, found in (("PENDING", True), ("REFUSED", True), ("MUST_PULL", True), ("DELIVERED", False)):
        delivery.state = state
        delivery.save()
        assert (PROBLEM.UNDELIVERED in problems()) == found


def test_a_cdr_whose_payer_is_nobody_here() -> None:
    """TRA-07: the token's owner is no party of any platform, so nobody will ever be told."""
    Party.objects.all().delete()
    ended()
    billed()
    assert problems() == {PROBLEM.NO_RECEIVER}


def test_settling_again_changes_nothing_and_marks_are_taken_in_batches() -> None:
    ended()
    billed()
    first = settled()
    BalanceMark.objects.bulk_create(
        BalanceMark(country_code="NL", party_id="CPO", key="S1", of_cdr=False) for _ in range(3)
    )
    assert balances.settle(NOW, batch=2) == 2
    assert balances.settle_all() == 1
    assert settled().pk == first.pk
