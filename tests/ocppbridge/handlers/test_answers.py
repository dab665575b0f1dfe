"""Answers to what a whole site was asked at once: settled together, each once, before what their station says next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocppbridge import drain, mailbox, nudges
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.charging.messages import StateChanged
from ocppbridge.handlers import settling
from ocppbridge.handlers.registry import RECORDS
from ocppbridge.models import Call, InstalledProfile, Station
from ocppbridge.services import budget_shares, many_calls
from ocppbridge.services.many_calls import Wanted
from ocppbridge.services.turns import Turn
from tests.ocppbridge.test_drain import NOW, Journal, status

pytestmark = pytest.mark.django_db
SHARE = ChargingProfile(
    1, 1, Purpose.STATION_MAX, Kind.ABSOLUTE, (Schedule(Unit.A, (Period(0, Decimal("9.9")),), NOW),)
)  # fmt: skip
ACCEPTED = {"status": "Accepted"}


def stations(count: int) -> list[Journal]:
    before = Station.objects.count()
    return [Journal(f"CP{number}") for number in range(before, before + count)]


def asked(journals: list[Journal], profile: ChargingProfile = SHARE) -> list[Call]:
    rows = Station.objects.select_related("connection").order_by("pk")
    wanted = [Wanted(rows.get(pk=one.station.pk), InstallProfile(profile), "7") for one in journals]
    made, refused = many_calls.queue(wanted, purpose=budget_shares.PURPOSE, expires_in=timedelta(hours=1))
    assert not refused
    return made


def held() -> set[tuple[str, int]]:
    return set(InstalledProfile.objects.values_list("station__identity", "profile_id"))


def test_a_whole_site_costs_no_more_statements_than_two_stations() -> None:
    """Settled in one, what was accepted kept in two: who waits for all of them waits for the last."""

    def statements(count: int) -> int:
        journals = stations(count)
        for journal, call in zip(journals, asked(journals), strict=True):
            journal.answer(call, ACCEPTED)
        with CaptureQueriesContext(connection) as made:
            assert drain.drain(1) == count
        return len(made)

    assert statements(20) == statements(2)
    assert set(Call.objects.values_list("state", "outcome")) == {("answered", "Accepted")}
    assert len(held()) == 22


def test_one_that_refuses_or_cannot_is_settled_with_the_others_and_holds_nothing() -> None:
    fine, unwilling, unable = journals = stations(3)
    calls = asked(journals)
    fine.answer(calls[0], ACCEPTED)
    unwilling.answer(calls[1], {"status": "Rejected"})
    unable.refuse(calls[2], "NotSupported")
    drain.drain(1)
    told = [Call.objects.values_list("state", "outcome", "error_code").get(pk=call.pk) for call in calls]
    assert told == [("answered", "Accepted", ""), ("answered", "Rejected", ""), ("refused", "", "NotSupported")]
    assert held() == {(fine.station.identity, 1)}


def test_a_call_that_had_ended_keeps_its_end_and_a_second_answer_changes_nothing() -> None:
    late, twice = journals = stations(2)
    ended, answered = asked(journals)
    settling.unanswered(ended.pk, True, NOW)
    late.answer(ended, ACCEPTED)
    twice.answer(answered, {"status": "Rejected"})
    twice.answer(answered, ACCEPTED)
    drain.drain(1)
    assert set(Call.objects.values_list("state", "outcome")) == {("unanswered", ""), ("answered", "Rejected")}
    assert held() == set()


def test_an_answer_counts_only_from_the_station_that_was_asked() -> None:
    mine, other = stations(2)
    (call,) = asked([mine])
    other.answer(call, ACCEPTED)
    drain.drain(1)
    assert (Call.objects.get().state, held()) == ("queued", set())


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The states of all calls whenever a status is recorded."""
    states: list[str] = []
    kept = RECORDS[StateChanged]

    def function(message: Any, turn: Turn) -> None:
        states.extend(Call.objects.filter(station=turn.station).values_list("state", flat=True))
        kept.function(message, turn)

    RECORDS[StateChanged] = replace(kept, function=function)
    yield states
    RECORDS[StateChanged] = kept


def test_what_a_station_says_next_is_heard_when_its_answer_is_settled(heard: list[str]) -> None:
    before, after = journals = stations(2)
    for journal, call in zip(journals, asked(journals), strict=True):
        if journal is after:
            journal.answer(call, ACCEPTED)
        journal.write("StatusNotification", status("Occupied"))
        if journal is before:
            journal.answer(call, ACCEPTED)
    drain.drain(1)
    assert heard == ["queued", "answered"]
    assert set(Call.objects.values_list("state", flat=True)) == {"answered"}


def test_of_two_profiles_for_one_place_the_one_that_was_accepted_last_is_there() -> None:
    """K01.FR.05, also where one batch has both answers, of several stations."""
    journals = stations(2)
    first, second = asked(journals), asked(journals, replace(SHARE, profile_id=2))
    for journal, one, other in zip(journals, first, second, strict=True):
        journal.answer(one, ACCEPTED)
        journal.answer(other, ACCEPTED)
    drain.drain(1)
    assert held() == {(journal.station.identity, 2) for journal in journals}


def test_a_site_that_answers_at_once_is_shared_anew_once(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    nudged: list[list[int]] = []
    monkeypatch.setattr(nudges, "_balance", lambda budgets: nudged.append(list(budgets)))
    journals = stations(3)
    for journal, call in zip(journals, asked(journals), strict=True):
        journal.answer(call, ACCEPTED)
    with django_capture_on_commit_callbacks(execute=True):
        drain.drain(1)
    assert nudged == [[7]]


def test_a_node_is_woken_once_for_all_of_its_stations(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    published: list[tuple[str, Any]] = []
    monkeypatch.setattr(mailbox, "publish", lambda channel, message: published.append((channel, message)))
    journals = stations(3)
    away = journals[2]
    Station.objects.filter(pk=away.station.pk).update(connection=None)
    with django_capture_on_commit_callbacks(execute=True):
        asked(journals)
        asked(journals[:1])
    keys = [journal.station.pk for journal in journals[:2]]
    message = {"type": mailbox.CALLS, "station_ids": keys}
    assert published == [("c", message), ("c", {**message, "station_ids": keys[:1]})]
