"""Charging profiles through the front door: asked of the session's CPO, results at a URL of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from roaming.models import Command
from roaming.services import commands, sessions
from tests.personas import samples
from tests.personas.partner import Partner, Said, until

PROFILE = {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 16}]}
ACTIVE = {"start_date_time": "2026-11-21T10:00:00Z", "charging_profile": PROFILE}
PATH = "/odd/receiver/chargingprofiles"


@pytest.fixture
def session(hub: Any, cpo: Partner, emsp: Partner) -> str:
    """A running session at a CPO on a platform of its own."""
    cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), samples.session())
    cpo.answers["*", PATH] = Said({"result": "ACCEPTED", "timeout": 20})
    return "S1"


def ask(
    reader: Partner, method: str, session: str, *, url: str = "", query: str = "", body: Any = ..., **more: Any
) -> Any:
    response_url = url or f"{reader.url}/profiles/1?x=y"
    at = reader.at("chargingprofiles", "RECEIVER", session)
    if method == "PUT":
        body = {"charging_profile": PROFILE, "response_url": response_url} if body is ... else body
        return reader.call("PUT", at, body, **more)
    wanted = query or f"response_url={quote(response_url, safe='')}" + ("&duration=900" if method == "GET" else "")
    return reader.call(method, f"{at}?{wanted}", **more)


@pytest.mark.parametrize(("method", "result"), [
    ("PUT", {"result": "ACCEPTED"}),
    ("GET", {"result": "ACCEPTED", "profile": ACTIVE}),
    ("DELETE", {"result": "UNKNOWN"}),
])  # fmt: skip
def test_each_request_reaches_the_cpo_and_its_result_the_emsp(
    hub: Any, cpo: Partner, emsp: Partner, session: str, method: str, result: dict[str, Any]
) -> None:
    """CHP-01 to CHP-06, CHP-12, CHP-17, HUB-29."""
    answer = ask(emsp, method, session)
    assert (answer.both, answer.data) == ((200, 1000), {"result": "ACCEPTED", "timeout": 20})
    (seen,) = cpo.requests(method, PATH)
    callback = seen.body["response_url"] if method == "PUT" else seen.query["response_url"][0]
    assert callback.startswith(hub.url)
    assert emsp.url.encode() not in seen.raw + str(seen.query).encode()
    if method == "GET":
        assert seen.query["duration"] == ["900"]
    told = cpo.call("POST", callback, result)
    assert told.both == (200, 1000)
    assert "data" not in told.envelope
    assert cpo.call("POST", callback, result).both == (404, 2000)
    until(lambda: Command.objects.get().responded_at)
    hub.work()
    (posted,) = emsp.requests("POST", "/profiles/1")
    assert posted.body == result
    assert posted.query == {"x": ["y"]}
    assert posted.headers["ocpi-from-party-id"] == "CPO"


@pytest.mark.parametrize(("method", "changes"), [
    ("PUT", {"body": {"response_url": "http://127.0.0.1/"}}),
    ("PUT", {"body": {"charging_profile": {**PROFILE, "charging_rate_unit": "kW"}, "response_url": "http://127.0.0.1/"}}),
    ("PUT", {"url": "http://evil.example/"}),
    ("GET", {"query": "duration=900"}),
    ("GET", {"query": "response_url=http%3A%2F%2F127.0.0.1%2F"}),
    *(("GET", {"query": f"duration={text}&response_url=http%3A%2F%2F127.0.0.1%2F"}) for text in (
        "", "0", "-900", "15m", "9.5", "%D9%A3", "9" * 12)),
    ("GET", {"query": "duration=900&response_url=not+a+url"}),
    ("DELETE", {"query": "x=y"}),
    ("DELETE", {"url": "http://evil.example/"}),
])  # fmt: skip
def test_a_bad_request_is_2001_and_goes_no_further(
    hub: Any, cpo: Partner, emsp: Partner, session: str, method: str, changes: dict[str, Any]
) -> None:
    """CHP-02, CHP-03, CHP-13, S5."""
    assert ask(emsp, method, session, **changes).both == (200, 2001)
    assert cpo.requests(path=PATH) == []


@pytest.mark.parametrize("query", [
    "duration=900&response_url={quoted}", "response_url={quoted}&duration=900", "duration=900&response_url={bare}",
    "duration=0900&response_url={quoted}&lang=de",
])  # fmt: skip
def test_a_response_url_may_have_a_query_of_its_own(
    hub: Any, cpo: Partner, emsp: Partner, session: str, query: str
) -> None:
    """CHP-02: URL-decoded, and with a `?` in it; what else the query says goes on."""
    bare = f"{emsp.url}/profiles/1?x=y"
    assert ask(emsp, "GET", session, query=query.format(bare=bare, quoted=quote(bare, safe=""))).both == (200, 1000)
    (seen,) = cpo.requests("GET", PATH)
    assert seen.query["response_url"][0].startswith(hub.url)
    assert seen.query.get("lang", ["de"]) == ["de"] and seen.query["duration"][0].lstrip("0") == "900"
    cpo.call("POST", seen.query["response_url"][0], {"result": "ACCEPTED", "profile": ACTIVE})
    until(lambda: Command.objects.get().responded_at)
    hub.work()
    assert emsp.requests("POST", "/profiles/1")[0].query == {"x": ["y"]}


@pytest.mark.parametrize("response", ["REJECTED", "NOT_SUPPORTED", "TOO_OFTEN", "UNKNOWN_SESSION"])
def test_after_a_refusal_comes_no_result(hub: Any, cpo: Partner, emsp: Partner, session: str, response: str) -> None:
    """CHP-05, CHP-06, CHP-08: what the CPO says goes back as it is."""
    cpo.answers["*", PATH] = Said({"result": response, "timeout": 0})
    assert ask(emsp, "PUT", session).data == {"result": response, "timeout": 0}
    callback = cpo.requests("PUT", PATH)[0].body["response_url"]
    assert cpo.call("POST", callback, {"result": "ACCEPTED"}).both == (404, 2000)
    hub.work()
    assert emsp.requests("POST", "/profiles") == []


@pytest.mark.parametrize("result", ["ACCEPTED", "REJECTED", "UNKNOWN"])
def test_each_result_is_passed_on(hub: Any, cpo: Partner, emsp: Partner, session: str, result: str) -> None:
    """CHP-05, CHP-06, CHP-09: a profile comes with ACCEPTED only."""
    ask(emsp, "GET", session)
    callback = cpo.requests("GET", PATH)[0].query["response_url"][0]
    body = {"result": result, "profile": ACTIVE}
    if result != "ACCEPTED":
        assert cpo.call("POST", callback, body).both == (200, 2001)
        body.pop("profile")
    assert cpo.call("POST", callback, body).both == (200, 1000)
    until(lambda: Command.objects.get().responded_at)
    hub.work()
    assert [one.body for one in emsp.requests("POST", "/profiles")] == [body]


def test_an_answer_of_the_cpo_that_is_none_is_not_the_emsps_fault(
    hub: Any, cpo: Partner, emsp: Partner, session: str
) -> None:
    """HUB-26; a timeout that is left out is the usual one."""
    cpo.answers["*", PATH] = Said({"result": "TIMEOUT", "timeout": 20})
    assert ask(emsp, "PUT", session).both == (200, 4000)
    cpo.answers["*", PATH] = Said({"result": "ACCEPTED"})
    assert ask(emsp, "PUT", session).both == (200, 1000)


def test_a_session_that_nobody_has_is_unknown(hub: Any, emsp: Partner) -> None:
    """CHP-19."""
    assert ask(emsp, "PUT", "NOPE").data == {"result": "UNKNOWN_SESSION", "timeout": 0}


def test_a_hosted_session_is_its_payers_and_running(hub: Any, emsp: Partner, other_emsp: Partner) -> None:
    """CHP-07, CHP-19: of one that no station here has in hand, nothing is known."""
    owner = hub.host("NL/VLT")
    sessions.store(owner, samples.session(party_id="VLT"), source=None, now=timezone.now())
    assert ask(other_emsp, "PUT", "S1").data["result"] == "REJECTED"
    assert ask(emsp, "PUT", "S1").data["result"] == "UNKNOWN_SESSION"
    ended = samples.session(
        party_id="VLT", status="COMPLETED", end_date_time="2026-11-21T11:00:00Z", last_updated="2026-11-21T11:00:00Z"
    )
    sessions.store(owner, ended, source=None, now=timezone.now())
    assert ask(emsp, "PUT", "S1").data["result"] == "UNKNOWN_SESSION"


def test_silence_is_unknown_once(hub: Any, cpo: Partner, emsp: Partner, session: str) -> None:
    """CHP-06: this module knows no TIMEOUT."""
    ask(emsp, "PUT", session)
    until(lambda: Command.objects.get().responded_at)
    assert commands.expire(timezone.now() + timedelta(seconds=26)) == 1
    hub.work()
    assert [one.body for one in emsp.requests("POST", "/profiles")] == [{"result": "UNKNOWN"}]


def test_a_change_of_the_profile_goes_to_the_tokens_owner(hub: Any, cpo: Partner, emsp: Partner, session: str) -> None:
    """CHP-10, CHP-12."""
    assert cpo.call("PUT", cpo.at("chargingprofiles", "SENDER", session), ACTIVE).both == (200, 1000)
    (seen,) = emsp.requests("PUT", "/odd/sender/chargingprofiles")
    assert (seen.path, seen.body) == ("/odd/sender/chargingprofiles/S1", ACTIVE)


def test_a_change_of_the_profile_goes_to_who_set_it(hub: Any, cpo: Partner, emsp: Partner, session: str) -> None:
    """CHP-10, CHP-17: an SCSP with a contract about the session, with three URLs on three legs."""
    scsp = hub.connect("AT/SCS", "SCSP")
    assert ask(scsp, "PUT", session, to="NL/CPO").data["result"] == "ACCEPTED"
    callback = cpo.requests("PUT", PATH)[0].body["response_url"]
    cpo.call("POST", callback, {"result": "ACCEPTED"})
    until(lambda: Command.objects.get().responded_at)
    hub.work()
    assert [one.path for one in scsp.requests("POST")] == ["/profiles/1"]
    assert cpo.call("PUT", cpo.at("chargingprofiles", "SENDER", session), ACTIVE).both == (200, 1000)
    assert [one.body for one in scsp.requests("PUT", "/odd/sender/chargingprofiles")] == [ACTIVE]
    assert emsp.requests("PUT", "/odd/sender/chargingprofiles") == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_other_methods_are_405(hub: Any, emsp: Partner, session: str, method: str) -> None:
    """CHP-04."""
    assert emsp.call(method, emsp.at("chargingprofiles", "RECEIVER", session), {}).both == (405, 2000)
