"""Profiles as rows: what a station accepted is there; a report shows what is lost, changed, or of others (K09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from ocppbridge.bridge import power
from ocppbridge.charging.bidirectional import Wish
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.intents import ClearProfiles, Intent, NotOffered, UpdateSetpoint
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.smart_messages import LimitCleared, LimitSet, ProfilesReported
from ocppbridge.charging.tokens import Place
from ocppbridge.handlers import settling
from ocppbridge.models import Alert, Call, InstalledProfile, ProfileInquiry, Station
from ocppbridge.services import calls, charging_profiles, limits
from ocppbridge.versions import DIALECTS
from roaming.services import decisions
from tests.ocppbridge.bridge.test_budgets import Site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
PROFILE = ChargingProfile(
    5, 0, Purpose.TX_DEFAULT, Kind.ABSOLUTE, (Schedule(Unit.A, (Period(0, Decimal(16)),), NOW),)
)  # fmt: skip


@pytest.fixture
def station() -> Station:
    return Site(2, "40", active=False).station("CP2")


def answer(call: Call, status: str) -> None:
    row = Call.objects.select_related("station").get(pk=call.pk)
    settling.settle(settling.answered(row, {"status": status}, "", DIALECTS[row.station.subprotocol], NOW))


def hold(station: Station, profile: ChargingProfile = PROFILE, status: str = "Accepted") -> None:
    answer(charging_profiles.set_on(station, profile, Place(0), purpose="staff"), status)


def ids() -> list[int]:
    return list(InstalledProfile.objects.order_by("profile_id").values_list("profile_id", flat=True))


def reported(station: Station, *profiles: ChargingProfile, source: str = "CSO") -> ProfileInquiry:
    inquiry = charging_profiles.ask(station)
    ProfileInquiry.objects.update(asked_at=LATER)
    if profiles:
        message = ProfilesReported(inquiry.pk, source, Place(0), profiles)
        charging_profiles.told(station, message, NOW)
    else:
        assert inquiry.call is not None
        answer(inquiry.call, "NoProfiles")
    inquiry.refresh_from_db()
    return inquiry


def drifts() -> dict[int, str]:
    return dict(InstalledProfile.objects.values_list("profile_id", "drift"))


def test_what_is_accepted_is_there_and_replaces_its_like(station: Station) -> None:
    """K01.FR.05."""
    hold(station)
    hold(station, replace(PROFILE, profile_id=6))
    assert ids() == [6]
    hold(station, replace(PROFILE, profile_id=7, level=1))
    hold(station, replace(PROFILE, profile_id=8, level=2), "Rejected")
    assert ids() == [6, 7]


def test_what_is_cleared_is_gone(station: Station) -> None:
    """K10."""
    hold(station)
    hold(station, replace(PROFILE, profile_id=7, level=1))
    answer(calls.queue(station, ClearProfiles(level=1), purpose="staff"), "Accepted")
    assert ids() == [5]
    answer(calls.queue(station, ClearProfiles(5), purpose="staff"), "Unknown")
    assert ids() == []


def test_a_report_shows_drift_and_staff_are_told(station: Station) -> None:
    hold(station)
    hold(station, replace(PROFILE, profile_id=6, level=1))
    hold(station, replace(PROFILE, profile_id=7, level=2))
    other = replace(PROFILE.schedule, periods=(Period(0, Decimal(6)),))
    found = reported(
        station, replace(PROFILE, schedules=(replace(PROFILE.schedule, schedule_id=3),)),
        replace(PROFILE, profile_id=6, level=1, schedules=(other,)), replace(PROFILE, profile_id=99, level=9),
    )  # fmt: skip
    assert found.state == "whole"
    assert drifts() == {5: "", 6: "different", 7: "missing", 99: "foreign"}
    assert Alert.objects.filter(code="PROFILE-DRIFT").exists()


def test_what_is_missing_or_different_is_set_again(station: Station) -> None:
    hold(station)
    assert reported(station).state == "none"
    assert drifts() == {5: "missing"}
    (call,) = charging_profiles.repair(station, decisions.choices())
    answer(call, "Accepted")
    assert drifts() == {5: ""}


def test_what_nobody_here_has_set_is_cleared_only_where_that_is_decided(station: Station) -> None:
    """Decision PROFILE-FOREIGN."""
    reported(station, PROFILE)
    assert charging_profiles.repair(station, decisions.choices()) == []
    decisions.choose("PROFILE-FOREIGN", "clear")
    (call,) = charging_profiles.repair(station, decisions.choices())
    assert call.payload == {"chargingProfileId": 5}
    decisions.choose("PROFILE-FOREIGN", "keep")


@pytest.mark.parametrize(
    ("limit", "start", "evse", "why"),
    [(-1, 0, 1, "not below 0"), (6, 60, 1, "begin with 0"), (6, 0, 7, "CP2 has no EVSE 7")],
)
def test_what_no_station_may_be_told_is_refused(station: Station, limit: int, start: int, evse: int, why: str) -> None:
    station.evses.get_or_create(number=1, defaults={"uid": "CP2-1"})
    wrong = replace(PROFILE, schedules=(replace(PROFILE.schedule, periods=(Period(start, Decimal(limit)),)),))
    with pytest.raises(NotOffered, match=why):
        charging_profiles.set_on(station, wrong, Place(evse), purpose="staff")


def test_external_constraints_are_seen_and_never_set(station: Station) -> None:
    """K01.FR.22."""
    external = replace(PROFILE, purpose=Purpose.EXTERNAL)
    with pytest.raises(NotOffered, match="on the spot"):
        charging_profiles.set_on(station, external, Place(0), purpose="staff")
    reported(station, replace(external, profile_id=-1), source="EMS")
    assert drifts() == {-1: ""}
    reported(station)
    assert ids() == []


def test_a_limit_of_others_holds_until_it_is_cleared(station: Station) -> None:
    """K12, K13: it caps what we compute."""
    schedule = Schedule(Unit.A, (Period(0, Decimal(9)),))
    limits.take(station, LimitSet("EMS", Place(1), (schedule,), grid_critical=True), NOW)
    (held,) = limits.installed(station)
    assert (held.profile.purpose, held.evse, held.profile.schedule.start) == (Purpose.EXTERNAL, 1, NOW)
    assert Alert.objects.filter(code="GRID-CRITICAL").exists()
    limits.take(station, LimitSet("EMS", Place(1), (schedule,), local_generation=True), NOW)
    assert [one.profile.purpose for one in limits.installed(station)] == [Purpose.LOCAL]
    limits.clear(station, LimitCleared("EMS"), NOW)
    assert limits.installed(station) == []


@pytest.mark.parametrize(("decided", "limit"), [("grid", 16), ("external", 16), ("nothing", 10)])
def test_local_generation_raises_what_is_decided(station: Station, decided: str, limit: int) -> None:
    """Decision LOCAL-GENERATION."""
    for source, generated, amperes in (("SO", False, 10), ("EMS", True, 6)):
        schedule = Schedule(Unit.A, (Period(0, Decimal(amperes)),))
        limits.take(station, LimitSet(source, Place(1), (schedule,), local_generation=generated), NOW)
    decisions.choose("LOCAL-GENERATION", decided)
    assert [one.limit for one in power.computed(station, 1, NOW, 60).periods] == [Decimal(limit)]
    decisions.choose("LOCAL-GENERATION", "grid")


def test_figures_that_were_pushed_and_accepted_hold_from_then_on() -> None:
    """K28: in the composite schedule too; those that were refused change nothing, what is not said stays."""
    station = Site(3, "40", active=False).station("CP3")
    period = Period(0, Decimal(16), setpoint=Decimal(10))
    dynamic = replace(PROFILE, kind=Kind.DYNAMIC, schedules=(Schedule(Unit.A, (period,), NOW),), updated_at=NOW)
    hold(station, dynamic)
    for setpoint, status in (("7", "Accepted"), ("3", "Rejected")):
        push = UpdateSetpoint(5, Setpoints(setpoint=Decimal(setpoint)))
        call = calls.queue(station, push, purpose="staff")
        Call.objects.filter(pk=call.pk).update(sent_at=NOW + timedelta(minutes=1))
        answer(call, status)
    held = charging_profiles.load(InstalledProfile.objects.get().profile)
    assert held.schedule.periods == (replace(period, setpoint=Decimal(7)),)
    assert held.updated_at == NOW + timedelta(minutes=1)
    computed = power.computed(station, 1, NOW + timedelta(minutes=2), 60).periods
    assert [(one.limit, one.setpoint) for one in computed] == [(Decimal(16), Decimal(7))]


def test_figures_change_no_profile_that_is_not_dynamic() -> None:
    station = Site(3, "40", active=False).station("CP3")
    hold(station)
    answer(calls.queue(station, UpdateSetpoint(5, Setpoints(limit=Decimal(6))), purpose="staff"), "Accepted")
    assert charging_profiles.load(InstalledProfile.objects.get().profile) == PROFILE


def test_a_profile_is_kept_without_what_it_does_not_say() -> None:
    """Staff and programs read it: a page of nulls hid the one figure that there was."""
    said = charging_profiles.dump(PROFILE)
    (schedule,) = said["schedules"]
    every = [said, schedule, *schedule["periods"]]
    assert [name for one in every for name, value in one.items() if value in (None, (), [])] == []
    assert charging_profiles.load(said) == PROFILE


def test_what_is_read_back_is_known_before_threads_begin_with_it() -> None:
    """msgspec 0.22 lets others read what it has not found out yet of a kind: the process dies of it."""
    kinds = {*get_args(Intent), ChargingProfile, Schedule, Period, Wish}
    assert [kind.__name__ for kind in kinds if "__msgspec_cache__" not in vars(kind)] == []
