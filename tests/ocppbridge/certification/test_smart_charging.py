"""Certification, block K: profiles set, replaced, cleared and told; what holds, and what others limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge import power
from ocppbridge.charging.charging_profiles import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ocppbridge.charging.intents import AskSchedule, ClearProfiles, StartCharging
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.models import (
    Call,
    ChargingLimit,
    EvNeeds,
    EvSchedule,
    InstalledProfile,
    ProfileInquiry,
    Report,
    ScheduleCheck,
    Transaction,
)
from ocppbridge.services import calls, charging_profiles
from roaming.services import decisions
from tests.ocppbridge.certification.bidirectional import heard, started
from tests.ocppbridge.certification.cards import CARD, authorize, card, id_token, world
from tests.ocppbridge.certification.events import at, event
from tests.ocppbridge.certification.talking import asked, boot, drained, settled, stamp, state
from tests.ocppbridge.door import Door, Talk

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
AT = datetime(2026, 1, 1, tzinfo=UTC)
EVSE = Place(1)


@contextmanager
def there(door: Door, version: str) -> Iterator[Talk]:
    """A station of an operator whose cards charge, booted and free."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Available")
        drained()
        yield talk


def profile(purpose: Purpose, number: int = 7, limit: int = 16, level: int = 0, **more: Any) -> ChargingProfile:
    schedule = Schedule(Unit.A, (Period(0, Decimal(limit)),), more.pop("start", None))
    kind = more.pop("kind", Kind.ABSOLUTE if schedule.start else Kind.RELATIVE)
    return ChargingProfile(number, level, purpose, kind, (schedule,), **more)


def set_on(talk: Talk, said: ChargingProfile, place: Place = EVSE, answer: str = "Accepted") -> dict[str, Any]:
    """What the station hears; it answers."""
    charging_profiles.set_on(drained(), said, place, purpose="staff")
    return heard(talk, "SetChargingProfile", answer)


def kept() -> list[tuple[str, int, Any]]:
    """Purpose, EVSE and first limit of what is on the station as far as we know."""
    rows = InstalledProfile.objects.order_by("profile_id")
    return [
        (row.purpose, row.evse_number, charging_profiles.load(row.profile).schedule.periods[0].limit) for row in rows
    ]


