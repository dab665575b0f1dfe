"""A crawl by Link while objects come, change and go: what was there throughout is found, once (PAG-11).

First with changes between any two pages, as hypothesis puts them; then with writers in threads of their own, whose
transactions are open while pages are read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roaming.models import Party, Platform, Tariff
from roaming.ocpi import paging
from roaming.ocpi.paging import PageRequest
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime
from roaming.ocpi.versions import ModuleID
from roaming.services import decisions, lists, tariffs
from tests.personas import samples

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CPO = PartyId("NL", "CPO")


@pytest.fixture(autouse=True)
def undecided() -> Iterator[None]:
    decisions.forget()
    yield
    decisions.forget()


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def store(number: int, minute: int) -> None:
    """A tariff comes, changes or is offered again."""
    moment = at(minute)
    component = samples.price("ENERGY", f"0.{minute:06}")
    document = samples.tariff(
        id=f"T{number}", elements=[{"price_components": [component]}], last_updated=format_datetime(moment)
    )
    tariffs.store(CPO, document, source=None, now=moment)


def drop(number: int, minute: int) -> None:
    tariffs.delete(CPO, f"T{number}", source=None, now=at(minute))


def reader() -> lists.ListOf:
    platform = Platform.objects.create(name="reader")
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    return lists.ListOf(Tariff, [emsp], ModuleID.TARIFFS, "http://hub/ocpi/tariffs")


def pages(of: lists.ListOf, asked: PageRequest | None) -> Iterator[tuple[list[str], int]]:
    """The ids on each page and the total that it names; the next is read when it is asked for."""
    while asked is not None:
        page = lists.page(asked, of, at(10_000), 100)
        yield [one["id"] for one in json.loads(page.data)], int(page.headers["X-Total-Count"])
        link = page.headers.get("Link")
        url = link.partition(">")[0].removeprefix("<") if link else ""
        asked = paging.parse(parse_qsl(urlsplit(url).query), max_limit=100) if url else None


def listed(query: dict[str, str]) -> set[str]:
    """What the list should have now, by the plainest of queries."""
    rows = Tariff.objects.filter(deleted_at=None)
    if "date_from" in query:
        rows = rows.filter(listed_at__gte=query["date_from"])
    if "date_to" in query:
        rows = rows.filter(listed_at__lt=query["date_to"])
    return set(rows.values_list("object_id", flat=True))


change = st.tuples(st.sampled_from(["store", "store", "drop"]), st.integers(0, 14))
windows = st.sampled_from([{}, {"date_from": 4}, {"date_to": 105}, {"date_from": 2, "date_to": 103}])


@pytest.mark.django_db
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    there=st.integers(0, 10), limit=st.integers(1, 4), window=windows,
    between=st.lists(st.lists(change, max_size=4), min_size=1, max_size=10),
)  # fmt: skip
def test_what_is_there_throughout_is_found_once_whatever_changes_between_the_pages(
    there: int, limit: int, window: dict[str, int], between: list[list[tuple[str, int]]]
) -> None:
    """PAG-11, PAG-06 to PAG-08, PAG-02, PAG-03: with each filter; the total is that of the moment."""
    with transaction.atomic():
        of = reader()
        for number in range(there):
            store(number, number)
        query = {name: format_datetime(at(minute)) for name, minute in window.items()}
        asked = paging.parse([("limit", str(limit)), *query.items()], max_limit=100)
        throughout, found, minute, rounds = listed(query), [], 100, iter(between)
        for ids, total in pages(of, asked):
            assert total == len(listed(query))
            found += ids
            for verb, number in next(rounds, []):
                minute += 1
                (store if verb == "store" else drop)(number, minute)
                throughout &= listed(query)
        assert len(found) == len(set(found))
        assert throughout <= set(found)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_writers_at_work_neither_hide_nor_double_what_stays() -> None:
    """PAG-11: three writers, their transactions open over several pages."""
    of = reader()
    for number in range(60):
        store(number, number)
    stay = {f"T{number}" for number in range(60) if number % 3}
    over = threading.Event()

    def write(mine: int) -> None:
        minute = 1000 * mine
        try:
            while not over.is_set():
                with transaction.atomic():
                    for number in (mine * 3, 100 + mine, mine * 3 + 1):
                        minute += 1
                        store(number, minute)
                    drop(mine * 3, minute)
                    over.wait(0.01)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, mine) for mine in (1, 2, 3)]
        try:
            for _ in range(5):
                found = [name for ids, _ in pages(of, PageRequest(5)) for name in ids]
                assert len(found) == len(set(found))
                assert stay <= set(found)
        finally:
            over.set()
        for one in writers:
            one.result(timeout=20)
