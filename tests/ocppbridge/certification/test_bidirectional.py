"""Certification, block Q: a car that gives energy back, steered in every mode. Of the cases we know ids and titles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import transaction

from ocppbridge.bridge import energy_steering, grid_signals
from ocppbridge.charging.bidirectional import CannotPlan, Control, Wish
from ocppbridge.charging.charging_profiles import OperationMode as Mode
from ocppbridge.charging.charging_profiles import Period
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.models import Alert, EvNeeds, EvSchedule, GridSignal, Station, TransferRule
from ocppbridge.services import energy_plans
from tests.ocppbridge.certification import bidirectional as v2x
from tests.ocppbridge.certification.cards import card, id_token, world
from tests.ocppbridge.certification.events import at, event
from tests.ocppbridge.certification.talking import drained
from tests.ocppbridge.door import Door, Talk, eventually


@pytest.fixture
def station(transactional_db: None) -> Station:
    """Its operator has eMSP DE/EMX, whose cars may give energy back."""
    made = world()
    card()
    v2x.both_ways()
    return made


def now() -> datetime:
    return datetime.now(UTC)


def ready(talk: Talk) -> None:
    """The car charges by its first plan."""
    v2x.reported(talk, v2x.offering())
    v2x.started(talk)
    assert v2x.needs(talk) == {"status": "Accepted"}
    v2x.installed(talk)


def test_a_token_is_told_with_the_transfers_that_its_contract_allows(station: Station, door: Door) -> None:
    """TC_Q_102_CSMS, Q01: the rule of the token goes before that of its party."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        told = talk.call("Authorize", {"idToken": id_token()})
        assert (told["idTokenInfo"]["status"], told["allowedEnergyTransfer"]) == ("Accepted", v2x.BOTH_WAYS)
        TransferRule.objects.create(uid="04AABBCC", transfers=["DC"])
        assert talk.call("Authorize", {"idToken": id_token()})["allowedEnergyTransfer"] == ["DC"]


def test_a_station_that_can_only_charge_is_told_nothing_of_transfers(station: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, [])
        assert "allowedEnergyTransfer" not in talk.call("Authorize", {"idToken": id_token()})


def test_after_a_remote_start_the_station_is_told_what_the_car_may_have(station: Station, door: Door) -> None:
    """Q01, Q02: nobody asked for an authorization."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        talk.call("TransactionEvent", event("Started", 0, "RemoteStart", idToken=id_token(), remoteStartId=99))
        drained()
        told = v2x.heard(talk, "NotifyAllowedEnergyTransfer")
        assert told == {"transactionId": "T1", "allowedEnergyTransfer": v2x.BOTH_WAYS}
        assert v2x.plan().allowed_outcome == "Accepted"


def test_a_car_that_may_not_have_what_it_asks_for_is_refused(station: Station, door: Door) -> None:
    """TC_Q_103_CSMS: the station ends the session for it (ReqEnergyTransferRejected)."""
    TransferRule.objects.all().delete()
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        v2x.started(talk)
        told = v2x.needs(talk)
        assert (told["status"], told["statusInfo"]["reasonCode"]) == ("Rejected", "TransferNotAllowed")
        assert EvNeeds.objects.get().status == "Rejected"


def test_a_station_without_the_controller_gets_no_negative_limit_and_staff_hear_why(
    station: Station, door: Door
) -> None:
    """Q: the component decides, never the version."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering(Enabled="false"))
        row = v2x.started(talk)
        told = v2x.needs(talk)
        assert (told["status"], told["statusInfo"]["reasonCode"]) == ("Rejected", "V2XNotOffered")
        with pytest.raises(CannotPlan, match="its V2XChargingCtrlr is not enabled"):
            energy_steering.steer(row, v2x.wish(Mode.CENTRAL_SETPOINT, setpoint=v2x.watts(-5000)), "me", now())
        assert "its V2XChargingCtrlr is not enabled" in Alert.objects.get(code="V2X-NOT-OFFERED").text


