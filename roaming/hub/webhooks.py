"""What a webhook carries and when it is tried again; the form is that of the Standard Webhooks specification.

The signature covers id, time and body, so that nobody can send an old one again or one of his own: `v1,` and the
Base64 of HMAC-SHA-256 over `id.timestamp.body`. The id of a change is the same however often it is sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

PREFIX = "whsec_"
DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 43_200, 43_200)
)
"""About two and a half days; who has not taken it by then is paused."""


def secret(entropy: bytes) -> str:
    """As receivers' libraries read it."""
    return PREFIX + base64.b64encode(entropy).decode()


def headers(key: str, identifier: str, at: datetime, body: bytes) -> dict[str, str]:
    """What proves where it comes from."""
    stamp = str(int(at.timestamp()))
    signed = f"{identifier}.{stamp}.".encode() + body
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": identifier, "webhook-timestamp": stamp, "webhook-signature": signature}


def retry_after(attempts: int, chance: float) -> timedelta | None:
    """After so many failures in a row; None: no more by itself. `chance`, below 1, spreads what failed at once."""
    if attempts > len(DELAYS):
        return None
    return DELAYS[attempts - 1] * (1 + chance / 4)
