"""Requests that go in circles between hubs (HUB-28, S35): the same one, from a hub, again and again, ends here.

Hubs keep the correlation id and change the request id, so what comes round has the first and what it says in common.
Commands and charging profiles have another response_url on each leg; of those the body does not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from roaming.ocpi.errors import HubError, TooManyRequests
from roaming.services import limits

MOST = 4  # within the time that a request may be under way
SPAN = 60  # seconds


def count(correlation_id: str, parts: Iterable[str | bytes]) -> None:
    """One more of this request. Raises HubError where it has been here too often."""
    digest = hashlib.sha256(correlation_id.encode())
    for part in parts:
        digest.update(b"\0" + (part.encode() if isinstance(part, str) else part))
    try:
        limits.count(f"hop:{digest.hexdigest()}", MOST, SPAN)
    except TooManyRequests:
        raise HubError("The request goes round between hubs") from None
