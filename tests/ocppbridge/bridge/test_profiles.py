"""Charging profiles of sessions at our own stations: from the eMSP's request to the station's call and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from ocppbridge.bridge import profiles, sessions
from ocppbridge.charging.outcomes import of_status
from ocppbridge.handlers import settling
from ocppbridge.models import Call, Connection, Station, Transaction
from ocppbridge.services import transactions
from ocppbridge.versions import DIALECTS
from roaming.models import Command, DecisionValue
from roaming.services import decisions, locations
from tests.ocppbridge.bridge.test_sessions import LOCATION, OWNER, START, started, station
from tests.personas.partner import Partner, until

__all__ = ["station"]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS: dict[str, Any] = {
    "charging_rate_unit": "A", "start_date_time": "2026-11-21T12:00:00Z", "duration": 900, "min_charging_rate": 6,
    "charging_profile_period": [{"start_period": 0, "limit": 16.5}, {"start_period": 300, "limit": 8}],
}  # fmt: skip
SCHEDULE: list[dict[str, Any]] = [{"startPeriod": 0, "limit": 16.5}, {"startPeriod": 300, "limit": 8}]
COMPOSITE: dict[str, Any] = {
    "1.6": {
        "status": "Accepted", "connectorId": 1, "scheduleStart": "2026-11-21T12:00:00Z",
        "chargingSchedule": {"duration": 900, "chargingRateUnit": "A", "chargingSchedulePeriod": SCHEDULE},
    },
    "2.0.1": {
        "status": "Accepted",
        "schedule": {
            "evseId": 1, "duration": 900, "scheduleStart": "2026-11-21T12:00:00Z", "chargingRateUnit": "A",
            "chargingSchedulePeriod": SCHEDULE,
        },
    },
}  # fmt: skip
COMPOSITE["2.1"] = COMPOSITE["2.0.1"]
ACTIVE: dict[str, Any] = {
    "start_date_time": "2026-11-21T12:00:00Z",
    "charging_profile": {
        "charging_rate_unit": "A", "duration": 900,
        "charging_profile_period": [{"start_period": 0, "limit": 16.5}, {"start_period": 300, "limit": 8}],
    },
}  # fmt: skip


@pytest.fixture
def row(hub: Any, station: Station) -> Transaction:
    """A session of the eMSP's driver, told to everybody, on a connected station whose EVSE takes profiles."""
    hub.host("NL/VLT")
    evses: Any = LOCATION["evses"]
    capable = [{**evses[0], "capabilities": ["CHARGING_PROFILE_CAPABLE"]}]
    locations.store(OWNER, {**LOCATION, "evses": capable, "last_updated": "2026-02-01T00:00:00Z"}, source=None, now=NOW)
    found = started(station)
    sessions.publish(found, START)
    found.save()
    return speaking("1.6", found)


def speaking(version: str, row: Transaction) -> Transaction:
    """The transaction on a station of that version, which is there."""
    place = Station.objects.get()
    place.subprotocol = f"ocpp{version}"
    place.connection = Connection.objects.create(
        station=place, subprotocol=place.subprotocol, node="n", channel="c", opened_at=NOW, alive_at=NOW
    )
    place.save()
    if version != "1.6":
        Transaction.objects.update(transaction_id="TX-7", wire_id=None)
    return Transaction.objects.select_related("station").get(pk=row.pk)


def ask(reader: Partner, method: str, row: Transaction, limits: Any = LIMITS) -> str:
    """The synchronous answer."""
    response_url = f"{reader.url}/profiles/{method.lower()}"
    at = reader.at("chargingprofiles", "RECEIVER", str(row.session_id))
    if method == "PUT":
        answer = reader.call("PUT", at, {"charging_profile": limits, "response_url": response_url}, to="NL/VLT")
    else:
        query = f"response_url={quote(response_url, safe='')}" + ("&duration=900" if method == "GET" else "")
        answer = reader.call(method, f"{at}?{query}", to="NL/VLT")
    assert answer.both == (200, 1000)
    return str(answer.data["result"])


