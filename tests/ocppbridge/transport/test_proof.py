"""Whether a peer is the station that it says it is, and by which security profile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ocppbridge.services import passwords
from ocppbridge.services.accounts import Account, Security
from ocppbridge.transport.database import Issued
from ocppbridge.transport.handshake import Credentials
from ocppbridge.transport.peer import Peer
from ocppbridge.transport.proof import Proof, Used, judge
from tests.ocppbridge import pki

NOW = datetime.now(UTC)
ROOT = pki.certificate("Root", authority=True)
OWN = pki.certificate("CP1", ROOT)
OTHER = pki.certificate("CP2", ROOT)
SECRET, NEXT = b"a-password-of-a-machine", b"the-next-password-of-it"
PLAIN, TLS = Peer("192.0.2.1"), Peer("192.0.2.1", tls=True)


def shows(holder: pki.Holder, *, verified: bool = True, tls: bool = True) -> Peer:
    return Peer("192.0.2.1", tls, (holder.der,), verified)


def account(**security: Any) -> Account:
    return Account(1, "CP1", 0, "NL/VLT", passwords.seal(SECRET), security=Security(**security))


def judged(
    who: Account | None,
    peer: Peer = PLAIN,
    password: bytes | None = SECRET,
    user: bytes = b"CP1",
    issued: Issued | None = None,
) -> Proof:
    given = None if password is None else Credentials(user, password)
    return judge(who, "CP1", given, peer, [ROOT.certificate], issued, NOW)


def changing() -> Account:
    return account(change_id=7, next_secret=passwords.seal(NEXT))


def test_a_password_is_profile_1_and_over_tls_profile_2() -> None:
    assert judged(account()) == Proof(1, Used.PRESENT)
    assert judged(account(), TLS) == Proof(2, Used.PRESENT)


def test_wrong_unknown_and_blocked_are_nobody() -> None:
    """S36."""
    assert judged(account(), password=b"another-password-of-it") == Proof(None)
    assert judged(account(), user=b"CP2") == Proof(None)
    assert judged(account(), password=None) == Proof(None)
    assert judged(None) == Proof(None)
    blocked = account()
    blocked.blocked = True
    assert judged(blocked) == Proof(None)
    assert judged(blocked, shows(OWN)) == Proof(None)


def test_while_a_password_changes_both_are_right_and_it_is_known_which_was_used() -> None:
    """A01."""
    assert judged(changing(), password=SECRET) == Proof(1, Used.PRESENT)
    assert judged(changing(), password=NEXT) == Proof(1, Used.NEXT)
    assert judged(account(), password=NEXT) == Proof(None)
    assert judged(account(change_id=7), password=b"") == Proof(None)


def test_a_certificate_in_the_station_s_own_name_is_profile_3_and_needs_no_password() -> None:
    assert judged(account(), shows(OWN), None) == Proof(3)
    assert judged(account(), shows(OWN, verified=False), None) == Proof(3)
    assert judged(account(serial_number="CP2"), shows(OTHER), None) == Proof(3)


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (shows(OTHER), "CN=CP2's"),
        (shows(pki.certificate("CP1"), verified=False), "trusted now"),
        (shows(OWN, tls=False), "without TLS"),
        (Peer("192.0.2.1", True, (b"rubbish",), True), "no certificate"),
        (Peer("192.0.2.1", True, unreadable=True), "cannot be read"),
    ],
)
def test_a_wrong_certificate_is_not_made_good_by_the_right_password(peer: Peer, words: str) -> None:
    """A00.FR.407: staff are told why."""
    proof = judged(account(), peer)
    assert proof.profile is None
    assert proof.alert is not None
    assert proof.alert[0] == "CLIENT-CERTIFICATE"
    assert words in proof.alert[1]


def test_a_revoked_certificate_is_refused() -> None:
    assert judged(account(), shows(OWN), issued=Issued(1, revoked=False)) == Proof(3)
    assert judged(account(), shows(OWN), issued=Issued(1, revoked=True)).profile is None


def test_a_certificate_that_was_not_known_to_be_on_the_station_is_news() -> None:
    peer = shows(OWN)
    assert judged(account(), peer, issued=Issued(1, revoked=False, held=False)) == Proof(3, news=peer.fingerprint)


def test_a_certificate_that_was_signed_for_another_station_is_not_this_one_s_whatever_name_it_bears() -> None:
    """A station chooses the serial number that it reports."""
    proof = judged(account(), shows(OWN), issued=Issued(2, revoked=False))
    assert (proof.profile, "another station" in str(proof.alert)) == (None, True)


def test_an_empty_serial_number_is_nobody_s_name() -> None:
    nameless = pki.certificate("x", ROOT, serial_number=" ")
    assert judged(account(serial_number=""), shows(nameless)).profile is None


@pytest.mark.parametrize(
    ("minimum", "peer", "profile"),
    [
        (0, PLAIN, 1), (1, PLAIN, 1), (2, PLAIN, None), (3, PLAIN, None), (2, TLS, 2), (3, TLS, None),
        (3, shows(OWN), 3), (2, shows(OWN), 3),
    ],
)  # fmt: skip
def test_nothing_below_the_minimum_of_the_station_is_let_in(minimum: int, peer: Peer, profile: int | None) -> None:
    """A05.FR.06."""
    proof = judged(account(minimum=minimum), peer)
    assert proof.profile == profile
    assert (proof.alert is None) == (profile is not None)


@pytest.mark.parametrize("password", [None, b"whatever it says"])
def test_profile_0_asks_for_nothing_where_staff_allow_it(password: bytes | None) -> None:
    """Field quirk 11: some send Basic even so."""
    assert judged(account(minimum=0), password=password) == Proof(0)
