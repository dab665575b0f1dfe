"""No secret reaches the journal, in either direction, in any version."""

import json

import pytest

from ocppbridge.versions.schemas import read_schemas
from ocppbridge.versions.secrets import MASK, REQUESTS, RESPONSES, is_secret, mask_request, mask_response

SECRET = "s3cr3t-enough"


def variable(name: str, **more) -> dict:
    return {"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}, **more}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}),
        ("ChangeConfiguration", {"key": "authorizationkey", "value": SECRET}),
        ("ChangeConfiguration", {"key": "WiFi-Password", "value": SECRET}),
        ("SetVariables", {"setVariableData": [variable("BasicAuthPassword", attributeValue=SECRET)]}),
        ("SetNetworkProfile", {"connectionData": {"apn": {"apnPassword": SECRET, "simPin": SECRET}}}),
        ("SetNetworkProfile", {"connectionData": {"vpn": {"password": SECRET, "key": SECRET}}}),
        ("SetNetworkProfile", {"connectionData": {"basicAuthPassword": SECRET}}),
        ("SetNetworkProfile", {"connectionData": {"ocppCsmsUrl": f"wss://cs:{SECRET}@hub.example/ocpp"}}),
        ("NotifyReport", {"reportData": [variable("BasicAuthPassword", variableAttribute=[{"value": SECRET}])]}),
        ("NotifyEvent", {"eventData": [variable("BasicAuthPassword", actualValue=SECRET)]}),
        ("GetDiagnostics", {"location": f"ftp://user:{SECRET}@files.example/x"}),
        ("GetDiagnostics", {"location": f"https://files.example/x?signature={SECRET}"}),
        ("GetDiagnostics", {"location": f"https://[{SECRET}/x"}),
        ("GetLog", {"log": {"remoteLocation": f"sftp://user:{SECRET}@files.example"}}),
        ("UpdateFirmware", {"location": f"ftp://u:{SECRET}@f.example/fw"}),
        ("UpdateFirmware", {"firmware": {"location": f"ftp://u:{SECRET}@f.example/fw"}}),
        ("SignedUpdateFirmware", {"firmware": {"location": f"ftp://u:{SECRET}@f.example/fw"}}),
        ("PublishFirmware", {"location": f"https://f.example/fw#{SECRET}"}),
        ("PublishFirmwareStatusNotification", {"location": [f"https://u:{SECRET}@f.example/fw"]}),
        ("NotifySettlement", {"receiptUrl": f"https://pay.example/r?token={SECRET}"}),
        ("GetLog", {"log": {"remoteLocation": f"https://hub.example/files/key-{SECRET}/log.zip"}}),
        ("NotifyCustomerInformation", {"data": f"card {SECRET}"}),
        ("CustomerInformation", {"customerIdentifier": SECRET}),
    ],
)
def test_a_call_is_masked_and_keeps_its_shape(action, payload):
    masked = mask_request(action, payload)
    assert SECRET not in json.dumps(masked)
    assert masked.keys() == payload.keys()
    assert SECRET in json.dumps(payload), "the original is left alone"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("GetConfiguration", {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": SECRET}]}),
        ("GetVariables", {"getVariableResult": [variable("BasicAuthPassword", attributeValue=SECRET)]}),
        ("SetVariables", {"setVariableResult": [variable("BasicAuthPassword", attributeValue=SECRET)]}),
        ("NotifySettlement", {"receiptUrl": f"https://pay.example/r?token={SECRET}"}),
    ],
)
def test_an_answer_is_masked_too(action, payload):
    assert SECRET not in json.dumps(mask_response(action, payload), ensure_ascii=False)


def test_what_is_no_secret_is_the_same_object():
    for action, payload in (
        ("Heartbeat", {}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
        ("SetVariables", {"setVariableData": [variable("OfflineThreshold", attributeValue="60")]}),
        ("GetDiagnostics", {"location": "ftp://files.example/x"}),
    ):
        assert mask_request(action, payload) is payload
        assert mask_response(action, payload) is payload


@pytest.mark.parametrize(
    "payload",
    [{}, {"setVariableData": None}, {"setVariableData": [1, None]}, {"setVariableData": [{"variable": "x"}]}],
)
def test_a_payload_of_any_shape_goes_through(payload):
    assert mask_request("SetVariables", payload) is payload
    assert mask_request("GetDiagnostics", {"location": 5}) == {"location": 5}


def test_urls_keep_what_helps_to_recognise_them():
    masked = mask_request("GetDiagnostics", {"location": "ftp://user:pw@files.example:21/logs/7?x=1"})
    assert masked["location"] == f"ftp://{MASK}@files.example:21/logs/7?{MASK}"


@pytest.mark.parametrize(("name", "secret"), [("BasicAuthPassword", True), ("SecurityProfile", False), (None, False)])
def test_a_setting_is_known_by_its_name(name, secret):
    assert is_secret(name) is secret


def test_every_field_of_the_schemas_that_sounds_like_a_secret_or_a_location_is_in_the_table():
    """Whatever a new version brings under such a name must be masked, or stand here with a reason."""
    reasons = {
        "publicKey": "public",
        "customerCertificate": "hashes of a certificate",
        "issuerKeyHash": "a hash",
        "location": "of a meter, in MeterValues, StopTransaction and TransactionEvent",
        "urls": "of a revocation list, public",
        "responderURL": "of a revocation service, public",
    }
    sounding = ("password", "pin", "key", "url", "location", "secret")
    exact = {"key", "simPin"}
    for version in ("1.6", "2.0.1", "2.1"):
        for action, kind, schema in read_schemas(version):
            table = REQUESTS if kind == "request" else RESPONSES
            for field in fields(schema):
                folded = field.lower()
                if field in exact or any(folded.endswith(word) for word in sounding if word not in ("pin", "key")):
                    harmless = field in reasons and not (field == "location" and "irmware" in action)
                    assert action in table or harmless or action == "GetConfiguration", (version, action, field)


def fields(schema) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(fields, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*(fields(value) for value in schema.values()))


def test_the_table_names_only_actions_that_exist():
    actions = {action for version in ("1.6", "2.0.1", "2.1") for action, _, _ in read_schemas(version)}
    assert actions >= set(REQUESTS) | set(RESPONSES)
