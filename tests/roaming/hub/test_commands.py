"""The CPO's synchronous answer to commands, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from roaming.hub.commands import Verdict, at_location, cancel, check_response_url, read_response, stop
from roaming.ocpi.commands import (
    CommandResponse,
    CommandResponseType,
    CommandResultType,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import HubError, InvalidObject, UnknownLocation
from roaming.ocpi.locations import Location
from roaming.ocpi.party import PartyId
from roaming.ocpi.sessions import Session
from tests.roaming.ocpi.samples import sample

EMSP, OTHER = PartyId("DE", "TNM"), PartyId("DE", "OTH")
ALL = ["REMOTE_START_STOP_CAPABLE", "RESERVABLE", "UNLOCK_CAPABLE"]
COMMANDS = [("StartSession", StartSession), ("ReserveNow", ReserveNow), ("UnlockConnector", UnlockConnector)]


def location(*evses: dict[str, Any]) -> Location:
    return decode(Location, sample("Location", evses=list(evses) or [sample("EVSE", capabilities=ALL)]))


def start(**changes: Any) -> StartSession:
    return decode(StartSession, sample("StartSession", **changes))


def accepted(evse_uid: str | None = "3256", connector_id: str | None = "1") -> Verdict:
    return Verdict(CommandResponseType.ACCEPTED, evse_uid=evse_uid, connector_id=connector_id)


def refused(verdict: Verdict, response: str) -> str:
    assert verdict.response == response
    assert verdict.evse_uid is None
    return verdict.message


@pytest.mark.parametrize(("name", "kind"), COMMANDS)
def test_accepted_with_the_place_it_goes_to(name: str, kind: Any) -> None:
    """CMD-02."""
    verdict = at_location(decode(kind, sample(name)), EMSP, location())
    assert verdict == accepted(connector_id=None if kind is ReserveNow else "1")


@pytest.mark.parametrize(("name", "kind"), COMMANDS)
def test_an_unknown_location_is_2003_with_rejected_inside(name: str, kind: Any) -> None:
    """CMD-09."""
    with pytest.raises(UnknownLocation) as caught:
        at_location(decode(kind, sample(name)), EMSP, None)
    assert (caught.value.status, caught.value.data["result"]) == (2003, "REJECTED")


@pytest.mark.parametrize(("name", "kind"), COMMANDS[:2])
def test_the_token_is_the_commanding_emsps_own(name: str, kind: Any) -> None:
    """CMD-13."""
    assert "DE/TNM" in refused(at_location(decode(kind, sample(name)), OTHER, location()), "REJECTED")


def test_a_blocked_token_is_passed_on() -> None:
    """CMD-10: the eMSP has authorized it."""
    token = sample("Token", valid=False, whitelist="NEVER")
    assert at_location(start(token=token), EMSP, location()) == accepted()


@pytest.mark.parametrize(
    ("name", "kind", "capability"),
    [
        ("StartSession", StartSession, "REMOTE_START_STOP_CAPABLE"),
        ("ReserveNow", ReserveNow, "RESERVABLE"),
        ("UnlockConnector", UnlockConnector, "UNLOCK_CAPABLE"),
    ],
)
def test_what_an_evse_cannot_do_is_not_supported(name: str, kind: Any, capability: str) -> None:
    """LOC-39, CMD-26."""
    others = [one for one in ALL if one != capability]
    for capabilities in (others, None):
        held = location(sample("EVSE", capabilities=capabilities))
        assert capability in refused(at_location(decode(kind, sample(name)), EMSP, held), "NOT_SUPPORTED")


def test_an_evse_that_is_not_there_or_was_removed() -> None:
    """LOC-16."""
    for evse in (sample("EVSE", uid="9"), sample("EVSE", status="REMOVED")):
        assert "no such EVSE" in refused(at_location(start(), EMSP, location(evse)), "REJECTED")
    assert "no such EVSE" in refused(
        at_location(start(), EMSP, decode(Location, sample("Location", evses=None))), "REJECTED"
    )


def test_letter_case_of_ids_does_not_matter_and_the_owners_spelling_goes_on() -> None:
    """TYP-03."""
    held = location(sample("EVSE", uid="Abc", connectors=[sample("Connector", id="cX")]))
    assert at_location(start(evse_uid="aBC", connector_id="CX"), EMSP, held) == accepted("Abc", "cX")


class TestWithoutAnEvse:
    anywhere = start(evse_uid=None, connector_id=None)

    def test_the_only_one_is_taken(self) -> None:
        """CMD-15."""
        assert at_location(self.anywhere, EMSP, location()) == accepted()

    def test_the_only_one_that_can_is_taken(self) -> None:
        held = location(sample("EVSE", uid="9", capabilities=[]), sample("EVSE"))
        assert at_location(self.anywhere, EMSP, held) == accepted()

    def test_of_several_one_has_to_be_named(self) -> None:
        held = location(sample("EVSE"), sample("EVSE", uid="9"))
        assert "name one" in refused(at_location(self.anywhere, EMSP, held), "REJECTED")

    def test_for_a_reservation_any_of_several_will_do(self) -> None:
        """CMD-19."""
        able = ["RESERVABLE"]
        held = location(sample("EVSE", capabilities=able), sample("EVSE", uid="9", capabilities=able))
        anywhere = decode(ReserveNow, sample("ReserveNow", evse_uid=None))
        assert at_location(anywhere, EMSP, held) == Verdict(CommandResponseType.ACCEPTED)


class TestConnectors:
    def test_one_has_to_be_named_where_the_evse_says_so(self) -> None:
        """CMD-14, OCP-02."""
        held = location(sample("EVSE", capabilities=[*ALL, "START_SESSION_CONNECTOR_REQUIRED"]))
        with pytest.raises(InvalidObject, match="/connector_id"):
            at_location(start(connector_id=None), EMSP, held)
        assert at_location(start(), EMSP, held) == accepted()

    def test_otherwise_the_station_chooses_among_several(self) -> None:
        held = location(sample("EVSE", connectors=[sample("Connector"), sample("Connector", id="2")]))
        assert at_location(start(connector_id=None), EMSP, held) == accepted(connector_id=None)

    def test_it_has_to_exist(self) -> None:
        assert "no such connector" in refused(at_location(start(connector_id="9"), EMSP, location()), "REJECTED")


class TestStop:
    def session(self, **changes: Any) -> Session:
        return decode(Session, sample("Session", **changes))

    def test_ones_own_running_session(self) -> None:
        assert stop(EMSP, self.session(status="ACTIVE")) == accepted()

    def test_an_unknown_one(self) -> None:
        """CMD-18."""
        refused(stop(EMSP, None), "UNKNOWN_SESSION")

    def test_that_of_another_emsps_customer(self) -> None:
        """CMD-18."""
        refused(stop(OTHER, self.session(status="ACTIVE")), "REJECTED")

    @pytest.mark.parametrize("status", ["COMPLETED", "INVALID"])
    def test_one_that_has_ended(self, status: str) -> None:
        refused(stop(EMSP, self.session(status=status)), "UNKNOWN_SESSION")

    def test_a_reservation_without_an_evse(self) -> None:
        """SES-19."""
        held = self.session(status="RESERVATION", evse_uid="#NA", connector_id="#NA")
        assert stop(EMSP, held) == accepted(None, None)


class TestCancel:
    def test_a_known_reservation(self) -> None:
        assert cancel(True) == accepted(None, None)

    def test_an_unknown_one_gets_its_result_at_once(self) -> None:
        """CMD-21."""
        verdict = cancel(False)
        assert (verdict.response, verdict.result) == ("ACCEPTED", CommandResultType.UNKNOWN_RESERVATION)


class TestResponseUrl:
    HOSTS = ("emsp.example", "other.example")

    @pytest.mark.parametrize(
        "url", ["https://emsp.example/a?b=c", "http://api.emsp.example:8080/x", "https://OTHER.example/"]
    )
    def test_the_senders_hosts(self, url: str) -> None:
        """CMD-06."""
        check_response_url(decode(StopSession, sample("StopSession", response_url=url)), self.HOSTS)

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/",
            "http://127.0.0.1/",
            "https://emsp.example@evil.example/",
            "https://notemsp.example/",
            "https://[x/",
        ],
    )
    def test_and_no_others(self, url: str) -> None:
        """S5."""
        with pytest.raises(InvalidObject) as caught:
            check_response_url(decode(StopSession, sample("StopSession", response_url=url)), self.HOSTS)
        assert caught.value.pointer == "/response_url"


class TestARemoteCposResponse:
    def test_as_it_should_be(self) -> None:
        response = read_response({"result": "ACCEPTED", "timeout": 60}, CommandResponse)
        assert (response.result, response.timeout) == ("ACCEPTED", 60)

    @pytest.mark.parametrize("timeout", [None, 0, -5, True, "30"])
    def test_without_a_timeout_to_work_with(self, timeout: Any) -> None:
        """CMD-03."""
        assert read_response({"result": "REJECTED", "timeout": timeout}, CommandResponse, timeout=20).timeout == 20

    @pytest.mark.parametrize("timeout", [601, 86_400, 10**9])
    def test_a_timeout_of_days_is_waited_for_as_long_as_anything_is(self, timeout: int) -> None:
        """CMD-03: what comes within what the CPO has promised is still its result."""
        assert read_response({"result": "ACCEPTED", "timeout": timeout}, CommandResponse).timeout == 600

    @pytest.mark.parametrize("data", [None, "ACCEPTED", {}, {"result": "TIMEOUT"}])
    def test_none_at_all(self, data: Any) -> None:
        """CMD-07, HUB-26."""
        with pytest.raises(HubError):
            read_response(data, CommandResponse)
