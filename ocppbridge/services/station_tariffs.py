"""Default tariffs on stations: what an EVSE should hold, what was sent, what it said it holds (I07 to I10).

A tariffId names its content, so an EVSE that tells the id that we sent has what we sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from ocppbridge.charging.intents import AskTariffs, ClearTariffs, SetTariff
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import Call, Setting, Station, StationTariff
from ocppbridge.services import alerts, calls

State = StationTariff.State
AT_ONCE: Final = 50
LONGEST_WAIT: Final = timedelta(hours=6)
NONE_THERE: Final = "NoTariff"


def showing() -> Q:
    """Stations that say that they show tariffs (TariffCostCtrlr, Enabled for Tariff)."""
    said = Setting.objects.filter(
        component="TariffCostCtrlr", name="Enabled", instance="Tariff", attribute="", value__iexact="true"
    )
    return Q(subprotocol="ocpp2.1", pk__in=said.values("station_id"))


def shows(station_id: int) -> bool:
    """Whether this one does."""
    return Station.objects.filter(showing(), pk=station_id).exists()


def want(
    row: StationTariff, tariff: Mapping[str, Any] | None, ocpi_id: str, losses: list[list[str]], now: datetime
) -> bool:
    """What the EVSE should hold from now on; True if that is news. Without a tariff it is to hold none."""
    wanted = str(tariff["tariffId"]) if tariff is not None else ""
    if wanted == row.tariff_id and ocpi_id == row.ocpi_id and losses == row.losses:
        return False
    row.tariff_id, row.document, row.ocpi_id, row.losses = wanted, dict(tariff) if tariff else None, ocpi_id, losses
    if wanted and wanted == row.held_id:
        row.state, row.try_at = State.HELD, None
    elif wanted or row.held_id:
        row.state, row.try_at, row.attempts, row.reason = State.WAITING, now, 0, ""
    else:
        row.state, row.try_at = (State.UNSAYABLE if ocpi_id else State.NONE), None
    row.changed_at = now
    row.save()
    return True


def send_due(now: datetime) -> int:
    """Whatever waits for a station that is there."""
    due = StationTariff.objects.filter(state=State.WAITING, try_at__lte=now, station__connection__isnull=False)
    rows = list(due.select_related("station").order_by("try_at")[:AT_ONCE])
    for row in rows:
        try:
            send(row, now)
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            row.state, row.reason, row.try_at = State.REFUSED, str(problem)[:255], None
            row.save(update_fields=["state", "reason", "try_at"])
    return len(rows)


def send(row: StationTariff, now: datetime, by: str = "") -> Call:
    """Bring the EVSE what it should hold, or take away what it should not. Raises NotOffered or InvalidPayload."""
    if row.document is not None:
        intent: SetTariff | ClearTariffs = SetTariff(row.document, row.evse_number)
    else:
        intent = ClearTariffs((row.held_id,) if row.held_id else (), row.evse_number)
    row.call = calls.queue(row.station, intent, purpose="tariff", requested_by=by)
    row.state, row.changed_at = State.SENT, now
    row.save(update_fields=["call", "state", "changed_at"])
    return row.call


def ask(station: Station, evse: int = 0, by: str = "") -> Call:
    """Which tariffs does it hold?"""
    return calls.queue(station, AskTariffs(evse), purpose="tariff", requested_by=by)


def taken(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of SetDefaultTariff."""
    asked = calls.intent_of(call)
    for row in StationTariff.objects.filter(call=call):
        sent = str(asked.tariff["tariffId"]) if isinstance(asked, SetTariff) else ""
        if isinstance(outcome, Accepted):
            row.held_id, row.attempts, row.reason = sent, 0, ""
            _after(row, State.HELD, sent, now)
        elif outcome is None:
            _again(row, now)
        else:
            row.reason = f"{outcome.status} {outcome.reason}".strip()[:255]
            _after(row, State.REFUSED, sent, now)
            text = f"EVSE {row.evse_number} does not take tariff {row.ocpi_id}: {row.reason}"
            alerts.raise_alert(call.station_id, "TARIFF-REFUSED", text, now)


