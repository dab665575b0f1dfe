"""Security profiles are raised step by step, are done when the station has connected so, and never go down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from ocppbridge import drain
from ocppbridge.charging.intents import RawCall, SetNetwork
from ocppbridge.models import Alert, Call, ProfileUpgrade, Station
from ocppbridge.services import calls, profiles
from ocppbridge.services.profiles import CannotRaise
from tests.ocppbridge import pki
from tests.ocppbridge.door import Door, Talk, eventually, serving
from tests.ocppbridge.secure import SecureDoor, serving_tls
from tests.ocppbridge.world import new_station

URL = "wss://hub.example.org"
STATIONS = pki.certificate("Stations", authority=True)
PRIORITY = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}


@pytest.fixture(autouse=True)
def _secure(settings: Any) -> None:
    settings.HUB_OCPP_PUBLIC_URL = URL


@pytest.fixture
def doors(transactional_db: None, pool: None, tmp_path: Path) -> Iterator[tuple[Door, SecureDoor]]:
    """The station's old way to us, and the new one."""
    with serving() as plain, serving_tls(tmp_path, STATIONS.pem) as secure:
        yield plain, secure
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")


def present() -> Station:
    return Station.objects.select_related("connection").get()


def upgrade() -> ProfileUpgrade:
    return ProfileUpgrade.objects.latest("pk")


def asked(talk: Talk, target: int = 2) -> list[Any]:
    talk.call("Heartbeat", {})
    profiles.upgrade(present(), target, by="staff")
    return talk.called()


def step(talk: Talk, frame: list[Any], payload: dict[str, Any]) -> list[Any]:
    """Answer, have the answer applied, and what we ask next."""
    answer(talk, frame, payload)
    return talk.called()


def answer(talk: Talk, frame: list[Any], payload: dict[str, Any]) -> None:
    talk.answer(frame, payload)
    eventually(lambda: drain.drain(present().shard) >= 0 and Call.objects.get(pk=frame[1]).state == "answered")


def preferred(status: str) -> dict[str, Any]:
    return {"setVariableResult": [{"attributeStatus": status, **PRIORITY}]}


def test_2x_stores_the_way_prefers_it_restarts_and_comes_back_over_tls(doors: tuple[Door, SecureDoor]) -> None:
    """A05: and from then on the old way is closed."""
    plain, secure = doors
    new_station()
    with plain.station("CP1", "ocpp2.0.1") as talk:
        frame = asked(talk)
        assert frame[2] == "SetNetworkProfile"
        assert frame[3]["configurationSlot"] == 2
        data = frame[3]["connectionData"]
        assert (data["securityProfile"], data["ocppCsmsUrl"]) == (2, f"{URL}/ocpp")
        frame = step(talk, frame, {"status": "Accepted"})
        assert frame[3] == {"setVariableData": [{**PRIORITY, "attributeValue": "2,1"}]}
        frame = step(talk, frame, preferred("RebootRequired"))
        assert frame[2:] == ["Reset", {"type": "OnIdle"}]
        talk.answer(frame, {"status": "Accepted"})
    assert upgrade().state == "restarting"
    with plain.station("CP1", "ocpp2.0.1") as talk:  # it tries the old way once more: not done yet, so let in
        talk.call("Heartbeat", {})
    with secure.secure_station("CP1") as talk:
        talk.call("Heartbeat", {})
        eventually(lambda: upgrade().state == "done")
    station = present()
    assert (station.security_minimum, station.security_target, station.security_profile) == (2, None, 2)
    with pytest.raises(InvalidStatus, match="401"), plain.station("CP1", "ocpp2.0.1"):
        pass


