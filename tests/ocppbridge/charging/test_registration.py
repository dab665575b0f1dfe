"""What a station may say before it is accepted, and what it may be asked (B02, B03; field quirk 17)."""

import pytest

from ocppbridge.charging.registration import admit, may_ask
from ocppbridge.charging.replies import Registration
from ocppbridge.rpc.errors import Code, Forbidden

PENDING, REJECTED, ACCEPTED = Registration.PENDING, Registration.REJECTED, Registration.ACCEPTED


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("status", [PENDING, REJECTED])
def test_a_2_x_station_that_is_not_accepted_is_answered_with_a_security_error(version, status):
    """Field quirk 17, B02.FR.09, B03.FR.07, TC_B_30."""
    for action in ("StatusNotification", "TransactionEvent", "Heartbeat", "NotifyEvent"):
        with pytest.raises(Forbidden) as caught:
            admit(version, status, action)
        assert caught.value.code is Code.SECURITY_ERROR


def test_it_may_always_boot_again():
    """TC_B_31."""
    for status in (PENDING, REJECTED, ACCEPTED, None):
        admit("2.0.1", status, "BootNotification")


def test_while_pending_it_may_report_and_send_what_it_was_asked_for():
    admit("2.0.1", PENDING, "NotifyReport")
    admit("2.0.1", PENDING, "StatusNotification", triggered={"StatusNotification"})
    with pytest.raises(Forbidden):
        admit("2.0.1", REJECTED, "StatusNotification", triggered={"StatusNotification"})


@pytest.mark.parametrize("status", [ACCEPTED, None])
def test_an_accepted_station_may_say_anything_and_so_may_one_that_only_reconnected(status):
    admit("2.1", status, "TransactionEvent")


def test_a_1_6_station_is_let_in_for_what_it_says_would_be_lost():
    for status in (PENDING, REJECTED):
        admit("1.6", status, "StopTransaction")


@pytest.mark.parametrize(
    ("status", "action", "may"),
    [
        (ACCEPTED, "RequestStartTransaction", True),
        (None, "Reset", True),
        (PENDING, "GetBaseReport", True),
        (PENDING, "SetVariables", True),
        (PENDING, "RequestStartTransaction", False),
        (PENDING, "RemoteStartTransaction", False),
        (REJECTED, "TriggerMessage", True),
        (REJECTED, "Reset", False),
    ],
)
def test_what_it_may_be_asked(status, action, may):
    """B02.FR.05."""
    assert may_ask(status, action) is may
