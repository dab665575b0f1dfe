"""station_settings: from the command line."""

from __future__ import annotations

import pytest

from ocppbridge.models import Call, Conformity, Station
from tests.ocppbridge.commands.test_station_commands import answer, refusal, run
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return world.build().station


def test_settings_are_listed_by_part_of_their_name(station: Station) -> None:
    (row,) = answer("station_settings", station.identity, "heartbeat")["settings"]
    assert (row["setting"], row["value"]) == ("HeartbeatInterval", "300")
    assert answer("station_settings", station.identity, "nothing")["settings"] == []
    assert "HeartbeatInterval" in run("station_settings", station.identity)


def test_settings_are_read_written_and_reported(station: Station) -> None:
    for words, action in [
        (("--read", "HeartbeatInterval", "AuthCtrlr.AuthorizeRemoteStart"), "GetConfiguration"),
        (("--set", "HeartbeatInterval=60"), "ChangeConfiguration"),
        (("--report",), "GetConfiguration"),
    ]:
        (made,) = answer("station_settings", station.identity, *words)["calls"]
        assert Call.objects.get(pk=made).action == action


def test_drift_is_told_and_applied(station: Station) -> None:
    with pytest.raises(SystemExit) as told:
        run("station_settings", station.identity, "--drift")
    assert told.value.code == 1
    (line,) = answer("station_settings", station.identity, "--apply")["wanted"]
    assert line == {"setting": "HeartbeatInterval", "wanted": "60", "found": "300", "stands": "different"}
    assert Conformity.objects.get().state == "writing"
    station.settings.update(value="60")
    assert "as wanted" in run("station_settings", station.identity, "--drift")


def test_what_cannot_be_done_is_one_sentence(station: Station) -> None:
    assert refusal("station_settings", "NOBODY") == "There is no station NOBODY."
    assert "NAME=VALUE" in refusal("station_settings", station.identity, "--set", "Heartbeat")
    assert "password" in refusal("station_settings", station.identity, "--set", "AuthorizationKey=x")
    assert "no setting Vendor.X" in refusal("station_settings", station.identity, "--read", "Vendor.X")
