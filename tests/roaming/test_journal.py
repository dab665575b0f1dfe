"""The journal of HTTP: what is asked of others for somebody's request is written with that request."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roaming import journal
from roaming.client import Call
from roaming.models import Exchange
from roaming.ocpi.headers import MessageIds

pytestmark = pytest.mark.django_db
OUT, IN = MessageIds("r-out", "c"), MessageIds("r-in", "c")


def asked(method: str = "GET") -> None:
    journal.sent(None, Call(method, "https://partner.example/x", OUT), error="Timeout: late", seconds=0.5)


def received(method: str = "GET") -> None:
    inbound = journal.Inbound(method, "/ocpi/2.2.1/x", IN)
    journal.received(inbound, http_status=200, body=b'{"status_code":1000}', listed=None, seconds=0.7)


@pytest.mark.parametrize(
    ("inner", "outer", "waits"), [("GET", "GET", False), ("POST", "GET", True), ("GET", "PUT", True)]
)
def test_both_are_written_at_once_and_wait_for_the_disk_if_one_is_a_write(inner: str, outer: str, waits: bool) -> None:
    with CaptureQueriesContext(connection) as said:
        with journal.together():
            asked(inner)
            assert len(said) == 0
            received(outer)
        (statement,) = said.captured_queries
    assert ("synchronous_commit" not in statement["sql"]) is waits
    rows = Exchange.objects.order_by("pk").values_list("direction", "request_id", "http_status", "error", "duration_ms")
    assert list(rows) == [("OUT", "r-out", None, "Timeout: late", 500), ("IN", "r-in", 200, "", 700)]


def test_alone_each_is_written_when_it_is_known() -> None:
    asked()
    assert Exchange.objects.count() == 1
    received()
    assert Exchange.objects.count() == 2


def test_what_was_asked_is_written_also_where_its_request_comes_to_nothing() -> None:
    with suppress(ZeroDivisionError), journal.together():
        asked()
        raise ZeroDivisionError
    assert Exchange.objects.get().request_id == "r-out"
    asked()
    assert Exchange.objects.count() == 2


def test_another_thread_does_not_wait_for_this_ones_request() -> None:
    waiting: list[bool] = []
    with journal.together():
        other = threading.Thread(target=lambda: waiting.append(hasattr(journal._here, "waiting")))
        other.start()
        other.join()
    assert waiting == [False]
