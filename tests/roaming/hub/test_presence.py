"""CONNECTED or OFFLINE, and when to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roaming.hub.presence import Policy, Presence, answered, check_due, heard, unanswered
from roaming.ocpi.hubclientinfo import ConnectionStatus

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICY = Policy()
CONNECTED, OFFLINE = ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE
ELSEWHERE = [ConnectionStatus.PLANNED, ConnectionStatus.SUSPENDED]


def at(status: ConnectionStatus, timeouts: int = 0) -> Presence:
    return Presence(status, NOW - timedelta(hours=1), last_seen=NOW - timedelta(minutes=1), timeouts=timeouts)


def test_three_time_outs_in_a_row_make_it_offline() -> None:
    first = unanswered(at(CONNECTED), NOW)
    second = unanswered(first, NOW)
    third = unanswered(second, NOW)
    assert [p.status for p in (first, second, third)] == [CONNECTED, CONNECTED, OFFLINE]
    assert third.since == NOW


def test_an_answer_between_starts_the_count_again() -> None:
    presence = answered(unanswered(unanswered(at(CONNECTED), NOW), NOW), NOW)
    assert unanswered(presence, NOW).status is CONNECTED
    assert presence.since == at(CONNECTED).since


def test_one_failed_still_alive_check_is_enough() -> None:
    """HCI-08."""
    assert unanswered(at(CONNECTED), NOW, check=True).status is OFFLINE


def test_a_check_that_passes_connects_again() -> None:
    """HCI-08."""
    back = answered(at(OFFLINE, timeouts=9), NOW)
    assert (back.status, back.since, back.timeouts, back.last_seen) == (CONNECTED, NOW, 0, NOW)


def test_what_it_sends_resets_the_timer() -> None:
    """HCI-08: any received message."""
    quiet = Presence(CONNECTED, NOW - timedelta(hours=1), last_seen=NOW - POLICY.silence)
    assert check_due(quiet, NOW)
    assert not check_due(heard(quiet, NOW), NOW)
    assert check_due(heard(quiet, NOW), NOW + POLICY.silence)


def test_an_offline_one_that_speaks_is_checked_at_once_but_not_believed() -> None:
    spoke = heard(unanswered(at(CONNECTED), NOW, check=True), NOW)
    assert spoke.status is OFFLINE
    assert check_due(spoke, NOW)


def test_checks_of_an_offline_one_become_rarer() -> None:
    presence, pauses = unanswered(at(CONNECTED), NOW, check=True), []
    for _ in range(12):
        assert presence.next_check is not None
        pauses.append(presence.next_check - NOW)
        assert not check_due(presence, NOW)
        assert check_due(presence, presence.next_check)
        presence = unanswered(presence, NOW, check=True)
    assert pauses == sorted(pauses)
    assert pauses[0] == POLICY.first_check and pauses[-1] == POLICY.slowest_check
    assert presence.since == NOW


def test_one_that_was_never_heard_of_is_checked_when_it_has_been_silent() -> None:
    assert not check_due(Presence(CONNECTED, NOW), NOW)
    assert check_due(Presence(CONNECTED, NOW), NOW + POLICY.silence)


@pytest.mark.parametrize("status", ELSEWHERE)
def test_invited_and_suspended_ones_stay_what_they_are(status: ConnectionStatus) -> None:
    presence = at(status)
    assert unanswered(presence, NOW, check=True) == presence
    assert answered(presence, NOW).status is heard(presence, NOW).status is status
    assert not check_due(presence, NOW + timedelta(days=9))
