"""OCPP 1.6 ↔ the domain: what each side makes of the other's words."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ocppbridge.charging import intents as i
from ocppbridge.charging import replies
from ocppbridge.charging.messages import Booted, Ended, Metered, Started, StateChanged
from ocppbridge.charging.outcomes import Accepted, Refused, Unsupported
from ocppbridge.charging.readings import Signed
from ocppbridge.charging.replies import AuthorizationStatus, DataStatus, Registration
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.charging.upkeep_messages import FirmwareProgressed, LogProgressed
from ocppbridge.rpc.errors import Code, Declined, SchemaFault, UnknownAction
from ocppbridge.versions import DIALECTS, dialect

V16 = DIALECTS["ocpp1.6"]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-11-21T12:00:00Z"
ANNA = IdToken("ANNA")


def up(action: str, **payload):
    V16.admit(action, payload)
    return V16.up(action, payload)


def metered(*samples: dict, **more) -> Metered:
    return up("MeterValues", connectorId=1, meterValue=[{"timestamp": AT, "sampledValue": [*samples]}], **more)


# What a station says


def test_empty_texts_count_as_absent():
    """Field quirk 5."""
    message = up("BootNotification", chargePointVendor="Acme", chargePointModel="X", iccid="", imsi="", meterType="")
    assert message == Booted("Acme", "X")


@pytest.mark.parametrize(("connector", "place"), [(0, STATION), (-1, STATION), (1, Place(1, 1)), (3, Place(3, 1))])
def test_a_connector_is_an_evse_of_its_own(connector, place):
    """OCP-01; field quirk 4: connector 0 is the station."""
    message = up("StatusNotification", connectorId=connector, errorCode="NoError", status="Available")
    assert message == StateChanged(place, "Available", error_code="NoError")


def test_a_state_keeps_its_error_and_its_vendors_words():
    message = up(
        "StatusNotification", connectorId=1, errorCode="OtherError", status="Faulted", timestamp=AT, info="door",
        vendorId="com.acme", vendorErrorCode="E17",
    )  # fmt: skip
    assert message == StateChanged(Place(1, 1), "Faulted", NOON, "OtherError", "door", "com.acme", "E17")


def test_a_start_has_no_transaction_yet_for_the_id_is_ours():
    message = up("StartTransaction", connectorId=2, idTag="ANNA", meterStart=1200, timestamp=AT, reservationId=5)
    assert message == Started(None, NOON, Place(2, 1), ANNA, reservation_id=5, meter_start=D(1200))


@pytest.mark.parametrize(("wire", "transaction"), [(7, "7"), (0, None), (-1, None)])
def test_an_id_that_we_cannot_have_given_is_none(wire, transaction):
    """Field quirk 7: -1 after an offline start."""
    message = up("StopTransaction", transactionId=wire, meterStop=5, timestamp=AT)
    assert message == Ended(transaction, NOON, meter_stop=D(5), reason="Local")


def test_a_stop_tells_its_reason_its_token_and_its_last_readings():
    data = [{"timestamp": AT, "sampledValue": [{"value": "1.5", "unit": "kWh", "context": "Transaction.End"}]}]
    message = up(
        "StopTransaction", transactionId=7, meterStop=1500, timestamp=AT, idTag="ANNA", reason="Remote",
        transactionData=data,
    )  # fmt: skip
    assert (message.token, message.reason) == (ANNA, "Remote")
    (reading,) = message.readings
    assert (reading.context, reading.samples[0].value) == ("Transaction.End", D(1500))


def test_meter_values_are_normalised_sample_by_sample():
    """Field quirk 3."""
    message = metered(
        {"value": "12.5", "unit": "kWh"},
        {"value": "-3", "measurand": "Power.Active.Import", "unit": "kW", "phase": "L1", "location": "Inlet"},
        {"value": "n/a", "measurand": "SoC"},
        transactionId=7,
    )
    energy, power = message.readings[0].samples
    assert (energy.measurand, energy.value, energy.unit) == ("Energy.Active.Import.Register", D(12500), "Wh")
    assert (power.measurand, power.value, power.phase, power.location) == (
        "Power.Active.Export",
        D(3000),
        "L1",
        "Inlet",
    )
    assert message.transaction == "7"
    assert metered({"value": "1"}, transactionId=0).transaction is None


def test_signed_data_is_kept_byte_for_byte():
    """Field quirk 14."""
    ocmf = 'OCMF|{"FV":"1.0","PG":"T1"}|{"SD":"30…"} '
    sample = metered({"value": ocmf, "format": "SignedData", "context": "Transaction.End"}).readings[0].samples[0]
    assert (sample.signed, sample.value, sample.context) == (Signed(ocmf), None, "Transaction.End")


def test_progress_of_firmware_and_logs_names_its_request_only_with_the_security_extension():
    assert up("FirmwareStatusNotification", status="Idle") == FirmwareProgressed("Idle")
    assert up("SignedFirmwareStatusNotification", status="Installed", requestId=7) == FirmwareProgressed("Installed", 7)
    assert up("DiagnosticsStatusNotification", status="Uploaded") == LogProgressed("Uploaded", kind="DiagnosticsLog")
    assert up("LogStatusNotification", status="Uploaded", requestId=7) == LogProgressed("Uploaded", 7)


# Strict and lenient


@pytest.mark.parametrize(
    ("action", "payload", "error", "code"),
    [
        ("MakeCoffee", {}, UnknownAction, Code.NOT_IMPLEMENTED),
        ("Reset", {"type": "Hard"}, Declined, Code.NOT_SUPPORTED),
        ("Authorize", {}, SchemaFault, Code.OCCURRENCE_CONSTRAINT),
        ("Authorize", {"idTag": "x" * 21}, SchemaFault, Code.PROPERTY_CONSTRAINT),
    ],
)
def test_a_call_that_cannot_be_let_in_says_why(action, payload, error, code):
    """Field quirk 13."""
    with pytest.raises(error) as caught:
        V16.admit(action, payload)
    assert caught.value.code is code


LAX = [
    ("BootNotification", {"chargePointVendor": "A" * 30, "chargePointModel": "X"}),
    ("StatusNotification", {"connectorId": 1, "errorCode": "Tired", "status": "Resting", "mood": "good"}),
    (
        "MeterValues",
        {
            "connectorId": 1,
            "meterValue": [
                {"timestamp": "2026-11-21 12:00", "sampledValue": [{"value": "1", "measurand": "Mood", "unit": "lx"}]}
            ],
        },
    ),
    (
        "MeterValues",
        {"connectorId": 1, "meterValue": [{"timestamp": AT, "sampledValue": [{"value": 1.5, "phase": None}]}]},
    ),
    ("DataTransfer", {"vendorId": "com.acme", "data": {"a": 1}}),
    ("StartTransaction", {"connectorId": 1, "idTag": "A", "timestamp": AT, "meterStart": 100.5}),
    ("StartTransaction", {"connectorId": 1, "idTag": "A", "timestamp": AT, "meterStart": None}),
    ("StopTransaction", {"transactionId": 1, "timestamp": AT, "meterStop": "100", "reason": None, "idTag": None}),
]


@pytest.mark.parametrize(("action", "payload"), LAX)
def test_a_lenient_station_gets_away_with_what_can_still_be_understood(action, payload):
    """Field quirk 10: logged either way."""
    with pytest.raises(SchemaFault):
        V16.admit(action, payload)
    assert V16.admit(action, payload, lenient=True)
    assert V16.up(action, payload)


def test_even_a_lenient_station_must_send_numbers_that_fit():
    with pytest.raises(SchemaFault):
        V16.admit("MeterValues", {"connectorId": 2**31, "meterValue": []}, lenient=True)


def test_a_start_without_a_meter_is_a_start_without_a_meter():
    """Field quirk 3: meterStart null."""
    payload = {"connectorId": 1, "idTag": "A", "timestamp": AT, "meterStart": None}
    V16.admit("StartTransaction", payload, lenient=True)
    assert V16.up("StartTransaction", payload).meter_start is None


def test_nulls_are_found_however_deep():
    payload: dict = {"vendorId": "x"}
    deepest = payload
    for _ in range(5000):
        deepest["data"] = deepest = {"null": None}
    dialect.drop_nulls(payload)
    assert deepest == {}


def test_a_null_is_no_word():
    payload = {"connectorId": 1, "meterValue": [{"timestamp": AT, "sampledValue": [{"value": "1", "measurand": None}]}]}
    V16.admit("MeterValues", payload, lenient=True)
    assert V16.up("MeterValues", payload).readings[0].samples[0].measurand == "Energy.Active.Import.Register"


def test_even_a_lenient_station_must_send_the_right_types():
    for payload in ({"idTag": 5}, {}, {"idTag": None}):
        with pytest.raises(SchemaFault):
            V16.admit("Authorize", payload, lenient=True)


# What we answer


def down(reply, action: str = "Authorize"):
    payload = V16.down_reply(action, reply, {})
    V16.validate_response(action, payload)
    return payload


def test_replies_say_their_times_with_a_z():
    """Field quirk 1."""
    assert down(replies.Clock(NOON), "Heartbeat") == {"currentTime": AT}
    reply = replies.Registered(Registration.PENDING, NOON, 60)
    assert down(reply, "BootNotification") == {"status": "Pending", "currentTime": AT, "interval": 60}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("Accepted", "Accepted"),
        ("Blocked", "Blocked"),
        ("ConcurrentTx", "ConcurrentTx"),
        ("Expired", "Expired"),
        ("Invalid", "Invalid"),
        ("NoCredit", "Blocked"),
        ("NotAllowedTypeEVSE", "Invalid"),
        ("NotAtThisLocation", "Invalid"),
        ("NotAtThisTime", "Invalid"),
        ("Unknown", "Invalid"),
    ],
)
def test_ten_verdicts_become_five(status, said):
    assert down(replies.Authorization(AuthorizationStatus(status))) == {"idTagInfo": {"status": said}}


def test_a_group_goes_along_if_it_fits():
    """TC_053; TOK-24."""
    yes = AuthorizationStatus.ACCEPTED
    info = down(replies.Authorization(yes, NOON, IdToken("FLEET")))["idTagInfo"]
    assert info == {"status": "Accepted", "expiryDate": AT, "parentIdTag": "FLEET"}
    assert down(replies.Authorization(yes, group=IdToken("x" * 20)))["idTagInfo"]["parentIdTag"] == "x" * 20
    assert V16.down(i.StartCharging(IdToken("x" * 20), 9))
    assert "parentIdTag" not in down(replies.Authorization(yes, group=IdToken("x" * 21)))["idTagInfo"]


def test_a_start_is_answered_with_our_number_and_a_stop_with_or_without_a_verdict():
    verdict = replies.Authorization(AuthorizationStatus.INVALID)
    start = down(replies.StartTaken(7, verdict), "StartTransaction")
    assert start == {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}
    assert down(replies.EventTaken(), "StopTransaction") == {}
    assert down(replies.EventTaken(verdict), "StopTransaction") == {"idTagInfo": {"status": "Invalid"}}


def test_an_unknown_vendor_is_told_so():
    """TC_064."""
    assert down(replies.DataTaken(DataStatus.UNKNOWN_VENDOR), "DataTransfer") == {"status": "UnknownVendorId"}
    assert down(replies.DataTaken(DataStatus.ACCEPTED, {"a": 1}), "DataTransfer")["data"] == '{"a":1}'


def test_a_certificate_request_is_taken_or_not():
    assert down(replies.Verdict(False), "SignCertificate") == {"status": "Rejected"}
    assert down(replies.Acknowledged(), "MeterValues") == {}


# What we want


@pytest.mark.parametrize(
    ("intent", "action", "payload"),
    [
        (i.StartCharging(ANNA, 9, Place(2)), "RemoteStartTransaction", {"idTag": "ANNA", "connectorId": 2}),
        (i.StartCharging(ANNA, 9), "RemoteStartTransaction", {"idTag": "ANNA"}),
        (i.StartCharging(ANNA, 9, STATION), "RemoteStartTransaction", {"idTag": "ANNA"}),
        (i.StopCharging("7"), "RemoteStopTransaction", {"transactionId": 7}),
        (i.Unlock(Place(2, 1)), "UnlockConnector", {"connectorId": 2}),
        (i.Reset(i.When.NOW), "Reset", {"type": "Hard"}),
        (i.Reset(), "Reset", {"type": "Soft"}),
        (i.Trigger("MeterValues", Place(1)), "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
        (i.Trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            i.Trigger("SignChargingStationCertificate"),
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
        ),
        (i.ChangeAvailability(False, Place(1)), "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
        (i.ReadVariables(), "GetConfiguration", {}),
        (
            i.ReadVariables((i.Variable("SupportedFeatureProfiles"),)),
            "GetConfiguration",
            {"key": ["SupportedFeatureProfiles"]},
        ),
        (
            i.WriteVariables(((i.Variable("MeterValueSampleInterval"), "60"),)),
            "ChangeConfiguration",
            {"key": "MeterValueSampleInterval", "value": "60"},
        ),
        (
            i.Reserve(5, ANNA, NOON, group=IdToken("FLEET")),
            "ReserveNow",
            {"connectorId": 0, "expiryDate": AT, "idTag": "ANNA", "parentIdTag": "FLEET", "reservationId": 5},
        ),
        (i.SendList(0), "SendLocalList", {"listVersion": 0, "updateType": "Full"}),
        (
            i.SendList(3, (i.ListEntry(ANNA),), full=False),
            "SendLocalList",
            {"listVersion": 3, "updateType": "Differential", "localAuthorizationList": [{"idTag": "ANNA"}]},
        ),
        (
            i.InstallCertificate(i.CertificateUse.CSMS, "pem"),
            "InstallCertificate",
            {"certificateType": "CentralSystemRootCertificate", "certificate": "pem"},
        ),
        (i.FetchLog("ftp://x", 5), "GetDiagnostics", {"location": "ftp://x"}),
        (
            i.FetchLog("ftp://x", 5, "SecurityLog", retries=2),
            "GetLog",
            {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": "ftp://x"}, "retries": 2},
        ),
        (i.SendData("com.acme", data=[1]), "DataTransfer", {"vendorId": "com.acme", "data": "[1]"}),
    ],
)
def test_a_verb_becomes_a_call(intent, action, payload):
    assert V16.down(intent) == (action, payload)


@pytest.mark.parametrize(
    "intent",
    [
        i.StartCharging(IdToken("x" * 21), 9),  # OCP-05: twenty are the most
        i.StartCharging(ANNA, 9, Place(1, 2)),
        i.StopCharging("b3f1c2d4"),
        i.Unlock(STATION),
        i.Reset(evse=1),
        i.Reset(i.When.RESUME),
        i.Trigger("TransactionEvent"),
        i.WriteVariables(()),
        i.WriteVariables(((i.Variable("A"), "1"), (i.Variable("B"), "2"))),
        i.WriteVariables(((i.Variable("A"), "x" * 501),)),
        i.Reserve(5, ANNA, NOON, connector_type="cCCS2"),
        i.InstallCertificate(i.CertificateUse.V2G, "pem"),
        i.ListCertificates(),
        i.AskTransaction("7"),
        i.TellCost("7", D(1)),
        i.RawCall("Heartbeat"),
    ],
)
def test_what_1_6_cannot_say_is_not_offered_with_a_reason(intent):
    """OCP-05: a longer token cannot be used on a 1.6 station."""
    with pytest.raises(i.NotOffered) as caught:
        V16.down(intent)
    assert len(caught.value.reason) > 20


def test_a_raw_call_is_checked_against_the_schema_and_sent_unchanged():
    assert V16.down(i.RawCall("ClearCache")) == ("ClearCache", {})
    with pytest.raises(SchemaFault):
        V16.down(i.RawCall("Reset", {"type": "Gentle"}))
    with pytest.raises(UnknownAction):
        V16.down(i.RawCall("MakeCoffee"))


# What its answers mean


@pytest.mark.parametrize(
    ("action", "answer", "outcome"),
    [
        ("RemoteStartTransaction", {"status": "Rejected"}, Refused("Rejected", data={"status": "Rejected"})),
        ("UnlockConnector", {"status": "NotSupported"}, Unsupported("NotSupported", data={"status": "NotSupported"})),
        ("GetDiagnostics", {"fileName": "a.zip"}, Accepted("Accepted", data={"file": "a.zip"})),
        ("GetDiagnostics", {}, Refused("NoFile", "nothing to upload")),
        ("GetLocalListVersion", {"listVersion": 0}, Accepted("Accepted", data={"version": 0})),
        ("GetLocalListVersion", {"listVersion": -1}, Unsupported("NotSupported")),
        ("UpdateFirmware", {}, Accepted("Accepted")),
        (
            "GetConfiguration",
            {"configurationKey": [{"key": "A", "readonly": True, "value": "1"}], "unknownKey": ["B"]},
            Accepted("Accepted", data={"values": {"A": "1"}, "read_only": ["A"], "unknown": ["B"]}),
        ),
    ],
)
def test_an_answer_is_understood(action, answer, outcome):
    """TC_042_2: -1 says that there is no local list."""
    V16.validate_response(action, answer)
    assert V16.up_result(action, answer) == outcome