def say(call: Call, payload: dict[str, Any] | None) -> None:
    """The station answers."""
    if payload is None:
        settling.unanswered(call.pk, True, NOW)
    else:
        settling.settle(settling.answered(call, payload, "", DIALECTS[call.station.subprotocol], NOW))


def asked(action: str) -> Call:
    return Call.objects.select_related("station").filter(action=action).latest("created_at")


def results(hub: Any, reader: Partner) -> list[tuple[str, Any]]:
    """What the eMSP has been told of profiles since the last look."""
    until(lambda: not Command.objects.filter(responded_at=None, response="ACCEPTED").exists())
    hub.work()
    seen = reader.requests("POST") + reader.requests("PUT")
    told = [(one.path, one.body) for one in seen if "profiles/" in one.path]
    reader.seen.clear()
    return told


@pytest.mark.parametrize(("version", "expected"), [
    ("1.6", {
        "connectorId": 1,
        "csChargingProfiles": {
            "transactionId": 7, "stackLevel": 0, "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Absolute",
        },
    }),
    ("2.0.1", {
        "evseId": 1,
        "chargingProfile": {
            "transactionId": "TX-7", "stackLevel": 0, "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Absolute",
        },
    }),
])  # fmt: skip
def test_a_profile_limits_its_own_transaction(
    hub: Any, emsp: Partner, row: Transaction, version: str, expected: dict[str, Any]
) -> None:
    """CHP-01, CHP-14, CHP-18, OCP-08: a TxProfile, amperes per phase with the phases of the connector."""
    row = speaking(version, row)
    assert ask(emsp, "PUT", row) == "ACCEPTED"
    payload = asked("SetChargingProfile").payload
    field = "csChargingProfiles" if version == "1.6" else "chargingProfile"
    profile = payload.pop(field)
    schedule = profile.pop("chargingSchedule")
    schedule = schedule if version == "1.6" else schedule[0]
    assert {**payload, field: {name: profile[name] for name in expected[field]}} == expected
    assert schedule["chargingSchedulePeriod"] == [{**period, "numberPhases": 3} for period in SCHEDULE]
    assert (schedule["chargingRateUnit"], schedule["duration"], schedule["minChargingRate"]) == ("A", 900, 6)
    say(asked("SetChargingProfile"), {"status": "Accepted"})
    assert results(hub, emsp) == [("/profiles/put", {"result": "ACCEPTED"})]


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_the_profile_that_holds_is_what_the_station_computes(
    hub: Any, emsp: Partner, row: Transaction, version: str
) -> None:
    """CHP-02, CHP-05, OCP-08."""
    row = speaking(version, row)
    assert ask(emsp, "GET", row) == "ACCEPTED"
    assert asked("GetCompositeSchedule").payload["duration"] == 900
    say(asked("GetCompositeSchedule"), COMPOSITE[version])
    assert results(hub, emsp) == [("/profiles/get", {"result": "ACCEPTED", "profile": ACTIVE})]


