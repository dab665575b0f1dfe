"""The life of a reservation: whatever ends it first stays (H01 to H04)."""

from datetime import UTC, datetime, timedelta

import pytest

from ocppbridge.charging.outcomes import of_error, of_status
from ocppbridge.charging.reservations import Reservation, State
from ocppbridge.rpc.errors import Code

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED = Reservation(NOON)
HELD = ASKED.answered(of_status("Accepted"))


def test_an_accepted_one_is_held():
    """TC_046, TC_H_01."""
    assert (HELD.state, HELD.open) == (State.HELD, True)


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
def test_any_other_answer_refuses_it(status):
    """TC_048_1 to TC_048_4, TC_H_22."""
    refused = ASKED.answered(of_status(status))
    assert (refused.state, refused.reason, refused.open) == (State.REFUSED, status, False)
    assert ASKED.answered(of_error(Code.NOT_SUPPORTED)).state is State.REFUSED


def test_silence_leaves_it_open_if_the_station_may_hold_it():
    assert ASKED.unanswered(sent=True) == ASKED
    assert ASKED.unanswered(sent=False).state is State.REFUSED
    assert HELD.unanswered(sent=False) == HELD


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Expired", State.EXPIRED),
        ("NoTransaction", State.EXPIRED),
        ("Removed", State.CANCELLED),
        ("Novel", State.CANCELLED),
    ],
)
def test_a_2_x_station_tells_the_end(status, state):
    """TC_H_07, TC_H_20."""
    assert HELD.told(status).state is state


def test_the_clock_ends_what_a_1_6_station_does_not_tell():
    """TC_047."""
    assert HELD.at(NOON - timedelta(seconds=1)) == HELD
    assert HELD.at(NOON).state is State.EXPIRED


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_a_cancelled_one_is_gone_even_if_the_station_knew_none(status):
    """TC_051, TC_052."""
    assert HELD.cancelled(of_status(status)).state is State.CANCELLED


def test_the_first_end_stays():
    used = HELD.used()
    assert used.state is State.USED
    assert used.at(NOON) == used.told("Removed") == used.cancelled(of_status("Accepted")) == used
    assert used.answered(of_status("Accepted")) == used
