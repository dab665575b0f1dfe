"""Celery's end of the nudges: ids in, a service called. Everything here may come twice, late or never."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from roaming import nudges
from roaming.models import Platform
from roaming.modules import MODULES, versions
from roaming.services import (
    agreements,
    authorizations,
    balances,
    billing_exports,
    billing_sweep,
    desk_queue,
    drains,
    handshakes,
    presence,
    pulls,
    registration,
    results,
    retention,
    statements,
    sweeping,
    webhooks,
)
from roaming.services.locks import Lock, held


@shared_task(name="roaming.deliver")
def deliver(platform_id: int) -> None:
    drains.drain(platform_id)


@shared_task(name="roaming.send_result")
def send_result(command_id: str) -> None:
    results.send(command_id)


@shared_task(name="roaming.ask_tokens")
def ask_tokens(request_id: str) -> None:
    authorizations.answer(request_id)


@shared_task(name="roaming.still_alive")
def still_alive(platform_id: int) -> None:
    """Ask a silent or absent platform for its versions (HCI-08)."""
    nudges.begun("roaming.still_alive", platform_id)
    with held(Lock.STILL_ALIVE, platform_id) as free:
        platform = Platform.objects.filter(pk=platform_id).first()
        if free and platform is not None and presence.is_due(platform):
            registration.still_alive(platform)


@shared_task(name="roaming.handshake")
def handshake(handshake_id: int) -> None:
    """Register, rotate or part, as staff asked."""
    nudges.begun(handshakes.TASK, handshake_id)
    handshakes.carry_out(handshake_id)


@shared_task(name="roaming.pull")
def pull(pull_id: int) -> None:
    """Some pages of a partner's list."""
    nudges.begun(pulls.TASK, pull_id)
    pulls.run(pull_id)


@shared_task(name="roaming.assess")
def assess(_: int = 0) -> None:
    """CDRs that the desk has still to look at."""
    desk_queue.drain()


@shared_task(name="roaming.mind_partners")
def mind_partners() -> None:
    """Partners that have read other version details than ours are now are told (VER-07); old tokens are replaced;
    agreements that began or ended have their consequences."""
    now = timezone.now()
    handshakes.news(versions.digest(versions.details(MODULES)), now)
    handshakes.renew(now)
    agreements.mind(now)
    retention.mind(now)


@shared_task(name=balances.TASK)
def settle_balances(_: int) -> None:
    """Who settles them already is not waited for."""
    nudges.begun(balances.TASK, 0)
    balances.settle_all()


@shared_task(name="roaming.billing_export")
def billing_export(export_id: int) -> None:
    """Some parts of a file."""
    billing_exports.run(export_id)


@shared_task(name=statements.TASK)
def statement(statement_id: int) -> None:
    """Draw up some of it."""
    statements.run(statement_id)


@shared_task(name=webhooks.TASK)
def webhook(webhook_id: int) -> None:
    """Tell one endpoint what changed."""
    webhooks.run(webhook_id)


@shared_task(name="roaming.mind_billing")
def mind_billing() -> None:
    """The sweep of billing."""
    billing_sweep.sweep(timezone.now())


@shared_task(name="roaming.sweep")
def sweep() -> None:
    sweeping.sweep()
