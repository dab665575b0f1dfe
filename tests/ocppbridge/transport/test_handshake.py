"""What an upgrade request says, read without trust."""

from __future__ import annotations

import base64

import pytest

from ocppbridge.transport.guard import BURST, FAILURES, RATE, WINDOW, Allowance, FailedUpgrades
from ocppbridge.transport.handshake import Credentials, credentials_of, identity_of, names, negotiated


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        (b"/ocpp/CP1", "CP1"),
        (b"/ocpp/CP1/", "CP1"),
        (b"/CP1", "CP1"),
        (b"/any/prefix/at/all/CP1", "CP1"),
        (b"/ocpp/CP1?token=x", "CP1"),
        (b"/ocpp/CP%201", "CP 1"),
        (b"/ocpp/CP%2F1", "CP/1"),
        (b"/ocpp/B%C3%BCro", "Büro"),
        (b"/ocpp/%FF", None),
        (b"/ocpp/%00", None),
        (b"/", None),
        (b"/ocpp/" + b"x" * 256, None),
    ],
)
def test_the_identity_is_the_last_segment_decoded_once(path: bytes, identity: str | None) -> None:
    """Field quirk 12."""
    assert identity_of(path) == identity


def header(value: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"x"), (b"authorization", value)]


def test_credentials_are_bytes() -> None:
    """Field quirk 11: raw bytes that are not UTF-8."""
    encoded = base64.b64encode(b"CP1:\xff\xfe:\xe9")
    assert credentials_of(header(b"Basic " + encoded)) == Credentials(b"CP1", b"\xff\xfe:\xe9")
    assert credentials_of(header(b"bASIC  " + encoded)) == Credentials(b"CP1", b"\xff\xfe:\xe9")


@pytest.mark.parametrize(
    "value",
    [b"Bearer abc", b"Basic", b"Basic !!!", b"Basic " + base64.b64encode(b"nocolon"), b"Basic " + b"A" * 2000, b""],
)
def test_what_is_no_basic_header_is_no_credentials(value: bytes) -> None:
    assert credentials_of(header(value)) is None


def test_two_authorization_headers_are_none() -> None:
    one = (b"authorization", b"Basic " + base64.b64encode(b"a:b"))
    assert credentials_of([one, one]) is None


def test_the_user_is_the_station_itself() -> None:
    assert names(Credentials(b"CP1", b""), "CP1")
    assert not names(Credentials(b"cp1", b""), "CP1")


def test_the_station_s_own_order_of_sub_protocols_decides() -> None:
    assert negotiated(["ocpp2.0.1", "ocpp1.6"]) == "ocpp2.0.1"
    assert negotiated(["ocpp1.5", "ocpp1.6"]) == "ocpp1.6"
    assert negotiated(["ocpp1.5"]) is None
    assert negotiated([]) is None


def test_failures_count_by_the_worst_of_their_keys_and_are_forgotten_after_the_window() -> None:
    """S38."""
    guard = FailedUpgrades()
    for number in range(FAILURES):
        assert guard.failed("i:CP1", f"a:{number}", now=0) == number + 1
    assert guard.failed("i:CP2", "a:0", now=1) == 2
    assert guard.failed("i:CP1", "a:99", now=WINDOW + 1) == 1


def test_a_socket_may_burst_and_then_goes_on_at_its_rate() -> None:
    """S40."""
    allowance = Allowance(0)
    assert not any(allowance.spent(0) for _ in range(int(BURST)))
    assert allowance.spent(0)
    assert not allowance.spent(1 / RATE + 0.001)
    assert allowance.spent(1 / RATE + 0.001)