def test_it_charges_before_anybody_steers_it_and_is_let_discharge_later(station: Station, door: Door) -> None:
    """TC_Q_107_CSMS, Q02: ChargingOnly first; then it is told what else it may, and gets a new profile."""
    TransferRule.objects.update(transfers=["AC_three_phase", "AC_BPT", "DC"])
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        row = v2x.started(talk)
        assert v2x.needs(talk) == {"status": "Accepted"}
        first = v2x.installed(talk)
        assert (first["chargingProfilePurpose"], first["transactionId"]) == ("TxProfile", "T1")
        assert v2x.periods(first) == [{"startPeriod": 0, "limit": 11_000, "operationMode": "ChargingOnly"}]
        energy_steering.allow(row, ("AC_BPT",), "me", now())
        assert v2x.heard(talk, "NotifyAllowedEnergyTransfer")["allowedEnergyTransfer"] == ["AC_BPT"]
        energy_steering.steer(row, v2x.wish(Mode.CENTRAL_SETPOINT, setpoint=v2x.watts(-5000)), "me", now())
        later = v2x.installed(talk)
        assert (later["id"], v2x.periods(later)[0]["setpoint"]) == (first["id"], -5000)


def test_a_plan_that_comes_together_with_the_needs_is_not_lost_to_the_first_plan(station: Station, door: Door) -> None:
    """Q02: the drain waits for whoever writes the plan, and plans that wish for the needs."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        row = v2x.started(talk)
        said = {"requestedEnergyTransfer": "AC_BPT", "v2xChargingParameters": v2x.CAR}
        assert talk.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": said})["status"] == "Accepted"
        understanding = Thread(target=v2x.draining)
        with transaction.atomic():
            energy_steering.steer(row, v2x.wish(Mode.CENTRAL_SETPOINT, setpoint=v2x.watts(-9000)), "me", now())
            understanding.start()
            eventually(v2x.somebody_waits, "the drain waits for the plan")
        understanding.join(20)
        assert v2x.periods(v2x.installed(talk))[0]["setpoint"] == -7400
        assert v2x.periods(v2x.installed(talk))[0]["setpoint"] == -7400
        assert (v2x.plan().requested_by, v2x.plan().edition, v2x.plan().state) == ("me", 2, "holds")


def test_a_schedule_keeps_its_hours_when_a_car_tells_its_needs_again(station: Station, door: Door) -> None:
    """Q02: and one that has had its time gives way to the first plan."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        steps = (Period(0, operation_mode=Mode.IDLE),)
        row = v2x.plan().transaction
        before = now().replace(microsecond=0) - timedelta(minutes=30)
        energy_steering.steer(row, Wish(Control.SCHEDULED, steps, duration=3600), "me", before)
        first = v2x.installed(talk)
        assert v2x.needs(talk, departureTime=v2x.soon(5)) == {"status": "Accepted"}
        again = v2x.installed(talk)
        assert again["chargingSchedule"][0]["startSchedule"] == first["chargingSchedule"][0]["startSchedule"]
        held = v2x.plan()
        held.wish["start"] = (now() - timedelta(hours=2)).isoformat()
        held.save()
        assert v2x.needs(talk, departureTime=v2x.soon(6)) == {"status": "Accepted"}
        assert v2x.periods(v2x.installed(talk))[0]["operationMode"] == "ChargingOnly"


