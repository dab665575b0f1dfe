"""The response body, written exactly and read tolerantly."""

from __future__ import annotations

import json as plain_json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from roaming.ocpi import envelope, errors
from roaming.ocpi.decoding import decode
from roaming.ocpi.status import Status, accepted, is_success
from roaming.ocpi.tokens import Token
from tests.roaming.ocpi.samples import SAMPLES

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
TAIL = b'"status_code":1000,"timestamp":"2026-11-21T12:00:00.123Z"}'


class TestWriting:
    def test_without_data(self) -> None:
        """ENV-01, ENV-06."""
        assert envelope.encode(now=NOW) == b"{" + TAIL

    @pytest.mark.parametrize(
        ("data", "written"),
        [
            ([], b"[]"),
            ("ACCEPTED", b'"ACCEPTED"'),
            (None, b"null"),
            (b'[{"a":1.0}]', b'[{"a":1.0}]'),
            ({"a": Decimal("1.10")}, b'{"a":1.10}'),
        ],
    )
    def test_with_data_of_any_kind(self, data: Any, written: bytes) -> None:
        """ENV-02, PAG-15."""
        assert envelope.encode(data, now=NOW) == b'{"data":' + written + b"," + TAIL

    def test_with_a_struct(self) -> None:
        token = decode(Token, SAMPLES["Token"])
        assert plain_json.loads(envelope.encode(token, now=NOW))["data"] == SAMPLES["Token"]

    def test_with_a_message(self) -> None:
        written = envelope.encode(status=Status.INVALID_PARAMETERS, message='no "x"', now=NOW)
        assert plain_json.loads(written) == {
            "status_code": 2001,
            "status_message": 'no "x"',
            "timestamp": "2026-11-21T12:00:00.123Z",
        }

    def test_of_an_error(self) -> None:
        """ENV-04, CMD-09."""
        plain = plain_json.loads(envelope.encode_error(errors.InvalidObject("/id", "is missing"), now=NOW))
        assert (plain["status_code"], plain["status_message"]) == (2001, "/id: is missing")
        assert "data" not in plain
        with_data = envelope.encode_error(errors.UnknownLocation(data={"result": "REJECTED"}), now=NOW)
        assert plain_json.loads(with_data)["data"] == {"result": "REJECTED"}


class TestReading:
    def read(self, **fields: Any) -> envelope.Envelope:
        return envelope.read(plain_json.dumps({"status_code": 1000, "timestamp": "2026-11-21T12:00:00Z"} | fields))

    def test_what_we_write(self) -> None:
        found = envelope.read(envelope.encode({"a": 1}, 1001, "fine", now=NOW))
        assert (found.status_code, found.status_message, found.data) == (1001, "fine", {"a": 1})
        assert found.timestamp == NOW.replace(microsecond=123000)

    @pytest.mark.parametrize("timestamp", ["2026-11-21 01:32:42.416199+00:00", "2026-11-21T01:32:42"])
    def test_timestamps_in_many_forms(self, timestamp: str) -> None:
        """Peers 9."""
        assert self.read(timestamp=timestamp).timestamp is not None

    @pytest.mark.parametrize("timestamp", ["now", None, 5, {}])
    def test_a_timestamp_is_not_worth_a_failure(self, timestamp: Any) -> None:
        assert self.read(timestamp=timestamp).timestamp is None

    def test_no_data_null_data_or_anything(self) -> None:
        """ENV-05, ENV-06."""
        assert self.read().data is envelope.ABSENT
        assert [self.read(**fields).many() for fields in ({}, {"data": None}, {"data": {}}, {"data": []})] == [[]] * 4

    def test_a_single_object_inside_a_list(self) -> None:
        """Peers 4."""
        assert self.read(data=[{"a": 1}]).one() == self.read(data={"a": 1}).one() == {"a": 1}
        assert self.read(data=[1, 2]).one() == [1, 2]
        assert self.read(data={"a": 1}).many() == self.read(data=[{"a": 1}]).many()

    def test_a_status_code_as_text(self) -> None:
        assert self.read(status_code="2001", status_message=None).status_code == 2001

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"[]",
            b"{}",
            b'{"status_code":true}',
            b'{"status_code":"ok"}',
            b'{"status_code":99}',
            b'{"status_code":10000}',
            b'{"status_code":"12345"}',
            b"[" * 100_000,
        ],
    )
    def test_what_is_no_envelope(self, body: bytes) -> None:
        """HUB-26."""
        with pytest.raises(errors.HubError) as caught:
            envelope.read(body)
        assert caught.value.status == 4000

    def test_a_body_over_the_limit(self) -> None:
        """S7."""
        with pytest.raises(errors.HubError, match="larger"):
            envelope.read(envelope.encode("x" * 100, now=NOW), max_bytes=100)

    def test_success_is_both_layers(self) -> None:
        """S34."""
        assert self.read().accepted(200)
        assert not self.read().accepted(500)
        assert not self.read(status_code=3000).accepted(200)


def test_codes_are_read_by_their_first_digit() -> None:
    """STA-20."""
    assert is_success(1999) and not is_success(2999)
    assert accepted(204, 1000) and not accepted(204, None) and not accepted(302, 1000)
