"""/healthz: can this process reach PostgreSQL and Valkey? Says which one, never why (S50)."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.backoff import NoBackoff
from redis.retry import Retry

# One try more, for a connection that died with an earlier Valkey; the default would make an answer wait four seconds.
_valkey = redis.Redis.from_url(
    settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1)
)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    found = {"database": _database(), "valkey": _ping()}
    healthy = all(found.values())
    body = {name: "ok" if up else "down" for name, up in found.items()}
    return JsonResponse({"status": "ok" if healthy else "unavailable", **body}, status=200 if healthy else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _ping() -> bool:
    try:
        return bool(_valkey.ping())
    except redis.RedisError:
        return False