def test_a_central_schedule_with_negative_setpoints(station: Station, door: Door) -> None:
    """TC_Q_108_CSMS, Q03: what the car cannot do of it is cut, and told."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        steps = (
            Period(0, setpoint=v2x.watts(9000), limit=v2x.watts(10_000), operation_mode=Mode.CENTRAL_SETPOINT),
            Period(
                1800, setpoint=v2x.watts(-9000), discharge_limit=v2x.watts(-8000), operation_mode=Mode.CENTRAL_SETPOINT
            ),
        )
        row = v2x.plan().transaction
        energy_steering.steer(row, Wish(Control.SCHEDULED, steps, duration=3600), "me", now())
        profile = v2x.installed(talk)
        assert (profile["chargingProfileKind"], profile["maxOfflineDuration"]) == ("Absolute", 900)
        assert profile["invalidAfterOfflineDuration"] is True
        assert v2x.periods(profile) == [
            {"startPeriod": 0, "setpoint": 9000, "limit": 10_000, "operationMode": "CentralSetpoint"},
            {"startPeriod": 1800, "setpoint": -7400, "dischargeLimit": -7400, "operationMode": "CentralSetpoint"},
        ]
        assert "setpoint -9000 W cut to -7400 W" in v2x.plan().cut
        assert v2x.plan().state == "holds"


def test_a_setpoint_that_is_pushed(station: Station, door: Door) -> None:
    """TC_Q_109_CSMS, Q04."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        wish = v2x.wish(Mode.CENTRAL_SETPOINT, Control.PUSHED, setpoint=v2x.watts(4000))
        energy_steering.steer(row, wish, "me", now())
        profile = v2x.installed(talk)
        assert (profile["chargingProfileKind"], "dynUpdateTime" in profile) == ("Dynamic", True)
        assert "dynUpdateInterval" not in profile
        energy_steering.set_figures(row, Setpoints(setpoint=v2x.watts(-2500.5)), "me", now())
        told = v2x.heard(talk, "UpdateDynamicSchedule")
        assert told == {"chargingProfileId": profile["id"], "scheduleUpdate": {"setpoint": -2500.5}}
        assert (v2x.plan().state, v2x.plan().figures) == ("holds", {"setpoint": "-2500.5"})


def test_a_setpoint_that_the_station_pulls(station: Station, door: Door) -> None:
    """TC_Q_110_CSMS, Q04, K28: of another's profile there is nothing to tell."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        wish = v2x.wish(Mode.CENTRAL_SETPOINT, Control.PULLED, setpoint=v2x.watts(4000))
        energy_steering.steer(row, wish, "me", now())
        profile = v2x.installed(talk)
        assert profile["dynUpdateInterval"] == 60
        energy_steering.set_figures(row, Setpoints(setpoint=v2x.watts(-3000)), "me", now())
        told = talk.call("PullDynamicScheduleUpdate", {"chargingProfileId": profile["id"]})
        assert told == {"status": "Accepted", "scheduleUpdate": {"setpoint": -3000}}
        drained()
        assert v2x.plan().pulled_at is not None
        refused = talk.call("PullDynamicScheduleUpdate", {"chargingProfileId": 5})
        assert (refused["status"], refused["statusInfo"]["reasonCode"]) == ("Rejected", "NoProfile")


@pytest.mark.parametrize("mode", [Mode.EXTERNAL_SETPOINT, Mode.EXTERNAL_LIMITS, Mode.LOCAL_LOAD_BALANCING])
def test_somebody_on_site_steers_within_our_limits(station: Station, door: Door, mode: Mode) -> None:
    """TC_Q_111_CSMS, TC_Q_112_CSMS, TC_Q_124_CSMS: Q05, Q06, Q09."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        wish = v2x.wish(mode, limit=v2x.watts(8000), discharge_limit=v2x.watts(-3000))
        energy_steering.steer(v2x.plan().transaction, wish, "me", now())
        assert v2x.periods(v2x.installed(talk)) == [
            {"startPeriod": 0, "limit": 8000, "dischargeLimit": -3000, "operationMode": mode.value}
        ]


