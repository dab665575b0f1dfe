"""The five shapes of an OCPP-J frame, read from text and written to it (OCPP-J part 4 §4; types 5 and 6 are 2.1's).

Rule: reading is lenient where the sender's meaning is certain (an over-long error text, a missing error detail, a
null payload where there is nothing to say) and refuses everything else with the message id if that much could be
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson
from msgspec import Struct, field

from ocppbridge.rpc.errors import MAX_DESCRIPTION, Code, FrameError, read_code, spelled

CALL, CALL_RESULT, CALL_ERROR, CALL_RESULT_ERROR, SEND = 2, 3, 4, 5, 6
# The specification says 36; some stations send braced or prefixed UUIDs, and echoing them costs nothing.
MAX_MESSAGE_ID: Final = 255
UNREADABLE_ID: Final = "-1"  # OCPP 2.x: what a CALLERROR carries when the message id could not be read
MAX_ACTION: Final = 50
# OCPP's deepest payload has a dozen levels. JSON writers give up at 254, schema validators and Python not much later.
MAX_DEPTH: Final = 60


class Call(Struct, frozen=True, gc=False):
    """A request that waits for an answer; `valid` if whoever read it knows already that it obeys its schema."""

    message_id: str
    action: str
    payload: dict[str, Any]
    valid: bool = False


class CallResult(Struct, frozen=True, gc=False):
    """The answer to a CALL."""

    message_id: str
    payload: dict[str, Any]


class CallError(Struct, frozen=True, gc=False):
    """The refusal of a CALL."""

    message_id: str
    code: Code | str
    description: str
    details: Mapping[str, Any] = field(default_factory=dict)


class CallResultError(Struct, frozen=True, gc=False):
    """The refusal of a CALLRESULT (2.1 only)."""

    message_id: str
    code: Code | str
    description: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Send(Struct, frozen=True, gc=False):
    """A message that is never answered (2.1 only; field quirk 18)."""

    message_id: str
    action: str
    payload: dict[str, Any]


Frame = Call | CallResult | CallError | CallResultError | Send


def parse(text: str, version: str) -> Frame:
    """Read one frame; raise FrameError when it is none."""
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise FrameError(f"not JSON: {error.msg}", Code.RPC_FRAMEWORK_ERROR) from None
    if type(frame) is not list or len(frame) < 2 or type(frame[0]) is not int:
        raise FrameError("a frame is an array of a type, an id and more", Code.RPC_FRAMEWORK_ERROR)
    kind = frame[0]
    answerable = kind not in (CALL_RESULT, CALL_ERROR, CALL_RESULT_ERROR, SEND)
    message_id = _message_id(frame[1], answerable)
    if "\\u0000" in text and _has_nul(frame):
        # No database text can hold it, so nothing that carries one may get further (field quirk 13).
        raise FrameError("NUL characters are not accepted", Code.FORMAT_VIOLATION, message_id, answerable)
    if text.count("{") + text.count("[") > MAX_DEPTH and _deep(frame):
        raise FrameError("nested too deeply", Code.FORMAT_VIOLATION, message_id, answerable)
    if kind == CALL:
        return Call(message_id, *_request(frame, message_id, answerable))
    if kind == CALL_RESULT:
        return CallResult(message_id, _payload(frame[2:3], message_id, answerable))
    if kind == CALL_ERROR:
        return CallError(message_id, *_refusal(frame))
    if kind == CALL_RESULT_ERROR and version == "2.1":
        return CallResultError(message_id, *_refusal(frame))
    if kind == SEND and version == "2.1":
        return Send(message_id, *_request(frame, message_id, answerable))
    # 1.6J §4.1.3: a message type that the receiver does not know is ignored; 2.x answers MessageTypeNotSupported.
    raise FrameError(f"message type {kind}", Code.MESSAGE_TYPE_NOT_SUPPORTED, message_id, version != "1.6")


def _deep(frame: list[Any]) -> bool:
    level: list[Any] = [frame]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for value in level
            for item in (value.values() if type(value) is dict else value)
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def _has_nul(frame: list[Any]) -> bool:
    """Without recursion, for the frame may be nested as deep as its parser goes."""
    waiting: list[Any] = [frame]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            waiting += [*value, *value.values()]
        elif type(value) is list:
            waiting += value
        elif type(value) is str and "\0" in value:
            return True
    return False


def _message_id(value: object, answerable: bool) -> str:
    if type(value) is str and 0 < len(value) <= MAX_MESSAGE_ID and "\0" not in value:
        return value
    # Field quirk 13: refused; a number is still echoed as text, which lets a lax station match the refusal.
    readable = str(value) if type(value) is int else None
    raise FrameError(
        "the message id must be a string of 1 to 36 characters", Code.FORMAT_VIOLATION, readable, answerable
    )


def _request(frame: list[Any], message_id: str, answerable: bool) -> tuple[str, dict[str, Any]]:
    if len(frame) != 4:
        raise FrameError("a call has four elements", Code.FORMAT_VIOLATION, message_id, answerable)
    action = frame[2]
    if type(action) is not str or not 0 < len(action) <= MAX_ACTION or not (action.isascii() and action.isalnum()):
        raise FrameError("the action must be a name", Code.FORMAT_VIOLATION, message_id, answerable)
    return action, _payload(frame[3:], message_id, answerable)


def _payload(rest: list[Any], message_id: str, answerable: bool) -> dict[str, Any]:
    payload = rest[0] if rest else None
    if type(payload) is dict:
        return payload
    if rest and payload is None:  # "nothing to say" in older serialisers
        return {}
    raise FrameError("the payload must be an object", Code.FORMAT_VIOLATION, message_id, answerable)


def _refusal(frame: list[Any]) -> tuple[Code | str, str, Mapping[str, Any]]:
    """Code, description, details; field quirk 8: any of them may be odd, and the refusal is still a refusal."""
    code, description, details = [*frame[2:5], None, None, None][:3]
    text = description if isinstance(description, str) else ""
    return read_code(code), " ".join(text.split()), details if isinstance(details, dict) else {}


def encode_call(message_id: str, action: str, payload: Mapping[str, Any]) -> str:
    """The text of a CALL."""
    return _text([CALL, message_id, action, payload])


def encode_result(message_id: str, payload: Mapping[str, Any]) -> str:
    """The text of a CALLRESULT."""
    return _text([CALL_RESULT, message_id, payload])


def encode_error(
    message_id: str | None,
    code: Code,
    description: str,
    details: Mapping[str, Any],
    version: str,
    kind: int = CALL_ERROR,
) -> str:
    """The text of a CALLERROR (or, with kind 5, a CALLRESULTERROR) in the version's own spelling."""
    return _text([kind, message_id or UNREADABLE_ID, spelled(code, version), description[:MAX_DESCRIPTION], details])


def _text(frame: list[Any]) -> str:
    return orjson.dumps(frame, default=_number).decode()


def _number(value: object) -> orjson.Fragment:
    """Decimals leave digit for digit: money and energy never pass through a float."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no place in a frame")
