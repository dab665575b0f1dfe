"""What counts as an answer of HTTP, however its bytes arrive; no connection needed."""

from __future__ import annotations

import gzip
import zlib

import pytest
from httptools import HttpParserError

from roaming.client import Broken, TooLarge
from roaming.client.exchange import Heads
from roaming.client.reading import Reading, unpacked

OK = b"HTTP/1.1 200 OK\r\n"
SHORT = OK + b"Content-Length: 2\r\n\r\n{}"


def read(*pieces: bytes, most: int = 1000) -> Reading:
    one = Reading(most)
    for piece in pieces:
        one.take(piece)
    one.end()
    return one


@pytest.mark.parametrize(("text", "again"), [
    (SHORT, True),
    (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", False),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n", True),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", False),
    (OK.replace(b"\r", b"") + b"Content-Length: 2\n\n{}", True),  # lines without CR
    (OK + b"Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", False),  # the chunks count
    (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + SHORT, True),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + SHORT, True),
])  # fmt: skip
def test_an_answer_is_read_whole_or_byte_by_byte(text: bytes, again: bool) -> None:
    for one in (read(text), read(*(text[at : at + 1] for at in range(len(text))))):
        assert (one.status, one.body, one.whole, one.again) == (200, b"{}", True, again)
        assert b"Link" not in dict(one.heads)


def test_without_a_length_the_end_of_the_connection_is_the_end() -> None:
    one = read(OK + b"X: 1\r\n\r\n{", b"}", b"")
    assert (one.body, one.whole, one.again) == (b"{}", True, False)


@pytest.mark.parametrize(
    "text", [b"", b"HTTP/1.1 200", SHORT[:-1], OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
def test_an_answer_that_breaks_off_is_none(text: bytes) -> None:
    one = Reading(1000)
    if text:
        one.take(text)
    with pytest.raises(Broken):
        one.take(b"")


@pytest.mark.parametrize("text", [b"SSH-2.0-x\r\n", OK + b"Content-Length: many\r\n\r\n", OK + b"a b\r\n\r\n"])
def test_what_is_no_http_is_refused(text: bytes) -> None:
    with pytest.raises(HttpParserError):
        read(text)


@pytest.mark.parametrize("rest", [OK, b"garbage", SHORT + SHORT])
def test_what_follows_an_answer_is_not_the_next_ones(rest: bytes) -> None:
    """The connection is not used again, or a later caller would be told what was not said to it."""
    one = read(SHORT + rest)
    assert (one.status, one.body, one.whole, one.again) == (200, b"{}", True, False)


def test_an_answer_without_a_body_is_one() -> None:
    one = read(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (one.status, one.body, one.whole, one.again) == (204, b"", True, True)


@pytest.mark.parametrize("piece", [b"X-Drip: 1\r\n", b"X: " + b"x" * 60_000])
def test_heads_without_end_are_cut_off(piece: bytes) -> None:
    """S7."""
    with pytest.raises(TooLarge):
        read(OK, *[piece] * 20_000)


def test_a_body_is_cut_off_where_it_is_too_large() -> None:
    """S7."""
    with pytest.raises(TooLarge):
        read(OK + b"\r\n", *[b"x" * 100] * 11)


RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(("packed", "encoding"), [
    (gzip.compress(b"{}"), "gzip"), (gzip.compress(b"{}"), " X-GZIP "), (zlib.compress(b"{}"), "deflate"),
    (RAW.compress(b"{}") + RAW.flush(), "deflate"), (gzip.compress(b"{") + gzip.compress(b"}"), "gzip"),
    (b"{}", ""), (b"{}", "identity"), (b"{}", "br"),
])  # fmt: skip
def test_a_packed_answer_is_unpacked(packed: bytes, encoding: str) -> None:
    assert unpacked(packed, encoding, 2) == b"{}"


def test_an_empty_answer_may_claim_to_be_packed() -> None:
    assert unpacked(b"", "gzip", 2) == b""


@pytest.mark.parametrize("packed", [gzip.compress(b"{}")[:-9], b"{}"])
def test_what_cannot_be_unpacked_is_no_answer(packed: bytes) -> None:
    with pytest.raises(Broken):
        unpacked(packed, "gzip", 100)


def test_what_becomes_too_large_when_unpacked_is_cut_off() -> None:
    """S7: also where it comes in several parts, none of which is."""
    for packed in (gzip.compress(b"0" * 101), gzip.compress(b"0" * 60) * 2):
        with pytest.raises(TooLarge):
            unpacked(packed, "gzip", 100)


def test_headers_are_found_in_any_case_and_several_of_a_name_are_one() -> None:
    heads = Heads([(b"Link", b"<a>"), (b"X-Limit", b"10"), (b"LINK", b"<b> ")])
    assert (heads["link"], heads.get("X-LIMIT"), heads.get("Location"), "x-limit" in heads) == (
        "<a>, <b>",
        "10",
        None,
        True,
    )
    assert dict(heads) == {"link": "<a>, <b>", "x-limit": "10"}