def begun(talk: Talk) -> Transaction:
    """A car charges, in the words of either version."""
    if talk.socket.subprotocol != "ocpp1.6":
        return started(talk)
    state(talk, "Preparing")
    assert authorize(talk)["status"] == "Accepted"
    talk.call("StartTransaction", {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": stamp()})
    state(talk, "Charging")
    drained()
    return Transaction.objects.get()


def holds(evse: int = 1) -> Any:
    """The limit that we compute for now."""
    (period, *_) = power.computed(drained(), evse, datetime.now(UTC).replace(microsecond=0), 60).periods
    return period.limit


# Set


@pytest.mark.parametrize(("requirement", "place"), [("TC_K_01_CSMS", EVSE), ("TC_K_10_CSMS", STATION)])
@V2
def test_a_default_for_transactions_is_set(door: Door, version: str, requirement: str, place: Place) -> None:
    """K01: for one EVSE, or with EVSE 0 for all of them."""
    with there(door, version) as talk:
        heard_ = set_on(talk, profile(Purpose.TX_DEFAULT, start=AT), place)
    assert (heard_["evseId"], heard_["chargingProfile"]["chargingProfilePurpose"]) == (place.evse, "TxDefaultProfile")
    assert heard_["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 16}
    ]
    assert kept() == [("TxDefaultProfile", place.evse, Decimal(16))]


def test_a_default_for_transactions_is_set_on_a_1_6_station(door: Door) -> None:
    """TC_056_CSMS."""
    with there(door, "ocpp1.6") as talk:
        said = set_on(talk, profile(Purpose.TX_DEFAULT, start=AT))
    assert (said["connectorId"], said["csChargingProfiles"]["chargingProfilePurpose"]) == (1, "TxDefaultProfile")
    assert kept() == [("TxDefaultProfile", 1, Decimal(16))]


@V2
def test_a_profile_of_a_transaction_is_refused_where_none_runs(door: Door, version: str) -> None:
    """TC_K_02_CSMS: the station refuses, and we do not think that it has it."""
    with there(door, version) as talk:
        said = set_on(talk, profile(Purpose.TX, transaction="T1"), answer="Rejected")
    assert said["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert (kept(), Call.objects.get().outcome) == ([], "Rejected")


@V2
def test_the_maximum_of_a_station_is_set(door: Door, version: str) -> None:
    """TC_K_03_CSMS: EVSE 0, Absolute."""
    with there(door, version) as talk:
        said = set_on(talk, profile(Purpose.STATION_MAX, limit=40, start=AT), STATION)
    found = said["chargingProfile"]
    assert (said["evseId"], found["chargingProfilePurpose"]) == (0, "ChargingStationMaxProfile")
    assert found["chargingProfileKind"] == "Absolute"
    assert kept() == [("ChargingStationMaxProfile", 0, Decimal(40))]


@V2
def test_a_profile_is_replaced_by_one_with_its_id(door: Door, version: str) -> None:
    """TC_K_04_CSMS, K01.FR.05."""
    with there(door, version) as talk:
        first = set_on(talk, profile(Purpose.TX_DEFAULT, start=AT))
        second = set_on(talk, profile(Purpose.TX_DEFAULT, limit=10, level=1, start=AT))
    assert first["chargingProfile"]["id"] == second["chargingProfile"]["id"]
    assert kept() == [("TxDefaultProfile", 1, Decimal(10))]


@pytest.mark.parametrize("answer", ["Rejected", None])
@V2
def test_a_station_without_smart_charging_refuses(door: Door, version: str, answer: str | None) -> None:
    """TC_K_15_CSMS: in its answer, or because it does not know the action at all."""
    with there(door, version) as talk:
        call = charging_profiles.set_on(drained(), profile(Purpose.TX_DEFAULT, start=AT), EVSE, purpose="staff")
        frame = talk.called()
        if answer is None:
            talk.send([4, frame[1], "NotSupported", "no smart charging here", {}])
        else:
            talk.answer(frame, {"status": answer})
        settled(call)
    said = (call.state, call.outcome or call.error_code)
    assert (kept(), said) == ([], ("answered", "Rejected") if answer else ("refused", "NotSupported"))


@V2
def test_a_recurring_profile_is_set(door: Door, version: str) -> None:
    """TC_K_19_CSMS: with how often it recurs, and from when."""
    with there(door, version) as talk:
        daily = profile(Purpose.TX_DEFAULT, start=AT, kind=Kind.RECURRING, recurrency=Recurrency.DAILY)
        said = set_on(talk, daily)["chargingProfile"]
    assert (said["chargingProfileKind"], said["recurrencyKind"]) == ("Recurring", "Daily")
    assert said["chargingSchedule"][0]["startSchedule"] == "2026-01-01T00:00:00Z"


@V2
def test_a_running_transaction_gets_a_profile_of_its_own(door: Door, version: str) -> None:
    """TC_K_60_CSMS: it names the transaction, leads over the default, and goes with the transaction."""
    with there(door, version) as talk:
        row = begun(talk)
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, 32, start=AT))
        said = set_on(talk, profile(Purpose.TX, 2, 10, transaction=row.transaction_id))
        assert said["chargingProfile"]["transactionId"] == "T1"
        assert holds() == 10
        talk.call("TransactionEvent", event("Ended", 1, "EVCommunicationLost", stoppedReason="EVDisconnected"))
        drained()
        charging_profiles.forget_ended()
        assert (holds(), kept()) == (32, [("TxDefaultProfile", 1, Decimal(32))])


def test_a_transaction_of_1_6_gets_a_profile_of_its_own_and_it_is_cleared(door: Door) -> None:
    """TC_057_CSMS, TC_067_CSMS: by its id, then by purpose and level."""
    with there(door, "ocpp1.6") as talk:
        row = begun(talk)
        mine = profile(Purpose.TX, 2, 10, transaction=str(row.wire_id))
        said = set_on(talk, mine)["csChargingProfiles"]
        assert (said["chargingProfilePurpose"], said["transactionId"]) == ("TxProfile", row.wire_id)
        assert holds() == 10
        assert clear(talk, ClearProfiles(2)) == {"id": 2}
        assert kept() == []
        set_on(talk, mine)
        assert clear(talk, ClearProfiles(purpose=Purpose.TX, level=0)) == {
            "chargingProfilePurpose": "TxProfile", "stackLevel": 0,
        }  # fmt: skip
        assert kept() == []


@V2
def test_several_profiles_hold_together(door: Door, version: str) -> None:
    """TC_K_70_CSMS: a default for transactions below the maximum of the station."""
    with there(door, version) as talk:
        purposes = [
            set_on(talk, said, place)["chargingProfile"]["chargingProfilePurpose"]
            for said, place in (
                (profile(Purpose.TX_DEFAULT, 1, 32, start=AT), EVSE),
                (profile(Purpose.STATION_MAX, 2, 20, start=AT), STATION),
            )
        ]
        assert purposes == ["TxDefaultProfile", "ChargingStationMaxProfile"]
        assert (len(kept()), holds()) == (2, 20)


# With a remote start


def test_a_remote_start_brings_a_profile(door: Door) -> None:
    """TC_059_CSMS: TxProfile without a transaction, for there is none yet."""
    with there(door, "ocpp1.6") as talk:
        start = StartCharging(IdToken(CARD, "ISO14443"), 1, Place(1, 1), profile=profile(Purpose.TX, 9, 8))
        action, said, call = asked(talk, start, {"status": "Accepted"})
        mine = {
            "chargingProfileId": 9, "stackLevel": 0, "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}]},
        }  # fmt: skip
        assert (action, said["chargingProfile"], call.outcome) == ("RemoteStartTransaction", mine, "Accepted")
        row = begun(talk)
        assert holds() == 8
    assert kept() == [("TxProfile", 1, Decimal(8))]
    assert InstalledProfile.objects.get().transaction_id == str(row.wire_id)


@V2
def test_a_remote_start_of_2_x_brings_a_profile(door: Door, version: str) -> None:
    """TC_K_37_CSMS: the transaction is not named."""
    with there(door, version) as talk:
        period = {"id": 9, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}]}
        mine = {
            "id": 9, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [period],
        }  # fmt: skip
        start = StartCharging(IdToken(CARD, "ISO14443"), 4711, Place(1, 1), profile=profile(Purpose.TX, 9, 8))
        action, said, call = asked(talk, start, {"status": "Accepted"})
        assert (action, said["chargingProfile"], call.outcome) == ("RequestStartTransaction", mine, "Accepted")
        assert "transactionId" not in said["chargingProfile"]
        began = event("Started", 0, "RemoteStart", idToken=id_token(), remoteStartId=4711)
        assert talk.call("TransactionEvent", began)["idTokenInfo"]["status"] == "Accepted"
        drained()
        assert holds() == 8
    row = Transaction.objects.get()
    assert row.call == call
    assert kept() == [("TxProfile", 1, Decimal(8))]
    assert InstalledProfile.objects.get().transaction_id == row.transaction_id


