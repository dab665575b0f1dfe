"""A peer that means harm, in every mode, wherever the hub calls it: registration, lists, pushes, forwards.

Each time the same must hold: soon over, nothing stored, nothing else called, a clear word to whoever waits, and the hub
goes on. What a single call does is shown in `client/test_client.py`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from roaming import client
from roaming.models import Delivery, Endpoint, Location, Notice, Party, Platform, Pull
from roaming.ocpi.headers import MessageIds
from roaming.services import pulls
from tests.personas import samples
from tests.personas.evil import Evil, answer, evil, says
from tests.personas.evil_modes import MODES, play
from tests.personas.partner import Partner, Said

ROOT = Path(__file__).resolve().parents[2]
SOON = 14.0  # seconds; the peer's own time-out is one, that of others 15, and it hangs for 60
SAYS = {
    "redirect (S3)": "HTTP 302 and no OCPI envelope", "401 (S12)": "HTTP 401 and no OCPI envelope",
    "breaks off": "connection ended",
}  # fmt: skip
"""What staff read, where the body alone would not tell them."""


@contextmanager
def peer(mode: str, elsewhere: Evil) -> Iterator[Evil]:
    one = play(mode, elsewhere.url)
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def elsewhere() -> Iterator[Evil]:
    """Whoever is called there gets the token: nobody may be."""
    with evil(says(answer(b"{}"))) as one:
        yield one
        assert one.connections == 0


@contextmanager
def soon(mode: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SOON, mode


def test_registering(hub: Any, elsewhere: Evil) -> None:
    """S3, S6, S7, S13, CRE-12: 3001 and nothing has changed, TOKEN_A included."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    Platform.objects.update(request_timeout=1)
    for mode in MODES:
        with peer(mode, elsewhere) as one, soon(mode):
            said = {**emsp.credentials(), "url": one.url}
            refused = emsp.call("POST", f"{hub.url}/ocpi/2.2.1/credentials", said, routed=False, token=token_a)
        assert (mode, refused.both) == (mode, (200, 3001))
        assert Party.objects.count() == 0, mode
    assert Notice.objects.get(code="handshake").count == len(MODES)
    assert emsp.register(hub.url, token_a).both == (200, 1000)


def test_pulling(hub: Any, cpo: Partner, elsewhere: Evil) -> None:
    """S3, S6, S7, S8: the crawl fails, says why, and comes again much later."""
    row = Pull.objects.get(module="locations")
    for mode in MODES:
        Platform.objects.update(request_timeout=1, status="CONNECTED", timeouts_in_a_row=0)
        with peer(mode, elsewhere) as one, soon(mode):
            Endpoint.objects.filter(module="locations", role="SENDER").update(url=one.url)
            pulls.ask_now(row, nudge=False)
            pulls.run(row.pk)
        row.refresh_from_db()
        assert (mode, row.state, row.known_until) == (mode, "FAILED", None)
        assert SAYS.get(mode, "") in row.error != "", mode
    assert Location.objects.count() == 0


