"""The Authorization header."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.ocpi.authorization import Encoding, candidates, format_authorization, is_token, issue


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def meant(header: str | None, encoding: Encoding = Encoding.AUTO) -> list[str]:
    return [token for token, _ in candidates(header, encoding)]


def test_ours_is_base64_without_newline() -> None:
    """AUT-01, AUT-02, E1."""
    assert format_authorization("example-token") == "Token ZXhhbXBsZS10b2tlbg=="
    assert format_authorization("example-token", Encoding.AUTO) == "Token ZXhhbXBsZS10b2tlbg=="
    assert format_authorization("example-token", Encoding.RAW) == "Token example-token"


def test_decoded_first_then_raw() -> None:
    """AUT-03."""
    header = f"Token {encoded('abcd1234')}"
    assert candidates(header) == (("abcd1234", Encoding.BASE64), (encoded("abcd1234"), Encoding.RAW))
    assert meant(header, Encoding.BASE64) == ["abcd1234"]
    assert meant(header, Encoding.RAW) == [encoded("abcd1234")]


def test_a_raw_token_is_read_where_that_is_allowed() -> None:
    """AUT-03, S10."""
    assert meant("Token example-token") == ["example-token"]
    assert meant("Token example-token", Encoding.BASE64) == []


@pytest.mark.parametrize("tail", ["\n", "\r\n", " ", "\n\n"])
def test_a_newline_that_was_encoded_too(tail: str) -> None:
    """AUT-04, E1."""
    assert meant(f"Token {encoded('tok' + tail)}", Encoding.BASE64) == ["tok"]


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN"])
def test_the_scheme_in_any_case(scheme: str) -> None:
    """S11."""
    assert meant(f"{scheme} {encoded('tok')}", Encoding.BASE64) == ["tok"]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Token",
        "Token ",
        "Bearer dG9r",
        "Basic dG9r",
        "Token  dG9r",
        "Token\tdG9r",
        "Token dG9r\n",
        " Token dG9r",
        "Token dG9r dG9r",
        "Token dÖr",
        "Token " + "A" * 100_000,
        "dG9r",
    ],
)
def test_everything_else_is_nothing(header: str | None) -> None:
    """AUT-05, S11."""
    assert meant(header) == []


@pytest.mark.parametrize(
    "value",
    [
        "dG9",
        "dG9r=",
        "_-_-",
        encoded(b"\xff\xfe"),
        encoded("with blank"),
        encoded(""),
        encoded("x" * 65),
        encoded("a\nb"),
    ],
)
def test_what_is_no_base64_of_a_token(value: str) -> None:
    """AUT-08, S11: missing padding, the URL alphabet, bytes that are no text."""
    assert meant(f"Token {value}", Encoding.BASE64) == []


def test_issued_tokens_conform() -> None:
    """AUT-08."""
    token = issue(bytes(range(32)))
    assert is_token(token) and 40 <= len(token) <= 64
    with pytest.raises(ValueError, match="32 random bytes"):
        issue(b"short")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_no_spelling_of_an_issued_token_is_another_issued_token(one: bytes, other: bytes) -> None:
    """S10."""
    first, second = issue(one), issue(other)
    for presented in (first, encoded(first), encoded(encoded(first))):
        assert [token for token in meant(f"Token {presented}") if token == second] in ([], [second] * (one == other))
    assert meant(f"Token {first}") == [first], "an issued token is never Base64 of anything"


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
def test_what_we_send_is_what_is_meant(token: str) -> None:
    for encoding in (Encoding.BASE64, Encoding.RAW):
        assert meant(format_authorization(token, encoding), encoding) == [token]
