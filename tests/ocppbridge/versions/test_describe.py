"""The reference: what a message is, generated from schemas and tables."""

import dataclasses

import pytest

from ocppbridge.versions import DIALECTS
from ocppbridge.versions.blocks import _ACTIONS, BLOCK_OF, BLOCKS
from ocppbridge.versions.describe import Field, describe, plain
from tests.ocppbridge.versions import samples

V16, V201, V21 = DIALECTS.values()


def test_every_action_of_every_version_has_one_block_and_no_block_has_another():
    actions = {action for dialect in DIALECTS.values() for action in dialect.schemas.requests}
    assert set(BLOCK_OF) == actions
    assert sum(len(listed.split()) for listed in _ACTIONS.values()) == len(BLOCK_OF)
    assert set(BLOCK_OF.values()) == set(BLOCKS)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)
def test_every_message_can_be_described_to_its_last_field(dialect):
    schemas = {(action, kind): schema for action, kind, schema in samples.read(dialect.version)}
    for action in dialect.schemas.requests:
        message = describe(dialect, action)
        paths = {field.path.replace("[]", "") for field in message.request}
        assert paths == samples.fields(schemas[action, "request"])
        assert message.handling
        assert all(field.type for field in message.request)


def by_path(message) -> dict[str, Field]:
    return {field.path: field for field in message.request}


def test_a_field_tells_its_type_its_limits_and_its_values():
    start = by_path(describe(V16, "StartTransaction"))
    assert (start["idTag"].type, start["idTag"].required, start["idTag"].limits) == (
        "string",
        True,
        "at most 20 characters",
    )
    assert start["timestamp"].type == "date-time"
    event = by_path(describe(V21, "TransactionEvent"))
    assert event["eventType"].values == ("Ended", "Started", "Updated")
    assert (event["meterValue"].type, event["meterValue"].limits) == ("object[]", "1 to any of them")
    assert event["meterValue[].sampledValue[].value"].required
    assert event["idToken"].description


def test_numbers_have_their_bounds():
    profile = by_path(describe(V16, "SetChargingProfile"))
    limit = profile["csChargingProfiles.chargingSchedule.chargingSchedulePeriod[].limit"]
    assert limit.limits == "a multiple of 0.1"
    schedule = by_path(describe(V21, "SetChargingProfile"))
    assert (
        schedule["chargingProfile.chargingSchedule[].chargingSchedulePeriod[].dischargeLimit_L2"].limits == "at most 0"
    )


@pytest.mark.parametrize(
    ("dialect", "action", "direction", "handling"),
    [
        (V16, "DataTransfer", "both", "understood and answered; sent on request"),
        (V16, "Authorize", "station to CSMS", "understood and answered"),
        (V201, "NotifyMonitoringReport", "station to CSMS", "understood and answered"),
        (V21, "NotifyPeriodicEventStream", "station to CSMS", "understood, never answered (SEND)"),
        (V201, "Reset", "CSMS to station", "sent on request"),
        (V201, "SetDisplayMessage", "CSMS to station", "sent on request"),
    ],
)
def test_who_sends_it_and_what_becomes_of_it(dialect, action, direction, handling):
    message = describe(dialect, action)
    assert (message.direction, message.handling) == (direction, handling)


def test_what_would_be_declined_says_why():
    ups = {action: read for action, read in V21.ups.items() if action != "BatterySwap"}
    dialect = dataclasses.replace(V21, ups=ups, declined={"BatterySwap": "nobody swaps batteries here"})
    assert describe(dialect, "BatterySwap").handling.endswith("nobody swaps batteries here")


def test_a_send_has_no_answer_and_an_unknown_action_no_description():
    assert describe(V21, "NotifyPeriodicEventStream").response is None
    assert describe(V16, "NotifyPeriodicEventStream") is None
    assert describe(V16, "Heartbeat").response


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "only startPeriod, _limit_L2_ and _basetime_ + _t_ count",
            "only startPeriod, limit_L2 and basetime + t count",
        ),
        ("*(2.1)* Model. +\r\nLine two", "(2.1) Model. Line two"),
        ("<<configkey-currency,`Currency`>>, <<ref-RFC5646,[RFC5646]>>", "Currency, RFC5646"),
        ("amount * 10 ^ multiplier; a_b_c; (0\\|1)", "amount * 10 ^ multiplier; a_b_c; (0|1)"),
    ],
)
def test_what_the_schemas_tell_is_told_without_its_marks(written, read):
    assert plain(written) == read