# Clear


def clear(talk: Talk, intent: ClearProfiles, answer: str = "Accepted") -> Any:
    calls.queue(drained(), intent, purpose="staff")
    return heard(talk, "ClearChargingProfile", answer)


@V2
def test_profiles_are_cleared_by_id_and_by_what_they_are(door: Door, version: str) -> None:
    """TC_K_05_CSMS, TC_K_06_CSMS: only those that fit are taken to be gone."""
    with there(door, version) as talk:
        for number, level in ((1, 0), (2, 1), (3, 2)):
            set_on(talk, profile(Purpose.TX_DEFAULT, number, 10 + number, level, start=AT))
        assert clear(talk, ClearProfiles(3)) == {"chargingProfileId": 3}
        assert [limit for _, _, limit in kept()] == [11, 12]
        said = clear(talk, ClearProfiles(purpose=Purpose.TX_DEFAULT, level=1))
        assert said == {
            "chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
        }  # fmt: skip
        assert [limit for _, _, limit in kept()] == [11]


@V2
def test_what_a_station_does_not_know_is_gone(door: Door, version: str) -> None:
    """TC_K_08_CSMS: Unknown is as good as cleared; a refusal is not."""
    with there(door, version) as talk:
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, start=AT))
        charging_profiles.ask(drained())
        heard(talk, "GetChargingProfiles")
        assert len(kept()) == 1
        clear(talk, ClearProfiles(1), "Unknown")
    assert (kept(), Call.objects.latest("created_at").outcome) == ([], "Unknown")


