"""Certification, block R: grid support. Of the cases only the ids are known."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import NotOffered
from ocppbridge.models import Alert, DerAlarm, DerControl, DerInquiry, Report, Station
from ocppbridge.services import der
from tests.ocppbridge.certification import bidirectional as v2x
from tests.ocppbridge.certification.cards import world
from tests.ocppbridge.certification.events import at
from tests.ocppbridge.certification.talking import drained
from tests.ocppbridge.door import Door, Talk

DROOP = {"priority": 1, "overFreq": 50.2, "underFreq": 49.8, "overDroop": 5, "underDroop": 5, "responseTime": 1}
CURVE = {"curveData": [{"x": 230, "y": 100}, {"x": 250, "y": 0}], "priority": 1, "yUnit": "PctMaxW"}
SUPPORT = [
    v2x.variable("DCDERCtrlr", "Available", "true", 1),
    v2x.variable("DCDERCtrlr", "Enabled", "true", 1),
    v2x.variable("DCDERCtrlr", "ModesSupported", "FreqDroop,VoltWatt,EnterService", 1),
]


@pytest.fixture
def station(transactional_db: None) -> Station:
    return world()


def control(**more: Any) -> DerControl:
    return DerControl.objects.get(**more)


def test_a_control_is_set_and_pushes_another_aside(station: Station, door: Door) -> None:
    """TC_R_107_CSMS, R04."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        first = der.set_control(drained(), "FreqDroop", DROOP, default=True, by="me")
        said = v2x.heard(talk, "SetDERControl")
        assert said == {
            "controlId": first.control_id, "controlType": "FreqDroop", "isDefault": True, "freqDroop": DROOP,
        }  # fmt: skip
        assert control(pk=first.pk).state == "held"
        second = der.set_control(drained(), "VoltWatt", CURVE, default=False, by="me")
        said = v2x.heard(talk, "SetDERControl", supersededIds=[first.control_id])
        assert (said["curve"], said["isDefault"]) == (CURVE, False)
        assert (control(pk=first.pk).state, control(pk=second.pk).state) == ("superseded", "held")


def test_a_station_refuses_and_the_reason_stands_beside_the_control(station: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        der.set_control(drained(), "FreqDroop", DROOP, default=True, by="me")
        v2x.heard(talk, "SetDERControl", "Rejected", statusInfo={"reasonCode": "Busy"})
        assert (control().state, control().reason) == ("refused", "Rejected Busy")


def test_what_a_station_has_not_is_not_asked_of_it(station: Station, door: Door) -> None:
    """The report decides: which controller it has, and which kinds."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, [])
        with pytest.raises(NotOffered, match="no DER controller"):
            der.ask(drained(), by="me")
        v2x.reported(talk, SUPPORT)
        with pytest.raises(NotOffered, match="has no VoltVar, but EnterService, FreqDroop, VoltWatt"):
            der.set_control(drained(), "VoltVar", CURVE, default=True, by="me")


def test_controls_are_reported_page_by_page(station: Station, door: Door) -> None:
    """TC_R_107_CSMS, R04: a whole report of everything shows what is not held any more."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        gone = der.set_control(drained(), "FreqDroop", DROOP, default=True, by="me")
        v2x.heard(talk, "SetDERControl")
        inquiry = der.ask(drained(), by="me")
        assert v2x.heard(talk, "GetDERControl") == {"requestId": inquiry.pk}
        flags = {"isDefault": False, "isSuperseded": True}
        curve = {"id": "C1", "curveType": "VoltWatt", "curve": CURVE, **flags}
        talk.call("ReportDERControl", {"requestId": inquiry.pk, "tbc": True, "curve": [curve]})
        drained()
        assert DerInquiry.objects.get().state == "asked"
        service = {"priority": 0, "highVoltage": 250, "lowVoltage": 210, "highFreq": 50.1, "lowFreq": 49.9}
        talk.call(
            "ReportDERControl", {"requestId": inquiry.pk, "enterService": [{"id": "E1", "enterService": service}]}
        )
        drained()
        assert (DerInquiry.objects.get().state, DerInquiry.objects.get().found) == ("whole", 2)
        assert (control(control_id="C1").state, control(control_id="C1").settings) == ("superseded", CURVE)
        assert (control(control_id="E1").kind, control(control_id="E1").default) == ("EnterService", True)
        assert control(pk=gone.pk).state == "cleared"


def test_a_report_that_does_not_say_whether_it_is_a_default_changes_nothing_of_that(
    station: Station, door: Door
) -> None:
    """R04: entries of EnterService and Gradients have no isDefault."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        service = {"priority": 0, "highVoltage": 250, "lowVoltage": 210, "highFreq": 50.1, "lowFreq": 49.9}
        made = der.set_control(drained(), "EnterService", service, default=False, by="me")
        v2x.heard(talk, "SetDERControl")
        inquiry = der.ask(drained(), by="me")
        v2x.heard(talk, "GetDERControl")
        entry = {"id": made.control_id, "enterService": service}
        talk.call("ReportDERControl", {"requestId": inquiry.pk, "enterService": [entry]})
        drained()
        assert (control().default, control().state, control().reported_at is not None) == (False, "held", True)


def test_nothing_to_report_is_no_fault(station: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        der.ask(drained(), by="me", kind="FreqDroop", default=True)
        assert v2x.heard(talk, "GetDERControl", "NotFound")["controlType"] == "FreqDroop"
        assert DerInquiry.objects.get().state == "empty"


def test_controls_are_cleared(station: Station, door: Door) -> None:
    """R04: default and scheduled ones apart."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        for default in (True, False):
            der.set_control(drained(), "FreqDroop", DROOP, default=default, by="me")
            v2x.heard(talk, "SetDERControl")
        der.clear(drained(), default=True, by="me")
        assert v2x.heard(talk, "ClearDERControl") == {"isDefault": True}
        assert (control(default=True).state, control(default=False).state) == ("cleared", "held")


def test_faults_of_the_grid_are_told_and_end(station: Station, door: Door) -> None:
    """TC_R_108_CSMS, R05."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        fault = {"controlType": "HVMustTrip", "gridEventFault": "OverVoltage", "extraInfo": "253 V"}
        assert alarm(talk, {**fault, "timestamp": at(1)}) == {}
        assert (DerAlarm.objects.get().fault, DerAlarm.objects.get().ended_at) == ("OverVoltage", None)
        assert "OverVoltage (HVMustTrip) 253 V" in Alert.objects.get(code="GRID-FAULT").text
        alarm(talk, {**fault, "timestamp": at(2)})
        alarm(talk, {"controlType": "HVMustTrip", "alarmEnded": True, "timestamp": at(3)})
        assert DerAlarm.objects.get().ended_at is not None
        assert Report.objects.filter(action="NotifyDERAlarm").count() == 3


def alarm(talk: Talk, said: dict[str, Any]) -> Any:
    told = talk.call("NotifyDERAlarm", said)
    drained()
    return told


def test_a_scheduled_control_begins_and_ends_to_hold(station: Station, door: Door) -> None:
    """TC_R_108_CSMS, R05."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, SUPPORT)
        made = der.set_control(drained(), "VoltWatt", CURVE, default=False, by="me")
        v2x.heard(talk, "SetDERControl")
        for started in (True, False):
            said = {"controlId": made.control_id, "started": started, "timestamp": at(1)}
            assert talk.call("NotifyDERStartStop", said) == {}
            drained()
            assert control().active is started
