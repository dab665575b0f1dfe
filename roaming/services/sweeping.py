"""The sweep: finds what a lost nudge left behind, each second, by one worker. It must cost nothing when all is well."""

from __future__ import annotations

from django.utils import timezone

from roaming import nudges
from roaming.services import (
    authorizations,
    balances,
    commands,
    deliveries,
    desk_queue,
    drains,
    handshakes,
    presence,
    pulls,
    pulse,
)
from roaming.services.locks import Lock, held


def sweep() -> None:
    with held(Lock.SWEEP) as free:
        if not free:
            return
        now = timezone.now()
        pulse.mind(now)
        deliveries.wake(drains.due_platforms(now))
        commands.expire(now)
        for command in commands.unsent(now):
            nudges.nudge("roaming.send_result", command.pk, queue=nudges.INTERACTIVE)
        for question in authorizations.overdue(now):
            nudges.nudge("roaming.ask_tokens", question, queue=nudges.INTERACTIVE)
        silent = presence.to_check(now).values_list("pk", flat=True)
        nudges.nudge_each("roaming.still_alive", silent, nudges.DELIVER)
        nudges.nudge_each(handshakes.TASK, handshakes.unfinished().values_list("pk", flat=True), nudges.DELIVER)
        nudges.nudge_each(pulls.TASK, pulls.due(now).values_list("pk", flat=True), nudges.BULK)
        drains.give_up_waiting(now)
        if balances.waiting():
            nudges.nudge_each(balances.TASK, [0], nudges.BULK)
        if desk_queue.waiting():
            desk_queue.nudge()
