"""Certification, block I: the running and the final cost on the display of a station that says that it has one."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.models import Call, Station
from roaming.services import locations, tariffs
from tests.ocppbridge.bridge.test_sessions import LOCATION, OWNER, START, TARIFF, component
from tests.ocppbridge.certification.cards import authorize, card, id_token, world
from tests.ocppbridge.certification.events import at, event, metered
from tests.ocppbridge.certification.talking import boot, drained, settled
from tests.ocppbridge.door import Door, Talk

DISPLAY = {
    "component": {"name": "TariffCostCtrlr"}, "variable": {"name": "Enabled", "instance": "Cost"},
    "variableAttribute": [{"value": "true"}],
}  # fmt: skip


@pytest.fixture
def priced(transactional_db: None) -> Station:
    """0.50 a session, 0.30 a kWh, each with 21 % VAT."""
    station = world()
    card()
    by_energy = {**TARIFF, "elements": [{"price_components": [component("FLAT", "0.50"), component("ENERGY", "0.30")]}]}
    tariffs.store(OWNER, by_energy, source=None, now=START)
    locations.store(OWNER, LOCATION, source=None, now=START)
    return station


def announced(talk: Talk) -> None:
    """The station's report says that it displays costs."""
    boot(talk)
    report = {"requestId": 1, "generatedAt": at(0), "seqNo": 0, "reportData": [DISPLAY]}
    assert talk.call("NotifyReport", report) == {}
    drained()


def shown(talk: Talk) -> dict[str, Any]:
    """The next sum that the station is told."""
    drained()
    frame = talk.called()
    assert frame[2] == "CostUpdated"
    talk.answer(frame, {})
    assert settled(Call.objects.get(pk=frame[1])).outcome == "Accepted"
    told: dict[str, Any] = frame[3]
    return told


def test_the_running_cost_is_told_while_it_charges(priced: Station, door: Door) -> None:
    """TC_I_01_CSMS."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        announced(talk)
        assert authorize(talk)["status"] == "Accepted"
        talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
        talk.call("TransactionEvent", event("Updated", 30, "MeterValuePeriodic", meterValue=metered(30, 5000)))
        # 0.50 + 5 kWh × 0.30 = 2.00; with 21 % VAT 2.42
        assert shown(talk) == {"transactionId": "T1", "totalCost": 2.42}


def test_the_final_cost_is_told_when_it_is_over(priced: Station, door: Door) -> None:
    """TC_I_02_CSMS."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        announced(talk)
        talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
        last = metered(60, 10_000, "Transaction.End")
        talk.call("TransactionEvent", event("Ended", 60, "StopAuthorized", stoppedReason="Local", meterValue=last))
        # 0.50 + 10 × 0.30 = 3.50; × 1.21 = 4.235
        assert shown(talk) == {"transactionId": "T1", "totalCost": 4.235}
