"""Nudges: "look at this row" for a worker, sent when the row has committed. By name and with ids only (S18).

A nudge may be lost or come twice and costs nothing either way: the row is the truth, the sweep finds what was lost.
So where requests are answered nobody waits for Valkey: `gather` leaves what many requests tell alike to a thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

INTERACTIVE, DELIVER, BULK = "interactive", "deliver", "bulk"
_PENDING_SECONDS = 2
_REST = 0.05  # seconds between two tellings of the thread: one for all changes of this time

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
        transaction.on_commit(lambda: _each(task, wanted, queue))


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


class _Gathering(threading.Thread):
    """Tells at once what comes after a rest, and after the next rest what has come meanwhile, each once."""

    def __init__(self) -> None:
        super().__init__(name="nudges", daemon=True)
        self._due: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._changed = threading.Condition()

    def add(self, task: str, ids: Iterable[int], queue: str) -> None:
        with self._changed:
            self._due[task, queue].update(ids)
            self._changed.notify()

    def run(self) -> None:
        while True:
            self.tell()
            time.sleep(_REST)

    def tell(self) -> None:
        """What there is to be told; waits for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._due)
            due, self._due = self._due, defaultdict(set)
        for (task, queue), ids in due.items():
            try:
                _tell_each(task, sorted(ids), queue)
            except Exception:  # the next ones are told all the same
                logger.exception("%s waits for the sweep", task)


_gathering: _Gathering | None = None


def gather() -> None:
    """From now on this process tells by a thread what `nudge_each` is given. To be called when it begins its work."""
    global _gathering
    _gathering = _Gathering()
    _gathering.start()


def _each(task: str, ids: Sequence[int], queue: str) -> None:
    if _gathering is None:
        _tell_each(task, ids, queue)
    else:
        _gathering.add(task, ids, queue)


def _tell_each(task: str, ids: Sequence[int], queue: str) -> None:
    for one in _not_pending(task, ids):
        _send(task, [one], queue)


def _not_pending(task: str, ids: Sequence[int]) -> Sequence[int]:
    """In one command, for every change of an object asks this of each partner that is told."""
    try:
        fresh = _claim([_key(task, one) for one in ids], [_PENDING_SECONDS])
        return [ids[place - 1] for place in fresh]
    except redis.RedisError:
        return ids


def _key(task: str, one: int) -> str:
    return f"nudge:{task}:{one}"


def _send(task: str, arguments: Sequence[int | str], queue: str) -> None:
    try:
        current_app.send_task(task, args=arguments, queue=queue, ignore_result=True)
    except (OperationalError, redis.RedisError):
        logger.warning("the broker is away; %s waits for the sweep", task)
