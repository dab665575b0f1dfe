"""OCPP 2.0.1 and 2.1 ↔ the domain: what each side makes of the other's words."""

from datetime import UTC, datetime
from decimal import Decimal
from decimal import Decimal as D

import pytest

from ocppbridge.charging import intents as i
from ocppbridge.charging import replies
from ocppbridge.charging.messages import Booted, Ended, Metered, ReportPart, Started, StateChanged, Updated
from ocppbridge.charging.outcomes import Accepted, Refused, Scheduled, Unsupported
from ocppbridge.charging.readings import Signed
from ocppbridge.charging.replies import AuthorizationStatus, DataStatus, Registration
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.charging.upkeep_messages import FirmwareProgressed, LogProgressed, StreamTold
from ocppbridge.versions import DIALECTS

V201, V21 = DIALECTS["ocpp2.0.1"], DIALECTS["ocpp2.1"]
BOTH = pytest.mark.parametrize("dialect", [V201, V21], ids=["2.0.1", "2.1"])
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-11-21T12:00:00Z"
ANNA = IdToken("ANNA", "ISO14443")
ANNA_JSON = {"idToken": "ANNA", "type": "ISO14443"}


def up(dialect, action: str, **payload):
    dialect.admit(action, payload)
    return dialect.up(action, payload)


def event(dialect, kind: str, **more):
    base = {"eventType": kind, "timestamp": AT, "triggerReason": "Authorized", "seqNo": 0}
    return up(dialect, "TransactionEvent", **{**base, "transactionInfo": {"transactionId": "tx-1"}, **more})


def metered(dialect, *samples: dict) -> Metered:
    return up(dialect, "MeterValues", evseId=1, meterValue=[{"timestamp": AT, "sampledValue": [*samples]}])


# What a station says


@BOTH
def test_a_boot_may_lack_a_serial_number_and_a_modem(dialect):
    """Field quirk 5."""
    station = {"vendorName": "Acme", "model": "X", "serialNumber": "", "modem": {"iccid": ""}}
    assert up(dialect, "BootNotification", reason="PowerUp", chargingStation=station) == Booted(
        "Acme", "X", reason="PowerUp"
    )


@BOTH
@pytest.mark.parametrize(
    ("evse", "connector", "place"), [(0, 0, STATION), (0, 1, STATION), (2, 0, Place(2)), (2, 1, Place(2, 1))]
)
def test_evse_zero_is_the_station_and_connector_zero_the_evse(dialect, evse, connector, place):
    """Field quirk 4."""
    message = up(
        dialect, "StatusNotification", timestamp=AT, connectorStatus="Occupied", evseId=evse, connectorId=connector
    )
    assert message == StateChanged(place, "Occupied", NOON)


@BOTH
def test_the_leanest_event_is_enough(dialect):
    """Field quirk 5: no evse on Ended."""
    assert event(dialect, "Started") == Started("tx-1", NOON, seq_no=0, trigger="Authorized")
    assert event(dialect, "Updated") == Updated("tx-1", NOON, seq_no=0, trigger="Authorized")
    assert event(dialect, "Ended") == Ended("tx-1", NOON, seq_no=0, trigger="Authorized", reason="Local")


@BOTH
def test_an_event_tells_who_where_why_and_how(dialect):
    additional = [{"additionalIdToken": "x", "type": "y"}]
    message = event(
        dialect, "Ended", evse={"id": 1}, idToken={**ANNA_JSON, "additionalInfo": additional}, offline=True,
        reservationId=5, transactionInfo={
            "transactionId": "tx-1", "chargingState": "SuspendedEV", "stoppedReason": "Remote", "remoteStartId": 9,
            "timeSpentCharging": 60,
        },
    )  # fmt: skip
    assert (message.place, message.token) == (Place(1), IdToken("ANNA", "ISO14443", (("x", "y"),)))
    assert (message.charging_state, message.reason, message.remote_start_id) == ("SuspendedEV", "Remote", 9)
    assert (message.offline, message.reservation_id, message.seconds_charging) == (True, 5, 60)


@BOTH
def test_numbers_are_read_through_their_text(dialect):
    """0.1 is a tenth, not what a float holds; kWh and multipliers are normalised (field quirk 3)."""
    message = metered(
        dialect,
        {"value": 0.1, "unitOfMeasure": {"unit": "kWh"}},
        {"value": 12.345, "unitOfMeasure": {"unit": "Wh", "multiplier": 3}},
        {"value": 7, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "kW"}, "phase": "L1"},
    )
    assert [sample.value for sample in message.readings[0].samples] == [D(100), D(12345), D(7000)]
    assert (message.place, message.transaction) == (Place(1), None)


