"""Desired configuration at work: what is wanted of a station, how it differs, and the rounds that mend it.

A round reads what is wanted, compares, and writes what differs; when all writes have been answered it reads again, and
only a read shows a station as wanted. So a station that refuses a value, or takes it and forgets it, is seen as what
it is: the next round waits (charging.configuration.PATIENCE), across reboots too, and after the last one staff are
told. What is wanted anew begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Q

from ocppbridge.charging.configuration import Drift, Kind, drift, mend, patience
from ocppbridge.charging.intents import NotOffered, Variable
from ocppbridge.charging.variables import for_version, text
from ocppbridge.models import Call, ConfigurationTemplate, Conformity, Setting, Station, WantedSetting
from ocppbridge.services import alerts, calls, device_model, variables

PURPOSE: Final = "configuration"
GUARD: Final = timedelta(minutes=10)  # a round that is interrupted is begun again after this
AT_ONCE: Final = 100
State = Conformity.State


class Standing(NamedTuple):
    """What is wanted of a station, where it differs, and what its version has no word for."""

    wanted: dict[Variable, str]
    drifts: list[Drift]
    unsayable: list[str]
    awaiting_reboot: frozenset[Variable]


def standing(station: Station) -> Standing:
    """As of what the station said last."""
    wanted, unsayable = _wanted(station)
    waiting = Setting.objects.filter(station=station, write_status="RebootRequired") if wanted else ()
    reboot = frozenset(one.variable for one in waiting if wanted.get(one.variable) == one.written)
    drifts = drift(wanted, device_model.found(station)) if wanted else []
    return Standing(wanted, [one for one in drifts if one.variable not in reboot], unsayable, reboot)


def is_wanted(station: Station) -> bool:
    """Whether anything is wanted of it at all."""
    return bool(_layers(station))


def of(station: Station) -> Conformity:
    """How it stands, as of the last look."""
    return Conformity.objects.get_or_create(station=station)[0]


def forget(station: Station) -> None:
    """Nothing is wanted of it any more."""
    Conformity.objects.filter(station=station).delete()


@transaction.atomic
def changed(now: datetime, station: Station | None = None) -> None:
    """Staff want something else, of a station or by a template: rounds begin as soon as each station is there."""
    if station is not None:
        stations = [station]
    else:
        templates = list(ConfigurationTemplate.objects.filter(enabled=True))
        heard = Station.objects.exclude(subprotocol="")
        stations = [one for one in heard if any(template.fits(one) for template in templates)]
        Conformity.objects.update(next_at=now)
    Conformity.objects.bulk_create([Conformity(station=one) for one in stations], ignore_conflicts=True)
    Conformity.objects.filter(station__in=stations).exclude(station__subprotocol="").update(next_at=now)


@transaction.atomic
def check(station: Station, now: datetime, *, by: str = "") -> list[Call]:
    """Begin a round: read what is wanted. Nothing is wanted: nothing is asked."""
    wanted, _ = _wanted(station)
    row = _row(station)
    if not wanted:
        row.delete()
        return []
    queued = variables.read(station, list(wanted), purpose=PURPOSE, requested_by=by)
    row.state, row.next_at = State.CHECKING, now + GUARD
    row.save()
    return queued


@transaction.atomic
def read(station: Station, now: datetime, *, automatic: bool) -> Conformity | None:
    """What was read has come: compare, and write if that is wanted and due."""
    if _open(station, "ReadVariables"):
        return None
    found, row = standing(station), _row(station)
    digest = _digest(found.wanted)
    if digest != row.digest:
        row.tries, row.digest = 0, digest
    wait = patience(row.tries) if row.tries else timedelta(0)
    since = row.written_at or now
    writable = mend(found.drifts)
    _look(row, found, now)
    if not found.drifts:
        row.tries = 0
    elif not writable:
        alerts.raise_alert(station.pk, "CONFIGURATION-LOCKED", _words(found.drifts), now)
    elif wait is None:
        row.state = State.REFUSED
        alerts.raise_alert(station.pk, "CONFIGURATION-REFUSED", _words(found.drifts), now)
    elif automatic and since + wait <= now:
        _write(station, row, writable, now)
    elif row.tries:
        row.next_at = since + wait
    row.save()
    return row


@transaction.atomic
def apply(station: Station, now: datetime, *, by: str) -> Conformity:
    """Staff's wish: write what differs now, whatever was refused before. Raises NotOffered."""
    found, row = standing(station), _row(station)
    writable = mend(found.drifts)
    if not found.wanted:
        raise NotOffered(f"nothing is wanted of {station}")
    row.tries, row.digest = 0, _digest(found.wanted)
    _look(row, found, now)
    if writable:
        _write(station, row, writable, now, by)
    row.save()
    return row


