"""The schemas of the three versions, and the code that each kind of violation gets."""

import sys

import pytest

from ocppbridge.rpc.errors import Code, Declined, SchemaFault, UnknownAction
from ocppbridge.versions.schemas import read_schemas, schemas

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
METER = {"evseId": 1, "meterValue": [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 1.5}]}]}


@pytest.mark.parametrize(("version", "actions", "answered"), [("1.6", 39, 39), ("2.0.1", 64, 64), ("2.1", 91, 90)])
def test_every_action_of_a_version_has_its_schemas(version, actions, answered):
    assert len(schemas(version).requests) == actions
    assert len(schemas(version).responses) == answered
    assert set(schemas(version).responses) <= set(schemas(version).requests)


def test_the_files_are_read_without_importing_the_package():
    assert next(read_schemas("1.6"))[:2] == ("Authorize", "request")
    assert not any(name.startswith("ocpp.") for name in sys.modules)


def test_schemas_are_compiled_once():
    assert schemas("1.6") is schemas("1.6")


def refused(version: str, action: str, payload: dict) -> SchemaFault:
    with pytest.raises(SchemaFault) as caught:
        schemas(version).check_request(action, payload)
    return caught.value


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"connectorId": "1"}, Code.TYPE_CONSTRAINT, "/connectorId"),
        ({"errorCode": "Bored"}, Code.PROPERTY_CONSTRAINT, "/errorCode"),
        ({"info": "x" * 51}, Code.PROPERTY_CONSTRAINT, "/info"),
        ({"timestamp": "yesterday"}, Code.PROPERTY_CONSTRAINT, "/timestamp"),
        ({"mood": "good"}, Code.FORMAT_VIOLATION, ""),
        ({"mood": "good", "info": "x" * 51, "connectorId": None}, Code.TYPE_CONSTRAINT, "/connectorId"),
    ],
)
def test_the_worst_violation_gives_the_code(change, code, pointer):
    error = refused("1.6", "StatusNotification", STATUS | change)
    assert (error.code, error.pointer) == (code, pointer)
    assert error.description.startswith(pointer or "/")


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 10**30])
def test_an_integer_has_32_bits(number):
    """S40: no column and no loop of ours has room for more, and none is needed."""
    assert refused("1.6", "StatusNotification", STATUS | {"connectorId": number}).pointer == "/connectorId"
    assert refused("2.0.1", "MeterValues", METER | {"evseId": number}).code is Code.PROPERTY_CONSTRAINT


def test_a_stop_is_let_in_whatever_its_numbers():
    """Field quirk 7: always acknowledged."""
    stop = {"transactionId": 10**12, "timestamp": "2026-11-21T10:00:00Z", "meterStop": 3 * 10**9}
    schemas("1.6").check_request("StopTransaction", stop)


def test_a_missing_field_is_an_occurrence_violation():
    assert refused("1.6", "StatusNotification", {"connectorId": 1}).code is Code.OCCURRENCE_CONSTRAINT
    assert refused("1.6", "StopTransaction", {}).pointer == "/transactionId"
    assert refused("2.0.1", "MeterValues", METER | {"meterValue": []}).code is Code.OCCURRENCE_CONSTRAINT


def test_a_tenth_is_a_multiple_of_a_tenth():
    """Ground fact: one-decimal limits must not be refused for being floats."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 21.4}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    schemas("1.6").check_request("SetChargingProfile", payload)
    schedule["chargingSchedulePeriod"][0]["limit"] = 21.45
    assert refused("1.6", "SetChargingProfile", payload).code is Code.PROPERTY_CONSTRAINT


def test_valid_payloads_pass_both_ways():
    schemas("1.6").check_request("StatusNotification", STATUS)
    schemas("2.0.1").check_request("MeterValues", METER)
    schemas("2.1").check_request(
        "NotifyPeriodicEventStream",
        {"id": 1, "pending": 0, "basetime": "2026-11-21T10:00:00Z", "data": [{"t": 0, "v": "1"}]},
    )
    schemas("1.6").check_response("Heartbeat", {"currentTime": "2026-11-21T10:00:00Z"})


def test_an_action_that_no_schema_has_is_unknown():
    """Field quirk 13."""
    with pytest.raises(UnknownAction) as caught:
        schemas("1.6").check_request("MakeCoffee", {})
    assert caught.value.code is Code.NOT_IMPLEMENTED


def test_an_answer_is_checked_too():
    with pytest.raises(SchemaFault):
        schemas("1.6").check_response("Heartbeat", {})
    with pytest.raises(Declined):
        schemas("2.1").check_response("NotifyPeriodicEventStream", {})


def test_all_complaints_are_listed_worst_first():
    found = schemas("1.6").request_complaints("StatusNotification", {"connectorId": "1", "status": "Odd", "mood": 1})
    assert [complaint.rule for complaint in found] == ["type", "required", "enum", "additionalProperties"]
