"""Passing requests on: bounded, with the right word for each way it can fail."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from roaming.models import Exchange, Platform
from tests.personas import samples
from tests.personas.partner import Partner, Said

PATH = "/odd/sender/locations"


def ask(emsp: Partner, **more: Any) -> Any:
    return emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/CPO", **more)


def test_one_receiver_holds_at_most_a_quarter_of_the_threads(
    hub: Any, emsp: Partner, cpo: Partner, settings: Any
) -> None:
    """S6: the next one is told 4003 at once, and others are served."""
    settings.HUB_WEB_THREADS = 8
    full = threading.Event()
    cpo.answers["GET", PATH] = lambda seen: Said([]) if full.wait(60) else Said(http_status=500)
    answers: list[Any] = []
    callers = [Partner("DE/EMX", "EMSP") for _ in range(2)]

    def slow(caller: Partner) -> None:
        caller.token_for_hub, caller.hub_endpoints = emsp.token_for_hub, emsp.hub_endpoints
        answers.append(ask(caller))

    threads = [threading.Thread(target=slow, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    while len(cpo.requests("GET", PATH)) < 2:
        cpo.wait(0.01)
    assert ask(emsp).both == (200, 4003)
    assert emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/HUB").both == (200, 1000)
    full.set()
    for thread in threads:
        thread.join()
    for caller in callers:
        caller.close()
    assert [answer.both for answer in answers] == [(200, 1000)] * 2
    assert ask(emsp).both == (200, 1000)


def test_each_leg_has_its_own_request_id_and_both_are_in_the_journal(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """MID-04 to MID-06, HUB-06."""
    cpo.answers["GET", PATH] = Said([samples.location()])
    answer = ask(emsp, X_Request_ID="r-in", X_Correlation_ID="c-both")
    (seen,) = cpo.requests("GET", PATH)
    inbound = Exchange.objects.get(correlation_id="c-both", direction="IN")
    outbound = Exchange.objects.get(correlation_id="c-both", direction="OUT")
    assert (answer.headers["X-Request-ID"], inbound.request_id) == ("r-in", "r-in")
    assert outbound.request_id == seen.headers["x-request-id"] != "r-in"
    assert inbound.routing.startswith("forward to NL/CPO")
    assert (inbound.from_party, inbound.to_party) == ("DE/EMX", "NL/CPO")


@pytest.mark.parametrize(("said", "status"), [
    (Said(raw=b"<html>no</html>"), 4000),
    (Said(raw=b""), 4000),
    (Said(http_status=401, status=2000), 4000),
    (Said(http_status=302, headers={"Location": "http://169.254.169.254/"}), 4000),
    (Said(status=2001, message="what?"), 2001),
    (Said(status=3999), 3999),
    (Said(http_status=500, status=3000), 3000),
])  # fmt: skip
def test_what_the_receiver_says_is_passed_on_if_it_is_ocpi(
    hub: Any, emsp: Partner, cpo: Partner, said: Said, status: int
) -> None:
    """HUB-21, HUB-26, STA-20, S3."""
    cpo.answers["GET", PATH] = said
    assert ask(emsp).status == status


def test_a_receiver_that_is_too_slow_is_4002_and_one_that_is_not_there_4003(
    hub: Any, emsp: Partner, cpo: Partner
) -> None:
    """HUB-24, HUB-25."""
    Platform.objects.filter(pk=hub.platform(cpo).pk).update(request_timeout=1)
    cpo.answers["GET", PATH] = Said([], delay=3)
    assert ask(emsp).both == (200, 4002)
    cpo.close()
    assert ask(emsp).both == (200, 4003)
    assert ask(emsp).both == (200, 4003)
    assert hub.platform(cpo).status == "OFFLINE"  # three in a row
    assert ask(emsp).both == (200, 4003)


def test_a_module_that_the_receiver_does_not_offer_is_4003(hub: Any, emsp: Partner) -> None:
    """Peers 6: never a 500."""
    hub.connect("NL/CPO", "CPO", modules=("tokens",))
    assert ask(emsp).both == (200, 4003)