def test_frequency_restoration_by_our_signal(station: Station, door: Door) -> None:
    """TC_Q_120_CSMS, Q07: the curve says what a signal means; the signal goes to each station that follows."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        curve = ((-1, v2x.watts(-7000)), (0, v2x.watts(0)), (1, v2x.watts(7000)))
        wish = v2x.wish(Mode.CENTRAL_FREQUENCY, v2x_baseline=v2x.watts(1000), signal_watt_curve=curve)
        energy_steering.steer(v2x.plan().transaction, wish, "me", now())
        (period,) = v2x.periods(v2x.installed(talk))
        assert period["v2xSignalWattCurve"] == [
            {"signal": -1, "power": -7000}, {"signal": 0, "power": 0}, {"signal": 1, "power": 7000},
        ]  # fmt: skip
        assert (period["v2xBaseline"], period["operationMode"]) == (1000, "CentralFrequency")
        signal = grid_signals.send(GridSignal.Kind.AFRR, {}, {"signal": -1}, "me", now())
        assert (signal.reached, signal.missed) == (1, [])
        assert v2x.heard(talk, "AFRRSignal", "Rejected")["signal"] == -1
        assert Alert.objects.filter(code="GRID-SIGNAL-REFUSED").exists()


def test_frequency_support_by_setpoints_that_are_pushed(station: Station, door: Door) -> None:
    """TC_Q_117_CSMS, Q07: the figures of a plan with a curve change as those of any dynamic plan."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        curve = ((-1, v2x.watts(-7000)), (1, v2x.watts(7000)))
        figures = {"setpoint": v2x.watts(1000), "signal_watt_curve": curve}
        energy_steering.steer(row, v2x.wish(Mode.CENTRAL_FREQUENCY, Control.PUSHED, **figures), "me", now())
        profile = v2x.installed(talk)
        (period,) = v2x.periods(profile)
        assert (profile["chargingProfileKind"], period["operationMode"]) == ("Dynamic", "CentralFrequency")
        energy_steering.set_figures(row, Setpoints(setpoint=v2x.watts(-3000)), "me", now())
        assert v2x.heard(talk, "UpdateDynamicSchedule")["scheduleUpdate"] == {"setpoint": -3000}


def test_frequency_support_by_the_station_itself(station: Station, door: Door) -> None:
    """TC_Q_121_CSMS, Q08."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        curve = ((v2x.watts(49.8), v2x.watts(-5000)), (v2x.watts(50), v2x.watts(0)), (v2x.watts(50.2), v2x.watts(5000)))
        wish = v2x.wish(Mode.LOCAL_FREQUENCY, v2x_baseline=v2x.watts(0), freq_watt_curve=curve)
        energy_steering.steer(v2x.plan().transaction, wish, "me", now())
        (period,) = v2x.periods(v2x.installed(talk))
        assert period["v2xFreqWattCurve"][0] == {"frequency": 49.8, "power": -5000}


def test_it_rests(station: Station, door: Door) -> None:
    """Q10: Idle has no setpoint, and may let the EVSE sleep."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        energy_steering.steer(row, v2x.wish(Mode.IDLE, evse_sleep=True), "me", now())
        assert v2x.periods(v2x.installed(talk)) == [{"startPeriod": 0, "evseSleep": True, "operationMode": "Idle"}]
        with pytest.raises(CannotPlan, match="Idle has no setpoint"):
            energy_steering.steer(row, v2x.wish(Mode.IDLE, setpoint=v2x.watts(-1)), "me", now())


