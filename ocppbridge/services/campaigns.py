"""Firmware campaigns at work: stations chosen, wave after wave begun, stopped when too many fail.

Nothing is planned ahead: every step looks at how the stations stand (charging.campaigns decides) and begins what is
next, so a process that dies costs a step. A campaign that has stopped lets what is under way come to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from ocppbridge.charging import campaigns as pure
from ocppbridge.models import CampaignTarget, FirmwareCampaign, FirmwareUpdate, Station, Transaction
from ocppbridge.services import alerts, calls, firmware
from roaming.decisions import Choices

State, Standing = FirmwareCampaign.State, CampaignTarget.State
AT_ONCE: Final = 100  # stations begun in one step


HALF_A_WINDOW: Final = "a window has a beginning and an end: fill in both, or neither"


class NotNow(Exception):
    """The campaign is not in a state for it; the text says why."""


def named(identities: str) -> list[str]:
    """One a line."""
    return [line.strip() for line in identities.splitlines() if line.strip()]


def unknown(identities: str) -> list[str]:
    """Those of them that no station has: a slip of the pen would leave a station out, and nobody would know."""
    only = named(identities)
    there = set(Station.objects.filter(identity__in=only).values_list("identity", flat=True))
    return [one for one in only if one not in there]


def candidates(campaign: FirmwareCampaign) -> list[Station]:
    """The stations that it is for: those that fit its filters and its image, and do not have the version yet."""
    rows: QuerySet[Station] = Station.objects.exclude(subprotocol="").order_by("identity")
    for column, wanted in (
        ("vendor", campaign.vendor), ("model", campaign.model), ("firmware_version", campaign.from_version),
    ):  # fmt: skip
        rows = rows.filter(**{f"{column}__iexact": wanted}) if wanted else rows
    only = named(campaign.identities)
    rows = rows.filter(identity__in=only) if only else rows
    version = campaign.image.version
    rows = rows.exclude(firmware_version=version) if version else rows
    return [one for one in rows if firmware.fits(campaign.image, one)]


@transaction.atomic
def start(campaign: FirmwareCampaign, now: datetime) -> int:
    """Choose the stations and their waves; how many."""
    row = _locked(campaign)
    if row.state != State.DRAFT:
        raise NotNow(f"{row} has been started before")
    chosen = candidates(row)
    if not chosen:
        raise NotNow("no station fits: none of that vendor, model and version has ever connected, or all have it")
    waves = pure.waves(len(chosen), row.canary, row.percent)
    CampaignTarget.objects.bulk_create(
        [CampaignTarget(campaign=row, station=one, wave=wave) for one, wave in zip(chosen, waves, strict=True)]
    )
    row.state, row.started_at, row.reason = State.RUNNING, now, ""
    row.save(update_fields=["state", "started_at", "reason"])
    return len(chosen)


@transaction.atomic
def pause(campaign: FirmwareCampaign, by: str) -> None:
    """Begin no more for now."""
    row = _locked(campaign)
    if row.state != State.RUNNING:
        raise NotNow(f"{row} is not running")
    row.state, row.reason = State.PAUSED, f"paused by {by}"[:255]
    row.save(update_fields=["state", "reason"])


@transaction.atomic
def resume(campaign: FirmwareCampaign) -> None:
    """Go on; of one that has stopped the failures so far are overlooked: they are skipped."""
    row = _locked(campaign)
    if row.state not in (State.PAUSED, State.STOPPED):
        raise NotNow(f"{row} is {row.get_state_display()}")
    if row.state == State.STOPPED:
        row.targets.filter(state=Standing.FAILED).update(state=Standing.SKIPPED)
    _run(row)


@transaction.atomic
def retry(campaign: FirmwareCampaign) -> int:
    """Stations that have failed or were skipped are updated once more; how many."""
    row = _locked(campaign)
    if row.state == State.DRAFT:
        raise NotNow(f"{row} has not been started")
    again = row.targets.filter(state__in=[Standing.FAILED, Standing.SKIPPED])
    count = again.update(state=Standing.WAITING, tries=0, reason="", update=None)
    if not count:
        raise NotNow("no station has failed or was skipped")
    _run(row)
    return count


@transaction.atomic
def stop(campaign: FirmwareCampaign, reason: str, now: datetime) -> None:
    """Begin no more; what is under way comes to its end."""
    row = _locked(campaign)
    if row.state not in (State.RUNNING, State.PAUSED):
        raise NotNow(f"{row} is {row.get_state_display()}")
    _end(row, State.STOPPED, reason, now)


def sweep(now: datetime, choices: Choices) -> int:
    """A step of every campaign that runs, or has updates under way since it did; how many."""
    under_way = CampaignTarget.objects.filter(state=Standing.UPDATING).values("campaign")
    keys = FirmwareCampaign.objects.filter(Q(state=State.RUNNING) | Q(pk__in=under_way)).values_list("pk", flat=True)
    return sum(step(key, now, choices) for key in list(keys))


@transaction.atomic
def step(key: int, now: datetime, choices: Choices) -> bool:
    """See how the stations stand, and begin what is next, if it runs."""
    rows = FirmwareCampaign.objects.select_for_update(of=("self",), skip_locked=True).select_related("image")
    row = rows.filter(pk=key).first()
    if row is None:
        return False
    targets = list(row.targets.select_related("station", "update__call"))
    _look(targets, row.tries)
    if row.state != State.RUNNING:
        return True
    todo = pure.next_step([pure.Target(one.pk, one.wave, pure.State(one.state)) for one in targets], row.stop_above)
    if todo.stop:
        _end(row, State.STOPPED, todo.stop, now)
        alerts.raise_alert(targets[0].station_id, "CAMPAIGN-STOPPED", f"{row}: {todo.stop}", now)
    elif todo.over:
        _end(row, State.DONE, "", now)
    elif pure.within((row.window_from, row.window_to), now.time()):
        chosen = set(todo.begin[:AT_ONCE])
        _begin(row, [one for one in targets if one.pk in chosen], choices)
    return True


def counted(rows: QuerySet[FirmwareCampaign]) -> QuerySet[FirmwareCampaign]:
    """For lists: what `standing` tells is read with the campaigns, counted by PostgreSQL."""
    states = CampaignTarget.objects.filter(campaign=OuterRef("pk")).order_by().values("state")
    each = states.annotate(stations=Count("pk")).values_list(JSONObject(state="state", stations="stations"))
    return rows.annotate(by_state=ArraySubquery(each))


def standing(campaign: FirmwareCampaign) -> Counter[str]:
    """How many stations are in which state."""
    row = campaign if hasattr(campaign, "by_state") else counted(FirmwareCampaign.objects.all()).get(pk=campaign.pk)
    found: list[dict[str, Any]] = getattr(row, "by_state")  # noqa: B009  # an annotation, of which no type tells
    return Counter({one["state"]: one["stations"] for one in found})


def _look(targets: Iterable[CampaignTarget], most_tries: int) -> None:
    """What became of the updates under way."""
    for one in targets:
        made = one.update
        if one.state != Standing.UPDATING or (made is not None and made.state in firmware.OPEN):
            continue
        if made is not None and made.state == FirmwareUpdate.State.DONE:
            one.state, one.reason = Standing.DONE, ""
        elif made is not None and made.call is not None and made.call.sent_at is None:
            one.state, one.reason = Standing.SKIPPED, "the station was away"
        elif one.tries < most_tries:
            one.state = Standing.WAITING
        else:
            one.state = Standing.FAILED
            one.reason = (f"{made.get_state_display()} {made.reason}".strip() if made else "its update is gone")[:255]
        one.save(update_fields=["state", "reason"])


def _begin(campaign: FirmwareCampaign, targets: Iterable[CampaignTarget], choices: Choices) -> None:
    targets = list(targets)
    charging = set(
        Transaction.objects.filter(
            station__in=[one.station_id for one in targets], state=Transaction.State.RUNNING
        ).values_list("station_id", flat=True)
    )
    for one in targets:
        if one.station_id in charging:
            what = choices.value(
                "FIRMWARE-WHILE-CHARGING", station=one.station.identity
            )  # decision: FIRMWARE-WHILE-CHARGING
            if what == "skip":
                one.state, one.reason = Standing.SKIPPED, "somebody was charging"
            if what != "update":
                one.save(update_fields=["state", "reason"])
                continue
        try:
            with transaction.atomic():
                one.update = firmware.update(one.station, campaign.image, choices, by=f"campaign {campaign}")
            one.state, one.tries, one.reason = Standing.UPDATING, one.tries + 1, ""
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            one.state, one.reason = Standing.SKIPPED, str(problem)[:255]
        one.save(update_fields=["state", "tries", "reason", "update"])


def _run(row: FirmwareCampaign) -> None:
    row.state, row.reason, row.ended_at = State.RUNNING, "", None
    row.save(update_fields=["state", "reason", "ended_at"])


def _end(row: FirmwareCampaign, state: str, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason[:255], now
    row.save(update_fields=["state", "reason", "ended_at"])


def _locked(campaign: FirmwareCampaign) -> FirmwareCampaign:
    return FirmwareCampaign.objects.select_for_update(of=("self",)).select_related("image").get(pk=campaign.pk)
