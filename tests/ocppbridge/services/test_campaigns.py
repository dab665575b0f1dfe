"""Firmware campaigns: waves, thresholds, windows, what is charging; and one over twenty simulated stations."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from ocppbridge import drain, sweeps
from ocppbridge.charging import campaigns as pure
from ocppbridge.charging.campaigns import Next, State, Target, next_step, waves, within
from ocppbridge.models import (
    Alert,
    Call,
    CampaignTarget,
    FirmwareCampaign,
    FirmwareImage,
    FirmwareUpdate,
    Station,
    Transaction,
)
from ocppbridge.services import campaigns, files
from ocppbridge.simulator.crew import made
from ocppbridge.simulator.shell import Seat, run
from roaming.decisions import Choices, Scope
from tests.ocppbridge.door import PASSWORD, Door, eventually
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHILE = "FIRMWARE-WHILE-CHARGING"


# The decisions


@pytest.mark.parametrize(
    ("count", "canary", "percent", "expected"),
    [
        (20, 2, 25, [0, 0] + [1] * 5 + [2] * 5 + [3] * 5 + [4] * 3),
        (3, 1, 100, [0, 1, 1]),
        (3, 0, 34, [0, 0, 1]),
        (2, 5, 25, [0, 0]),
        (1, 0, 1, [0]),
        (0, 1, 25, []),
    ],
)
def test_stations_are_cut_into_waves(count: int, canary: int, percent: int, expected: list[int]) -> None:
    assert list(waves(count, canary, percent)) == expected


W, U, D, F, S = State.WAITING, State.UPDATING, State.DONE, State.FAILED, State.SKIPPED


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([(0, W), (1, W), (1, W)], Next(begin=(0,))),
        ([(0, U), (1, W), (1, W)], Next()),
        ([(0, D), (1, W), (1, W)], Next(begin=(1, 2))),
        ([(0, S), (1, U), (1, W)], Next(begin=(2,))),
        ([(0, D), (1, D), (1, S)], Next(over=True)),
        ([(0, F), (1, W), (1, W)], Next(stop="1 of 1 updates have failed, more than 10 %")),
        ([(0, D)] * 9 + [(1, F), (2, W)], Next(begin=(10,))),
        ([(0, D)] * 8 + [(1, F), (2, W)], Next(stop="1 of 9 updates have failed, more than 10 %")),
        ([(0, D)] * 9 + [(1, F)], Next(over=True)),
    ],
)
def test_what_is_next(states: list[tuple[int, State]], expected: Next) -> None:
    targets = [Target(key, wave, state) for key, (wave, state) in enumerate(states)]
    assert next_step(targets, 10) == expected


@pytest.mark.parametrize(
    ("start", "end", "at", "open_"),
    [
        (None, None, 12, True), (time(1), time(5), 1, True), (time(1), time(5), 5, False),
        (time(22), time(4), 23, True), (time(22), time(4), 3, True), (time(22), time(4), 12, False),
        (time(1), None, 12, True),
    ],
)  # fmt: skip
def test_a_window_may_span_midnight(start: time | None, end: time | None, at: int, open_: bool) -> None:
    assert within((start, end), time(at)) is open_


def test_the_words_of_rows_and_decisions_are_the_same() -> None:
    assert {str(one) for one in pure.State} == set(CampaignTarget.State.values)


# Rows


def fleet(count: int) -> list[Station]:
    stations = [new_station(f"CP{number:02}") for number in range(1, count + 1)]
    Station.objects.update(
        subprotocol="ocpp2.1", vendor="ACME", model="One", firmware_version="1.0.0", boot_status="Accepted"
    )
    return stations


def campaign(**more: Any) -> FirmwareCampaign:
    image = FirmwareImage.objects.create(name="Two", version="2.0", url="https://files.example/fw")
    return FirmwareCampaign.objects.create(name="Spring", image=image, **more)


def standing(row: FirmwareCampaign) -> dict[str, str]:
    return dict(row.targets.values_list("station__identity", "state"))


def ended(identity: str, state: str) -> None:
    FirmwareUpdate.objects.filter(station__identity=identity).update(state=state)
    Call.objects.filter(station__identity=identity).update(sent_at=NOW)


@pytest.mark.django_db
def test_only_stations_that_fit_and_do_not_have_it_are_chosen() -> None:
    fleet(5)
    Station.objects.filter(identity="CP01").update(vendor="Other")
    Station.objects.filter(identity="CP02").update(firmware_version="2.0")
    Station.objects.filter(identity="CP03").update(firmware_version="0.9")
    Station.objects.filter(identity="CP04").update(subprotocol="")
    row = campaign(vendor="acme", from_version="1.0.0", identities="CP05\nCP03\nCP01")
    assert [one.identity for one in campaigns.candidates(row)] == ["CP05"]
    row.vendor, row.from_version = "Nobody", ""
    row.save()
    with pytest.raises(campaigns.NotNow, match="no station fits"):
        campaigns.start(row, NOW)


@pytest.mark.django_db
def test_waves_follow_each_other_and_too_many_failures_stop_it() -> None:
    fleet(6)
    row = campaign(canary=1, percent=34, stop_above=20)
    assert campaigns.start(row, NOW) == 6
    campaigns.sweep(NOW, Choices())
    assert Counter(standing(row).values()) == {"updating": 1, "waiting": 5}
    ended("CP01", "done")
    campaigns.sweep(NOW, Choices())
    assert [one for one, state in standing(row).items() if state == "updating"] == ["CP02", "CP03", "CP04"]
    ended("CP02", "failed")
    campaigns.sweep(NOW, Choices())
    row.refresh_from_db()
    assert (row.state, row.reason) == ("stopped", "1 of 2 updates have failed, more than 20 %")
    assert Alert.objects.get(code="CAMPAIGN-STOPPED").text.startswith("Spring: 1 of 2")
    assert standing(row)["CP03"] == "updating", "what is under way comes to its end"
    campaigns.resume(row)
    ended("CP03", "done")
    ended("CP04", "done")
    campaigns.sweep(NOW, Choices())
    assert [one for one, state in standing(row).items() if state == "updating"] == ["CP05", "CP06"]
    assert standing(row)["CP02"] == "skipped"
    assert campaigns.retry(row) == 1
    for identity in ("CP05", "CP06"):
        ended(identity, "done")
    campaigns.sweep(NOW, Choices())
    assert standing(row)["CP02"] == "updating"
    ended("CP02", "done")
    campaigns.sweep(NOW, Choices())
    row.refresh_from_db()
    assert row.state == "done"


@pytest.mark.django_db
def test_a_station_is_tried_as_often_as_wanted_and_one_that_was_away_is_no_failure() -> None:
    fleet(2)
    row = campaign(canary=2, tries=2, stop_above=0)
    campaigns.start(row, NOW)
    for state in ("updating", "updating"):
        campaigns.sweep(NOW, Choices())
        assert standing(row)["CP01"] == state
        ended("CP01", "failed")
    FirmwareUpdate.objects.filter(station__identity="CP02").update(state="silent")
    campaigns.sweep(NOW, Choices())
    assert standing(row) == {"CP01": "failed", "CP02": "skipped"}
    assert FirmwareUpdate.objects.filter(station__identity="CP01").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("choice", "state"), [("wait", "waiting"), ("skip", "skipped"), ("update", "updating")])
def test_what_is_charging_is_treated_as_decided(choice: str, state: str) -> None:
    station, _ = fleet(2)
    Transaction.objects.create(
        station=station, evse_number=1, started_at=NOW, last_news_at=NOW, state="running", wire_id=1
    )
    row = campaign(canary=2)
    campaigns.start(row, NOW)
    campaigns.sweep(NOW, Choices({(Scope.HUB, "", WHILE): choice}))
    assert standing(row) == {"CP01": state, "CP02": "updating"}
    if choice == "wait":
        Transaction.objects.update(state="ended")
        campaigns.sweep(NOW, Choices())
        assert standing(row)["CP01"] == "updating"


@pytest.mark.django_db
def test_updates_begin_within_the_window_only_and_a_pause_holds_them() -> None:
    fleet(1)
    row = campaign(window_from=time(1), window_to=time(5))
    campaigns.start(row, NOW)
    campaigns.sweep(NOW, Choices())
    assert standing(row) == {"CP01": "waiting"}
    campaigns.pause(row, "ann")
    night = NOW + timedelta(hours=14)
    assert campaigns.sweep(night, Choices()) == 0
    campaigns.resume(row)
    campaigns.sweep(night, Choices())
    assert standing(row) == {"CP01": "updating"}


@pytest.mark.django_db
def test_what_is_under_way_in_a_campaign_that_was_paused_or_stopped_is_seen_to_end() -> None:
    fleet(3)
    row = campaign(canary=2, stop_above=0)
    campaigns.start(row, NOW)
    campaigns.sweep(NOW, Choices())
    campaigns.pause(row, "ann")
    ended("CP01", "done")
    campaigns.sweep(NOW, Choices())
    assert standing(row) == {"CP01": "done", "CP02": "updating", "CP03": "waiting"}
    campaigns.stop(row, "enough", NOW)
    ended("CP02", "failed")
    assert campaigns.sweep(NOW, Choices()) == 1
    assert standing(row) == {"CP01": "done", "CP02": "failed", "CP03": "waiting"}
    row.refresh_from_db()
    assert (row.state, row.reason) == ("stopped", "enough")
    assert campaigns.sweep(NOW, Choices()) == 0
    assert campaigns.retry(row) == 1


@pytest.mark.django_db
def test_a_station_that_may_not_be_asked_is_skipped_with_the_reason() -> None:
    fleet(1)
    Station.objects.update(boot_status="Rejected")
    row = campaign()
    campaigns.start(row, NOW)
    campaigns.sweep(NOW, Choices())
    target = row.targets.get()
    assert target.state == "skipped"
    assert "only when it has been accepted" in target.reason


# Twenty stations over real sockets, with images over real HTTP


@contextmanager
def on_the_road(seats: list[Seat]) -> Iterator[None]:
    """The stations in a loop of their own."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(seats, lambda note: None, stop),), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def work(settings: Settings) -> None:
    """What workers and beat do."""
    now = datetime.now(UTC)
    for shard in range(settings.DRAIN_SHARDS):
        drain.drain(shard)
    campaigns.sweep(now, Choices())
    sweeps.wake_holders(now)


