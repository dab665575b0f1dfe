"""JSON at the edge: exact, bounded, one meaning only."""

from __future__ import annotations

import contextlib
import json as plain_json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.ocpi import json
from roaming.ocpi.errors import BadJson, InvalidObject, TooLarge


def test_numbers_are_exact_digit_for_digit() -> None:
    """TYP-05."""
    body = b'{"a":0.1000,"b":12345678901234567.123,"c":-0.0,"d":9007199254740993,"e":1E+5}'
    assert json.dump_bytes(json.loads(body)) == body


def test_fractions_are_decimals_and_whole_numbers_are_integers() -> None:
    assert json.loads("[1, 1.0, 1e2]") == [1, Decimal("1.0"), Decimal("1E+2")]
    assert [type(number) for number in json.loads("[1, 1.0]")] == [int, Decimal]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{bad",
        b'{"a":1,}',
        b"{} x",
        b"{'a':1}",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'"a\nb"',
        b"\x00",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'{"\xc0\x80":1}',
        "\ud800",
        b'"\\ud800"',
        b'"\\ud800x"',
        b'"\\udc00"',
        b"01",
        b"[1.]",
    ],
)
def test_what_is_no_json_is_400(body: bytes | str) -> None:
    """STA-01, S7."""
    with pytest.raises(BadJson) as caught:
        json.loads(body)
    assert caught.value.http_status == 400


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'"\\ud800"', "lone surrogate"),
        (b'"\xff"', "UTF-8"),
        (b"{bad", "object keys must be strings"),
        (b"[" * 5000, "too deep"),
    ],
)
def test_the_reason_is_told(body: bytes, reason: str) -> None:
    with pytest.raises(BadJson, match=reason):
        json.loads(body)


@pytest.mark.parametrize("body", [b"[1e400]", b"[1e-400]", b"[" + b"1" * 5000 + b"]", b"[0." + b"1" * 80 + b"]"])
def test_numbers_that_nobody_can_hold_are_2001(body: bytes) -> None:
    """S7."""
    with pytest.raises(InvalidObject, match="out of range"):
        json.loads(body)


def test_a_nul_is_refused_and_named() -> None:
    """S27: no database text can hold it."""
    with pytest.raises(InvalidObject) as caught:
        json.loads(b'{"a":[{"b":"x\\u0000"}]}')
    assert caught.value.pointer == "/a/0/b"
    with pytest.raises(InvalidObject, match="a key holds a NUL"):
        json.loads(b'{"a\\u0000":1}')
    assert json.loads(rb'{"a":["\\u0000",1]}') == {"a": [r"\u0000", 1]}


class TestDuplicateKeys:
    """We forward the bytes that we checked: another parser must not read another object (S7, HUB-31)."""

    @pytest.mark.parametrize(
        "body",
        [
            b'{"party_id":"OWN","party_id":"OTH"}',
            b'{"x":{"a":1,"b":2,"a":3}}',
            b'[{"t":"12:30","t":"12:30"}]',
            b'{"party_id":"OWN","party\\u005fid":"OTH"}',
            b'{"a":"x","a" :1}',
            b'{"a":{"b":[]},"a":{"b":[]}}',
            b'{"b":"\\u0022\\u0022","a":1,"a":2}',  # as many quotation marks as one expects
        ],
    )
    def test_they_are_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidObject, match="is given twice"):
            json.loads(body)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"a":"12:30:00","b":["x:y"],":":{"a:b":":"}}',
            b'{"a":"\\u0022","\\"b\\"":"\\/"}',
            b'{"a":{"a":{"a":1}}}',
            b'[{"a":1},{"a":1}]',
        ],
    )
    def test_what_only_looks_like_them_is_not(self, body: bytes) -> None:
        assert json.loads(body) == plain_json.loads(body)


class TestBounds:
    def test_size(self) -> None:
        """S7."""
        assert json.loads(b'{"a":1}', max_bytes=7) == {"a": 1}
        with pytest.raises(TooLarge) as caught:
            json.loads(b'{"a":12}', max_bytes=7)
        assert caught.value.http_status == 413

    def test_depth(self) -> None:
        """S7, S28."""
        assert json.loads(b"[" * 64 + b"]" * 64)
        for deep in (b"[" * 65 + b"]" * 65, b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 900 + b"]" * 900):
            with pytest.raises(BadJson, match="deeper than 64"):
                json.loads(deep)
        assert json.loads(b"[" * 64 + b"[],[1]" + b"]" * 64, max_depth=65)
        assert json.loads(b"[" + b"[{}]," * 100 + b"0]", max_depth=3)
        with pytest.raises(BadJson):
            json.loads(b"[" + b"[{}]," * 100 + b"0]", max_depth=2)
        assert json.loads(b"[[1]]", max_depth=2) == [[1]]
        with pytest.raises(BadJson):
            json.loads(b"[[1]]", max_depth=1)


def test_a_byte_order_mark_is_no_matter() -> None:
    assert json.loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize("body", [bytearray(b"[1]"), memoryview(b"[1]"), "[1]"])
def test_any_kind_of_buffer(body: Any) -> None:
    assert json.loads(body) == [1]


class TestDumps:
    def test_compact_utf8(self) -> None:
        assert json.dumps({"a": ["é", None, True, Decimal("1.10")]}) == '{"a":["é",null,true,1.10]}'

    @pytest.mark.parametrize("value", [Decimal("NaN"), [Decimal("Infinity")]])
    def test_what_json_cannot_say_is_refused(self, value: Any) -> None:
        with pytest.raises(BadJson):
            json.dumps(value)

    def test_a_text_may_say_it(self) -> None:
        assert json.dumps({"name": "NaN Infinity"}) == '{"name":"NaN Infinity"}'

    def test_what_has_no_json_form(self) -> None:
        with pytest.raises(TypeError, match="object has no JSON form"):
            json.dumps(object())

    def test_objects_that_know_their_form(self) -> None:
        class Bill:
            def to_json(self) -> dict[str, Decimal]:
                return {"total": Decimal("1.50")}

        assert json.dumps(Bill()) == '{"total":1.50}'


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"))
    | st.decimals(min_value=-(10**12), max_value=10**12, places=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=5), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert json.loads(json.dumps(value)) == value


@given(values)
def test_what_others_write_is_read_as_they_mean_it(value: Any) -> None:
    def as_float(number: Any) -> Any:
        return float(number)

    for escaped in (True, False):
        written = plain_json.dumps(value, default=as_float, ensure_ascii=escaped, indent=1)
        assert json.loads(written) == plain_json.loads(written, parse_float=Decimal)


@given(st.binary(max_size=60) | st.text(max_size=40))
def test_no_input_breaks_it(body: bytes | str) -> None:
    with contextlib.suppress(BadJson, InvalidObject):
        json.loads(body)
