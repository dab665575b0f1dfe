"""What is under way with a partner when its worker is killed: a crawl goes on, a handshake is done again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tests.hub import Hub, eventually, running_hub
from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen
from tests.personas.receiving import accepting

PATH = "/odd/sender/locations"
PAGES = 60
ROTATE = """
import django; django.setup()
from roaming.models import Handshake, Platform
from roaming.services import handshakes
handshakes.ask(Platform.objects.get(), Handshake.Kind.ROTATE, by="ann")
"""


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def cpo(hub: Hub) -> Iterator[Partner]:
    """Registered from the command line; its list has sixty pages and takes its time over each."""
    partner = Partner("NL/CPO", "CPO", modules=("locations",))

    def page(seen: Seen) -> Said:
        offset = int(seen.query.get("offset", ["0"])[0])
        headers = {"X-Total-Count": str(PAGES)}
        if offset + 1 < PAGES:
            headers["Link"] = f'<{partner.url}{PATH}?offset={offset + 1}>; rel="next"'
        return Said([samples.location(id=f"L{offset}")], headers=headers, delay=0.1)

    partner.answers["GET", PATH] = page
    accepting(partner)
    said = hub.command("register_with", "--url", f"{partner.url}/versions", "--token", "their-token-a", "--party",
                       "NL/CPO", "--role", "CPO")  # fmt: skip
    assert said["roles"] == ["NL/CPO CPO"]
    yield partner
    partner.close()


def kill(hub: Hub, name: str) -> None:
    (pid,) = eventually(lambda: hub.pids(name), f"{name} runs")
    os.kill(pid, signal.SIGKILL)


def asked(cpo: Partner) -> list[int]:
    return [int(one.query.get("offset", ["0"])[0]) for one in cpo.requests("GET", PATH)]


def test_a_crawl_goes_on_at_the_page_where_its_worker_was_killed(hub: Hub, cpo: Partner) -> None:
    """TRA-09, PAG-12: nothing is lost, and nothing but the page under way is asked for twice."""
    eventually(lambda: len(asked(cpo)) > 15, "the crawl is under way", every=0.02)
    kill(hub, "worker-bulk")
    eventually(lambda: hub.one("SELECT state FROM roaming_pull") == "IDLE", "the crawl is complete")
    assert hub.one("SELECT count(*) FROM roaming_location") == PAGES
    assert hub.rows("SELECT pages, objects_seen, total FROM roaming_pull") == [(PAGES, PAGES, PAGES)]
    assert sorted(set(asked(cpo))) == list(range(PAGES))
    assert len(asked(cpo)) <= PAGES + 1


def test_a_rotation_whose_worker_was_killed_is_done_again(hub: Hub, cpo: Partner) -> None:
    """CRE-19, AUT-09: the row is found, the peer is asked once more, and both sides have new tokens."""
    takes, hang = cpo.answers["PUT", "/credentials"], threading.Event()

    def hangs_once(seen: Seen) -> Said:
        if len(cpo.requests("PUT", "/credentials")) == 1:
            hang.wait(60)
            return Said(http_status=500, raw=b"")
        assert callable(takes)
        return takes(seen)

    cpo.answers["PUT", "/credentials"] = hangs_once
    old = cpo.token_for_hub
    hub.run("-c", ROTATE)
    eventually(lambda: cpo.requests("PUT", "/credentials"), "the partner is asked", every=0.05)
    kill(hub, "worker-deliver")
    last = "SELECT state FROM roaming_handshake ORDER BY id DESC LIMIT 1"
    eventually(lambda: hub.one(last) == "DONE", "the rotation is done")
    hang.set()
    assert hub.one("SELECT attempts FROM roaming_handshake ORDER BY id DESC LIMIT 1") == 2
    assert cpo.token_for_hub != old
    assert cpo.call("GET", cpo.at("tokens", "SENDER")).both == (200, 1000)
