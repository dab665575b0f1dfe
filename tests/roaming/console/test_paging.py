"""Large tables: estimated, never counted; small ones: exact."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roaming.console.paging import EstimatePaginator

pytestmark = pytest.mark.django_db


class Small(EstimatePaginator):
    exact = 10


def groups(number: int) -> None:
    Group.objects.bulk_create(Group(name=f"g{n:04}") for n in range(number))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE auth_group")


def test_a_small_table_is_counted() -> None:
    groups(7)
    paginator = Small(Group.objects.order_by("pk"), 5)
    assert (paginator.count, paginator.estimated) == (7, False)


def test_what_nothing_can_fit_is_empty() -> None:
    """A filter that knows it, or a number that no column holds."""
    groups(7)
    for rows in (Group.objects.none(), Group.objects.filter(pk=10**30)):
        paginator = Small(rows.order_by("pk"), 5)
        assert (paginator.count, list(paginator.page(1))) == (0, [])


def test_a_large_table_is_estimated_and_not_counted() -> None:
    groups(200)
    paginator = Small(Group.objects.order_by("pk"), 50)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert 150 <= paginator.count <= 250
    assert paginator.estimated
    assert not any("COUNT(" in query["sql"].upper() for query in queries)


def test_an_estimate_that_is_too_low_cuts_off_no_page() -> None:
    groups(30)
    Group.objects.bulk_create(Group(name=f"later{n}") for n in range(30))
    paginator = Small(Group.objects.order_by("pk"), 10)
    assert [len(paginator.page(number).object_list) for number in (1, 6, 7)] == [10, 10, 0]


def test_counting_stops_where_the_estimate_is_wrong() -> None:
    """A stale statistic says "few": no more than the limit is counted, and the number is called an estimate."""
    groups(2)
    Group.objects.bulk_create(Group(name=f"later{n}") for n in range(40))
    paginator = Small(Group.objects.filter(name__startswith="later").order_by("pk"), 10)
    assert paginator.count >= 10
    assert paginator.estimated