def test_16_is_told_the_profile_and_restarted(doors: tuple[Door, SecureDoor]) -> None:
    """TC_083."""
    plain, secure = doors
    new_station()
    with plain.station("CP1") as talk:
        frame = asked(talk, 3)
        assert frame[2:] == ["ChangeConfiguration", {"key": "SecurityProfile", "value": "3"}]
        frame = step(talk, frame, {"status": "Accepted"})
        assert frame[2:] == ["Reset", {"type": "Soft"}]
    with secure.secure_station("CP1", subprotocol="ocpp1.6") as talk:
        talk.call("Heartbeat", {})
    assert upgrade().state == "restarting", "a password over TLS is profile 2, and 3 was asked for"
    own = pki.certificate("CP1", STATIONS)
    with secure.secure_station("CP1", shown=own, password=None, subprotocol="ocpp1.6") as talk:
        talk.call("Heartbeat", {})
        eventually(lambda: upgrade().state == "done")
    with pytest.raises(InvalidStatus, match="401"):
        secure.dial("CP1", subprotocol="ocpp1.6")


@pytest.mark.parametrize("at", ["first", "second"])
def test_a_station_that_does_not_move_keeps_what_it_has_and_staff_are_told(door: Door, at: str) -> None:
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        frame = asked(talk)
        if at == "first":
            answer(talk, frame, {"status": "Rejected"})
        else:
            frame = step(talk, frame, {"status": "Accepted"})
            answer(talk, frame, preferred("Rejected"))
    assert (upgrade().state, upgrade().reason) == ("failed", "Rejected")
    assert present().security_target is None
    assert Alert.objects.filter(code="PROFILE-REFUSED").exists()
    with door.station("CP1", "ocpp2.0.1") as talk:
        talk.call("Heartbeat", {})


@pytest.mark.django_db
@pytest.mark.parametrize(("present_profile", "minimum", "target"), [(2, 1, 1), (2, 1, 2), (1, 2, 2), (3, 1, 2)])
def test_a_profile_is_never_lowered_nor_asked_for_twice(present_profile: int, minimum: int, target: int) -> None:
    new_station()
    Station.objects.update(subprotocol="ocpp1.6", security_profile=present_profile, security_minimum=minimum)
    with pytest.raises(CannotRaise, match="never lowered"):
        profiles.upgrade(present(), target, by="staff")
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_what_cannot_work_is_said_before_the_station_is_asked(settings: Any) -> None:
    new_station()
    Station.objects.update(subprotocol="ocpp2.1", security_profile=1)
    with pytest.raises(CannotRaise, match="1, 2 or 3"):
        profiles.upgrade(present(), 4, by="staff")
    with pytest.raises(CannotRaise, match="wss://"):
        profiles.upgrade(present(), 2, by="staff", url="ws://hub.example.org/ocpp")
    profiles.upgrade(present(), 2, by="staff")
    with pytest.raises(CannotRaise, match="under way"):
        profiles.upgrade(present(), 3, by="staff")
    profiles.give_up(upgrade(), "staff gave it up", timezone.now())
    profiles.upgrade(present(), 3, by="staff")
    assert Call.objects.latest("created_at").payload["connectionData"]["ocppVersion"] == "OCPP21"


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
def test_nor_by_any_other_call(version: str) -> None:
    """A05: the typed verb of the network and the generic call lower no profile either."""
    new_station()
    Station.objects.update(subprotocol=version, security_profile=2)
    network = {
        "ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "wss://x", "messageTimeout": 30,
        "ocppInterface": "Wired0",
    }  # fmt: skip
    for profile, refused in ((1, True), (2, False), (3, False)):
        asked: list[Any] = [RawCall("ChangeConfiguration", {"key": "SecurityProfile", "value": str(profile)})]
        if version != "ocpp1.6":
            data = {**network, "securityProfile": profile}
            asked = [
                SetNetwork(1, "wss://x", profile),
                RawCall("SetNetworkProfile", {"configurationSlot": 1, "connectionData": data}),
            ]
        for intent in asked:
            if refused:
                with pytest.raises(calls.NotOffered, match="never lowered"):
                    calls.queue(present(), intent, purpose="staff")
            else:
                calls.queue(present(), intent, purpose="staff")
