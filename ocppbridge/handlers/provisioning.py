"""Block B: boots, heartbeats, the device model as it is reported, read and written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from ocppbridge.bridge import decisions
from ocppbridge.charging.device_model import configured, read_back, unknown
from ocppbridge.charging.intents import ReadVariables, ReportSettings, ReportSome, Variable, WriteVariables
from ocppbridge.charging.messages import Beat, Booted, ReportPart
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged, Clock, Registered, Registration
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call, Frame, Station
from ocppbridge.services import (
    alerts,
    calls,
    configuration,
    device_model,
    energy_offers,
    firmware,
    local_lists,
    variables,
)
from ocppbridge.services.turns import Turn

BOOTED: Final = (
    "vendor", "model", "serial_number", "firmware_version", "booted_at", "boot_status", "boot_reason",
)  # fmt: skip


@answers(Booted)
def register(message: Booted, asked: Asked) -> Registered:
    """Accepted, Pending or Rejected as staff set it for the station (B01 to B03)."""
    identity, status = asked.account.identity, Registration(asked.account.boot_policy)
    if status is Registration.ACCEPTED:
        interval = asked.choices.number("HEARTBEAT-INTERVAL", station=identity)  # decision: HEARTBEAT-INTERVAL
    else:  # B02.FR.04, B03.FR.02: not to boot again before this has passed
        interval = asked.choices.number("BOOT-RETRY-INTERVAL", station=identity)  # decision: BOOT-RETRY-INTERVAL
    return Registered(status, asked.now, int(interval))


@records(Booted)
def booted(message: Booted, turn: Turn) -> None:
    """What the station says of itself."""
    station = turn.station
    changed = station.firmware_version != (message.firmware_version or "")[:100]
    station.vendor, station.model = message.vendor[:100], message.model[:100]
    station.serial_number = (message.serial_number or message.box_serial_number or "")[:100]
    station.firmware_version = (message.firmware_version or "")[:100]
    station.booted_at, station.boot_status = turn.received, _answered(turn)
    station.boot_reason = (message.reason or "")[:20]
    station.save(update_fields=BOOTED)
    device_model.rebooted(station)
    firmware.booted(station, turn.received)
    local_lists.rebooted(station, turn.received)
    if station.boot_status != Registration.REJECTED:
        _read_anew(turn, changed)


def _read_anew(turn: Turn, changed: bool) -> None:
    """What is wanted of it is compared after every boot; the whole device model only by the operator's decision.

    What a 2.1 station offers (bidirectional charging, grid support, tariffs) is known by its report only.
    """
    station = turn.station
    whole = decisions.choices().value("DEVICE-MODEL-REPORT", station=station.identity)  # decision: DEVICE-MODEL-REPORT
    if whole == "features":
        whole = "new" if station.subprotocol == energy_offers.SPOKEN else "never"
    if whole == "boot" or (whole == "new" and (changed or not station.settings.exists())):
        _round(station, turn.received, lambda: device_model.ask(station))
    if configuration.is_wanted(station):
        _round(station, turn.received, lambda: configuration.check(station, turn.received))
    else:
        configuration.forget(station)


def _round(station: Station, now: datetime, begin: Callable[[], object]) -> None:
    """What cannot be said to the station is for staff to mend, and no reason not to hear it."""
    try:
        with transaction.atomic():
            begin()
    except (calls.NotOffered, calls.InvalidPayload) as problem:
        alerts.raise_alert(station.pk, "CONFIGURATION-UNSAYABLE", str(problem), now)


def _answered(turn: Turn) -> str:
    """What the boot in hand was answered: staff may have changed their mind since."""
    said = Frame.objects.filter(
        station=turn.station, connection_id=turn.connection_id, at=turn.received, kind=Frame.Kind.RESULT,
        action="BootNotification",
    )  # fmt: skip
    body = said.order_by("n").values_list("body", flat=True).first()
    status: str = json.loads(body)[2]["status"] if body else turn.station.boot_policy
    return status


@answers(Beat)
def tell_time(message: Beat, asked: Asked) -> Clock:
    """Stations set their clocks by it (G02)."""
    return Clock(asked.now)


@records(Beat, priority=1)
def heard(message: Beat, turn: Turn) -> None:
    """Only the first call of a connection gets here as a heartbeat: the turn itself sees that the station is back."""


@answers(ReportPart)
def take_report(message: ReportPart, asked: Asked) -> Acknowledged:
    """B07, B08."""
    return Acknowledged()


@records(ReportPart, priority=1)
def report(message: ReportPart, turn: Turn) -> None:
    """Kept part by part, in whatever order they come."""
    device_model.take(turn.station, message, turn.received)


@settles(ReportSettings)
@settles(ReportSome)
def report_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Accepted means that parts will come; anything else is the end of it."""
    device_model.answered(int(call.reference or 0), call.station, outcome)


@settles(ReadVariables)
def values_read(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Each value is kept; a 1.6 station also says which keys it does not have, and which are locked."""
    station, told = call.station, outcome.data if outcome is not None else {}
    if "values" in told:
        settings = configured(told["values"], told["read_only"])
        device_model.store(station, settings, now)
        device_model.drop(station, map(Variable, told["unknown"]))
        if call.purpose == device_model.PURPOSE:
            device_model.keys_read(station, int(call.reference), len(settings), now)
    elif told.get("results"):
        device_model.store(station, read_back(told["results"]), now, values_only=True)
        device_model.drop(station, unknown(told["results"]))
    elif call.purpose == device_model.PURPOSE:
        device_model.answered(int(call.reference), station, outcome)
    if call.purpose == configuration.PURPOSE and outcome is not None:
        _round(station, now, lambda: configuration.read(station, now, automatic=_applies(station)))


@settles(WriteVariables)
def values_written(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What came of each value stands beside it (B05)."""
    intent = calls.intent_of(call)
    if isinstance(intent, WriteVariables):
        each = variables.outcomes(intent, outcome)
        device_model.written(call.station, intent.values, each, now)
    if call.purpose == configuration.PURPOSE:
        _round(call.station, now, lambda: configuration.written(call.station, now))


def _applies(station: Station) -> bool:
    choices = decisions.choices()
    return choices.value("CONFIGURATION-DRIFT", station=station.identity) == "apply"  # decision: CONFIGURATION-DRIFT