def test_who_has_set_a_profile_hears_of_each_change(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-10, CHP-11: after it was set and after it was cleared, once each; 5 to 60 minutes are asked about."""
    ask(emsp, "PUT", row)
    say(asked("SetChargingProfile"), {"status": "Accepted"})
    followed = asked("GetCompositeSchedule")
    assert followed.payload["duration"] == 900
    say(followed, COMPOSITE["1.6"])
    change = f"/odd/sender/chargingprofiles/{row.session_id}"
    assert results(hub, emsp) == [("/profiles/put", {"result": "ACCEPTED"}), (change, ACTIVE)]
    ask(emsp, "DELETE", row)
    number = asked("SetChargingProfile").payload["csChargingProfiles"]["chargingProfileId"]
    assert asked("ClearChargingProfile").payload == {"id": number}
    say(asked("ClearChargingProfile"), {"status": "Accepted"})
    most = [{"startPeriod": 0, "limit": 32.0}]
    again = asked("GetCompositeSchedule")
    assert again.pk != followed.pk
    schedule = {**COMPOSITE["1.6"]["chargingSchedule"], "chargingSchedulePeriod": most}
    say(again, {**COMPOSITE["1.6"], "chargingSchedule": schedule})
    told = results(hub, emsp)
    assert [path for path, _ in told] == ["/profiles/delete", change]
    assert told[1][1]["charging_profile"]["charging_profile_period"] == [{"start_period": 0, "limit": 32}]


def test_what_has_not_changed_is_not_told_again(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-10."""
    for _ in range(2):
        ask(emsp, "PUT", row)
        say(asked("SetChargingProfile"), {"status": "Accepted"})
        say(asked("GetCompositeSchedule"), COMPOSITE["1.6"])
    told = [path for path, _ in results(hub, emsp)]
    assert told.count(f"/odd/sender/chargingprofiles/{row.session_id}") == 1


def test_without_a_profile_nobody_is_told_of_changes(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-10: never for sessions without a successful PUT."""
    ask(emsp, "DELETE", row)
    say(asked("ClearChargingProfile"), {"status": "Unknown"})
    assert results(hub, emsp) == [("/profiles/delete", {"result": "UNKNOWN"})]
    ask(emsp, "DELETE", row)
    say(asked("ClearChargingProfile"), {"status": "Accepted"})
    assert not Call.objects.filter(action="GetCompositeSchedule").exists()


@pytest.mark.parametrize(("payload", "result"), [
    ({"status": "Rejected"}, "REJECTED"), ({"status": "NotSupported"}, "REJECTED"), (None, "UNKNOWN"),
])  # fmt: skip
def test_what_the_station_does_not_do(
    hub: Any, emsp: Partner, row: Transaction, payload: dict[str, Any] | None, result: str
) -> None:
    """CHP-05, CHP-06."""
    ask(emsp, "PUT", row)
    say(asked("SetChargingProfile"), payload)
    assert results(hub, emsp) == [("/profiles/put", {"result": result})]


@pytest.mark.parametrize(("limits", "why"), [
    ({"charging_rate_unit": "A"}, "without periods"),
    ({"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 60, "limit": 6}]}, "begins later"),
    ({"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": -5}]}, "not below 0"),
])  # fmt: skip
def test_what_ocpp_cannot_say_is_rejected(hub: Any, emsp: Partner, row: Transaction, limits: Any, why: str) -> None:
    """CHP-13, CHP-15; and what would discharge a car whose station offers no such thing, as a limit below 0."""
    assert ask(emsp, "PUT", row, limits) == "REJECTED"
    assert why in Command.objects.get().message
    assert not Call.objects.exists()


def test_a_late_first_period_may_be_advanced(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-15, as the decision PROFILE-LATE-START says."""
    DecisionValue.objects.create(decision_id="PROFILE-LATE-START", value="advance")
    decisions.forget()
    late = {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 60, "limit": 6}]}
    assert ask(emsp, "PUT", row, late) == "ACCEPTED"
    schedule = asked("SetChargingProfile").payload["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6, "numberPhases": 3}]


def test_an_evse_that_takes_no_profiles(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-16."""
    locations.store(OWNER, {**LOCATION, "last_updated": "2026-03-01T00:00:00Z"}, source=None, now=NOW)
    assert ask(emsp, "PUT", row) == "NOT_SUPPORTED"


def test_a_flood_of_profiles_is_stopped(hub: Any, emsp: Partner, row: Transaction) -> None:
    """CHP-08."""
    assert [ask(emsp, "PUT", row) for _ in range(7)] == ["ACCEPTED"] * 6 + ["TOO_OFTEN"]
    assert ask(emsp, "DELETE", row) == "ACCEPTED"


def test_the_sessions_payer_alone_and_only_while_it_runs(
    hub: Any, emsp: Partner, other_emsp: Partner, row: Transaction
) -> None:
    """CHP-07, CHP-19."""
    assert ask(other_emsp, "PUT", row) == "REJECTED"
    transactions.close(row, "staff")
    assert ask(emsp, "PUT", row) == "UNKNOWN_SESSION"


def test_a_schedule_without_limits_tells_nothing() -> None:
    """CHP-09."""
    assert profiles.active_of(of_status("Accepted"), NOW) is None
    assert profiles.active_of(of_status("Rejected", data={"periods": [1]}), NOW) is None
