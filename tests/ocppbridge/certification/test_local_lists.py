"""Certification, block D: what a station says of the list that it holds."""

from __future__ import annotations

import pytest

from ocppbridge.charging.intents import AskListVersion
from tests.ocppbridge.certification.talking import asked, boot
from tests.ocppbridge.door import Door
from tests.ocppbridge.world import new_station


@pytest.mark.parametrize(("requirement", "version"), [("TC_D_08_CSMS", 7), ("TC_D_09_CSMS", 0)])
@pytest.mark.parametrize("subprotocol", ["ocpp2.0.1", "ocpp2.1"])
def test_a_station_tells_the_version_of_its_list_or_0_for_none(
    door: Door, subprotocol: str, requirement: str, version: int
) -> None:
    """D02."""
    new_station()
    with door.station("CP1", subprotocol) as talk:
        boot(talk)
        action, payload, call = asked(talk, AskListVersion(), {"versionNumber": version})
    assert (action, payload, call.answer) == ("GetLocalListVersion", {}, {"versionNumber": version})
