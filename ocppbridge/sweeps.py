"""What is looked for every second, so that a lost nudge or a dead process costs a second and no data.

Each part finds little or nothing by an index, commits by itself, and may run at the same time elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from ocppbridge import mailbox, nudges
from ocppbridge.bridge import (
    budgets,
    decisions,
    energy_steering,
    local_lists,
    reservations,
    station_tariffs,
    telling,
    wishes,
)
from ocppbridge.handlers import settling
from ocppbridge.models import Call, Connection, Station
from ocppbridge.services import (
    alerts,
    calls,
    campaigns,
    certificates,
    charging_profiles,
    configuration,
    connections,
    customers,
    device_model,
    energy_plans,
    enquiries,
    evses,
    files,
    firmware,
    logs,
    monitoring,
    partitions,
    revocations,
    signing,
    silence,
    web_payments,
)

UNCLAIMED_FOR: Final = timedelta(seconds=1)
MARGIN: Final = timedelta(seconds=60)  # for whoever should have settled a call himself
ACCOUNTS_EVERY: Final = 10  # seconds
LISTS_EVERY: Final = 5
BUDGETS_EVERY: Final = 10
CERTIFICATES_EVERY: Final = 30
CAMPAIGNS_EVERY: Final = 5
UPKEEP_EVERY: Final = 30
AT_ONCE: Final = 200

_partitions_made: date | None = None


def sweep(now: datetime) -> None:
    """Everything."""
    global _partitions_made
    if _partitions_made != now.date():
        partitions.ensure(now.date())
        keep = int(decisions.choices().number("FRAME-RETENTION"))  # decision: FRAME-RETENTION
        partitions.forget(now.date(), keep)
        forget(now)
        revocations.forget(now)
        _partitions_made = now.date()
    connections.bury_dead_nodes(now, connections.up_since())
    after_connections(now)
    end_calls(now)
    wake_holders(now)
    reservations.expire(now)
    nudges.drain(connections.shards_waiting())
    if now.second % ACCOUNTS_EVERY == 0:
        telling.close_accounts(now)
        silence.flag(now, decisions.choices())
        silence.ask(now)
        configure(now)
    if now.second % BUDGETS_EVERY == 0:
        budgets.sweep(now)
        wishes.sweep(now)
        charging_profiles.forget_ended()
    if now.second % LISTS_EVERY == 0:
        local_lists.sweep(now)
        station_tariffs.sweep(now)
        web_payments.follow(now)
        web_payments.expire(now)
        energy_plans.resend(now)
        energy_steering.heed_drivers(now)
    if now.second % CAMPAIGNS_EVERY == 0:
        campaigns.sweep(now, decisions.choices())
    if now.second % UPKEEP_EVERY == 0:
        upkeep(now)
    if now.second % CERTIFICATES_EVERY == 0:
        watch_certificates(now)


def configure(now: datetime) -> None:
    """Stations whose configuration is to be tried again, and reports that have fallen silent."""
    for station in configuration.due(now):
        try:
            configuration.check(station, now)
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            alerts.raise_alert(station.pk, "CONFIGURATION-UNSAYABLE", str(problem), now)
            configuration.rest(station)
    device_model.ask_again(now)


def upkeep(now: datetime) -> None:
    """Updates, logs and questions of which nothing more will come, and files that were left half-brought."""
    firmware.give_up(now, decisions.choices())
    logs.sweep(now)
    enquiries.give_up(now)
    files.sweep(now)


def forget(now: datetime) -> None:
    """Once a day: what is kept for a number of days."""
    choices = decisions.choices()
    days = int(choices.number("LOG-RETENTION"))  # decision: LOG-RETENTION
    logs.forget(now - timedelta(days=days))
    days = int(choices.number("EVENT-RETENTION"))  # decision: EVENT-RETENTION
    monitoring.forget(now - timedelta(days=days))
    days = int(choices.number("CUSTOMER-INFORMATION-RETENTION"))  # decision: CUSTOMER-INFORMATION-RETENTION
    customers.forget(now - timedelta(days=days))


def watch_certificates(now: datetime) -> None:
    """Requests whose time has come (again), and what expires soon."""
    if signing.waiting(now):
        nudges.signing()
    certificates.warn(now, int(decisions.choices().number("CERTIFICATE-WARNING")))  # decision: CERTIFICATE-WARNING


def after_connections(now: datetime) -> int:
    """Calls unanswered, EVSEs UNKNOWN (LOC-33), unless the station is back already."""
    grace = float(decisions.choices().number("OFFLINE-GRACE"))  # decision: OFFLINE-GRACE
    with transaction.atomic():
        ended = connections.ended(now - timedelta(seconds=grace))
        for call in connections.calls_left(ended):
            settling.unanswered(call.pk, True, now)
        energy_plans.unheard([connection.station_id for connection in ended])
        gone = [connection.station for connection in ended if connection.station.connection_id is None]
        telling.tell_statuses(evses.lost(gone, now), now)
        Connection.objects.filter(pk__in=[connection.pk for connection in ended]).update(aftermath_at=now)
    return len(ended)


def end_calls(now: datetime) -> int:
    """Calls that have expired without a holder, or whose holder has forgotten them."""
    open_one = Connection.objects.filter(pk=OuterRef("sent_on"), closed_at=None)
    silence = timedelta(seconds=settings.OCPP_CALL_TIMEOUT) + MARGIN
    queued = Call.objects.filter(state=Call.State.QUEUED, expires_at__lte=now).filter(
        Q(sent_on=None) | ~Exists(open_one) | Q(expires_at__lte=now - MARGIN)
    )
    sent = Call.objects.filter(state=Call.State.SENT, sent_at__lte=now - silence)
    late = [(pk, False) for pk in queued.values_list("pk", flat=True)[:AT_ONCE]]
    late += [(pk, True) for pk in sent.values_list("pk", flat=True)[:AT_ONCE]]
    return sum(settling.unanswered(pk, was_sent, now) for pk, was_sent in late)


def wake_holders(now: datetime) -> None:
    """Calls that nobody has fetched although their station is connected: the nudge was lost."""
    waiting = Call.objects.filter(
        state=Call.State.QUEUED,
        expires_at__gt=now,
        created_at__lte=now - UNCLAIMED_FOR,
        station__connection__isnull=False,
    ).exclude(sent_on__isnull=False, sent_on=F("station__connection_id"))
    held_up = waiting.values("station_id")[:AT_ONCE]
    mailbox.calls_wait(Station.objects.filter(pk__in=held_up).select_related("connection"))
