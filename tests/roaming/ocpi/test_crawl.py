"""The way through a peer's pages, traps included."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from roaming.ocpi.crawl import Crawl, CrawlStopped, parse_link

URL = "https://cpo.example/ocpi/locations"
Answer = tuple[dict[str, str], int]


def offset_of(url: str) -> int:
    return int(parse_qs(urlsplit(url).query).get("offset", ["0"])[0])


def crawl(answer: Callable[[str], Answer], start: Crawl | None = None) -> list[str]:
    """The URLs asked."""
    step: Crawl | None = start or Crawl(URL)
    asked: list[str] = []
    while step is not None:
        asked.append(step.url)
        step = step.after(*answer(step.url))
    return asked


def linked(target: str) -> str:
    return f'<{target}>; rel="next"'


def test_the_link_is_followed_to_the_last_page() -> None:
    """PAG-12."""
    pages = {URL: f"{URL}?offset=5&limit=5&cursor=x", f"{URL}?offset=5&limit=5&cursor=x": f"{URL}?offset=10&cursor=y"}

    def answer(url: str) -> Answer:
        return ({"link": linked(pages[url])}, 5) if url in pages else ({"X-Total-Count": "12"}, 2)

    assert crawl(answer) == [URL, *pages.values()]


def test_a_link_without_offset_is_followed_too() -> None:
    pages = {URL: f"{URL}?page=2"}
    assert crawl(lambda url: ({"Link": linked(pages[url])} if url in pages else {}, 5)) == [URL, f"{URL}?page=2"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/ocpi/locations?offset=5",
        "http://cpo.example/ocpi/locations?offset=5",
        "https://cpo.example/ocpi/VersionNumber.v_2_2_1/locations?offset=5",
        "https://cpo.example:8443/ocpi/locations",
        "https://u@cpo.example/ocpi/locations",
        f"{URL}#x",
        URL,
        "https://[x/",
        "/ocpi/locations?offset=5",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    """S8, S9, peers 7: offset and X-Total-Count show the way instead."""
    asked = crawl(lambda url: ({"Link": linked(link), "X-Total-Count": "12"}, 5 if offset_of(url) < 10 else 2))
    assert [offset_of(url) for url in asked] == [0, 5, 10]
    assert {urlsplit(url)._replace(query="").geturl() for url in asked} == {URL}


def test_the_default_port_is_the_same_place() -> None:
    target = "https://cpo.example:443/ocpi/locations/?offset=5"
    assert crawl(lambda url: ({"Link": linked(target)} if url == URL else {}, 5)) == [URL, target]


def test_an_offset_that_goes_back_is_not_followed() -> None:
    """S8."""
    start = Crawl(f"{URL}?offset=10&limit=5", offset=10)
    asked = crawl(lambda url: ({"Link": linked(f"{URL}?offset=5"), "X-Total-Count": "17"}, 5), start)
    assert [offset_of(url) for url in asked] == [10, 15]
    assert "limit=5" in asked[1]


def test_without_a_link_the_count_decides() -> None:
    """Peers 7: an empty Link on every page."""
    assert [offset_of(url) for url in crawl(lambda url: ({"Link": "", "X-Total-Count": "12"}, 5))] == [0, 5, 10]
    assert crawl(lambda url: ({}, 5)) == [URL]
    assert crawl(lambda url: ({"X-Total-Count": "many"}, 5)) == [URL]
    assert crawl(lambda url: ({"X-Total-Count": "5"}, 5)) == [URL]


def test_filters_stay_when_we_count_ourselves() -> None:
    asked = crawl(lambda url: ({"X-Total-Count": "10"}, 5), Crawl(f"{URL}?date_from=2026-01-01T00:00:00Z&cursor=x"))
    assert parse_qs(urlsplit(asked[1]).query) == {"date_from": ["2026-01-01T00:00:00Z"], "offset": ["5"]}


def test_objects_that_moved_forward_are_not_missed() -> None:
    """PAG-12: two left the window after the first page."""
    totals = iter([20, 18, 18, 18])

    def answer(url: str) -> Answer:
        offset = offset_of(url)
        return {"Link": linked(f"{URL}?offset={offset + 5}"), "X-Total-Count": str(next(totals))}, 5

    asked = crawl(lambda url: answer(url) if offset_of(url) < 13 else ({}, 5))
    assert [offset_of(url) for url in asked] == [0, 5, 8, 13]


def test_empty_pages_for_ever_end_at_the_first() -> None:
    """S8."""
    assert crawl(lambda url: ({"Link": linked(f"{URL}?offset=999"), "X-Total-Count": "999"}, 0)) == [URL]


def test_pages_for_ever_end_at_the_limit() -> None:
    """S8."""

    def endless(url: str) -> Answer:
        return {"Link": linked(f"{URL}?offset={offset_of(url) + 5}")}, 5

    with pytest.raises(CrawlStopped, match="10 pages"):
        crawl(endless, Crawl(URL, max_pages=10))
    with pytest.raises(CrawlStopped, match="20 objects"):
        crawl(endless, Crawl(URL, max_objects=20))


def test_a_list_that_goes_round_in_a_circle() -> None:
    """S8."""
    start = Crawl(f"{URL}?offset=5", offset=5, seen=frozenset({f"{URL}?offset=10"}))
    with pytest.raises(CrawlStopped, match="circle"):
        crawl(lambda url: ({"Link": linked(url)}, 5), start)


def test_a_total_that_says_it_is_over() -> None:
    assert crawl(lambda url: ({"Link": linked(URL), "X-Total-Count": "5"}, 5)) == [URL]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a/>; rel="next"', "https://a/"),
        ("<https://a/>;rel=next", "https://a/"),
        ('<https://b/>; rel="prev", <https://a/>; title="x"; rel="next"', "https://a/"),
        ('<https://a/>; rel="last next"', "https://a/"),
        ('<https://a/>; REL="NEXT"', "https://a/"),
        ('<https://a/>; rel="prev"', None),
        ("<https://a/>", None),
        ('<>; rel="next"', None),
        ("", None),
        (None, None),
        ("https://a/", None),
        ('<https://a/>; rel="nextish"', None),
    ],
)
def test_links_are_read_as_peers_write_them(header: str | None, target: str | None) -> None:
    assert parse_link(header) == target
