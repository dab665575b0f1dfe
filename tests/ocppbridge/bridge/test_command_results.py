"""What became of a command at the station, in the eMSP's words."""

from __future__ import annotations

import pytest

from ocppbridge.bridge.commands import result_of
from ocppbridge.charging.outcomes import Outcome, of_error, of_status


@pytest.mark.parametrize(
    ("requirement", "outcome", "action", "result"),
    [
        ("CMD-08", of_status("Accepted"), "RequestStartTransaction", "ACCEPTED"),
        ("CMD-08", of_status("Unlocked"), "UnlockConnector", "ACCEPTED"),
        ("CMD-08", of_status("Scheduled"), "ChangeAvailability", "ACCEPTED"),
        ("CMD-08", of_status("Rejected"), "RequestStartTransaction", "REJECTED"),
        ("CMD-08", of_status("UnknownConnector"), "UnlockConnector", "REJECTED"),
        ("CMD-08", of_status("UnlockFailed"), "UnlockConnector", "FAILED"),
        ("CMD-08", of_error("InternalError", "no"), "RequestStopTransaction", "FAILED"),
        ("CMD-08", of_error("NotImplemented"), "ReserveNow", "NOT_SUPPORTED"),
        ("CMD-08", of_status("NotSupported"), "UnlockConnector", "NOT_SUPPORTED"),
        ("CMD-08", of_status("Occupied"), "ReserveNow", "EVSE_OCCUPIED"),
        ("CMD-08", of_status("Faulted"), "ReserveNow", "EVSE_INOPERATIVE"),
        ("CMD-08", of_status("Unavailable"), "ReserveNow", "EVSE_INOPERATIVE"),
        ("CMD-08, CMD-21", of_status("Rejected"), "CancelReservation", "UNKNOWN_RESERVATION"),
        ("CMD-08, CMD-03", None, "RequestStartTransaction", "TIMEOUT"),
    ],
)
def test_the_stations_word_becomes_a_result(
    requirement: str, outcome: Outcome | None, action: str, result: str
) -> None:
    assert result_of(outcome, action)[0] == result