# Told


ASKED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("TC_K_29_CSMS", {"place": STATION}, {"evseId": 0}, {}),
    ("TC_K_30_CSMS", {"place": EVSE}, {"evseId": 1}, {}),
    ("TC_K_31_CSMS", {}, {}, {}),
    ("TC_K_32_CSMS", {"profile_ids": (7,)}, {}, {"chargingProfileId": [7]}),
    ("TC_K_33_CSMS", {"place": EVSE, "level": 0}, {"evseId": 1}, {"stackLevel": 0}),
    ("TC_K_34_CSMS", {"place": EVSE, "sources": ("CSO",)}, {"evseId": 1}, {"chargingLimitSource": ["CSO"]}),
    (
        "TC_K_35_CSMS", {"place": EVSE, "purpose": Purpose.TX_DEFAULT}, {"evseId": 1},
        {"chargingProfilePurpose": "TxDefaultProfile"},
    ),
    (
        "TC_K_36_CSMS", {"place": EVSE, "purpose": Purpose.TX_DEFAULT, "level": 0}, {"evseId": 1},
        {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
    ),
]  # fmt: skip


@V2
def test_profiles_are_asked_for_and_told(door: Door, version: str) -> None:
    """TC_K_29_CSMS to TC_K_36_CSMS, K09: by EVSE, id, level, source and purpose; what is told is what was set."""
    with there(door, version) as talk:
        for _, criteria, evse, said in ASKED:
            place = criteria.get("place", EVSE)
            there_ = set_on(talk, profile(Purpose.TX_DEFAULT, start=AT), place)["chargingProfile"]
            inquiry = charging_profiles.ask(drained(), **criteria)
            assert heard(talk, "GetChargingProfiles") == {"requestId": inquiry.pk, **evse, "chargingProfile": said}
            report(talk, inquiry, [there_], place.evse)
            inquiry.refresh_from_db()
            row = InstalledProfile.objects.get()
            assert (inquiry.state, inquiry.seen, row.drift, row.evse_number) == ("whole", [7], "", place.evse)
            assert row.reported_at is not None


def report(talk: Talk, inquiry: ProfileInquiry, profiles: list[dict[str, Any]], evse: int, source: str = "CSO") -> None:
    said = {
        "requestId": inquiry.pk, "chargingLimitSource": source, "evseId": evse, "chargingProfile": profiles,
    }  # fmt: skip
    assert talk.call("ReportChargingProfiles", said) == {}
    drained()


