"""What workers do for the stations: the drains, and the sweep that finds what a nudge lost."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from ocppbridge import drain, sweeps
from ocppbridge.bridge import budgets, wishes
from ocppbridge.services import signing
from ocppbridge.services.locks import Lock, held


@shared_task(name="ocppbridge.drain")
def drain_shard(shard: int) -> None:
    """Apply what waits in one shard's inbox."""
    drain.drain(shard)


@shared_task(name="ocppbridge.sign")
def sign_certificates() -> None:
    """Have the authority sign what stations have asked for."""
    signing.sign_all(timezone.now())


@shared_task(name="ocppbridge.balance")
def balance_site(budget: int) -> None:
    """Share a site's budget anew."""
    budgets.balance(budget, timezone.now())


@shared_task(name="ocppbridge.wish")
def heed_wish(preference: int) -> None:
    """A driver has said what he wishes."""
    wishes.heed(preference, timezone.now())


@shared_task(name="ocppbridge.sweep")
def sweep() -> None:
    """Every second, from beat; one at a time, so that a slow one takes one thread of its queue and not all."""
    with held(Lock.SWEEP) as free:
        if free:
            sweeps.sweep(timezone.now())
