"""Monthly statements: what is on them and what is not, sums computed by hand, fixed once issued, a CDR on one only."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from roaming.models import Assessment, Statement, StatementRow
from roaming.services import statement_papers, statements
from roaming.services.statements import NotPossible, Pair
from tests.roaming.billing import world
from tests.roaming.billing.door import body, found, get, refused, token

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
PAIR = Pair("NL", "VLT", "DE", "EMX")
NOW = datetime(2026, 12, 2, tzinfo=UTC)
ROWS, COLUMNS = "roaming_statementrow", "currency, credit, excl_vat, imported, exported, shares"


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def vat(*parts: tuple[str | None, str, str]) -> dict[str, Any]:
    return {"lines": [], "vat": [{"vat": rate, "excl_vat": excl, "incl_vat": incl} for rate, excl, incl in parts]}


def drawn(first: date = OCTOBER, pair: Pair = PAIR) -> Statement:
    row = statements.draw_up(pair, first, NOW)
    statements.run(row.pk)
    row.refresh_from_db()
    return row


def issued(first: date = OCTOBER, pair: Pair = PAIR) -> Statement:
    row = drawn(first, pair)
    statements.issue(row, "ann", NOW)
    row.refresh_from_db()
    return row


def on(row: Statement) -> list[str]:
    return list(row.rows.order_by("cdr__object_id").values_list("cdr__object_id", flat=True))


def month_by_hand() -> None:
    """
    A   10 kWh taken                       2.0000 at 21 %              2.0000   2.4200
    B    5 kWh taken, 1 kWh given back     1.0000 at 21 %, 0.5 at 9 %  1.5000   1.7550
    D    in dollars, VAT not told                                      3.0000   ?
    C    credit of A                                                  -2.0000  -2.4200
    charges EUR                                                        3.5000   4.1750   15 kWh, 1 kWh
    credits EUR                                                       -2.0000  -2.4200  -10 kWh, 0 kWh
    """
    world.accepted("A", "2.0000", "2.4200", bill=vat(("21", "2", "2.42")), total_energy=10)
    world.accepted(
        "B", "1.5000", "1.7550", bill=vat(("21", "1.00", "1.21"), ("9", "0.50", "0.545")), total_energy=4,
        charging_periods=[
            {"start_date_time": "2026-10-15T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 5}]},
            {"start_date_time": "2026-10-15T11:00:00Z", "dimensions": [{"type": "ENERGY", "volume": -1}]},
        ],
    )  # fmt: skip
    own = {"credit": True, "credit_reference_id": "A", "total_energy": 10}
    world.accepted("C", "-2.0000", "-2.4200", bill=vat(("21", "2", "2.42")), **own)
    world.accepted("D", "3.0000", None, currency="USD", bill=vat(("21", "3", "3.63")), total_energy=10)


def test_the_sums_are_those_of_the_hand_by_currency_rate_and_kind() -> None:
    month_by_hand()
    euro, dollar = drawn().sums
    assert (euro["currency"], dollar["currency"]) == ("EUR", "USD")
    charges, credits, total = (euro[kind] for kind in ("charges", "credits", "total"))
    assert [charges[name] for name in ("cdrs", "excl_vat", "vat", "incl_vat")] == [2, "3.5000", "0.6750", "4.1750"]
    assert [credits[name] for name in ("cdrs", "excl_vat", "vat", "incl_vat")] == [1, "-2.0000", "-0.4200", "-2.4200"]
    assert [total[name] for name in ("cdrs", "excl_vat", "vat", "incl_vat")] == [3, "1.5000", "0.2550", "1.7550"]
    assert charges["by_rate"] == [
        {"rate": "9", "excl_vat": "0.5000", "vat": "0.0450", "incl_vat": "0.5450"},
        {"rate": "21", "excl_vat": "3.0000", "vat": "0.6300", "incl_vat": "3.6300"},
    ]
    assert credits["by_rate"] == [{"rate": "21", "excl_vat": "-2.0000", "vat": "-0.4200", "incl_vat": "-2.4200"}]
    assert (charges["energy_import"], charges["energy_export"]) == ("15.0000", "1.0000")
    assert (credits["energy_import"], total["energy_import"]) == ("-10.0000", "5.0000")
    assert (dollar["total"]["excl_vat"], dollar["total"]["vat"], dollar["total"]["without_vat"]) == ("3.0000", None, 1)


def test_only_what_is_accepted_is_billed_and_what_waits_is_counted() -> None:
    world.accepted("OK", "1", "1.21")
    world.priced("NEW", "1", "1.21")
    for name, verdict in (("H1", "ON_HOLD"), ("H2", "ON_HOLD"), ("R", "REJECTED")):
        world.assess(world.priced(name, "1", "1.21"), verdict)
    world.accepted("NOV", "1", "1.21", ended="2026-11-01T00:00:00Z")
    world.accepted("OTHER", "1", "1.21", emsp="FR/OTH")
    row = drawn()
    assert on(row) == ["OK"]
    assert row.unbilled == {"PENDING": 1, "ON_HOLD": 2, "REJECTED": 1}


def test_the_credit_of_what_nobody_was_billed_for_is_on_no_statement() -> None:
    """CDR-09: the payer would be owed what it never paid. Once the original counts, both are on."""
    desk = world.assess(world.priced("A", "9", None), "ON_HOLD")
    back = world.accepted("A-C", "-9", None, credit=True, credit_reference_id="a")
    Assessment.objects.filter(cdr=back).update(stands=False)
    world.accepted("B", "1", "1.21")
    row = drawn()
    assert (on(row), row.sums[0]["total"]["excl_vat"]) == (["B"], "1.0000")
    desk.verdict, desk.stands = "ACCEPTED", True
    desk.save()
    Assessment.objects.filter(cdr=back).update(stands=True)
    statements.anew(row, NOW)
    statements.run(row.pk)
    assert on(row) == ["A", "A-C", "B"]
    Assessment.objects.filter(cdr=back).update(stands=False)
    with pytest.raises(NotPossible, match="1 of its CDRs are no longer accepted"):
        statements.issue(row, "ann", NOW)


def test_the_credit_of_what_was_billed_is_on_whatever_the_desk_says_of_it_since() -> None:
    """It stands on a statement that does not change any more: only the credit takes it back."""
    world.accepted("A", "9", None)
    issued()
    Assessment.objects.update(verdict="REJECTED", stands=False)
    back = world.accepted("A-C", "-9", None, credit=True, credit_reference_id="a")
    Assessment.objects.filter(cdr=back).update(stands=False)
    assert on(issued(NOVEMBER)) == ["A-C"]


def test_a_credit_is_under_the_vat_rates_of_its_original() -> None:
    """A credit repeats its original and is not priced, so it has no bill of its own: 2.00 at 21 %, 0.50 at 9 %."""
    parts = vat(("21", "2.00", "2.42"), ("9", "0.50", "0.545"))
    world.accepted("A", "2.50", "2.965", bill=parts)
    world.accepted("A-C", "-2.50", "-2.965", credit=True, credit_reference_id="a")
    world.accepted("X-C", "-1", None, credit=True, credit_reference_id="X")  # of one that is not here: nothing tells
    (euro,) = drawn().sums
    assert [(one["rate"], one["excl_vat"]) for one in euro["credits"]["by_rate"]] == [
        ("9", "-0.5000"), ("21", "-2.0000"), ("unknown", "-1.0000"),
    ]  # fmt: skip
    assert [(one["rate"], one["excl_vat"], one["vat"]) for one in euro["total"]["by_rate"]] == [
        ("9", "0.0000", "0.0000"), ("21", "0.0000", "0.0000"), ("unknown", "-1.0000", None),
    ]  # fmt: skip


def test_a_cdr_is_on_one_statement_and_one_released_late_is_on_the_next() -> None:
    world.accepted("IN", "1", "1.21")
    desk = world.assess(world.priced("HELD", "2", "2.42"), "ON_HOLD")
    assert on(issued()) == ["IN"]
    desk.verdict = "ACCEPTED"
    desk.save()
    world.accepted("LATE", "3", "3.63")  # of October, came in November
    world.accepted("NOV", "4", "4.84", ended="2026-11-10T00:00:00Z")
    assert on(issued(NOVEMBER)) == ["HELD", "LATE", "NOV"]
    assert StatementRow.objects.count() == 4


def test_what_was_issued_does_not_change_whoever_asks() -> None:
    """Not through the service, not through the table."""
    world.accepted("A", "1", "1.21")
    row = issued()
    attempts: list[Callable[[Statement], None]] = [
        statements.discard, lambda one: statements.anew(one, NOW), lambda one: statements.issue(one, "x", NOW),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(NotPossible, match="was issued"):
            attempt(row)
    for sql in (
        "UPDATE roaming_statement SET sums = '[]'",
        "DELETE FROM roaming_statement",
        "UPDATE roaming_statementrow SET excl_vat = 0",
        "DELETE FROM roaming_statementrow",
        f"INSERT INTO {ROWS} (statement_id, cdr_id, {COLUMNS}) SELECT {row.pk}, 0, {COLUMNS} FROM {ROWS}",
    ):
        with pytest.raises(Error, match="was issued"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    Assessment.objects.update(verdict="REJECTED")  # the desk may think otherwise later: that is for a credit CDR
    row.refresh_from_db()
    assert row.sums[0]["total"]["excl_vat"] == "1.0000"


def test_a_draft_whose_cdrs_were_put_on_hold_since_is_not_issued() -> None:
    world.accepted("A", "1", "1.21")
    world.accepted("B", "1", "1.21")
    row = drawn()
    Assessment.objects.filter(cdr__object_id="B").update(verdict="ON_HOLD")
    with pytest.raises(NotPossible, match="1 of its CDRs are no longer accepted"):
        statements.issue(row, "ann", NOW)
    statements.anew(row, NOW)
    statements.run(row.pk)
    statements.issue(row, "ann", NOW)
    assert on(row) == ["A"]


def test_a_discarded_draft_frees_its_cdrs() -> None:
    world.accepted("A", "1", "1.21")
    statements.discard(drawn())
    assert on(drawn()) == ["A"]


def test_drawing_up_goes_on_where_a_killed_worker_left_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "BATCH", 2)
    for number in range(5):
        world.accepted(f"C{number}", "1", "1.21")
    row = statements.draw_up(PAIR, OCTOBER, NOW)
    statements.run(row.pk, budget=0)
    row.refresh_from_db()
    assert (row.state, row.collected) == ("COLLECTING", 2)
    assert list(statements.unfinished(timezone.now() + timedelta(minutes=2))) == [row]
    with pytest.raises(NotPossible, match="still being drawn up"):
        statements.issue(row, "ann", NOW)
    statements.run(row.pk)
    row.refresh_from_db()
    assert (row.state, len(on(row)), row.sums[0]["total"]["cdrs"]) == ("DRAFT", 5, 5)


@pytest.mark.parametrize(("first", "now", "why"), [
    (NOVEMBER, datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "2026-11 is not over"),
    (OCTOBER, NOW, "there is statement 2026-10-NLVLT-DEEMX already"),
    (date(2026, 9, 1), NOW, "there is statement 2026-10-NLVLT-DEEMX already"),
])  # fmt: skip
def test_a_month_is_stated_once_when_it_is_over_and_in_order(first: date, now: datetime, why: str) -> None:
    world.accepted("A", "1", "1.21")
    issued()
    with pytest.raises(NotPossible, match=why):
        statements.draw_up(PAIR, first, now)


def test_nothing_is_no_statement() -> None:
    row = drawn()
    with pytest.raises(NotPossible, match="nothing on it"):
        statements.issue(row, "ann", NOW)


def test_who_has_something_to_state() -> None:
    world.accepted("A", "1", "1.21")
    world.accepted("B", "1", "1.21", emsp="FR/OTH", ended="2026-08-01T00:00:00Z")
    world.priced("C", "1", "1.21", emsp="AT/NON")
    assert statements.pairs(OCTOBER) == [PAIR, Pair("NL", "VLT", "FR", "OTH")]
    issued()
    assert statements.pairs(OCTOBER) == [Pair("NL", "VLT", "FR", "OTH")]


def test_readers_get_issued_statements_of_their_own() -> None:
    month_by_hand()
    row = drawn()
    mine, foreign = token(world.party("DE/EMX", "EMSP")), token(world.party("FR/OTH", "EMSP"))
    assert found("statements/", mine) == []
    statements.issue(row, "ann", NOW)
    (told,) = found("statements/", mine, month="2026-10", cpo="NL/VLT")
    assert (told["number"], told["cpo"], told["emsp"], told["month"], told["cdrs"]) == (
        "2026-10-NLVLT-DEEMX", "NL/VLT", "DE/EMX", "2026-10", 4,
    )  # fmt: skip
    assert found(f"statements/{row.pk}/", token(world.party("NL/VLT", "CPO"))) == told
    assert found("statements/", mine, month="2026-11") == []
    assert found("statements/", foreign) == []
    for path in ("", "cdrs.csv", "sums.csv", "statement.pdf"):
        assert refused(f"statements/{row.pk}/{path}", foreign)[:2] == (404, "not_found")
    rows = list(csv.DictReader(io.StringIO(body(get(f"statements/{row.pk}/cdrs.csv", mine)).decode())))
    assert sorted(one["cdr_id"] for one in rows) == ["A", "B", "C", "D"]


def test_the_sums_as_a_table_say_what_the_statement_says() -> None:
    month_by_hand()
    rows = list(csv.DictReader(io.StringIO(body(get(f"statements/{issued().pk}/sums.csv")).decode())))
    charges = next(one for one in rows if (one["currency"], one["kind"], one["vat_rate"]) == ("EUR", "charges", ""))
    assert (charges["cdrs"], charges["excl_vat"], charges["incl_vat"], charges["energy_export"]) == (
        "2", "3.5000", "4.1750", "1.0000",
    )  # fmt: skip
    by_rate = [Decimal(one["excl_vat"]) for one in rows if one["kind"] == "total" and one["vat_rate"]]
    assert sum(by_rate) == Decimal("4.5")


def test_on_paper_the_energy_of_a_credit_counts_back_as_in_the_sums() -> None:
    month_by_hand()
    found = {one.cdr.object_id: statement_papers._line(one) for one in drawn().rows.select_related("cdr")}
    assert [found[name][2:4] for name in "ABC"] == [("10.0000", "0.0000"), ("5.0000", "1.0000"), ("-10.0000", "0.0000")]


def test_on_paper_it_is_a_pdf_with_names_in_any_script_and_the_same_twice() -> None:
    month_by_hand()
    row = issued()
    answer = get(f"statements/{row.pk}/statement.pdf")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer.content == statement_papers.pdf(row)
    assert row.payer_name == "E-Mobilität Łódź"
    assert b"/Count 1\n" in answer.content
    assert b"SourceSansPro" in answer.content  # embedded: a viewer needs no fonts of its own