@BOTH
def test_signed_values_are_kept_byte_for_byte_beside_the_number(dialect):
    """Field quirk 14."""
    if dialect is V201:
        signed = {"signedMeterData": "T0NN", "signingMethod": "ECDSA", "encodingMethod": "OCMF", "publicKey": "MFk="}
        expected = Signed("T0NN", "OCMF", "ECDSA", "MFk=")
    else:
        signed, expected = {"signedMeterData": "T0NN", "encodingMethod": "OCMF"}, Signed("T0NN", "OCMF")
    sample = metered(dialect, {"value": 5, "signedMeterValue": signed}).readings[0].samples[0]
    assert (sample.value, sample.signed) == (D(5), expected)


def test_a_signed_value_whose_number_is_noise_is_kept_and_a_noisy_number_alone_is_not():
    signed = {"signedMeterData": "T0NN", "encodingMethod": "OCMF"}
    (kept,) = metered(V21, {"value": 1e30, "signedMeterValue": signed}, {"value": 1e30}).readings[0].samples
    assert (kept.value, kept.signed) == (None, Signed("T0NN", "OCMF"))


@BOTH
def test_a_report_comes_in_parts(dialect):
    part = up(dialect, "NotifyReport", requestId=1, generatedAt=AT, seqNo=0, tbc=True)
    assert part == ReportPart(1, 0, NOON, last=False)
    assert up(dialect, "NotifyReport", requestId=1, generatedAt=AT, seqNo=1).last


@BOTH
def test_progress_of_firmware_and_logs_names_its_request(dialect):
    assert up(dialect, "FirmwareStatusNotification", status="Idle") == FirmwareProgressed("Idle")
    assert up(dialect, "LogStatusNotification", status="Uploaded", requestId=7) == LogProgressed("Uploaded", 7)


def test_the_values_of_an_event_stream_are_counted_from_its_base():
    """Field quirk 18: it comes as SEND."""
    payload = {"id": 1, "pending": 0, "basetime": AT, "data": [{"t": 0.1, "v": "1"}]}
    assert up(V21, "NotifyPeriodicEventStream", **payload) == StreamTold(1, 0, NOON, ((Decimal("0.1"), "1"),))


# What we answer


def down(dialect, reply, action: str):
    payload = dialect.down_reply(action, reply, {})
    dialect.validate_response(action, payload)
    return payload


@BOTH
def test_replies_say_their_times_with_a_z(dialect):
    """Field quirk 1."""
    assert down(dialect, replies.Clock(NOON), "Heartbeat") == {"currentTime": AT}
    reply = replies.Registered(Registration.ACCEPTED, NOON, 60)
    assert down(dialect, reply, "BootNotification") == {"status": "Accepted", "currentTime": AT, "interval": 60}


FULL = replies.Authorization(
    AuthorizationStatus.NO_CREDIT, NOON, IdToken("FLEET"), "en", "Top up, please", 3, "Accepted", ("DC_BPT",),
    {"tariffId": "T", "currency": "EUR"},
)  # fmt: skip


@BOTH
def test_an_authorization_says_what_the_version_can(dialect):
    """TC_C_39: the group goes along."""
    said = down(dialect, FULL, "Authorize")
    assert said["idTokenInfo"] == {
        "status": "NoCredit",
        "cacheExpiryDateTime": AT,
        "chargingPriority": 3,
        "groupIdToken": {"idToken": "FLEET", "type": "Central"},
        "language1": "en",
        "personalMessage": {"format": "UTF8", "content": "Top up, please"},
    }
    assert ("tariff" in said, "allowedEnergyTransfer" in said) == (dialect is V21, dialect is V21)


@BOTH
def test_an_event_is_taken_with_as_little_as_nothing(dialect):
    assert down(dialect, replies.EventTaken(), "TransactionEvent") == {}
    reply = replies.EventTaken(
        replies.Authorization(AuthorizationStatus.ACCEPTED), D("4.35"), 1, "Hello", {"maxTime": 60}
    )
    said = down(dialect, reply, "TransactionEvent")
    assert (said["idTokenInfo"], said["totalCost"]) == ({"status": "Accepted"}, 4.35)
    assert ("transactionLimit" in said) == (dialect is V21)
    assert down(dialect, replies.EventTaken(total_cost=D("5.00")), "TransactionEvent") == {"totalCost": 5}


@BOTH
def test_other_replies(dialect):
    """TC_P_02."""
    assert down(dialect, replies.DataTaken(DataStatus.UNKNOWN_VENDOR), "DataTransfer") == {"status": "UnknownVendorId"}
    refused = down(dialect, replies.Verdict(False, "no authority"), "SignCertificate")
    assert refused["statusInfo"]["additionalInfo"] == "no authority"
    assert down(dialect, replies.Verdict(True), "SignCertificate") == {"status": "Accepted"}


