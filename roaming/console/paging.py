"""Pages of large tables without ``count(*)``: the planner's estimate where a table is large, a count where it is small.

Nothing depends on the last page: there is an older page as long as the present one is full.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, PageNotAnInteger, Paginator
from django.db import connections
from django.db.models import QuerySet


class EstimatePaginator(Paginator[Any]):
    """Django's paginator with ``count`` estimated above ``exact`` rows, up to which counting costs nothing."""

    template_name = "console/pagination.html"
    exact = 10_000
    estimated = False

    @cached_property
    def count(self) -> int:
        """How many rows there are, or about how many (``estimated`` then is true)."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        about = planned_rows(rows)
        if about <= self.exact:
            exact = rows.order_by()[: self.exact + 1].count()
            if exact <= self.exact:
                return exact
        self.estimated = True
        return max(about, self.exact)

    def validate_number(self, number: Any) -> int:
        """Any page from the first on: an estimate must not cut off the last ones."""
        try:
            return max(1, int(number))
        except (TypeError, ValueError):
            raise PageNotAnInteger(f"{number!r} is not a page number") from None

    def page(self, number: Any) -> Page[Any]:
        """The rows of one page; beyond the end it is empty."""
        page = self.validate_number(number)
        start = (page - 1) * self.per_page
        return Page(self.object_list[start : start + self.per_page], page, self)


def planned_rows(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL expects of a query; it reads statistics only. Some queries Django does not even ask."""
    try:
        plan = json.loads(_explained(rows))
    except EmptyResultSet:
        return 0
    return int(plan[0]["Plan"]["Plan Rows"])


def _explained(rows: QuerySet[Any]) -> str:
    sql, values = rows.order_by().query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        answer = cursor.fetchone()[0]
    return answer if isinstance(answer, str) else json.dumps(answer)
