"""Nudges: "look at this row" for a worker, sent when the row has committed. By name and with ids only (S18).

A nudge may be lost or come twice and costs nothing either way: the row is the truth, the sweep finds what was lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

INTERACTIVE, DELIVER, BULK = "interactive", "deliver", "bulk"
_PENDING_SECONDS = 2

_valkey = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


# The places, from one, of the keys that were not there.
_claim = _valkey.register_script("""
local fresh = {}
for place, key in ipairs(KEYS) do
    if redis.call('SET', key, '1', 'NX', 'EX', ARGV[1]) then fresh[#fresh + 1] = place end
end
return fresh
""")


def nudge(task: str, *ids: object, queue: str = BULK) -> None:
    """Send the task once the present transaction has committed (at once outside of one)."""
    arguments = [value if isinstance(value, int) else str(value) for value in ids]
    transaction.on_commit(lambda: _send(task, arguments, queue))


def nudge_each(task: str, ids: Iterable[int], queue: str) -> None:
    """One task for each id, none where the last one has not begun yet; for bursts of changes to the same receivers."""
    wanted = sorted(set(ids))
    if wanted:
        transaction.on_commit(lambda: _send_each(task, _not_pending(task, wanted), queue))


def announce(topic: str, one: str) -> None:
    """Tell whoever listens on the Valkey channel `<topic>:<id>` that the row has changed. Waiters poll as well."""
    try:
        _valkey.publish(f"{topic}:{one}", "1")
    except redis.RedisError:
        logger.warning("valkey is away; waiters poll")


def begun(task: str, one: int) -> None:
    """The task runs: what changes from now on needs a nudge of its own."""
    try:
        _valkey.delete(_key(task, one))
    except redis.RedisError:
        logger.warning("valkey is away; nudges wait for the sweep")


def _not_pending(task: str, ids: list[int]) -> list[int]:
    """In one command, for every change of an object asks this of each partner that is told."""
    try:
        fresh = _claim([_key(task, one) for one in ids], [_PENDING_SECONDS])
        return [ids[place - 1] for place in fresh]
    except redis.RedisError:
        return ids


def _send_each(task: str, ids: Iterable[int], queue: str) -> None:
    for one in ids:
        _send(task, [one], queue)


def _key(task: str, one: int) -> str:
    return f"nudge:{task}:{one}"


def _send(task: str, arguments: Sequence[int | str], queue: str) -> None:
    try:
        current_app.send_task(task, args=arguments, queue=queue, ignore_result=True)
    except (OperationalError, redis.RedisError):
        logger.warning("the broker is away; %s waits for the sweep", task)