@pytest.mark.parametrize(("dialect", "most"), [(V201, 7_500), (V21, 17_000)], ids=["2.0.1", "2.1"])
def test_a_vehicle_s_contract_that_is_too_long_is_none_rather_than_cut_off(dialect, most):
    """M01: ISO 15118-20 needs more room than 2.0.1 has."""
    told = down(dialect, replies.EvCertificate(True, "A" * most), "Get15118EVCertificate")
    assert (told["status"], len(told["exiResponse"])) == ("Accepted", most)
    told = down(dialect, replies.EvCertificate(True, "A" * (most + 1)), "Get15118EVCertificate")
    assert (told["status"], told["exiResponse"]) == ("Failed", "")


# What we want


@BOTH
@pytest.mark.parametrize(
    ("intent", "action", "payload"),
    [
        (
            i.StartCharging(ANNA, 9, Place(2, 1), IdToken("FLEET")),
            "RequestStartTransaction",
            {
                "remoteStartId": 9,
                "idToken": ANNA_JSON,
                "evseId": 2,
                "groupIdToken": {"idToken": "FLEET", "type": "Central"},
            },
        ),
        (
            i.StartCharging(IdToken("ANNA"), 9),
            "RequestStartTransaction",
            {"remoteStartId": 9, "idToken": {"idToken": "ANNA", "type": "Central"}},
        ),
        (i.StopCharging("tx-1"), "RequestStopTransaction", {"transactionId": "tx-1"}),
        (i.Unlock(Place(2)), "UnlockConnector", {"evseId": 2, "connectorId": 1}),
        (i.Unlock(Place(2, 3)), "UnlockConnector", {"evseId": 2, "connectorId": 3}),
        (i.Reset(i.When.NOW), "Reset", {"type": "Immediate"}),
        (i.Reset(evse=1), "Reset", {"type": "OnIdle", "evseId": 1}),
        (i.Trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            i.Trigger("StatusNotification", Place(1, 2)),
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 2}},
        ),
        (i.ChangeAvailability(True), "ChangeAvailability", {"operationalStatus": "Operative"}),
        (
            i.ChangeAvailability(False, Place(1)),
            "ChangeAvailability",
            {"operationalStatus": "Inoperative", "evse": {"id": 1}},
        ),
        (
            i.ReadVariables((i.Variable("OfflineThreshold", "OCPPCommCtrlr"),)),
            "GetVariables",
            {"getVariableData": [{"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}]},
        ),
        (
            i.WriteVariables(((i.Variable("Enabled", "X", "a", "b", Place(1), "Target"), "true"),)),
            "SetVariables",
            {
                "setVariableData": [
                    {
                        "component": {"name": "X", "instance": "b", "evse": {"id": 1}},
                        "variable": {"name": "Enabled", "instance": "a"},
                        "attributeType": "Target",
                        "attributeValue": "true",
                    }
                ]
            },
        ),
        (i.ReportSettings(5), "GetBaseReport", {"requestId": 5, "reportBase": "FullInventory"}),
        (i.ReportSome(5, criteria=("Problem",)), "GetReport", {"requestId": 5, "componentCriteria": ["Problem"]}),
        (
            i.Reserve(5, ANNA, NOON, Place(1), "cCCS2"),
            "ReserveNow",
            {"id": 5, "expiryDateTime": AT, "idToken": ANNA_JSON, "evseId": 1, "connectorType": "cCCS2"},
        ),
        (i.SendList(0), "SendLocalList", {"versionNumber": 0, "updateType": "Full"}),
        (i.AskTransaction(), "GetTransactionStatus", {}),
        (i.TellCost("tx-1", D("4.35")), "CostUpdated", {"totalCost": 4.35, "transactionId": "tx-1"}),
        (i.ListCertificates(), "GetInstalledCertificateIds", {}),
        (
            i.FetchLog("ftp://x", 5, since=NOON),
            "GetLog",
            {
                "log": {"remoteLocation": "ftp://x", "oldestTimestamp": AT},
                "logType": "DiagnosticsLog",
                "requestId": 5,
            },
        ),
        (i.SendData("com.acme", data={"a": 1}), "DataTransfer", {"vendorId": "com.acme", "data": {"a": 1}}),
    ],
)
def test_a_verb_becomes_a_call(dialect, intent, action, payload):
    assert dialect.down(intent) == (action, payload)


@BOTH
@pytest.mark.parametrize(
    "intent",
    [
        i.Unlock(STATION),
        i.ReadVariables(),
        i.ReadVariables((i.Variable("HeartbeatInterval"),)),
        i.WriteVariables(()),
        i.StopCharging("x" * 37),
        i.Trigger("DiagnosticsStatusNotification"),
        i.RawCall("TransactionEvent", {}),
    ],
)
def test_what_2_x_cannot_say_is_not_offered_with_a_reason(dialect, intent):
    if isinstance(intent, i.RawCall):
        intent = i.RawCall("Heartbeat")
    with pytest.raises(i.NotOffered) as caught:
        dialect.down(intent)
    assert len(caught.value.reason) > 20


@pytest.mark.parametrize(
    "intent",
    [
        i.Reset(i.When.RESUME),
        i.Trigger("CustomTrigger", custom="x"),
        i.StartCharging(IdToken("x" * 60, "Central"), 1),
        i.StartCharging(IdToken("ANNA", "VIN"), 1),
        i.InstallCertificate(i.CertificateUse.OEM, "pem"),
    ],
)
def test_what_2_1_says_and_2_0_1_does_not(intent):
    assert V21.down(intent)
    with pytest.raises(i.NotOffered):
        V201.down(intent)


TARIFF = {"tariffId": "T", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.45}]}}


