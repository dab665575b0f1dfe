"""For each message of each version: a valid and an invalid request, and the same for its answer, walked both ways.

A vector says what the message means here (`means`), the error code of the invalid one, and what the
answer to a call of ours comes to (`outcome`).
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ocppbridge.charging import iso15118_messages, messages, payment_messages, replies, v2x_messages, v2x_replies
from ocppbridge.charging.intents import NotOffered, RawCall
from ocppbridge.charging.iso15118_replies import CertificateState, ChainState, EvCertificate, LinkState
from ocppbridge.charging.payment_replies import SettlementTaken, VatNumberJudged
from ocppbridge.charging.replies import AuthorizationStatus, DataStatus, Registration
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.upkeep_messages import StreamOpening
from ocppbridge.rpc.errors import Code, Declined, SchemaFault
from ocppbridge.rpc.frames import encode_call, parse
from ocppbridge.versions import DIALECTS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HERE = Path(__file__).parents[2] / "vectors" / "ocpp"
VECTORS = {dialect: json.loads((HERE / f"{dialect.version}.json").read_text()) for dialect in DIALECTS.values()}
EACH = pytest.mark.parametrize(
    ("dialect", "action", "vector"),
    [
        pytest.param(dialect, action, vector, id=f"{dialect.version}-{action}")
        for dialect, table in VECTORS.items()
        for action, vector in table.items()
    ],
)
HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}
YES = replies.Authorization(AuthorizationStatus.ACCEPTED)
REPLIES = {
    messages.Booted: replies.Registered(Registration.ACCEPTED, NOON, 300),
    messages.Beat: replies.Clock(NOON),
    messages.AuthorizeAsked: YES,
    messages.Started: replies.EventTaken(YES),
    messages.Updated: replies.EventTaken(),
    messages.Ended: replies.EventTaken(),
    messages.DataReceived: replies.DataTaken(DataStatus.UNKNOWN_VENDOR),
    messages.CertificateRequested: replies.Verdict(True),
    v2x_messages.NeedsTold: v2x_replies.NeedsTaken("Accepted"),
    v2x_messages.EvScheduleTold: replies.Verdict(True),
    v2x_messages.SetpointPulled: v2x_replies.SetpointGiven(Setpoints(setpoint_l2=Decimal(-1))),
    StreamOpening: replies.Verdict(True),
    iso15118_messages.EvCertificateAsked: EvCertificate(True, "gJgBAA=="),
    iso15118_messages.CertificateStatusAsked: CertificateState("MIIB"),
    iso15118_messages.ChainStatusAsked: ChainState((LinkState(HASHES, "OCSP", "Good", NOON),)),
    payment_messages.Settled: SettlementTaken("R1", "https://x.example/r"),
    payment_messages.VatNumberAsked: VatNumberJudged("DE136695976", True),
}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)
def test_every_action_of_every_schema_folder_has_a_vector_and_is_handled_sent_or_declined_with_a_reason(dialect):
    actions = set(dialect.schemas.requests)
    assert set(VECTORS[dialect]) == actions
    assert dialect.actions_from_station | dialect.actions_to_station == actions
    assert dialect.handled.isdisjoint(dialect.declined)
    assert all(len(reason) > 20 for reason in dialect.declined.values())
    assert set(dialect.results) <= dialect.actions_to_station
    # DataTransfer is the one action that goes both ways.
    assert dialect.actions_from_station & dialect.actions_to_station == {"DataTransfer"}


@EACH
def test_a_valid_request_goes_through_and_an_invalid_one_is_refused_by_name(dialect, action, vector):
    dialect.validate_request(action, vector["valid"])
    with pytest.raises(SchemaFault) as caught:
        dialect.validate_request(action, vector["invalid"])
    assert caught.value.code is Code(vector["code"])


@EACH
def test_what_a_station_says_is_understood_and_answered(dialect, action, vector):
    if action not in dialect.actions_from_station:
        with pytest.raises(Declined):
            dialect.admit(action, vector["valid"])
        return
    assert dialect.admit(action, vector["valid"]) == ()
    with pytest.raises(SchemaFault):
        dialect.admit(action, vector["invalid"])
    message = dialect.up(action, vector["valid"])
    assert type(message).__name__ == vector["means"]
    if "answer" in vector:  # a SEND has none
        reply = REPLIES.get(type(message), replies.Acknowledged())
        if dialect.version == "1.6" and isinstance(message, messages.Started):
            reply = replies.StartTaken(1, YES)
        dialect.validate_response(action, dialect.down_reply(action, reply, vector["valid"]))


@EACH
def test_what_we_send_is_sent_unchanged_and_its_answer_understood(dialect, action, vector):
    call = RawCall(action, vector["valid"])
    if action not in dialect.actions_to_station:
        with pytest.raises(NotOffered):
            dialect.down(call)
        return
    assert dialect.down(call) == (action, vector["valid"])
    with pytest.raises(SchemaFault):
        dialect.down(RawCall(action, vector["invalid"]))
    assert type(dialect.up_result(action, vector["answer"])).__name__ == vector["outcome"]
    assert dialect.up_result(action, vector["answer"], call).data == vector["answer"]


@EACH
def test_an_answer_is_held_to_its_schema(dialect, action, vector):
    if "answer" not in vector:
        with pytest.raises(Declined):
            dialect.validate_response(action, {})
        return
    dialect.validate_response(action, vector["answer"])
    with pytest.raises(SchemaFault):
        dialect.validate_response(action, vector["invalidAnswer"])


@EACH
def test_a_frame_of_it_survives_the_wire_key_by_key(dialect, action, vector):
    """No renaming layer: setpoint_L2, soC, receiptUrl and the like arrive as they were written."""
    text = encode_call("1", action, vector["valid"])
    assert parse(text, dialect.version).payload == vector["valid"]