@transaction.atomic
def written(station: Station, now: datetime) -> None:
    """A write has been answered; after the last one of the round the station is read again."""
    row = Conformity.objects.filter(station=station, state=State.WRITING).first()
    if row is None or _open(station, "WriteVariables"):
        return
    found = standing(station)
    if found.awaiting_reboot and not mend(found.drifts):
        _look(row, found, now)
        row.save()
    else:
        check(station, now)


def due(now: datetime) -> list[Station]:
    """Connected stations whose next round is due."""
    rows = Conformity.objects.filter(next_at__lte=now, station__connection__isnull=False).exclude(
        station__boot_status=Station.Boot.REJECTED
    )
    return [row.station for row in rows.select_related("station")[:AT_ONCE]]


def rest(station: Station) -> None:
    """Nothing further is tried by itself."""
    Conformity.objects.filter(station=station).update(state=State.REFUSED, next_at=None)


def _write(
    station: Station, row: Conformity, writable: list[tuple[Variable, str]], now: datetime, by: str = ""
) -> None:
    variables.write(station, writable, purpose=PURPOSE, requested_by=by)
    row.tries += 1
    row.state, row.written_at, row.next_at = State.WRITING, now, now + (patience(row.tries) or GUARD)


def _look(row: Conformity, found: Standing, now: datetime) -> None:
    row.wanted, row.differing = len(found.wanted), len(found.drifts) + len(found.awaiting_reboot)
    row.looked_at, row.next_at = now, None
    row.state = State.DIFFERS if found.drifts else State.REBOOT if found.awaiting_reboot else State.SAME


def _wanted(station: Station) -> tuple[dict[Variable, str], list[str]]:
    """In the words of the station's version; and what these have no word for."""
    version = calls.dialect_of(station).version
    wanted, unsayable = dict[Variable, str](), list[str]()
    for one in _layers(station):
        own = for_version(one.variable, version)
        if own is None:
            unsayable.append(text(one.variable))
        else:
            wanted[own] = one.value
    return wanted, unsayable


def _layers(station: Station) -> list[WantedSetting]:
    """Everything that is wanted of a station, the more particular later."""
    enabled = ConfigurationTemplate.objects.filter(enabled=True)
    fitting = sorted(
        (one for one in enabled if one.fits(station)), key=lambda template: (template.particular, template.name)
    )
    order = {template.pk: place for place, template in enumerate(fitting)}
    rows = WantedSetting.objects.filter(Q(template__in=order) | Q(station=station))
    return sorted(rows, key=lambda row: (row.template_id is None, order.get(row.template_id or 0, 0), row.pk))


def _open(station: Station, verb: str) -> bool:
    """Whether an answer of the round is still out."""
    return Call.objects.filter(station=station, purpose=PURPOSE, intent=verb, state__in=calls.OPEN).exists()


def _row(station: Station) -> Conformity:
    row = Conformity.objects.select_for_update().filter(station=station).first()
    return row or Conformity.objects.create(station=station)


def _digest(wanted: dict[Variable, str]) -> str:
    said = sorted(f"{text(variable)}={value}" for variable, value in wanted.items())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _words(drifts: Iterable[Drift]) -> str:
    lines = [
        f"{text(one.variable)} is {one.found if one.found is not None else 'not there'}, wanted {one.wanted}"
        + ("" if one.kind is Kind.DIFFERENT else f" ({one.kind})")
        for one in drifts
    ]
    return "; ".join(lines)[:2000]
