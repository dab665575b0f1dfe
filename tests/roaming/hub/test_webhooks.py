"""What a webhook carries: a signature that a stranger's code can check, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from roaming.hub import webhooks

AT = datetime(2022, 8, 29, 15, 46, 17, tzinfo=UTC)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """The vector of the Standard Webhooks libraries' tests: secret, id, time 1614265330 and body are theirs."""
    key, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    found = webhooks.headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_id_time_and_body_are_all_covered() -> None:
    key = webhooks.secret(b"k" * 32)
    same = webhooks.headers(key, "a", AT, b"{}")["webhook-signature"]
    others = [
        webhooks.headers(key, "b", AT, b"{}"),
        webhooks.headers(key, "a", AT + timedelta(seconds=1), b"{}"),
        webhooks.headers(key, "a", AT, b"{ }"),
        webhooks.headers(webhooks.secret(b"l" * 32), "a", AT, b"{}"),
    ]
    assert same not in [one["webhook-signature"] for one in others]


def test_pauses_grow_and_end() -> None:
    pauses = [webhooks.retry_after(attempts, 0.0) for attempts in range(1, len(webhooks.DELAYS) + 1)]
    assert pauses[0] == timedelta(seconds=5)
    assert pauses == sorted(pause for pause in pauses if pause is not None)
    assert webhooks.retry_after(1, 0.999) < timedelta(seconds=6.25)  # type: ignore[operator]  # it is not None
    assert webhooks.retry_after(len(webhooks.DELAYS) + 1, 0.0) is None
