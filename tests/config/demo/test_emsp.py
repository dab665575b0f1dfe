"""The demo's eMSP as the process that it is: what it refuses, what it merges, and what it tells about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from config.demo.emsp import words
from config.demo.stage import Missing, Stage

KEY = "NL/VLT/S1"
SESSION = {
    "country_code": "NL",
    "party_id": "VLT",
    "id": "S1",
    "start_date_time": "2026-11-21T12:00:00Z",
    "kwh": 0,
    "cdr_token": {"country_code": "DE", "party_id": "EMX", "uid": "04AA", "type": "RFID", "contract_id": "C1"},
    "auth_method": "COMMAND",
    "location_id": "L",
    "evse_uid": "E",
    "connector_id": "1",
    "currency": "EUR",
    "status": "ACTIVE",
    "last_updated": "2026-11-21T12:00:00Z",
}


class Peer:
    """A hub's side of one connection, as bare as possible."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.actor = stage.enter("eMSP", "config.demo.emsp")
        self.url = stage.wait(lambda event: event["event"] == "serving", "it serves")["url"]
        self.token = self.actor.ask(do="credentials")["token"]

    def send(self, method: str, path: str, body: Any = None, token: str = "") -> requests.Response:
        heads = {"Authorization": words.header(token or self.token), "X-Request-ID": "r", "X-Correlation-ID": "c"}
        return requests.request(method, f"{self.url}/{path}", json=body, headers=heads, timeout=60)

    def last(self, event: str) -> dict[str, Any]:
        return self.stage.wait(lambda told: told["event"] == event, event)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Stage() as stage:
        yield Peer(stage)


def test_another_token_gets_401_with_the_envelope(peer: Peer) -> None:
    answer = peer.send("GET", "versions", token="somebody-else")
    assert (answer.status_code, answer.json()["status_code"]) == (401, 2001)
    assert answer.headers["X-Request-ID"] == "r"


def test_periods_of_a_patch_are_appended(peer: Peer) -> None:
    """SES-13."""
    first, second = ({"start_date_time": f"2026-11-21T12:0{n}:00Z", "dimensions": [{"type": "TIME"}]} for n in (0, 1))
    assert peer.send("PUT", f"2.2.1/sessions/{KEY}", SESSION | {"charging_periods": [first]}).status_code == 201
    patch = {"kwh": 1.5, "charging_periods": [second], "last_updated": "2026-11-21T12:01:00Z"}
    assert peer.send("PATCH", f"2.2.1/sessions/{KEY}", patch).status_code == 200
    kept = peer.send("GET", f"2.2.1/sessions/{KEY}").json()["data"]
    assert kept["charging_periods"] == [first, second]
    assert kept["kwh"] == 1.5


def test_a_patch_of_an_unknown_session_is_404_so_that_it_is_put(peer: Peer) -> None:
    """SES-25."""
    assert peer.send("PATCH", "2.2.1/sessions/NL/VLT/S9", {"last_updated": "2026-11-21T12:00:00Z"}).status_code == 404


def test_what_is_missing_in_an_object_is_told(peer: Peer) -> None:
    peer.send("PUT", f"2.2.1/sessions/{KEY}", {name: value for name, value in SESSION.items() if name != "currency"})
    assert peer.last("pushed")["wrong"] == ["sessions.currency is missing"]


def test_the_same_cdr_is_taken_once_and_another_content_refused(peer: Peer) -> None:
    """CDR-04, CDR-05."""
    cdr = {"country_code": "NL", "party_id": "VLT", "id": "C1", "total_energy": 1.25}
    first, again = peer.send("POST", "2.2.1/cdrs", cdr), peer.send("POST", "2.2.1/cdrs", cdr)
    assert first.headers["Location"] == again.headers["Location"]
    assert peer.send("POST", "2.2.1/cdrs", cdr | {"total_energy": 1.5}).json()["status_code"] == 2001
    assert requests.get(first.headers["Location"], headers={"Authorization": words.header(peer.token)}, timeout=60).ok


def test_one_that_is_down_refuses_everything_until_it_is_well(peer: Peer) -> None:
    peer.actor.ask(do="mood", mood="down")
    assert peer.send("PUT", f"2.2.1/sessions/{KEY}", SESSION).status_code == 503
    peer.actor.ask(do="mood", mood="well")
    assert peer.send("PUT", f"2.2.1/sessions/{KEY}", SESSION).status_code == 201


def test_an_order_that_fails_says_why(peer: Peer) -> None:
    with pytest.raises(Missing, match="could not pull"):
        peer.actor.ask(do="pull", module="locations")
