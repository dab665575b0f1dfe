"""Frames read and written, the odd ones of the field included (field quirks 8, 13, 18)."""

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.rpc import frames
from ocppbridge.rpc.errors import Code, FrameError
from ocppbridge.rpc.frames import Call, CallError, CallResult, CallResultError, Send, parse

VERSIONS = ["1.6", "2.0.1", "2.1"]


def refused(text: str, version: str = "2.0.1") -> FrameError:
    with pytest.raises(FrameError) as caught:
        parse(text, version)
    return caught.value


@pytest.mark.parametrize("version", VERSIONS)
def test_the_three_frames_of_every_version(version):
    assert parse('[2,"19","Heartbeat",{}]', version) == Call("19", "Heartbeat", {})
    assert parse('[3,"19",{"status":"Accepted"}]', version) == CallResult("19", {"status": "Accepted"})
    assert parse('[4,"19","GenericError","so so",{"a":1}]', version) == CallError(
        "19", Code.GENERIC_ERROR, "so so", {"a": 1}
    )


def test_2_1_adds_send_and_callresulterror():
    """Field quirk 18."""
    text = '[6,"7","NotifyPeriodicEventStream",{"id":1}]'
    assert parse(text, "2.1") == Send("7", "NotifyPeriodicEventStream", {"id": 1})
    assert parse('[5,"7","FormatViolation","",{}]', "2.1") == CallResultError("7", Code.FORMAT_VIOLATION, "", {})


@pytest.mark.parametrize("kind", [1, 5, 6, 7])
def test_a_message_type_that_the_version_lacks_is_answered_by_2_x_and_ignored_by_1_6(kind):
    """1.6J §4.1.3."""
    for version, answerable in (("1.6", False), ("2.0.1", True)):
        error = refused(f'[{kind},"7","Heartbeat",{{}}]', version)
        assert (error.code, error.message_id, error.answerable) == (Code.MESSAGE_TYPE_NOT_SUPPORTED, "7", answerable)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "[2]",
        '{"2":1}',
        "[true,1]",
        '["2","1","Heartbeat",{}]',
        '[2,"1","A",{"a":NaN}]',
        "[" * 2000,
        '[2,"\x00","A",{}]',
    ],
)
def test_what_is_no_frame_has_no_message_id_and_is_a_framework_error(text):
    error = refused(text)
    assert (error.code, error.message_id) == (Code.RPC_FRAMEWORK_ERROR, None)


def test_deep_nesting_neither_crashes_nor_recurses_without_end():
    """Field quirk 13: deep JSON."""
    for levels, begin, end in ((900, '{"a":', "}"), (100, '{"a":[', "]}"), (30, '{"a":[', "]}")):
        deep = begin * levels + "1" + end * levels
        error = refused(f'[2,"1","Heartbeat",{deep}]')
        assert (error.code, error.message_id) == (Code.FORMAT_VIOLATION, "1")
        hidden = deep.replace("1", '"\\u0000"')
        assert refused(f'[2,"1","Heartbeat",{hidden}]').code is Code.FORMAT_VIOLATION
    assert refused("[" * 2000 + "]" * 2000).code is Code.RPC_FRAMEWORK_ERROR


def test_a_long_report_is_not_a_deep_one():
    entries = ",".join(['{"component":{"name":"C"},"variable":{"name":"V"},"variableAttribute":[{"value":"1"}]}'] * 200)
    text = f'[2,"1","NotifyReport",{{"reportData":[{entries}]}}]'
    assert len(parse(text, "2.0.1").payload["reportData"]) == 200


@pytest.mark.parametrize(
    ("written", "echoed"),
    [("17", "17"), ("-3", "-3"), ("1.5", None), ("null", None), ("true", None), ("[]", None), ('""', None)],
)
def test_a_message_id_that_is_no_string_is_a_format_violation(written, echoed):
    """Field quirk 13; a number is echoed as text (quirk 5)."""
    error = refused(f'[2,{written},"Heartbeat",{{}}]')
    assert (error.code, error.message_id) == (Code.FORMAT_VIOLATION, echoed)


