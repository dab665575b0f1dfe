"""Reconciliation as staff see it: the page, its CSV, the command."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from roaming.models import Balance, Platform
from roaming.ocpi.party import PartyId
from roaming.services import balances, reconciliation
from roaming.services.reconciliation import Selection, Side
from tests.personas import samples
from tests.roaming.services.test_balances import NOW, D, billed, ended, platform

pytestmark = pytest.mark.django_db
__all__ = ["platform"]

PAGE = "admin:roaming_balance_changelist"
MONTH = Selection(date(2026, 11, 1))


@pytest.fixture
def month() -> None:
    """The first fits; N2 has no CDR; C3 has no session; N4's CDR is held; N5's asks for 1.00 too much."""
    ended()
    billed()
    ended(id="N2")
    billed(id="C3", session_id="=N3")
    ended(id="N4")
    billed("ON_HOLD", id="C4", session_id="N4")
    ended(id="N5")
    billed(id="C5", session_id="N5", total_cost={"excl_vat": D("3.5"), "incl_vat": D("4.235")})


def asked(client: Client, **query: Any) -> str:
    answer = client.get(reverse(PAGE), {"month": "2026-11", **query})
    assert answer.status_code == 200
    return answer.content.decode()


def lines(client: Client, **query: Any) -> list[dict[str, str]]:
    answer: Any = client.get(reverse("admin:roaming_balance_csv"), {"month": "2026-11", **query})
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def test_a_months_sums_are_those_of_what_stands(month: None) -> None:
    """By hand: the first, C3 and N5 stand: 3 × 10 kWh; 2.50 + 2.50 + 3.50 = 8.50. C4 is held, N2 has none. N3, which
    C3 names, is not here, and C6 names none: four sessions."""
    billed(id="C6", session_id=None, total_cost={"excl_vat": D(1)}, start_date_time="2026-11-21T09:30:00Z")
    reconciliation.current()
    (sums,) = reconciliation.sums(MONTH)
    assert (sums.payer, sums.owner, sums.currency) == ("DE/EMX", "NL/CPO", "EUR")
    assert (sums.sessions, sums.cdrs, sums.energy_import, sums.energy_export, sums.cost) == (4, 5, 40, 0, D("9.5"))
    told = {one.kind: (one.rows, one.session_cost, one.cost) for one in reconciliation.wrong(MONTH)}
    assert told == {
        "no_cdr": (1, D("2.5"), 0), "no_session": (1, 0, D("2.5")), "held": (1, D("2.5"), 0),
        "differs": (1, D("2.5"), D("3.5")),
    }  # fmt: skip


def test_the_page_leads_from_the_month_to_the_partner_to_what_can_be_done(admin_client: Client, month: None) -> None:
    overview = asked(admin_client)
    assert "party=DE%2FEMX&amp;side=payer" in overview and "party=NL%2FCPO&amp;side=owner" in overview
    assert "8.50 EUR" in overview
    for partner in ({"party": "de-emx"}, {"party": "NL/CPO", "side": "owner"}):
        page = asked(admin_client, **partner)
        for words in ("session without CDR", "CDR without session", "on hold", "money differs", "+1.00"):
            assert words in page
        held = Balance.objects.get(key="N4").cdr
        assert held is not None and reverse("admin:roaming_cdr_change", args=[held.pk]) in page
        assert "Release, dispute or reject it at the desk" in page
        assert f"{reverse('admin:roaming_assessment_changelist')}?cdr_id={held.pk}&amp;jump=1" in page
        assert "=N3" in page  # the session that C3 names, although it is not here
        assert reverse("admin:ocppbridge_transaction_changelist") in page  # of our own session without CDR
    assert "session without CDR" not in asked(admin_client, party="DE/EMX", kind="held")
    assert "money differs" not in asked(admin_client, party="NL/CPO")  # who is owed does not pay


def test_a_partners_own_rows_lead_to_its_lists(admin_client: Client, month: None, platform: Platform) -> None:
    balances.settle(NOW)
    row = Balance.objects.get(key="N2")
    assert row.session is not None
    row.session.source = platform
    row.session.save()
    assert "Pull the owner&#x27;s CDRs" in asked(admin_client, party="DE/EMX")


def test_what_was_just_put_right_is_gone(admin_client: Client, month: None) -> None:
    assert "session without CDR" in asked(admin_client, kind="no_cdr")
    billed(id="C2", session_id="N2")
    assert "session without CDR" not in asked(admin_client, kind="no_cdr")


def test_rows_come_page_by_page_each_once(month: None) -> None:
    reconciliation.current()
    found: list[int] = []
    while rows := reconciliation.page(MONTH, found[-1] if found else 0, 3):
        found += [row.pk for row in rows]
    assert len(found) == len(set(found)) == 4
    assert [row.pk for row in reconciliation.every(MONTH, 1)] == found


def test_the_csv_has_every_row_and_no_formula(admin_client: Client, month: None) -> None:
    rows = {row["cdr"] or row["session"]: row for row in lines(admin_client)}
    assert set(rows) == {"N2", "C3", "C4", "C5"}
    assert rows["C3"]["session"] == "'=N3"
    figures = ("problems", "session_kwh", "stands_kwh_import", "session_cost_excl_vat", "stands_cost_excl_vat")
    assert [rows["C5"][name] for name in figures] == ["money differs", "10", "10", "2.5", "3.5"]
    assert rows["N2"]["what_to_do"] == "See what its transaction waits for, and release it"
    assert [row["cdr"] for row in lines(admin_client, kind="held")] == ["C4"]
    assert lines(admin_client, party="SE/XXX") == []


@pytest.mark.parametrize("query", [{"month": "soon"}, {"month": "2026-13"}, {"party": "???"}, {"kind": "x"}])
def test_an_address_that_means_nothing_shows_the_newest_month(
    admin_client: Client, month: None, query: dict[str, str]
) -> None:
    assert "8.50 EUR" in asked(admin_client, **query)
    assert admin_client.get(reverse(PAGE), {"after": "9" * 30}).status_code == 200


def test_a_month_that_nobody_has_looked_at_yet_is_the_newest_all_the_same(admin_client: Client) -> None:
    """Whatever the month is in which somebody looks."""
    ended(end_date_time="2025-03-21T11:00:00Z", charging_periods=[samples.period("2025-03-21T10:00:00Z", 10)])
    assert "Nothing ended in this month." not in admin_client.get(reverse(PAGE)).content.decode()


def test_what_is_dated_ahead_is_no_newest_month(admin_client: Client) -> None:
    """N42: one CDR with a wrong clock, and the page opened ten years from now."""
    ended(end_date_time="2025-03-21T11:00:00Z", charging_periods=[samples.period("2025-03-21T10:00:00Z", 10)])
    billed("ON_HOLD", session_id=None, end_date_time="2999-01-01T00:00:00Z")
    shown = admin_client.get(reverse(PAGE)).content.decode()
    assert '<option value="2025-03" selected>' in shown
    assert shown.count('<option value="2') == 2  # that one and the one ahead, none of the centuries between


def test_an_empty_hub_has_an_empty_page(admin_client: Client) -> None:
    assert "Nothing ended in this month." in asked(admin_client)


def test_nobody_else_sees_it(client: Client, django_user_model: Any) -> None:
    django_user_model.objects.create_user("clerk", password="x", is_staff=True)
    client.login(username="clerk", password="x")
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.get(reverse("admin:roaming_balance_csv")).status_code == 403


def command(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("reconcile", *words, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_the_same_and_its_exit_code_whether_it_fits(month: None, tmp_path: Path) -> None:
    code, said = command("--month", "2026-11", "--partner", "NL/CPO", "--side", "owner", "--json")
    told = json.loads(said)
    assert (code, told["sums"][0]["cost"]) == (1, "8.5000")
    assert {one["kind"] for one in told["wrong"]} == {"no_cdr", "no_session", "held", "differs"}
    code, said = command("--month", "2026-11")
    assert (code, "Sessions without CDR" in said) == (1, True)
    file = tmp_path / "rows.csv"
    assert command("--month", "2026-11", "--kind", "held", "--csv", str(file))[0] == 1
    assert len(file.read_text().splitlines()) == 2
    assert command("--month", "2026-10") == (0, command("--month", "2026-10")[1])
    assert "Everything fits." in command("--month", "2026-10")[1]


@pytest.mark.parametrize("words", [("--month", "11/2026"), ("--partner", "nobody"), ("--csv", "/nowhere/x.csv")])
def test_a_question_that_makes_no_sense_is_told_so(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as told:
        call_command("reconcile", *words)
    assert told.value.returncode == 2


def test_months_are_those_of_utc_that_hold_anything() -> None:
    ended(end_date_time="2026-12-01T00:30:00+02:00")
    ended(id="N9", start_date_time="2027-01-31T23:00:00Z", end_date_time="2027-02-01T00:00:00Z",
          charging_periods=[samples.period("2027-01-31T23:00:00Z", 10)])  # fmt: skip
    reconciliation.current()
    assert [f"{month:%Y-%m}" for month in reconciliation.months()] == ["2027-02", "2026-11"]
    assert reconciliation.sums(Selection(date(2026, 11, 1), PartyId("NL", "CPO"), Side.OWNER))[0].sessions == 1
