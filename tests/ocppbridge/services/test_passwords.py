"""Station passwords at rest: keyed digests, hex in both forms, scrypt only where decided."""

from __future__ import annotations

import time

import pytest

from ocppbridge.services.passwords import NOBODY, Secret, WeakPassword, digest, matches, new_password, seal


def test_a_password_is_recognised_and_stands_nowhere_in_clear() -> None:
    """S17, S36."""
    secret = seal(b"a-password-of-a-machine")
    assert matches(b"a-password-of-a-machine", secret)
    assert not matches(b"a-password-of-a-machinE", secret)
    assert "password" not in f"{secret.digest}{secret.hex_digest}{secret.scrypt}"


def test_a_digest_needs_the_server_key(settings: object) -> None:
    before = digest(b"x" * 16)
    settings.SERVER_KEY = b"another key of thirty-two bytes!"  # type: ignore[attr-defined]
    assert digest(b"x" * 16) != before


@pytest.mark.parametrize("given", [b"00" * 16, bytes(16)])
def test_hex_digits_are_recognised_decoded_too(given: bytes) -> None:
    """Field quirk 11: AuthorizationKey."""
    assert matches(given, seal(b"00" * 16))
    assert matches((b"AB" * 16).lower(), seal(b"AB" * 16))


def test_what_only_looks_like_hex_in_part_is_not_decoded() -> None:
    assert seal(b"0" * 31).hex_digest == ""
    assert seal(b"g" * 32).hex_digest == ""


@pytest.mark.parametrize("password", [b"", b"short", b"fifteen bytes..", b"x" * 73])
def test_weak_passwords_are_refused(password: bytes) -> None:
    with pytest.raises(WeakPassword):
        seal(password)


def test_a_short_one_is_kept_slowly_by_decision() -> None:
    secret = seal(b"short", allow_short=True)
    assert (secret.digest, secret.exists) == ("", True)
    assert matches(b"short", secret, slow_ones_exist=True)
    assert not matches(b"shorn", secret, slow_ones_exist=True)


def test_nobody_has_no_password_not_even_the_empty_one() -> None:
    for given in (b"", b"-", b"\0"):
        assert not matches(given, NOBODY)
        assert not matches(given, NOBODY, slow_ones_exist=True)
        assert not matches(given, Secret(), slow_ones_exist=True)


def test_a_wrong_password_costs_the_same_for_nobody_as_for_a_slow_one() -> None:
    """S36: time does not tell which stations exist; sizes, not statistics."""
    slow = seal(b"short", allow_short=True)

    def cost(secret: Secret) -> float:
        begun = time.process_time()
        for _ in range(5):
            matches(b"wrong", secret, slow_ones_exist=True)
        return time.process_time() - begun

    ratio = cost(NOBODY) / cost(slow)
    assert 0.3 < ratio < 3


def test_a_new_password_fits_every_version_and_is_never_the_same() -> None:
    one, other = new_password(), new_password()
    assert one != other
    assert len(bytes.fromhex(one)) == 20
