"""The smallest writes from one version to the next."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.ocpi.difference import MAX_WRITES, Write, apply, difference
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.ocpi.versions import ModuleID
from tests.roaming.ocpi.samples import PERIOD, sample

LOCATIONS, SESSIONS, TOKENS, TARIFFS = ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.TOKENS, ModuleID.TARIFFS
LATER = "2026-11-21T13:00:00Z"


def location(**changes: Any) -> dict[str, Any]:
    return sample("Location", evses=[sample("EVSE"), sample("EVSE", uid="3257")]) | changes


def later(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"last_updated": LATER}


def test_equal_is_nothing() -> None:
    assert difference(location(), location(), LOCATIONS) == ()


def test_a_status_is_a_patch_of_the_evse_with_status_and_date_only() -> None:
    """LOC-37."""
    new = later(location(evses=[later(sample("EVSE", status="CHARGING")), sample("EVSE", uid="3257")]))
    assert difference(location(), new, LOCATIONS) == (
        Write("PATCH", {"status": "CHARGING", "last_updated": LATER}, ("3256",)),
    )


def test_a_tariff_is_a_patch_of_the_connector() -> None:
    evse = later(sample("EVSE", connectors=[later(sample("Connector", tariff_ids=["T2"]))]))
    new = later(location(evses=[evse, sample("EVSE", uid="3257")]))
    assert difference(location(), new, LOCATIONS) == (
        Write("PATCH", {"tariff_ids": ["T2"], "last_updated": LATER}, ("3256", "1")),
    )


def test_a_name_is_a_patch_of_the_location_without_its_evses() -> None:
    assert difference(location(), later(location(name="x")), LOCATIONS) == (
        Write("PATCH", {"name": "x", "last_updated": LATER}),
    )


def test_several_levels_are_several_writes_from_the_top_down() -> None:
    new = later(location(name="x", evses=[later(sample("EVSE", status="CHARGING")), sample("EVSE", uid="3257")]))
    assert [(write.method, write.path) for write in difference(location(), new, LOCATIONS)] == [
        ("PATCH", ()),
        ("PATCH", ("3256",)),
    ]


def test_a_date_alone_is_still_told() -> None:
    assert difference(location(), later(location()), LOCATIONS) == (Write("PATCH", {"last_updated": LATER}),)


def test_a_new_evse_or_connector_is_put() -> None:
    """LOC-07, LOC-08."""
    evse = later(sample("EVSE", uid="9"))
    new = later(location(evses=[sample("EVSE"), sample("EVSE", uid="3257"), evse]))
    assert difference(location(), new, LOCATIONS) == (Write("PUT", evse, ("9",)),)
    connector = later(sample("Connector", id="2"))
    grown = later(sample("EVSE", connectors=[sample("Connector"), connector]))
    new = later(location(evses=[grown, sample("EVSE", uid="3257")]))
    assert difference(location(), new, LOCATIONS) == (Write("PUT", connector, ("3256", "2")),)


def test_a_field_that_is_gone_needs_a_put_at_its_level() -> None:
    """COO-15: a PATCH is not for removing."""
    evse = later(sample("EVSE", floor_level=None))
    new = later(location(evses=[evse, sample("EVSE", uid="3257")]))
    assert difference(location(), new, LOCATIONS) == (Write("PUT", evse, ("3256",)),)
    gone = later(sample("Location", name=None))
    assert difference(sample("Location"), gone, LOCATIONS) == (Write("PUT", gone),)


def test_an_evse_that_is_gone_needs_a_put_of_the_whole() -> None:
    new = later(location(evses=[sample("EVSE")]))
    assert difference(location(), new, LOCATIONS) == (Write("PUT", new),)


def test_many_changes_are_one_put() -> None:
    uids = [str(number) for number in range(MAX_WRITES + 1)]
    old = location(evses=[sample("EVSE", uid=uid) for uid in uids])
    new = later(location(evses=[later(sample("EVSE", uid=uid, status="UNKNOWN")) for uid in uids]))
    assert difference(old, new, LOCATIONS) == (Write("PUT", new),)


def period(hour: int, volume: int) -> dict[str, Any]:
    return PERIOD | {
        "start_date_time": f"2026-11-21T{hour}:00:00Z",
        "dimensions": [{"type": "ENERGY", "volume": volume}],
    }


def test_of_a_session_only_new_periods() -> None:
    """SES-14."""
    old = sample("Session", charging_periods=[period(12, 1), period(13, 2)])
    new = later(sample("Session", charging_periods=[period(12, 1), period(13, 2), period(14, 1)], kwh=5))
    assert difference(old, new, SESSIONS) == (
        Write("PATCH", {"kwh": 5, "charging_periods": [period(14, 1)], "last_updated": LATER}),
    )


def test_a_period_that_changed_needs_a_put() -> None:
    """SES-13, SES-14: a receiver would append it to the one that it has."""
    old = sample("Session", charging_periods=[period(12, 1), period(13, 2)])
    new = later(sample("Session", charging_periods=[period(12, 1), period(13, 3), period(14, 1)], kwh=5))
    assert difference(old, new, SESSIONS) == (Write("PUT", new),)


@pytest.mark.parametrize("periods", [[], None])
def test_periods_that_are_gone_need_a_put(periods: Any) -> None:
    """SES-11."""
    new = later(sample("Session") | {"charging_periods": periods})
    assert difference(sample("Session"), new, SESSIONS) == (Write("PUT", new),)


def test_a_token_is_patched() -> None:
    assert difference(sample("Token"), later(sample("Token", valid=False)), TOKENS) == (
        Write("PATCH", {"valid": False, "last_updated": LATER}),
    )


def test_a_tariff_is_always_put() -> None:
    """TAR-02: PATCH is not offered."""
    new = later(sample("Tariff"))
    assert difference(sample("Tariff"), new, TARIFFS) == (Write("PUT", new),)


def test_another_identity_is_a_put() -> None:
    new = later(sample("Token", type="APP_USER"))
    assert difference(sample("Token"), new, TOKENS) == (Write("PUT", new),)


# --- whatever the versions: what is sent makes the new one of the old one ---------------------------------------------

moments = st.integers(0, 5).map(lambda hour: f"2026-11-21T1{hour}:00:00Z")
maybe = st.sampled_from(["a", "b", None])


def dropped(document: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in document.items() if value is not None}


connectors = st.builds(
    lambda id, tariff, when: dropped({"id": id, "terms_and_conditions": tariff, "last_updated": when}),
    st.sampled_from("12"),
    maybe,
    moments,
)
evses = st.builds(
    lambda uid, status, floor, when, parts: dropped(
        {"uid": uid, "status": status, "floor_level": floor, "last_updated": when, "connectors": parts}
    ),
    st.sampled_from("abc"),
    st.sampled_from(["AVAILABLE", "CHARGING"]),
    maybe,
    moments,
    st.lists(connectors, min_size=1, max_size=2, unique_by=lambda part: part["id"]),
)
locations = st.builds(
    lambda name, when, parts: dropped({"id": "L", "name": name, "last_updated": when, "evses": parts}),
    maybe,
    moments,
    st.none() | st.lists(evses, max_size=3, unique_by=lambda part: part["uid"]),
)
periods = st.builds(
    lambda when, volume: {"start_date_time": when, "dimensions": [{"volume": volume}]}, moments, st.integers(0, 2)
)
sessions = st.builds(
    lambda kwh, when, meter, parts: dropped(
        {"id": "S", "kwh": kwh, "last_updated": when, "meter_id": meter, "charging_periods": parts}
    ),
    st.integers(0, 3),
    moments,
    maybe,
    st.none() | st.lists(periods, max_size=4, unique_by=lambda part: part["start_date_time"]),
)


@given(locations, locations)
def test_locations_arrive_as_they_are(old: dict[str, Any], new: dict[str, Any]) -> None:
    held, wanted = deepcopy(old), deepcopy(new)
    assert apply(old, difference(old, new, LOCATIONS), LOCATIONS) == new
    assert (old, new) == (held, wanted)


@given(sessions, sessions)
def test_sessions_arrive_as_they_are(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert apply(old, difference(old, new, SESSIONS), SESSIONS) == new


@given(locations, st.sampled_from("abc"), st.sampled_from(["AVAILABLE", "CHARGING"]), moments)
def test_one_status_is_never_more_than_one_small_write(old: dict[str, Any], uid: str, status: str, when: str) -> None:
    """LOC-37: what the station side does (LOC-13) is always said by one PATCH."""
    evse = next((evse for evse in old.get("evses", []) if evse["uid"] == uid), None)
    when = format_datetime(max(parse_datetime(when), parse_datetime(old["last_updated"])))
    if evse is None or evse["status"] == status or evse["last_updated"] > when:
        return
    changed = evse | {"status": status, "last_updated": when}
    new = old | {"evses": [changed if one is evse else one for one in old["evses"]], "last_updated": when}
    (write,) = difference(old, new, LOCATIONS)
    assert (write.method, write.path, write.body["status"]) == ("PATCH", (uid,), status)