def test_a_campaign_over_twenty_stations_stops_when_three_of_a_wave_fail(door: Door, settings: Settings) -> None:
    settings.HUB_OCPP_PUBLIC_URL = f"ws://127.0.0.1:{door.port}"
    names = [f"CP{number:02}" for number in range(1, 21)]
    bad = {"CP03", "CP04", "CP05"}
    for name in names:
        new_station(name)
    seats = [
        Seat(
            made(version, name, {"update_ends": "InstallationFailed"} if name in bad else {}),
            door.url("").rstrip("/"),
            PASSWORD,
        )
        for name, version in zip(names, ["2.1", "2.0.1", "1.6"] * 7, strict=False)
    ]
    file = files.store("fw.bin", "", [b"version=2.0\n" + b"x" * 300_000])
    image = FirmwareImage.objects.create(name="Two", version="2.0", vendor="Rehearsal", file=file)
    row = FirmwareCampaign.objects.create(name="Spring", image=image, canary=2, percent=25, stop_above=10)

    def booted() -> bool:
        work(settings)
        return Station.objects.filter(firmware_version="1.0.0", connection__isnull=False).count() == 20

    def over() -> bool:
        work(settings)
        row.refresh_from_db()
        return row.state == "stopped" and not row.targets.filter(update__state__in=["asked", "under way"]).exists()

    def updated() -> bool:
        """Those of the first waves that did not fail have come back with it."""
        work(settings)
        names_of = Station.objects.filter(firmware_version="2.0").values_list("identity", flat=True)
        return set(names_of) == set(names[:7]) - bad

    with on_the_road(seats):
        eventually(booted, "all are there")
        assert campaigns.start(row, datetime.now(UTC)) == 20
        eventually(over, "the campaign stops")
        eventually(updated, "the others boot with the new version")
    connection.close()
    row.refresh_from_db()
    assert row.reason.endswith("updates have failed, more than 10 %")
    made_for = dict(FirmwareUpdate.objects.values_list("station__identity", "state"))
    assert {name: made_for[name] for name in bad} == dict.fromkeys(bad, "failed")
    assert made_for["CP01"] == made_for["CP02"] == "done"
    assert set(made_for) == set(names[:7]), "the other waves were never asked"
    assert Alert.objects.filter(code="FIRMWARE-FAILED").count() == 3