def cleared(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of ClearTariffs; one that was not there is gone as well."""
    gone = outcome is not None and (isinstance(outcome, Accepted) or outcome.status == NONE_THERE)
    rows = list(StationTariff.objects.filter(call=call))
    if gone and not rows:
        _forgotten(call, now)
    for row in rows:
        if gone:
            row.held_id = ""
            _after(row, State.UNSAYABLE if row.ocpi_id else State.NONE, "", now)
        else:
            _again(row, now)


def _forgotten(call: Call, now: datetime) -> None:
    """Somebody had the station forget them: what staff had sent is taken back, the hub's own choice is sent again."""
    asked = calls.intent_of(call)
    if not isinstance(asked, ClearTariffs):
        return
    rows = StationTariff.objects.filter(station=call.station_id).exclude(held_id="")
    rows = rows.filter(evse_number=asked.evse) if asked.evse else rows
    for row in rows.filter(held_id__in=asked.tariffs) if asked.tariffs else rows:
        if row.by_hand:
            row.by_hand, row.tariff_id, row.document, row.ocpi_id, row.losses = False, "", None, "", []
        row.held_id = row.drift = ""
        _after(row, State.NONE, "", now)


def told(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of GetTariffs: what is told is compared with what was taken, and sent again where it differs."""
    asked = calls.intent_of(call)
    if not isinstance(asked, AskTariffs) or not _answered(outcome):
        return
    told = [dict(one) for one in (outcome.data.get("tariffAssignments", ()) if outcome else ())]
    rows = StationTariff.objects.filter(station=call.station_id)
    for row in rows.filter(evse_number=asked.evse) if asked.evse else rows:
        compare(row, told, now)


def compare(row: StationTariff, told: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """One EVSE against what the station has said of all."""
    own = [one for one in told if one["tariffKind"] == "DefaultTariff" and _concerns(one, row.evse_number)]
    ids = sorted(str(one["tariffId"]) for one in own)
    row.reported, row.reported_at = own, now
    row.drift = "" if ids == ([row.held_id] if row.held_id else []) else _drift(ids, row.held_id)
    if row.drift:
        alerts.raise_alert(row.station_id, "TARIFF-DRIFT", f"EVSE {row.evse_number}: {row.drift}", now)
        row.held_id = ids[0] if len(ids) == 1 else ""
        if row.tariff_id != row.held_id and not row.by_hand:
            row.state, row.try_at = State.WAITING, now
    row.save(update_fields=["reported", "reported_at", "drift", "held_id", "state", "try_at"])


def _drift(ids: list[str], held: str) -> str:
    return f"it holds {', '.join(ids) or 'no tariff'} where it took {held or 'none'}"[:255]


def _concerns(one: Mapping[str, Any], evse: int) -> bool:
    """Without EVSEs an assignment is for all."""
    named = one.get("evseIds") or [0]
    return evse in named or 0 in named


def _answered(outcome: Outcome | None) -> bool:
    return outcome is not None and (isinstance(outcome, Accepted) or outcome.status == NONE_THERE)


def _after(row: StationTariff, state: StationTariff.State, sent: str, now: datetime) -> None:
    """Settled, unless something else has been wanted since."""
    if row.tariff_id == sent:
        row.state, row.try_at = state, None
    else:
        row.state, row.try_at = State.WAITING, now
    row.changed_at = now
    row.save()


def _again(row: StationTariff, now: datetime) -> None:
    row.attempts += 1
    row.state = State.WAITING
    row.try_at = now + min(timedelta(minutes=2 ** min(row.attempts, 10)), LONGEST_WAIT)
    row.reason = "no answer"
    row.save(update_fields=["attempts", "state", "try_at", "reason"])
