"""Counting within a span of time, in Valkey: for all processes, and over a restart (S16, S25). Without Valkey
nothing is limited, for a nudge carrier that is away must not shut anybody out.
"""

from __future__ import annotations

import logging

import redis
from django.conf import settings

from roaming.ocpi.errors import TooManyRequests

logger = logging.getLogger(__name__)

_valkey = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def count(what: str, limit: int, seconds: int) -> None:
    """One more. Raises TooManyRequests beyond `limit` in the span that the first one began."""
    found, left = _one_more(what, seconds)
    if found > limit:
        raise TooManyRequests(max(left, 1))


def tally(what: str, seconds: int) -> int:
    """One more; how many there were in the span that the first one began."""
    return _one_more(what, seconds)[0]


def _one_more(what: str, seconds: int) -> tuple[int, int]:
    try:
        pipeline = _valkey.pipeline(transaction=True)
        pipeline.set(f"count:{what}", 0, ex=seconds, nx=True)
        pipeline.incr(f"count:{what}")
        pipeline.ttl(f"count:{what}")
        _, found, left = pipeline.execute()
    except redis.RedisError:
        logger.warning("valkey is away; %s is not limited", what.partition(":")[0])
        return 0, 0
    return int(found), int(left)
