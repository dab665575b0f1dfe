"""What a station said of its settings, kept row by row: from reports, from what was read, from what was written.

A report is stored part by part as it comes, so nothing is lost when it breaks off; what has fallen silent is asked for
again as a whole. Only a whole full inventory shows what the station does not have any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from ocppbridge.charging.batches import batches
from ocppbridge.charging.device_model import Report, Setting
from ocppbridge.charging.intents import Intent, ReadVariables, ReportSettings, ReportSome, Variable
from ocppbridge.charging.messages import ReportPart
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import DeviceReport, Station
from ocppbridge.models import Setting as Row
from ocppbridge.models.setting import Named
from ocppbridge.services import calls
from ocppbridge.services.variables import limits
from ocppbridge.versions import secrets

FULL: Final = "FullInventory"
INVENTORIES: Final = (FULL, "ConfigurationInventory", "SummaryInventory")
CUSTOM: Final = "Custom"
OPEN: Final = (DeviceReport.State.ASKED, DeviceReport.State.COMING)
SILENT_AFTER: Final = timedelta(minutes=5)
MOST_TRIES: Final = 3
PURPOSE: Final = "device model"

_SAID: Final = ("mutability", "persistent", "constant", "data_type", "unit", "least", "most", "choices", "monitored")


@transaction.atomic
def ask(
    station: Station,
    inventory: str = FULL,
    *,
    variables: tuple[Variable, ...] = (),
    criteria: tuple[str, ...] = (),
    requested_by: str = "",
) -> DeviceReport:
    """Have the device model reported, or part of it (B07, B08); a 1.6 station is asked for all of its keys.

    What names more variables than the station takes at a time becomes several reports, the `rest` of the first.
    """
    if variables:
        first, *more = _pieces(station, variables)
        row = _ask(station, CUSTOM, requested_by, _some(first, criteria))
        for piece in more:
            _ask(station, CUSTOM, requested_by, _some(piece, criteria), first=row)
        return row
    if criteria:
        return _ask(station, CUSTOM, requested_by, _some((), criteria))
    if calls.dialect_of(station).version == "1.6":
        return _ask(station, inventory, requested_by, lambda number: ReadVariables())
    return _ask(station, inventory, requested_by, lambda number: ReportSettings(number, inventory))


def _pieces(station: Station, variables: tuple[Variable, ...]) -> Iterator[tuple[Variable, ...]]:
    """B08.FR.17, FR.18: within ItemsPerMessage and BytesPerMessage of GetReport."""
    dialect, most = calls.dialect_of(station), limits(station, "GetReport")
    return batches(
        variables, most.items, most.size, lambda one: len(str(calls.translated(dialect, ReportSome(0, (one,)))[1]))
    )


def _some(piece: tuple[Variable, ...], criteria: tuple[str, ...]) -> Callable[[int], Intent]:
    return lambda number: ReportSome(number, piece, criteria)


def _ask(
    station: Station, inventory: str, by: str, intent: Callable[[int], Intent], first: DeviceReport | None = None
) -> DeviceReport:
    row = DeviceReport.objects.create(
        station=station, inventory=inventory, requested_by=by[:150], asked_at=timezone.now(), first=first
    )
    row.call = calls.queue(station, intent(row.pk), purpose=PURPOSE, reference=str(row.pk), requested_by=by)
    row.save(update_fields=["call"])
    return row


def answered(request_id: int, station: Station, outcome: Outcome | None) -> None:
    """What the station made of being asked for a report."""
    row = DeviceReport.objects.filter(pk=request_id, station=station, state__in=OPEN).first()
    if row is None or (isinstance(outcome, Accepted) and outcome.status != "EmptyResultSet"):
        return
    if outcome is None:
        row.state, row.reason = DeviceReport.State.BROKEN, "the station did not answer"
    elif isinstance(outcome, Accepted):
        row.state = DeviceReport.State.EMPTY
    else:
        row.state, row.reason = DeviceReport.State.REFUSED, f"{outcome.status} {outcome.reason}".strip()[:255]
    row.save(update_fields=["state", "reason"])


def take(station: Station, part: ReportPart, now: datetime) -> DeviceReport | None:
    """One part of a report, in whatever order; also of one that nobody here has asked for."""
    row = DeviceReport.objects.filter(pk=part.request_id, station=station).first()
    settings = Report(part.request_id).take(part).settings()
    store(station, settings, now)
    if row is None:
        return None
    known = Report(row.pk, dict.fromkeys(row.parts, ()), row.last_part)
    if part.seq_no not in known.parts:
        row.entries += len(settings)
    known = known.take(part)
    row.parts, row.last_part, row.heard_at = sorted(known.parts), known.last, now
    row.state = DeviceReport.State.WHOLE if known.whole else DeviceReport.State.COMING
    row.save(update_fields=["parts", "last_part", "heard_at", "state", "entries"])
    if known.whole and row.inventory == FULL:
        forget_unreported(station, row.asked_at)
    return row


def keys_read(station: Station, request_id: int, count: int, now: datetime) -> None:
    """All keys of a 1.6 station have come: its whole report in one answer."""
    row = DeviceReport.objects.filter(pk=request_id, station=station, state__in=OPEN).first()
    if row is not None:
        row.parts, row.last_part, row.entries, row.heard_at = [0], 0, count, now
        row.state = DeviceReport.State.WHOLE
        row.save(update_fields=["parts", "last_part", "entries", "heard_at", "state"])
        forget_unreported(station, row.asked_at)


def forget_unreported(station: Station, since: datetime) -> None:
    """The station has reported everything it has; what was not among it is gone."""
    Row.objects.filter(station=station, reported_at__lt=since).delete()
    Row.objects.filter(station=station, reported_at=None, written_at__lt=since).delete()


def store(station: Station, settings: Iterable[Setting], now: datetime, *, values_only: bool = False) -> int:
    """Keep settings; `values_only` where nothing else was said of them. How many."""
    rows = {one.variable: _row(station, one, now) for one in settings}
    update = ["value", "reported_at", *(() if values_only else _SAID)]
    Row.objects.bulk_create(
        list(rows.values()), update_conflicts=True, unique_fields=["station", *Named.NAMES], update_fields=update
    )
    return len(rows)


def drop(station: Station, unknown: Iterable[Variable]) -> None:
    """The station says that it has no such settings."""
    for variable in unknown:
        rows = Row.objects.filter(station=station, **Named.columns(variable))
        rows.filter(write_status="").delete()
        rows.update(value=None, reported_at=None)  # what came of the last write stays


def written(
    station: Station, values: Iterable[tuple[Variable, str]], outcomes: Mapping[Variable, Outcome], now: datetime
) -> None:
    """What the station made of each value that it was sent (B05)."""
    for variable, value in values:
        outcome = outcomes.get(variable)
        shown = secrets.MASK if secrets.is_secret(variable.name) else value
        columns: dict[str, Any] = {
            "written": shown,
            "write_status": (outcome.status if outcome else "no answer")[:30],
            "write_reason": (outcome.reason if outcome else "")[:255],
            "written_at": now,
        }
        if isinstance(outcome, Accepted):
            columns["value"] = shown
        Row.objects.update_or_create(station=station, **Named.columns(variable), defaults=columns)


def rebooted(station: Station) -> None:
    """What waited for a reboot holds now, as far as the station keeps its word; the next read tells."""
    waiting = Row.objects.filter(station=station, write_status="RebootRequired")
    waiting.update(write_status="Accepted", write_reason="after a reboot", value=F("written"))


def found(station: Station) -> list[Setting]:
    """What it reported, in the domain's words; what it said that it does not have is left out."""
    rows = Row.objects.filter(station=station).exclude(reported_at=None, value=None)
    return [
        Setting(
            variable=one.variable,
            value=one.value,
            mutability=one.mutability or None,
            persistent=one.persistent,
            constant=one.constant,
            data_type=one.data_type or None,
            unit=one.unit or None,
            least=Decimal(one.least) if one.least else None,
            most=Decimal(one.most) if one.most else None,
            choices=tuple(one.choices.split(",")) if one.choices else (),
            monitored=one.monitored,
        )
        for one in rows
    ]


