"""Nudges to workers, by name and with ids only. A shard has at most one drain nudge outstanding.

The drain takes its mark away before it looks for the last time, so whatever commits afterwards nudges again; a lost
nudge costs one sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

DRAIN, SIGNING, BALANCE, WISH = "ocppbridge.drain", "ocppbridge.sign", "ocppbridge.balance", "ocppbridge.wish"
PATIENCE: Final = 0.5  # seconds that what is in no hurry (meter values) waits for company
_OUTSTANDING_SECONDS = 5

_valkey = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def drain(shards: Iterable[int]) -> None:
    """Ask for a drain of each shard that has none on its way."""
    for shard in shards:
        try:
            if not _valkey.set(_key(shard), 1, nx=True, ex=_OUTSTANDING_SECONDS):
                continue
            # `expires`: a stopped worker must not find a pile of them; the sweep nudges afresh.
            current_app.send_task(DRAIN, args=[shard], queue="drain", ignore_result=True, expires=30)
        except (redis.RedisError, OperationalError):
            log.warning("valkey or the broker is away; shard %s waits for the sweep", shard)


def drain_begun(shard: int) -> None:
    """A drain looks at the shard once more: what commits from here on needs a nudge of its own."""
    try:
        _valkey.delete(_key(shard))
    except redis.RedisError:
        log.warning("valkey is away; nudges wait for the sweep")


def balance(budgets: Iterable[int]) -> None:
    """Ask for a budget to be shared anew, once this has committed; one that has a nudge on its way needs no second."""
    wanted = sorted(budgets)
    if wanted:
        transaction.on_commit(lambda: _balance(wanted))


def _balance(budgets: Iterable[int]) -> None:
    for budget in budgets:
        try:
            if _valkey.set(f"nudge:{BALANCE}:{budget}", 1, nx=True, ex=_OUTSTANDING_SECONDS):
                current_app.send_task(BALANCE, args=[budget], queue="interactive", ignore_result=True, expires=30)
        except (redis.RedisError, OperationalError):
            log.warning("valkey or the broker is away; budget %s waits for the sweep", budget)


def balance_begun(budget: int) -> None:
    """It is shared now: what commits from here on needs a nudge of its own."""
    try:
        _valkey.delete(f"nudge:{BALANCE}:{budget}")
    except redis.RedisError:
        log.warning("valkey is away; nudges wait for the sweep")


def wish(preference: int) -> None:
    """Ask for a driver's wish to be heeded, once it has committed."""
    transaction.on_commit(lambda: _wish(preference))


def _wish(preference: int) -> None:
    try:
        current_app.send_task(WISH, args=[preference], queue="interactive", ignore_result=True, expires=30)
    except OperationalError:
        log.warning("the broker is away; wish %s waits for the sweep", preference)


def signing() -> None:
    """Ask for the certificates that wait for a signature; an authority may be slow, so in a queue that may be."""
    try:
        current_app.send_task(SIGNING, queue="bulk", ignore_result=True, expires=60)
    except OperationalError:
        log.warning("the broker is away; certificates wait for the sweep")


def _key(shard: int) -> str:
    return f"nudge:ocppbridge.drain:{shard}"
