"""Commands through the front door: for hosted parties, for other platforms, and their results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from roaming import ports
from roaming.models import Command, Exchange
from roaming.ocpi import json
from roaming.services import commands, locations, results, sessions
from tests.personas import samples
from tests.personas.partner import Partner, Said, until

NAMES = ("START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR", "RESERVE_NOW", "CANCEL_RESERVATION")


class Stations:
    """A station side that takes everything and says nothing by itself."""

    def __init__(self) -> None:
        self.accepted: list[Command] = []
        self.answer = ports.Acceptance("ACCEPTED", timeout=30)

    def accept(self, command: Command) -> ports.Acceptance:
        self.accepted.append(command)
        command.call_reference = "its call"
        return self.answer

    def agreement_changed(self) -> None:
        """Nothing to do."""


@pytest.fixture
def stations() -> Iterator[Stations]:
    before, found = ports.operator, Stations()
    ports.operator = found
    yield found
    ports.operator = before


@pytest.fixture
def hosted(hub: Any, stations: Stations) -> Any:
    owner = hub.host("NL/VLT")
    evse = samples.evse(capabilities=["REMOTE_START_STOP_CAPABLE", "UNLOCK_CAPABLE", "RESERVABLE"])
    document = samples.location(party_id="VLT", id="H1", evses=[evse])
    locations.store(owner, document, source=None, now=timezone.now())
    sessions.store(owner, samples.session(party_id="VLT", id="S1"), source=None, now=timezone.now())
    return owner


def order(emsp: Partner, name: str = "START_SESSION", *, to: str = "", **changes: Any) -> Any:
    place = {"location_id": "H1", "evse_uid": "EVSE1", "connector_id": "1"}
    body: dict[str, Any] = {
        "START_SESSION": {"token": samples.token(), **place},
        "STOP_SESSION": {"session_id": "S1"},
        "UNLOCK_CONNECTOR": place,
        "RESERVE_NOW": {
            "token": samples.token(), "expiry_date": "2026-11-21T23:00:00Z", "reservation_id": "R1",
            "location_id": "H1", "evse_uid": "EVSE1",
        },
        "CANCEL_RESERVATION": {"reservation_id": "R1"},
    }[name]  # fmt: skip
    body = {"response_url": f"{emsp.url}/results/1?a=b", **body, **changes}
    body = {key: value for key, value in body.items() if value is not ...}
    return emsp.call("POST", emsp.at("commands", "RECEIVER", name), body, to=to, X_Correlation_ID="c1")


@pytest.mark.parametrize("to", ["", "NL/VLT"])
def test_a_command_is_answered_at_once_and_its_result_follows(
    hosted: Any, emsp: Partner, stations: Stations, to: str
) -> None:
    """CMD-02 to CMD-06, MID-09: the bare object, to the very URL, from the CPO, with the token we were given."""
    answer = order(emsp, to=to, authorization_reference="REF")
    assert answer.both == (200, 1000)
    assert answer.data["result"] == "ACCEPTED"
    assert answer.data["timeout"] > 30  # our own TIMEOUT comes before it
    assert answer.headers["OCPI-from-party-id"] == "VLT"
    (command,) = stations.accepted
    assert (command.evse_uid, command.connector_id, command.authorization_reference) == ("EVSE1", "1", "REF")
    assert emsp.requests("POST", "/results") == []
    assert commands.settle(command.pk, "ACCEPTED", "charging")
    assert until(lambda: Command.objects.get().responded_at)
    results.send(command.pk)
    (result,) = emsp.requests("POST", "/results/1")
    assert result.body == {"result": "ACCEPTED", "message": [{"language": "en", "text": "charging"}]}
    assert result.query == {"a": ["b"]}
    assert result.token == emsp.token_b
    assert (result.headers["ocpi-from-party-id"], result.headers["ocpi-to-party-id"]) == ("VLT", "EMX")
    assert result.headers["x-correlation-id"] == "c1"
    assert result.headers["x-request-id"] not in (command.request_id, "")
    stored = Command.objects.get()
    assert (stored.result_state, stored.call_reference) == ("SENT", "its call")


def test_only_the_first_result_counts_and_is_sent_once(hosted: Any, emsp: Partner, stations: Stations) -> None:
    """CMD-03, CMD-25."""
    order(emsp)
    (command,) = stations.accepted
    assert commands.settle(command.pk, "REJECTED")
    assert not commands.settle(command.pk, "ACCEPTED")
    until(lambda: Command.objects.get().responded_at)
    assert results.send(command.pk)
    assert not results.send(command.pk)
    assert [one.body for one in emsp.requests("POST", "/results")] == [{"result": "REJECTED"}]


def test_a_result_waits_until_the_response_has_left(
    hosted: Any, emsp: Partner, stations: Stations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CMD-02: the eMSP must not hear the result of a command that it has no answer to."""
    order(emsp)
    (command,) = stations.accepted
    until(lambda: Command.objects.get().responded_at)
    Command.objects.update(responded_at=None)
    told: list[Any] = []
    monkeypatch.setattr(commands, "nudge", told.append)
    commands.responded(command.pk)
    assert told == []
    Command.objects.update(responded_at=None)
    commands.settle(command.pk, "ACCEPTED")
    assert not results.send(command.pk)
    assert emsp.requests("POST", "/results") == []
    commands.responded(command.pk)
    assert told == [command.pk] * 2  # as it was settled, and as the response had left
    assert results.send(command.pk)