@transaction.atomic
def ask_again(now: datetime) -> int:
    """Reports that have fallen silent: asked for once more, at last given up. How many were looked at."""
    silent = DeviceReport.objects.annotate(last=Coalesce("heard_at", "asked_at")).filter(
        Q(state=DeviceReport.State.COMING) | Q(state=DeviceReport.State.ASKED, call__state="answered"),
        last__lt=now - SILENT_AFTER,
    )
    rows = list(silent.select_related("station").select_for_update(of=("self",), skip_locked=True)[:50])
    for row in rows:
        row.state, row.reason = DeviceReport.State.BROKEN, f"parts missing after part {max(row.parts, default=-1)}"
        row.save(update_fields=["state", "reason"])
        if row.tries < MOST_TRIES and row.inventory in INVENTORIES and row.station.online:
            again = ask(row.station, row.inventory, requested_by=row.requested_by)
            DeviceReport.objects.filter(pk=again.pk).update(tries=row.tries + 1)
    return len(rows)


def _row(station: Station, one: Setting, now: datetime) -> Row:
    return Row(
        station=station,
        **Named.columns(one.variable),
        value=one.value,
        mutability=one.mutability or "",
        persistent=one.persistent,
        constant=one.constant,
        data_type=(one.data_type or "")[:12],
        unit=(one.unit or "")[:16],
        least="" if one.least is None else str(one.least)[:40],
        most="" if one.most is None else str(one.most)[:40],
        choices=",".join(one.choices),
        monitored=one.monitored,
        reported_at=now,
    )