@pytest.mark.parametrize(
    ("intent", "action", "payload"),
    [
        (i.SetTariff(TARIFF), "SetDefaultTariff", {"evseId": 0, "tariff": TARIFF}),
        (i.AskTariffs(1), "GetTariffs", {"evseId": 1}),
        (i.ClearTariffs(), "ClearTariffs", {}),
        (i.ClearTariffs(("T",), 1), "ClearTariffs", {"tariffIds": ["T"], "evseId": 1}),
        (i.ChangeTariff("tx-1", TARIFF), "ChangeTransactionTariff", {"transactionId": "tx-1", "tariff": TARIFF}),
        (i.AwaitPayment(1, 60), "NotifyWebPaymentStarted", {"evseId": 1, "timeout": 60}),
    ],
)
def test_tariffs_on_the_station_came_with_2_1(intent, action, payload):
    assert V21.down(intent) == (action, payload)
    with pytest.raises(i.NotOffered, match="cannot do it: new in 2"):
        V201.down(intent)


# What its answers mean


def test_clearing_tariffs_is_as_good_as_its_first_failure():
    results = [{"tariffId": "T", "status": "Accepted"}, {"tariffId": "U", "status": "NoTariff"}]
    outcome = V21.up_result("ClearTariffs", {"clearTariffsResult": results})
    assert (type(outcome), outcome.status, outcome.data["results"]) == (Refused, "NoTariff", results)
    assert isinstance(V21.up_result("ClearTariffs", {"clearTariffsResult": results[:1]}), Accepted)
    assert V21.up_result("NotifyWebPaymentStarted", {}) == Accepted("Accepted")


RESULT = {"component": {"name": "C"}, "variable": {"name": "V"}}


@BOTH
@pytest.mark.parametrize(
    ("action", "answer", "outcome"),
    [
        (
            "RequestStartTransaction",
            {"status": "Accepted", "transactionId": "tx-1"},
            Accepted("Accepted", data={"transactionId": "tx-1"}),
        ),
        (
            "Reset",
            {"status": "Rejected", "statusInfo": {"reasonCode": "Busy", "additionalInfo": "charging"}},
            Refused("Rejected", "Busy: charging"),
        ),
        ("Reset", {"status": "Scheduled", "statusInfo": {"reasonCode": "Busy"}}, Scheduled("Scheduled", "Busy")),
        ("UnlockConnector", {"status": "OngoingAuthorizedTransaction"}, Refused("OngoingAuthorizedTransaction")),
        ("TriggerMessage", {"status": "NotImplemented"}, Unsupported("NotImplemented")),
        ("CostUpdated", {}, Accepted("Accepted")),
        ("GetLocalListVersion", {"versionNumber": 3}, Accepted("Accepted", data={"version": 3})),
        (
            "GetTransactionStatus",
            {"ongoingIndicator": True, "messagesInQueue": False},
            Accepted("Accepted", data={"ongoing": True, "queued": False}),
        ),
        (
            "GetVariables",
            {"getVariableResult": [{**RESULT, "attributeStatus": "Accepted", "attributeValue": "1"}]},
            Accepted("Accepted", data={"results": [{**RESULT, "attributeStatus": "Accepted", "attributeValue": "1"}]}),
        ),
    ],
)
def test_an_answer_is_understood(dialect, action, answer, outcome):
    dialect.validate_response(action, answer)
    assert dialect.up_result(action, answer) == outcome


@BOTH
def test_a_batch_is_as_good_as_its_first_failure(dialect):
    """B05: each entry has its own status."""
    entries = [
        {**RESULT, "attributeStatus": "Accepted"},
        {**RESULT, "attributeStatus": "RebootRequired", "attributeStatusInfo": {"reasonCode": "Later"}},
        {**RESULT, "attributeStatus": "Rejected"},
    ]
    outcome = dialect.up_result("SetVariables", {"setVariableResult": entries})
    assert isinstance(outcome, Scheduled)
    assert (outcome.reason, outcome.data["results"]) == ("Later", entries)
