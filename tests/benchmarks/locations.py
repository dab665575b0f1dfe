"""A page of 100 locations out of 100,000: the hub's list against nested DRF ModelSerializers.

Both in one process without a server in front, with the same authentication, the same visibility and a total count, over
the same locations (2 EVSEs, 2 connectors each). The hub journals each exchange besides; the peer does not.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks import hub, network
from tests.benchmarks.measure import SERVER_CORE, middle
from tests.benchmarks.report import Row

COUNT = 100_000
ROUNDS = 7


def run() -> list[Row]:
    """Fill, then measure in turns."""
    with hub.ground() as place:
        place.env["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
        hub.setup_django(place)
        token = _fill()
        os.sched_setaffinity(0, SERVER_CORE)
        get = _getter(token)
        first = _list_url(get)
        deep = _follow(get, first, 900)
        ours, linked, peer = [], [], []
        for _ in range(ROUNDS):
            ours.append(_timed(lambda: get(first), 10))
            linked.append(_timed(lambda: get(deep), 10))
            peer.append(_timed(lambda: get("/peer/locations?limit=100"), 2))
        page, deep_page, nested = middle(ours), middle(linked), middle(peer)
        return [
            Row("locations, page of 100 of 100,000", "nested DRF ModelSerializer", nested / page, ">=", 15.0,
                f"{page * 1000:.1f} ms against {nested * 1000:.1f} ms", "does not journal the exchange"),
            Row("locations, page 900 by Link", "page 1", deep_page / page, "<=", 1.3,
                f"{deep_page * 1000:.1f} ms against {page * 1000:.1f} ms", "the same list"),
        ]  # fmt: skip


Get = Callable[[str], tuple[bytes, dict[str, str]]]


def _getter(token: str) -> Get:
    """One GET through the whole WSGI stack."""
    from config.wsgi import application  # noqa: PLC0415  # needs settings

    encoded = base64.b64encode(token.encode()).decode()

    def get(url: str) -> tuple[bytes, dict[str, str]]:
        path, _, query = url.removeprefix("http://127.0.0.1:8000").partition("?")
        told: dict[str, Any] = {}
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "HTTP_AUTHORIZATION": f"Token {encoded}",
            "HTTP_HOST": "127.0.0.1:8000",
        }  # fmt: skip
        answer = application(environ, lambda status, headers, error=None: told.update(status=status, headers=headers))
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        if not told["status"].startswith("200") or len(body) < 1000:
            raise RuntimeError(f"{url}: {told['status']} {body[:300]!r}")
        return body, dict(told["headers"])

    return get


def _list_url(get: Get) -> str:
    body, _ = get("/ocpi/2.2.1/")
    endpoints = json.loads(body)["data"]["endpoints"]
    found = [one["url"] for one in endpoints if (one["identifier"], one["role"]) == ("locations", "SENDER")]
    return f"{found[0]}?limit=100"


def _follow(get: Get, url: str, page: int) -> str:
    """The URL of a page as the Links of the pages before it lead there."""
    for _ in range(page - 1):
        _, headers = get(url)
        match = re.match(r"<([^>]+)>", headers["Link"])
        assert match is not None
        url = match[1]
    return url


def _timed(call: Callable[[], object], times: int) -> float:
    """Seconds a call."""
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begin) / times


def _fill() -> str:
    """The same locations twice: as the hub stores them and as the peer does. Returns the reader's token."""
    from django.core.management import call_command  # noqa: PLC0415  # needs settings

    from roaming.models import Agreement, IssuedToken, Party, Platform  # noqa: PLC0415
    from roaming.services import platforms  # noqa: PLC0415

    call_command("migrate", "nested", run_syncdb=True, verbosity=0, skip_checks=True)
    platform = Platform.objects.create(name="reader", status=Platform.Status.CONNECTED)
    reader = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    for country, party in network.OPERATORS:
        cpo = Party.objects.create(country_code=country, party_id=party, role="CPO")
        Agreement.objects.create(cpo=cpo, emsp=reader)
    token = platforms.issue(platform, IssuedToken.Kind.C)
    for table, rows in (
        ("roaming_location", network.stored(range(COUNT))), ("nested_location", _nested()),
        ("nested_evse", _nested_evses()), ("nested_connector", _nested_connectors()),
    ):  # fmt: skip
        network.copy(table, rows)
    network.settle()
    return token


def _nested() -> Iterator[dict[str, Any]]:
    for number in range(COUNT):
        document = network.location(number)
        own = {name: value for name, value in document.items() if name not in ("evses", "coordinates")}
        yield {**own, **document["coordinates"], "number": number}


def _nested_evses() -> Iterator[dict[str, Any]]:
    for number in range(COUNT):
        document = network.location(number)
        for place, evse in enumerate(document["evses"]):
            own = {name: evse[name] for name in ("uid", "evse_id", "status", "last_updated")}
            capabilities = network.compact(evse["capabilities"])
            yield {"id": 2 * number + place, "location_id": document["id"], **own, "capabilities": capabilities}


def _nested_connectors() -> Iterator[dict[str, Any]]:
    for number in range(COUNT):
        for place, evse in enumerate(network.location(number)["evses"]):
            connector = dict(evse["connectors"][0])
            identity = {"evse_id": 2 * number + place, "connector_id": connector.pop("id")}
            yield {**identity, **connector, "tariff_ids": network.compact(connector["tariff_ids"])}


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