def test_a_silent_station_is_a_timeout_exactly_once(hub: Any, hosted: Any, emsp: Partner, stations: Stations) -> None:
    """CMD-03."""
    order(emsp)
    (command,) = stations.accepted
    until(lambda: Command.objects.get().responded_at)
    late = timezone.now() + timedelta(seconds=31)
    assert (commands.expire(late), commands.expire(late)) == (1, 0)
    hub.work()
    assert [one.body["result"] for one in emsp.requests("POST", "/results")] == ["TIMEOUT"]
    assert not commands.settle(command.pk, "ACCEPTED")


def test_nothing_follows_a_refusal(hub: Any, hosted: Any, emsp: Partner, stations: Stations) -> None:
    """CMD-04, CMD-07."""
    stations.answer = ports.Acceptance("REJECTED", message="no")
    answer = order(emsp)
    assert (answer.status, answer.data["result"]) == (1000, "REJECTED")
    assert not commands.settle(stations.accepted[0].pk, "ACCEPTED")
    assert commands.expire(timezone.now() + timedelta(hours=1)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_taken(hub: Any, hosted: Any, emsp: Partner, stations: Stations, name: str) -> None:
    """CMD-01."""
    if name == "CANCEL_RESERVATION":
        order(emsp, "RESERVE_NOW", to="NL/VLT")
    assert order(emsp, name, to="NL/VLT").data["result"] == "ACCEPTED"
    assert stations.accepted[-1].kind == name


def test_a_command_that_does_not_exist_is_404(hosted: Any, emsp: Partner) -> None:
    """CMD-01."""
    url = emsp.at("commands", "RECEIVER", "START_ENGINE")
    assert emsp.call("POST", url, {"response_url": emsp.url}, to="NL/VLT").http_status == 404


def test_an_unknown_location_is_2003_with_a_rejected_response(hosted: Any, emsp: Partner) -> None:
    """CMD-09, STA-10."""
    for to in ("", "NL/VLT"):
        answer = order(emsp, location_id="NOPE", to=to)
        assert answer.both == (200, 2003)
        assert answer.data["result"] == "REJECTED"


def test_sessions_of_others_and_of_nobody(hosted: Any, emsp: Partner, other_emsp: Partner, stations: Stations) -> None:
    """CMD-18."""
    for to in ("", "NL/VLT"):
        assert order(emsp, "STOP_SESSION", session_id="nope", to=to).data["result"] == "UNKNOWN_SESSION"
        assert order(other_emsp, "STOP_SESSION", to=to).data["result"] == "REJECTED"
        assert order(emsp, "STOP_SESSION", to=to).data["result"] == "ACCEPTED"


def test_a_token_of_another_party_is_rejected_and_an_invalid_own_one_is_not(hosted: Any, emsp: Partner) -> None:
    """CMD-13, CMD-10."""
    foreign = samples.token(country_code="FR", party_id="EMY")
    assert order(emsp, token=foreign).data["result"] == "REJECTED"
    assert order(emsp, token=samples.token(valid=False)).data["result"] == "ACCEPTED"


@pytest.mark.parametrize("changes", [
    {"response_url": "http://evil.example/x"}, {"response_url": "ftp://127.0.0.1/x"}, {"response_url": "nonsense"},
    {"response_url": ...}, {"token": ...}, {"evse_uid": ...}, {"location_id": ...},
])  # fmt: skip
def test_a_bad_command_is_2001_and_goes_no_further(
    hosted: Any, emsp: Partner, stations: Stations, changes: dict[str, Any]
) -> None:
    """S5, CMD-06, CMD-14, TYP-06."""
    assert order(emsp, to="NL/VLT", **changes).both == (200, 2001)
    assert stations.accepted == []
    assert Command.objects.count() == 0


def test_an_unknown_reservation_is_told_at_once_as_a_result(
    hub: Any, hosted: Any, emsp: Partner, other_emsp: Partner
) -> None:
    """CMD-20, CMD-21: somebody else's is as unknown as none."""
    order(emsp, "RESERVE_NOW", to="NL/VLT")
    assert order(other_emsp, "CANCEL_RESERVATION", to="NL/VLT").data["result"] == "ACCEPTED"
    until(lambda: Command.objects.exclude(responded_at=None).count() == 2)
    hub.work()
    assert [one.body["result"] for one in other_emsp.requests("POST", "/results")] == ["UNKNOWN_RESERVATION"]
    assert order(other_emsp, "CANCEL_RESERVATION").data["result"] == "REJECTED"


@pytest.fixture
def remote(hub: Any, cpo: Partner, emsp: Partner) -> Partner:
    """A CPO on a platform of its own, with a location that everybody knows."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    cpo.answers["POST", "/odd/receiver/commands"] = Said({"result": "ACCEPTED", "timeout": 20})
    return cpo


def test_a_command_for_another_platform_goes_with_a_callback_of_ours(hub: Any, remote: Partner, emsp: Partner) -> None:
    """HUB-17, HUB-29, S5, S32: the CPO never sees the eMSP's URL, and only its own first result counts."""
    answer = order(emsp, location_id="LOC1", **{"x-odd": 1})
    assert (answer.both, answer.data) == ((200, 1000), {"result": "ACCEPTED", "timeout": 20})
    (seen,) = remote.requests("POST", "START_SESSION")
    callback = seen.body["response_url"]
    assert callback.startswith(hub.url)
    assert len(callback.rpartition("/")[2]) >= 22  # 128 bits and more
    assert seen.body["x-odd"] == 1
    assert emsp.url.encode() not in seen.raw
    result = {"result": "EVSE_OCCUPIED", "x-more": 2}
    assert emsp.call("POST", callback, result).both == (404, 2000)  # only the addressed receiver (S32)
    assert remote.call("POST", callback, {"result": "WHATEVER"}).both == (200, 2001)
    assert remote.call("POST", callback, result).both == (200, 1000)
    assert remote.call("POST", callback, result).both == (404, 2000)  # once
    until(lambda: Command.objects.get().responded_at)
    hub.work()
    (told,) = emsp.requests("POST", "/results")
    assert told.body == result
    assert told.headers["ocpi-from-party-id"] == "CPO"
    assert not Exchange.objects.filter(url__contains=callback.rpartition("/")[2]).exists()
    assert not Exchange.objects.filter(request_body__contains=callback.rpartition("/")[2]).exists()


def test_a_partner_that_never_sends_its_result_is_a_timeout(hub: Any, remote: Partner, emsp: Partner) -> None:
    order(emsp, location_id="LOC1")
    until(lambda: Command.objects.get().responded_at)
    assert commands.expire(timezone.now() + timedelta(seconds=20)) == 0
    assert commands.expire(timezone.now() + timedelta(seconds=26)) == 1
    hub.work()
    assert [one.body["result"] for one in emsp.requests("POST", "/results")] == ["TIMEOUT"]
    callback = remote.requests("POST", "START_SESSION")[0].body["response_url"]
    assert remote.call("POST", callback, {"result": "ACCEPTED"}).both == (404, 2000)


def test_a_refusal_of_the_partner_ends_the_command(hub: Any, remote: Partner, emsp: Partner) -> None:
    """CMD-04, CMD-24, HUB-21: each command has a callback of its own."""
    remote.answers["POST", "/odd/receiver/commands"] = Said({"result": "NOT_SUPPORTED", "timeout": 0})
    assert order(emsp, location_id="LOC1").data["result"] == "NOT_SUPPORTED"
    remote.answers["POST", "/odd/receiver/commands"] = Said([{"result": "ACCEPTED", "timeout": 9}])  # peers 4
    assert order(emsp, location_id="LOC1").both == (200, 1000)
    assert list(Command.objects.order_by("created_at").values_list("result_state", flat=True)) == ["NONE", "WAITING"]
    assert len({one.body["response_url"] for one in remote.requests("POST", "START_SESSION")}) == 2


def test_a_foreign_token_is_not_passed_on(hub: Any, remote: Partner, emsp: Partner, other_emsp: Partner) -> None:
    """CMD-13: the hub refuses it, for the session would be billed to somebody who asked for nothing."""
    foreign = samples.token(country_code="FR", party_id="EMY")
    for name in ("START_SESSION", "RESERVE_NOW"):
        answer = order(emsp, name, location_id="LOC1", token=foreign)
        assert (answer.both, answer.data["result"]) == ((200, 1000), "REJECTED")
    assert remote.requests("POST", "/commands") == []
    assert Command.objects.count() == 0


def test_receivers_that_fail_are_told_apart(hub: Any, remote: Partner, emsp: Partner) -> None:
    """HUB-24 to HUB-26, STA-16, STA-18, STA-19."""
    platform = hub.platform(remote)
    platform.request_timeout = 1
    platform.save()
    path = "/odd/receiver/commands"
    remote.answers["POST", path] = Said({"result": "ACCEPTED", "timeout": 20}, delay=2)
    assert order(emsp, location_id="LOC1").both == (200, 4002)
    remote.answers["POST", path] = Said(raw=b"<html>", http_status=502)
    assert order(emsp, location_id="LOC1").both == (200, 4000)
    remote.answers["POST", path] = Said(http_status=401, status=2000)
    assert order(emsp, location_id="LOC1").both == (200, 4000)
    remote.close()
    assert order(emsp, location_id="LOC1").both == (200, 4003)
    assert set(Command.objects.values_list("result_state", flat=True)) == {"NONE"}


def test_a_session_may_come_after_a_timeout(hub: Any, hosted: Any, emsp: Partner, stations: Stations) -> None:
    """CMD-17: the result is no proof either way; the Session is, and it is told whenever it begins."""
    order(emsp)
    until(lambda: Command.objects.get().responded_at)
    commands.expire(timezone.now() + timedelta(seconds=31))
    hub.work()
    late = samples.session(party_id="VLT", id="LATE")
    sessions.store(hosted, late, source=None, now=timezone.now())
    hub.work()
    assert [one.body["result"] for one in emsp.requests("POST", "/results")] == ["TIMEOUT"]
    assert [one.path for one in emsp.pushed("sessions")][-1].endswith("/NL/VLT/LATE")


def test_the_token_of_a_command_is_not_taken_into_the_list_of_tokens(
    hub: Any, hosted: Any, emsp: Partner, cpo: Partner, stations: Stations
) -> None:
    """CMD-12: it is used, with all that session and CDR need, and shown to nobody."""
    app_user = samples.token(type="APP_USER", uid="app-7", whitelist="NEVER")
    assert order(emsp, token=app_user).data["result"] == "ACCEPTED"
    assert json.loads(stations.accepted[0].request)["token"] == app_user
    assert cpo.call("GET", cpo.at("tokens", "SENDER")).data == []
    own = emsp.at("tokens", "RECEIVER", "DE", "EMX", "app-7")
    assert emsp.call("GET", f"{own}?type=APP_USER").both == (404, 2000)
