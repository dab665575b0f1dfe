"""Lists: the query, the Link, and the way through a peer's pages."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.paging import MAX_INTEGER, PageRequest, next_url, page_headers, parse

URL = "https://hub.example/ocpi/2.2.1/sender/locations"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def page(query: str = "", *, max_limit: int = 100) -> PageRequest:
    return parse(
        {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}, max_limit=max_limit
    )


def test_every_parameter_is_optional() -> None:
    """PAG-01, PAG-04."""
    assert page() == PageRequest(limit=100, offset=0)
    assert not page().is_delta


def test_all_of_them() -> None:
    asked = page("date_from=2026-11-21T12:00:00Z&date_to=2026-11-22T12:00:00Z&offset=10&limit=5&cursor=a-B_1")
    assert (asked.limit, asked.offset, asked.cursor, asked.date_from) == (5, 10, "a-B_1", NOON)
    assert asked.is_delta


def test_our_limit_is_the_limit() -> None:
    """PAG-05, S26."""
    assert page("limit=2000").limit == 100
    assert page(f"limit={10**9}").limit == 100


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00",
        "2026-11-21T12:00:00%2B00:00",
        "2026-11-21T12:00:00+00:00",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21T12:00:00.000Z",
    ],
)
def test_dates_without_zone_are_utc_and_a_plus_survives(text: str) -> None:
    """PAG-14: a "+" that nobody escaped arrives as a blank."""
    assert page(f"date_from={text}").date_from == NOON


@pytest.mark.parametrize(
    "query",
    [
        "date_from=abc",
        "date_to=2026-02-30T00:00:00Z",
        "date_from=None",
        "limit=-1",
        "limit=0",
        "limit=x",
        "limit=1.5",
        "offset=-1",
        "offset=1e3",
        f"offset={MAX_INTEGER + 1}",
        "offset=" + "9" * 10_000,
        "limit=٣",
        "cursor=a%20b",
        "cursor=" + "a" * 300,
    ],
)
def test_bad_parameters_are_2001(query: str) -> None:
    """PAG-13, S26."""
    with pytest.raises(InvalidParameter) as caught:
        page(query)
    assert (caught.value.http_status, caught.value.status) == (200, 2001)
    assert caught.value.name == query.partition("=")[0]


def test_empty_parameters_are_none() -> None:
    assert page("date_from=&offset=&limit=%20&cursor=") == page()


def test_date_from_may_be_required() -> None:
    """SES-02."""
    with pytest.raises(InvalidParameter, match="date_from"):
        parse({}, max_limit=10, date_from_required=True)


class TestLink:
    def test_it_repeats_every_filter_and_moves_on_by_a_page(self) -> None:
        """PAG-07."""
        query = "date_from=2026-11-21T12:00:00%2B00:00&type=RFID&limit=5&offset=10&cursor=old"
        there = urlsplit(next_url(URL, page(query), "new"))
        assert parse_qs(there.query) == {
            "date_from": ["2026-11-21T12:00:00+00:00"],
            "type": ["RFID"],
            "offset": ["15"],
            "limit": ["5"],
            "cursor": ["new"],
        }

    def test_offset_and_limit_stand_in_clear(self) -> None:
        """Peers 12."""
        assert next_url(URL, page("limit=2000")) == f"{URL}?offset=100&limit=100"

    def test_following_it_asks_the_same_question(self) -> None:
        first = page("date_to=2026-11-21T12:00:00Z&limit=5")
        second = page(urlsplit(next_url(URL, first)).query)
        assert (second.offset, second.limit, second.date_to) == (5, 5, first.date_to)

    def test_headers_of_a_page(self) -> None:
        """PAG-06, PAG-08, PAG-09, PAG-10."""
        assert page_headers(page("limit=5"), 250, "https://x/?a=b") == {
            "X-Total-Count": "250",
            "X-Limit": "5",
            "Link": '<https://x/?a=b>; rel="next"',
        }
        assert page_headers(page("limit=5"), 3, None) == {"X-Total-Count": "3", "X-Limit": "5"}
        assert page_headers(page("limit=5"), 3, None, limit=100)["X-Limit"] == "100"