def test_clearing_the_profile_ends_discharge_and_the_session_ends_the_plan(station: Station, door: Door) -> None:
    """Q03; K01.FR.11."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        energy_steering.stop(row, "me", now())
        assert v2x.heard(talk, "ClearChargingProfile") == {"chargingProfileId": v2x.plan().profile_id}
        assert v2x.plan().state == "cleared"
        talk.call("TransactionEvent", event("Ended", 5, "EVCommunicationLost", stoppedReason="EVDisconnected"))
        drained()
        assert v2x.plan().state == "ended"
        with pytest.raises(CannotPlan, match="is over"):
            energy_steering.steer(type(row).objects.get(pk=row.pk), v2x.wish(Mode.IDLE), "me", now())


def test_a_station_that_comes_back_is_told_what_holds_now(station: Station, door: Door) -> None:
    """Q11, Q12: no old setpoint comes late; the whole profile is told again, with the figures of now."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        row = v2x.plan().transaction
        wish = v2x.wish(Mode.CENTRAL_SETPOINT, Control.PUSHED, setpoint=v2x.watts(-6000))
        energy_steering.steer(row, wish, "me", now())
        first = v2x.installed(talk)
    eventually(lambda: not Station.objects.get().online, "the socket is gone")
    row = type(row).objects.select_related("station__connection").get(pk=row.pk)
    energy_steering.set_figures(row, Setpoints(setpoint=v2x.watts(-1500)), "me", now())
    assert (v2x.plan().state, v2x.plan().reason) == ("stale", "the station is away")
    with door.station("CP1", "ocpp2.1") as talk:
        talk.call("Heartbeat", {})
        assert energy_plans.resend(now() + timedelta(minutes=1)) == 1
        again = v2x.installed(talk)
        assert (again["id"], v2x.periods(again)[0]["setpoint"]) == (first["id"], -1500)
        assert v2x.plan().state == "holds"


def test_needs_are_answered_as_the_case_is(station: Station, door: Door) -> None:
    """TC_K_53_CSMS, TC_K_57_CSMS: a schedule for plain charging, none for what cannot be reached, none for nonsense."""
    with door.station("CP1", "ocpp2.1") as talk:
        v2x.reported(talk, v2x.offering())
        v2x.started(talk)
        plain = {
            "acChargingParameters": {"energyAmount": 9000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230}
        }
        assert v2x.needs(talk, "AC_three_phase", **plain)["status"] == "Accepted"
        assert v2x.installed(talk)["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 16
        hurry = {**v2x.CAR, "evMinEnergyRequest": 20_000}
        late = v2x.needs(talk, v2xChargingParameters=hurry, departureTime=v2x.soon(1))
        assert (late["status"], late["statusInfo"]["reasonCode"]) == ("NoChargingProfile", "NotEnoughTime")
        odd = v2x.needs(talk, v2xChargingParameters={**v2x.CAR, "maxChargePower": 1})
        assert (odd["status"], odd["statusInfo"]["reasonCode"]) == ("Rejected", "InvalidNeeds")
        assert EvNeeds.objects.count() == 3


def test_a_201_station_tells_what_a_car_of_direct_current_needs(station: Station, door: Door) -> None:
    """TC_K_53_CSMS: nobody knows what the EVSE is built for, so it is the car's 200 A at 400 V."""
    with door.station("CP1", "ocpp2.0.1") as talk:
        v2x.reported(talk, [])
        v2x.started(talk)
        said = {"requestedEnergyTransfer": "DC", "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 400}}
        assert talk.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": said})["status"] == "Accepted"
        drained()
        assert v2x.periods(v2x.installed(talk)) == [{"startPeriod": 0, "limit": 80_000}]


def test_what_the_car_makes_of_its_profile_is_kept_and_too_much_is_answered_by_the_profile_again(
    station: Station, door: Door
) -> None:
    """TC_K_55_CSMS, TC_K_58_CSMS, TC_K_59_CSMS: K15.FR.11."""
    with door.station("CP1", "ocpp2.1") as talk:
        ready(talk)
        step = {"startPeriod": 0, "limit": 11_000}
        schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [step]}
        said = {"timeBase": at(1), "evseId": 1, "chargingSchedule": schedule}
        assert talk.call("NotifyEVChargingSchedule", said)["status"] == "Accepted"
        drained()
        assert EvSchedule.objects.get().excess == ""
        schedule["chargingSchedulePeriod"] = [{**step, "limit": 22_000}]
        assert talk.call("NotifyEVChargingSchedule", said)["status"] == "Accepted"
        drained()
        assert v2x.periods(v2x.installed(talk))[0]["limit"] == 11_000
        assert "22000" in EvSchedule.objects.latest("pk").excess
