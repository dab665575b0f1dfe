"""The usual frames are taken in one pass only where the long way would take them too, and would read the same."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest

from ocppbridge.rpc import frames
from ocppbridge.rpc.errors import RpcError
from ocppbridge.versions import DIALECTS, Dialect
from ocppbridge.versions.schemas import read_schemas
from ocppbridge.versions.usual import READINGS
from tests.benchmarks.messages import MESSAGES, SUBPROTOCOLS
from tests.ocppbridge.versions import samples

USUAL = [
    ("ocpp1.6", "MeterValues"), ("ocpp1.6", "StopTransaction"), ("ocpp2.0.1", "MeterValues"),
    ("ocpp2.0.1", "TransactionEvent"), ("ocpp2.1", "MeterValues"), ("ocpp2.1", "TransactionEvent"),
]  # fmt: skip
HERE = "@HERE@"
# As JSON: of another type, out of bounds, over-long, a time that only some readers take, what cannot be stored.
ODD = (
    "null", "true", "1", "-1", "0.5", "1.0", "1e0", "-0", "2147483647", "2147483648", "-2147483649", "1e30", "1e999",
    "1" + "0" * 30, '""', '"x"', '"' + "x" * 51 + '"', '"' + "é" * 5600 + '"', '"a\\u0000b"', '"a\tb"', '"\u2028"',
    "[]", "{}", "[1]", '{"vendorId":"x"}', "[" * 70 + "]" * 70, '"Local"', '"Wh"', '"L1"', '"2026-03-01 12:00:00Z"',
    '"2026-03-01T12:00:00+0000"', '"2026-03-01t12:00:00z"', '"2026-03-01T12:00:60Z"', '"2026-02-30T12:00:00Z"',
    '"2026-12-31T23:59:59.123+14:00"', '"2024-02-29T00:00:00Z"', '"2025-02-29T00:00:00Z"', '"0000-01-01T00:00:00Z"',
    '"2026-03-01T12:00:00"', '"2026-03-01T12:00:00Z\n"', '"2026-03-01T12:00Z"', "NaN", "01", "",
)  # fmt: skip


def long_way(dialect: Dialect, text: str) -> frames.Call:
    """What has always been asked of a call, and what is left of it for the answer."""
    call = frames.parse(text, dialect.version)
    assert isinstance(call, frames.Call)
    assert dialect.admit(call.action, call.payload) == ()
    payload = {name: () if name in READINGS else value for name, value in call.payload.items()}
    return frames.Call(call.message_id, call.action, payload)


def full(dialect: Dialect, action: str) -> dict[str, Any]:
    wanted = (action, "request")
    return next(
        samples.fullest(schema) for name, kind, schema in read_schemas(dialect.version) if (name, kind) == wanted
    )


def framed(action: str, payload: Any, odd: str = "null") -> str:
    return orjson.dumps([2, "m1", action, payload]).decode().replace(f'"{HERE}"', odd)


def changes(payload: Any) -> Iterator[Any]:
    """The payload with each value replaced, each field gone, and a field too many in each object."""
    spots: list[tuple[Any, ...]] = [()]
    while spots:
        path = spots.pop()
        value = at(payload, path)
        if isinstance(value, dict | list):
            spots += [(*path, key) for key in (value if isinstance(value, dict) else range(len(value)))]
        if isinstance(value, dict):
            more = deepcopy(payload)
            at(more, path)["other"] = HERE
            yield more
        if path:
            changed, less = deepcopy(payload), deepcopy(payload)
            at(changed, path[:-1])[path[-1]] = HERE
            del at(less, path[:-1])[path[-1]]
            yield changed
            yield less


def at(payload: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        payload = payload[step]
    return payload


@pytest.mark.parametrize(("subprotocol", "action"), USUAL)
def test_whatever_is_taken_in_one_pass_the_long_way_takes_and_reads_likewise(subprotocol: str, action: str) -> None:
    """S40, OCPP-J §4: a shorter way is no laxer way."""
    dialect, taken, refused = DIALECTS[subprotocol], 0, 0
    for payload in changes(full(dialect, action)):
        for odd in ODD if HERE in orjson.dumps(payload).decode() else ODD[:1]:
            text = framed(action, payload, odd)
            found = dialect.usual(text)
            if found is None:
                refused += 1
                continue
            taken += 1
            expected = long_way(dialect, text)
            assert (found.message_id, found.action) == (expected.message_id, expected.action)
            assert list(map(repr, sorted({**expected.payload, **dict.fromkeys(READINGS, ())}.items()))) == list(
                map(repr, sorted({**found.payload, **dict.fromkeys(READINGS, ())}.items()))
            ), text
    assert taken > 20 and refused > 200


@pytest.mark.parametrize(("subprotocol", "action"), USUAL)
def test_the_fullest_payload_of_each_is_taken_in_one_pass(subprotocol: str, action: str) -> None:
    """Whether it pays: nothing that a schema names makes a frame unusual, but for vendors' own data."""
    dialect = DIALECTS[subprotocol]
    payload = full(dialect, action)
    found = dialect.usual(framed(action, payload))
    assert found is not None and found.valid
    assert dialect.usual(framed(action, payload | {"customData": {"vendorId": "x"}})) is None


@pytest.mark.parametrize("message", ["MeterValues", "TransactionEvent"])
def test_what_the_benchmarks_send_is_usual(message: str) -> None:
    dialect = DIALECTS[SUBPROTOCOLS[message]]
    found = dialect.usual(MESSAGES[message].replace("@ID@", "m1"))
    assert found is not None and found.payload["meterValue"] == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "[", '[2,"', '[3,"m1",{}]', '[2,"","MeterValues",{}]', '[2,"m1","Heartbeat",{}]', '[2,"m1","MeterValues"]',
        '[2.0,"m1","MeterValues",{}]', '[2,"' + "m" * 256 + '","MeterValues",{}]', '[2,"m1","MeterValues",{},{}]',
        '[2,"m1","MeterValues",' + "[" * 100_000, '{"2","m1","MeterValues"}',
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_long_way(text: str) -> None:
    """S40: also what is no frame at all."""
    assert [dialect.usual(text) for dialect in DIALECTS.values()] == [None, None, None]


def test_a_time_with_a_blank_goes_the_long_way_which_says_what_is_wrong() -> None:
    dialect = DIALECTS["ocpp1.6"]
    text = MESSAGES["MeterValues"].replace("2026-03-01T12", "2026-03-01 12")
    assert dialect.usual(text) is None
    with pytest.raises(RpcError, match="timestamp"):
        long_way(dialect, text)