def test_pushing(hub: Any, cpo: Partner, emsp: Partner, elsewhere: Evil) -> None:
    """S3, S6, S7, S34: not delivered; the one who hangs is not asked again at once."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    for mode in MODES:
        Platform.objects.update(request_timeout=1, status="CONNECTED", timeouts_in_a_row=0, retry_at=None)
        Delivery.objects.filter(module="locations").update(state="PENDING", due_at="2020-01-01T00:00:00Z", attempts=0)
        with peer(mode, elsewhere) as one, soon(mode):
            Endpoint.objects.filter(role="RECEIVER", module="locations").update(url=one.url)
            hub.work()
        delivery = Delivery.objects.get(module="locations", receiver__party_id="EMX")
        assert (mode, delivery.state == "DELIVERED", delivery.accepted_version) == (mode, False, 0)
        assert SAYS.get(mode, "") in delivery.last_error != "", mode


def test_forwarding(hub: Any, cpo: Partner, emsp: Partner, elsewhere: Evil) -> None:
    """S3, S6, S7, HUB-26: whoever waits is told by an OCPI status of the hub's; never a 500, never the peer's 401."""
    url = cpo.at("tokens", "SENDER", "ANY", "authorize")
    for mode in MODES:
        Platform.objects.update(request_timeout=1, status="CONNECTED", timeouts_in_a_row=0)
        with peer(mode, elsewhere) as one, soon(mode):
            Endpoint.objects.filter(platform=hub.platform(emsp), module="tokens", role="SENDER").update(url=one.url)
            told = cpo.call("POST", url, to="DE/EMX")
        passed_on = {"200 and 3000 (S34)": (200, 3000), "500": (500, 1000)}.get(mode)
        assert (mode, told.both) == (mode, passed_on) or (told.http_status == 200 and 4000 <= told.status < 4004), mode
        assert mode != "breaks off" or "broke" in told.envelope["status_message"]


def test_a_bomb_from_another_process_leaves_the_memory_where_it_was(settings: Any, db: None) -> None:
    """S7: a hundred megabytes in a hundred kilobytes, of a process of its own, so that only the hub's memory counts."""
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    command = [sys.executable, "-m", "tests.personas.evil_modes", "bomb"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            with pytest.raises(client.TooLarge):
                client.call(client.Peer("t", frozenset({"127.0.0.1"})), client.Call("GET", url, MessageIds("r", "c")))
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
        finally:
            process.kill()


@pytest.mark.parametrize("headers", [
    {"Link": '<http://127.0.0.1:1/elsewhere>; rel="next"', "X-Total-Count": "1"},
    {"Link": "<{self}>; rel=\"next\""},
    {"Link": "<{self}?offset=0&limit=1>; rel=\"next\"", "X-Total-Count": "999999999999"},
    {"Link": "<{self}?offset=-5>; rel=\"next\""},
    {"X-Total-Count": "999999999999"},
    {"Link": "<{self}?offset=99999999999>; rel=\"next\""},
])  # fmt: skip
def test_pages_that_lead_nowhere(hub: Any, cpo: Partner, headers: dict[str, str], elsewhere: Evil) -> None:
    """S8, S9: the crawl ends, whatever the pages say comes next; another host is never asked."""
    path = "/odd/sender/locations"
    filled = {name: value.replace("{self}", f"{cpo.url}{path}") for name, value in headers.items()}
    pages = iter([Said([samples.location()], headers=filled)] * 50)
    cpo.answers["GET", path] = lambda seen: next(pages, Said([], headers=filled))
    row = Pull.objects.get(module="locations")
    pulls.run(row.pk, budget=20)
    row.refresh_from_db()
    assert row.state in ("IDLE", "FAILED")
    assert row.pages <= 52


def test_versions_and_endpoints_on_another_host(hub: Any, elsewhere: Evil) -> None:
    """S4: 3001, a notice for staff, no call."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    other = elsewhere.url.replace("127.0.0.1", "localhost")
    emsp.answers["GET", "/versions"] = Said([{"version": "2.2.1", "url": other}])
    assert emsp.register(hub.url, token_a).both == (200, 3001)
    emsp.answers = {("GET", "/details"): Said({"version": "2.2.1", "endpoints": [
        {"identifier": "credentials", "role": "SENDER", "url": other}]})}  # fmt: skip
    assert emsp.register(hub.url, token_a).both == (200, 3001)
    row = Notice.objects.get(code="handshake")
    assert (row.count, "localhost is not a host that we know" in row.text) == (2, True)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://0.0.0.0:{port}/", "http://2130706433:{port}/",
    "http://0x7f.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/",
    "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://[64:ff9b::7f00:1]/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
])  # fmt: skip
def test_credentials_that_point_inside(hub: Any, settings: Any, elsewhere: Evil, url: str) -> None:
    """S1: 3001 or 2001, nothing stored, no packet sent."""
    settings.OUTBOUND_ALLOW = []
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    said = {**emsp.credentials(), "url": url.format(port=elsewhere.port)}
    refused = emsp.call("POST", f"{hub.url}/ocpi/2.2.1/credentials", said, routed=False, token=token_a)
    assert refused.both in ((200, 3001), (200, 2001))
    assert Party.objects.count() == 0
