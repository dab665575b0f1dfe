"""Connector states of every version → the OCPI status of the EVSE (LOC-33, OCP-01, OCP-03)."""

import pytest

from ocppbridge.charging.states import activity, connector_status, evse_status


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Available", "AVAILABLE"),
        ("Preparing", "CHARGING"),
        ("Charging", "CHARGING"),
        ("SuspendedEV", "CHARGING"),
        ("SuspendedEVSE", "CHARGING"),
        ("Finishing", "CHARGING"),
        ("Occupied", "CHARGING"),
        ("Reserved", "RESERVED"),
        ("Unavailable", "INOPERATIVE"),
        ("Faulted", "OUTOFORDER"),
        ("Dreaming", "UNKNOWN"),
    ],
)
def test_each_word_of_either_version_has_its_ocpi_status(state, status):
    """OCP-03."""
    assert connector_status(state) == status
    assert evse_status([state], online=True) == status


def test_a_station_out_of_reach_is_unknown_whatever_it_said_last():
    """LOC-33."""
    assert evse_status(["Available"], online=False) == "UNKNOWN"


@pytest.mark.parametrize(
    ("evse", "connectors", "status"),
    [
        ("", ["Available"], "AVAILABLE"),
        ("Available", [], "AVAILABLE"),
        ("Unavailable", ["Available"], "INOPERATIVE"),
        ("Faulted", ["Available", "Available"], "OUTOFORDER"),
        ("Occupied", ["Available"], "CHARGING"),
        ("Unavailable", ["Occupied"], "CHARGING"),
        ("Reserved", [], "RESERVED"),
    ],
)
def test_what_is_said_of_the_evse_itself_outweighs_idle_connectors(evse, connectors, status):
    """2.1 AvailabilityState of component EVSE."""
    assert evse_status(connectors, online=True, evse=evse) == status


def test_an_evse_that_has_said_nothing_is_unknown():
    assert evse_status([], online=True) == "UNKNOWN"


@pytest.mark.parametrize(
    ("connectors", "status"),
    [
        (["Available", "Occupied"], "CHARGING"),
        (["Faulted", "Available"], "AVAILABLE"),
        (["Reserved", "Available"], "RESERVED"),
        (["Faulted", "Unavailable"], "INOPERATIVE"),
        (["Faulted", "Faulted"], "OUTOFORDER"),
    ],
)
def test_an_evse_with_several_connectors_is_occupied_by_one_and_else_as_good_as_its_best(connectors, status):
    assert evse_status(connectors, online=True) == status


@pytest.mark.parametrize(
    ("station", "status"), [("Unavailable", "INOPERATIVE"), ("Faulted", "OUTOFORDER"), ("", "AVAILABLE")]
)
def test_what_holds_for_the_whole_station_holds_for_an_idle_evse(station, status):
    """Field quirk 4: evse 0 / connector 0."""
    assert evse_status(["Available"], online=True, station=station) == status
    assert evse_status(["Occupied"], online=True, station=station) == "CHARGING"


def test_a_virtual_evse_whose_sibling_is_in_use_cannot_be_used():
    """OCP-01."""
    assert evse_status(["Available"], online=True, sibling_in_use=True) == "INOPERATIVE"


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("Charging", "charging"),
        ("SuspendedEV", "suspended_ev"),
        ("SuspendedEVSE", "suspended_evse"),
        ("EVConnected", "idle"),
        ("Idle", "idle"),
        ("Preparing", "idle"),
        ("Finishing", "idle"),
        ("Available", None),
        (None, None),
    ],
)
def test_the_course_of_a_session_has_four_words(word, what):
    assert activity(word) == what