def test_a_long_message_id_is_taken_up_to_255_characters():
    assert parse(f'[2,"{"x" * 255}","Heartbeat",{{}}]', "1.6").message_id == "x" * 255
    assert refused(f'[2,"{"x" * 256}","Heartbeat",{{}}]').message_id is None


@pytest.mark.parametrize(
    "rest",
    [
        '"Heartbeat"',
        '"Heartbeat",[]',
        '"Heartbeat","{}"',
        "5,{}",
        '"",{}',
        '"Heart beat",{}',
        '"Heartbeat",{},{}',
        f'"{"A" * 51}",{{}}',
    ],
)
def test_a_call_of_the_wrong_shape_is_refused_under_its_own_id(rest):
    error = refused(f'[2,"7",{rest}]')
    assert (error.code, error.message_id, error.answerable) == (Code.FORMAT_VIOLATION, "7", True)


def test_a_null_payload_says_nothing():
    assert parse('[2,"7","Heartbeat",null]', "1.6") == Call("7", "Heartbeat", {})


def test_a_malformed_answer_is_never_itself_answered():
    assert refused('[3,"7"]').answerable is False
    assert refused("[3,7,{}]").answerable is False


@pytest.mark.parametrize("place", ['{"a":"b\\u0000"}', '{"a\\u0000":1}', '{"a":[{"b":"\\u0000"}]}'])
def test_a_nul_character_anywhere_is_refused(place):
    """Field quirk 13: no database text can hold one."""
    assert refused(f'[2,"7","DataTransfer",{place}]').code is Code.FORMAT_VIOLATION
    assert parse('[2,"7","DataTransfer",{"a":"\\\\u0000"}]', "1.6").payload == {"a": "\\u0000"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[4,"7"]', CallError("7", Code.GENERIC_ERROR, "", {})),
        ('[4,"7","NotSupported"]', CallError("7", Code.NOT_SUPPORTED, "", {})),
        ('[4,"7","FormationViolation",null,null]', CallError("7", Code.FORMAT_VIOLATION, "", {})),
        ('[4,"7","OccurenceConstraintViolation","",[1]]', CallError("7", Code.OCCURRENCE_CONSTRAINT, "", {})),
        ('[4,"7","Teapot","{\\n  \\"a\\": 1\\n}",{}]', CallError("7", "Teapot", '{ "a": 1 }', {})),
    ],
)
def test_an_odd_refusal_is_still_a_refusal(text, expected):
    """Field quirk 8: pretty-printed JSON as description, the other version's spelling, missing parts."""
    for version in VERSIONS:
        assert parse(text, version) == expected


def test_an_error_description_of_any_length_is_read():
    """Field quirk 8: over 255 characters."""
    assert len(parse(f'[4,"7","GenericError","{"x" * 4000}",{{}}]', "1.6").description) == 4000


def test_what_we_write_is_cut_spelled_and_compact():
    text = frames.encode_error("7", Code.FORMAT_VIOLATION, "x" * 300, {}, "1.6")
    assert json.loads(text) == [4, "7", "FormationViolation", "x" * 255, {}]
    assert frames.encode_error(None, Code.RPC_FRAMEWORK_ERROR, "", {}, "2.1") == '[4,"-1","RpcFrameworkError","",{}]'
    assert (
        frames.encode_result("7", {"currentTime": "2026-11-21T10:00:00Z"})
        == '[3,"7",{"currentTime":"2026-11-21T10:00:00Z"}]'
    )


def test_a_decimal_leaves_digit_for_digit():
    text = frames.encode_call("7", "CostUpdated", {"totalCost": Decimal("1234567890123456.10"), "transactionId": "t"})
    assert '"totalCost":1234567890123456.10' in text
    assert frames.encode_call("7", "X", {"a": Decimal("1E+3")}) == '[2,"7","X",{"a":1000}]'


def test_what_has_no_place_in_a_frame_is_our_own_error():
    with pytest.raises(TypeError):
        frames.encode_call("7", "X", {"a": object()})


ODD = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8).map(json.dumps)


@given(st.text(max_size=200) | ODD)
def test_no_text_makes_the_reader_fail_in_any_other_way(text):
    for version in VERSIONS:
        with contextlib.suppress(FrameError):
            parse(text, version)
