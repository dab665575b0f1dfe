"""Statements that PostgreSQL keeps planned: asked as ever, planned no more, and prepared anew where that is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DataError, OperationalError, connection, transaction
from psycopg.pq import TransactionStatus

from roaming import postgres
from roaming.models import Party
from roaming.postgres import prepared
from roaming.postgres.questions import Question, find

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, 0, 125, tzinfo=UTC)
SQL = "SELECT party_id FROM roaming_party WHERE country_code = %s AND party_id <> %s ORDER BY party_id"


def plans() -> dict[str, int]:
    """How often PostgreSQL has followed a kept plan, by statement, on this connection."""
    rows = postgres.fetch("SELECT statement, generic_plans FROM pg_prepared_statements WHERE name LIKE 'hub_%%'")
    return dict(rows)


def of_party() -> int:
    return sum(times for statement, times in plans().items() if 'FROM "roaming_party"' in statement)


@pytest.fixture
def three() -> list[Party]:
    named = ["ONE", "TW'", "D\\R"]  # what has to be quoted, and what need not
    return [Party.objects.create(country_code="NL", party_id=name, role="CPO") for name in named]


def test_what_is_asked_often_is_planned_a_few_times_and_answered_for_each_value(three: list[Party]) -> None:
    before = of_party()
    for _ in range(5):
        for party in three:
            assert [row.pk for row in find(Party, country_code="NL", party_id=party.party_id)] == [party.pk]
        assert find(Party, country_code="NL", party_id="NIX") == []
    assert of_party() - before > 10


def test_what_is_prepared_in_a_transaction_that_is_undone_stays_prepared() -> None:
    sql = "UPDATE roaming_party SET party_id = %s WHERE party_id = %s RETURNING id"
    Party.objects.create(country_code="NL", party_id="ONE", role="CPO")
    for _ in range(2):
        with transaction.atomic():
            assert len(postgres.fetch(sql, ["TWO", "ONE"], kept=True)) == 1
            transaction.set_rollback(True)
    assert [row.party_id for row in Party.objects.all()] == ["ONE"]


@pytest.mark.django_db(transaction=True)
def test_values_arrive_as_they_are_also_with_the_begin_of_their_transaction() -> None:
    values = ["it's %s \\ “x”", -7, 2**40, NOW, None, ["a,b", 'c"d'], Decimal("0.10"), True]
    sql = "SELECT %s::text, %s::int, %s::bigint, %s::timestamptz, %s::text, %s::text[], %s::numeric, %s::boolean"
    for _ in range(2):
        with transaction.atomic():
            (given,) = postgres.fetch(sql, values, kept=True)
            (again,) = postgres.fetch(sql, values, kept=True)
            assert connection.connection.pgconn.transaction_status == TransactionStatus.INTRANS
        assert (list(given), list(again)) == (values, values)
    with pytest.raises(DataError), transaction.atomic():
        postgres.fetch("SELECT 1 / %s::int", [0], kept=True)
    with transaction.atomic():
        assert postgres.fetch("SELECT 2", kept=True) == [(2,)]


def test_values_are_what_they_are_where_they_stand(three: list[Party]) -> None:
    none = "SELECT count(*) FROM roaming_party WHERE id = %(id)s AND withdrawn_at IS NOT DISTINCT FROM %(none)s"
    assert postgres.fetch(none, {"id": three[0].pk, "none": None}, kept=True) == [(1,)]
    Party.objects.filter(pk=three[1].pk).update(withdrawn_at=NOW)
    sql = "SELECT withdrawn_at, 100 %% 7 FROM roaming_party WHERE withdrawn_at = %s AND id = ANY(%s)"
    assert postgres.fetch(sql, [NOW, [party.pk for party in three]], kept=True) == [(NOW, 2)]
    with pytest.raises(DataError):
        postgres.fetch(SQL, ["NL", "a\0b"], kept=True)


def forget_all() -> None:
    postgres.run("DEALLOCATE ALL")


def change_a_column() -> None:
    postgres.run("ALTER TABLE roaming_party ALTER COLUMN party_id TYPE varchar(40)")


@pytest.mark.parametrize("happens", [forget_all, change_a_column])
def test_a_plan_that_is_stale_fails_once_like_a_lost_connection(happens: Callable[[], None]) -> None:
    """The drain begins such a batch anew instead of blaming the frame, and then all plans are new."""
    asked = [f"{SQL} -- {number} {happens.__name__}" for number in range(3)]
    assert [postgres.fetch(sql, ["NL", "X"], kept=True) for sql in asked] == [[], [], []]
    happens()
    with pytest.raises(OperationalError), transaction.atomic():
        postgres.fetch(asked[1], ["NL", "X"], kept=True)
    assert [postgres.fetch(sql, ["NL", "X"], kept=True) for sql in asked] == [[], [], []]


def test_no_connection_keeps_plans_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 20)
    for number in range(50):
        assert postgres.fetch(f"SELECT {number} AS one_of_many, %s", ["x"], kept=True) == [(number, "x")]
        assert sum("one_of_many" in statement for statement in plans()) <= 20


def test_a_refused_statement_leaves_no_name_behind() -> None:
    for _ in range(2):
        with pytest.raises(Exception, match="does not exist"), transaction.atomic():
            postgres.fetch("SELECT nothing FROM roaming_party WHERE id = %s", [1], kept=True)


def test_a_question_of_many_shapes_is_planned_each_time(three: list[Party]) -> None:
    question = Question.of(Party.objects.filter(country_code="<c>").values_list("pk"), kept=False)
    before = set(plans())
    assert len(question.ask({"<c>": "NL"})) == len(three)
    assert set(plans()) == before


def test_rows_are_read_in_django_s_own_way_where_somebody_watches(three: list[Party]) -> None:
    def watch(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    seen: list[str] = []
    with connection.execute_wrapper(watch):
        assert [row[0] for row in postgres.fetch(SQL, ["NL", "ONE"], kept=True)] == ["D\\R", "TW'"]
    assert seen == [SQL]