@V2
def test_the_composite_schedule_of_an_evse_and_of_the_station_is_asked_for(door: Door, version: str) -> None:
    """TC_K_43_CSMS, TC_K_44_CSMS: kept beside what we compute."""
    with there(door, version) as talk:
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, 16, start=AT))
        set_on(talk, profile(Purpose.STATION_MAX, 2, 40, start=AT), STATION)
        for evse, limit in ((1, 16), (0, 40)):
            call = calls.queue(drained(), AskSchedule(Place(evse), 300, Unit.A), purpose="staff")
            schedule = {
                "evseId": evse, "duration": 300, "scheduleStart": stamp(), "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            }  # fmt: skip
            said = heard(talk, "GetCompositeSchedule", schedule=schedule)
            assert said == {"evseId": evse, "duration": 300, "chargingRateUnit": "A"}
            assert settled(call).outcome == "Accepted"
            assert ScheduleCheck.objects.get(evse_number=evse).difference == ""


def test_the_composite_schedule_of_a_1_6_station_is_asked_for(door: Door) -> None:
    """TC_066_CSMS: one that is not what we compute is told to staff."""
    with there(door, "ocpp1.6") as talk:
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, 16, start=AT))
        calls.queue(drained(), AskSchedule(EVSE, 300, Unit.A), purpose="staff")
        schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32}]}
        said = heard(
            talk, "GetCompositeSchedule", connectorId=1, scheduleStart=stamp(), chargingSchedule=schedule,
        )  # fmt: skip
    assert said == {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    assert "32" in ScheduleCheck.objects.get().difference


# Limits of others


@V2
def test_a_limit_of_others_holds_until_it_is_released(door: Door, version: str) -> None:
    """TC_K_48_CSMS, TC_K_50_CSMS: set, updated, released, without a transaction."""
    with there(door, version) as talk:
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, 32, start=AT))
        for limit in (20, 12):
            assert limited(talk, limit) == {}
            assert holds() == limit
        assert ChargingLimit.objects.filter(cleared_at=None).count() == 1
        assert talk.call("ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 1}) == {}
        assert holds() == 32
    assert Report.objects.filter(action="NotifyChargingLimit").count() == 2


def limited(talk: Talk, limit: int) -> Any:
    schedule = {
        "id": 1, "startSchedule": "2026-01-01T00:00:00Z", "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }  # fmt: skip
    said = {"evseId": 1, "chargingLimit": {"chargingLimitSource": "EMS"}, "chargingSchedule": [schedule]}
    told = talk.call("NotifyChargingLimit", said)
    drained()
    return told


@V2
def test_a_limit_of_others_is_released_while_a_car_charges(door: Door, version: str) -> None:
    """TC_K_51_CSMS: the transaction goes on, with what its own profile allows."""
    with there(door, version) as talk:
        row = begun(talk)
        set_on(talk, profile(Purpose.TX, 2, 16, transaction=row.transaction_id))
        limited(talk, 8)
        changed = event("Updated", 1, "ChargingRateChanged", chargingState="Charging")
        assert isinstance(talk.call("TransactionEvent", changed), dict)
        assert holds() == 8
        assert talk.call("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}
        talk.call("TransactionEvent", event("Updated", 2, "ChargingRateChanged", chargingState="Charging"))
        assert holds() == 16
    row.refresh_from_db()
    assert row.state == "running"


@V2
def test_a_limit_of_others_is_told_as_a_profile(door: Door, version: str) -> None:
    """TC_K_52_CSMS: it is theirs, nobody misses it with us, and it limits like any other."""
    with there(door, version) as talk:
        set_on(talk, profile(Purpose.TX_DEFAULT, 1, 32, start=AT))
        inquiry = charging_profiles.ask(drained(), sources=("EMS",))
        assert heard(talk, "GetChargingProfiles")["chargingProfile"] == {"chargingLimitSource": ["EMS"]}
        schedule = {
            "id": 5, "startSchedule": "2026-01-01T00:00:00Z", "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        }  # fmt: skip
        theirs = {
            "id": 5, "stackLevel": 0, "chargingProfilePurpose": "ChargingStationExternalConstraints",
            "chargingProfileKind": "Absolute", "chargingSchedule": [schedule],
        }  # fmt: skip
        report(talk, inquiry, [theirs], 0, "EMS")
        row = InstalledProfile.objects.get(profile_id=5)
        assert (row.source, row.wanted, row.drift) == ("EMS", False, "")
        assert holds() == 10


# What the car says


CAR = {"evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230}


def needs(talk: Talk, amount: int = 9000) -> str:
    car = {**CAR, "energyAmount": amount}
    said = {"requestedEnergyTransfer": "AC_three_phase", "acChargingParameters": car}
    told = talk.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": said})
    drained()
    return str(told["status"])


def means_to(talk: Talk, limit: int) -> str:
    """What the car makes of its profile."""
    steps = [{"startPeriod": 0, "limit": limit}]
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": steps}
    told = talk.call("NotifyEVChargingSchedule", {"timeBase": at(1), "evseId": 1, "chargingSchedule": schedule})
    drained()
    return str(told["status"])


def schedule_told(talk: Talk) -> tuple[Any, Any]:
    """Whose schedule the station hears next, and its limit."""
    said = heard(talk, "SetChargingProfile")["chargingProfile"]
    (period,) = said["chargingSchedule"][0]["chargingSchedulePeriod"]
    return said["transactionId"], period["limit"]


@V2
def test_a_car_that_can_tell_its_needs_is_served_and_asks_anew(door: Door, version: str) -> None:
    """TC_K_53_CSMS, TC_K_57_CSMS: K15.FR.07, K17: what EVSE and car can both do; what staff have set is told again."""
    with there(door, version) as talk:
        row = begun(talk)
        assert needs(talk) == "Accepted"
        assert schedule_told(talk) == (row.transaction_id, 16)
        assert means_to(talk, 16) == "Accepted"
        set_on(talk, profile(Purpose.TX, 2, 12, transaction=row.transaction_id))
        assert needs(talk, 5000) == "Accepted"
        assert schedule_told(talk) == (row.transaction_id, 12)
        assert means_to(talk, 12) == "Accepted"
    assert (EvNeeds.objects.count(), EvSchedule.objects.count()) == (2, 2)
    assert kept() == [("TxProfile", 1, Decimal(12))]


@V2
def test_a_car_that_means_to_take_more_than_its_schedule_is_told_it_again(door: Door, version: str) -> None:
    """TC_K_55_CSMS: K15.FR.11."""
    with there(door, version) as talk:
        begun(talk)
        assert needs(talk) == "Accepted"
        told = schedule_told(talk)
        assert means_to(talk, 20) == "Accepted"
        assert schedule_told(talk) == told
    assert "20" in EvSchedule.objects.get().excess


@V2
def test_needs_that_come_before_the_transaction_wait_for_it(door: Door, version: str) -> None:
    """TC_K_53_CSMS: a TxProfile needs a transaction (K01.FR.03)."""
    with there(door, version) as talk:
        assert needs(talk) == "Accepted"
        row = begun(talk)
        assert schedule_told(talk) == (row.transaction_id, 16)
    assert EvNeeds.objects.get().transaction == row


@V2
def test_by_decision_a_car_that_only_charges_is_made_no_schedule(door: Door, version: str) -> None:
    """Decision EV-NEEDS-PLAN; 2.0.1 has no word for it."""
    decisions.choose("EV-NEEDS-PLAN", "none")
    decisions.forget()
    with there(door, version) as talk:
        begun(talk)
        assert needs(talk) == ("Processing" if version == "ocpp2.0.1" else "NoChargingProfile")
    assert not Call.objects.filter(action="SetChargingProfile").exists()


@V2
def test_a_schedule_is_negotiated_anew_because_we_say_so(door: Door, version: str) -> None:
    """TC_K_58_CSMS, TC_K_59_CSMS: a new profile, the car's needs again, it once more, and what the car makes of it."""
    with there(door, version) as talk:
        row = begun(talk)
        second = set_on(talk, profile(Purpose.TX, 2, 10, transaction=row.transaction_id))
        assert second["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 10
        assert needs(talk) == "Accepted"
        assert schedule_told(talk) == (row.transaction_id, 10)
        assert means_to(talk, 10) == "Accepted"
    assert EvSchedule.objects.get().transaction == row
