"""Two hubs of this project in series: a CPO behind one, an eMSP behind the other, and nothing going round between them.

The second hub runs for this file only; the first is the one that all journeys share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.hub import Hub, eventually, running_hub
from tests.personas import samples
from tests.personas.partner import Partner, Said, partner

CPO, EMSP = "NL/CHN", "DE/CHN"
UNREAD = "SELECT count(*) FROM roaming_pull WHERE known_until IS NULL"
OWNED = {"country_code": "NL", "party_id": "CHN"}


@dataclass(frozen=True)
class Chain:
    """cpo – near – far – emsp."""

    near: Hub
    far: Hub
    cpo: Partner
    emsp: Partner


@pytest.fixture(scope="module")
def chain(hub: Hub) -> Iterator[Chain]:
    with ExitStack() as stack:
        far = stack.enter_context(running_hub(HUB_PARTY="BE/FAR", HUB_NAME="The far hub"))
        cpo = stack.enter_context(partner(CPO, "CPO"))
        emsp = stack.enter_context(partner(EMSP, "EMSP"))
        found = Chain(hub, far, cpo, emsp)
        register(found.near, cpo)
        register(found.far, emsp)
        invited = far.command("invite_platform", "--role", "HUB", "--party", "NL/HUB", "--name", "The near hub")
        hub.command("register_with", "--url", invited["versions_url"], "--token", invited["token_a"])
        for one in (found.near, found.far):  # what is pulled while it is pushed comes twice
            eventually(lambda one=one: one.one(UNREAD) == 0, "each has read the other's lists")
        yield found


def register(hub: Hub, client: Partner) -> None:
    invited = hub.command("invite_platform", "--role", client.role, "--party", client.party)
    assert client.register(hub.url, invited["token_a"]).both == (200, 1000)


def test_each_client_hears_of_the_other_hubs(chain: Chain) -> None:
    """HCI-03, HCI-04, HCI-12, HUB-28: each hub reads the other's list and tells its own clients."""
    for client, other in ((chain.cpo, EMSP), (chain.emsp, CPO)):
        path = f"/hubclientinfo/{other}"
        put = eventually(
            lambda client=client, path=path: client.requests("PUT", path), f"{client.party} hears of {other}"
        )
        assert put[-1].body["status"] == "CONNECTED"


def test_a_location_comes_through_both_hubs_once(chain: Chain) -> None:
    """HUB-28, HUB-10, S35: URL and body name the owner on each leg; it never comes back to where it came from."""
    at = chain.cpo.at("locations", "RECEIVER", "NL", "CHN", "LOC1")
    assert chain.cpo.call("PUT", at, samples.location(**OWNED), to="NL/HUB").both == (201, 1000)
    (put,) = eventually(lambda: chain.emsp.requests("PUT", "/locations/NL/CHN/LOC1"), "the location arrives")
    assert put.body == samples.location(**OWNED)
    change = {"status": "CHARGING", "last_updated": "2026-11-21T11:00:00Z"}
    assert chain.cpo.call("PATCH", f"{at}/EVSE1", change, to="NL/HUB").both == (200, 1000)
    (patch,) = eventually(lambda: chain.emsp.requests("PATCH", "/locations/NL/CHN/"), "the change arrives")
    assert (patch.path.rpartition("/locations/")[2], patch.body) == ("NL/CHN/LOC1/EVSE1", change)
    assert len(chain.emsp.requests("PUT", "/locations/NL/CHN/LOC1")) == 1
    assert chain.cpo.pushed("locations") == []


def test_a_session_and_a_list_cross_both(chain: Chain) -> None:
    """HUB-28, MID-04, MID-05: each leg has a request id of its own and the same correlation id."""
    token = samples.cdr_token(party_id="CHN")
    at = chain.cpo.at("sessions", "RECEIVER", "NL", "CHN", "S1")
    sent = chain.cpo.call(
        "PUT", at, samples.session(**OWNED, cdr_token=token), X_Correlation_ID="along", X_Request_ID="1"
    )
    assert (sent.both, sent.headers["OCPI-from-party-id"]) == ((200, 1000), "CHN")
    (seen,) = chain.emsp.requests("PUT", "/sessions/NL/CHN/S1")
    assert (seen.headers["x-correlation-id"], seen.headers["x-request-id"] != "1") == ("along", True)
    headers = [seen.headers[f"ocpi-{way}-{what}"] for way in ("from", "to") for what in ("country-code", "party-id")]
    assert headers == ["NL", "CHN", "DE", "CHN"]
    chain.cpo.answers["GET", "/odd/sender/tariffs"] = Said([samples.tariff(**OWNED)])
    listed = chain.emsp.call("GET", chain.emsp.at("tariffs", "SENDER"), to=CPO)
    assert (listed.both, listed.data) == ((200, 1000), [samples.tariff(**OWNED)])


def test_a_command_crosses_both_and_its_result_comes_back(chain: Chain) -> None:
    """HUB-28, HUB-29: with a callback of the next hub on each leg; the eMSP's own URL goes no further than its hub."""
    chain.cpo.answers["*", "/odd/receiver/commands"] = Said({"result": "ACCEPTED", "timeout": 30})
    command = {
        "response_url": f"{chain.emsp.url}/result/1", "token": samples.token(party_id="CHN"), "location_id": "LOC1",
    }  # fmt: skip
    at = chain.emsp.at("commands", "RECEIVER", "START_SESSION")
    assert chain.emsp.call("POST", at, command, to=CPO).data == {"result": "ACCEPTED", "timeout": 30}
    (seen,) = chain.cpo.requests("POST", "/commands/START_SESSION")
    assert seen.body["response_url"].startswith(chain.near.url)
    assert chain.cpo.call("POST", seen.body["response_url"], {"result": "EVSE_OCCUPIED"}).both == (200, 1000)
    (result,) = eventually(lambda: chain.emsp.requests("POST", "/result/1"), "the result arrives")
    assert result.body == {"result": "EVSE_OCCUPIED"}


def test_nothing_goes_round(chain: Chain) -> None:
    """S35: no hub has sent the other what it had from it, nor told it of its own parties."""
    back = "SELECT count(*) FROM roaming_exchange WHERE direction = 'OUT' AND url LIKE %s AND url LIKE %s"
    assert chain.near.one(back, f"{chain.far.url}%", "%/NL/CHN%") > 0
    assert chain.far.one(back, f"{chain.near.url}%", "%/NL/CHN%") == 0
    assert chain.near.one(back, f"{chain.far.url}%", "%/DE/CHN%") == 0
