"""The needs of cars as rows: kept once, found for a transaction, read again for planning (K15, Q01)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from ocppbridge.charging.ev_needs import Abilities, abilities
from ocppbridge.charging.v2x_messages import EvScheduleTold, NeedsTold
from ocppbridge.charging.v2x_replies import NeedsTaken
from ocppbridge.models import EnergyPlan, EvNeeds, EvSchedule, Station, Transaction

_sorted = msgspec.json.Encoder(order="deterministic")


def digest(message: NeedsTold, transaction: Transaction | None) -> str:
    """By which the same needs of the same session are known."""
    said = _sorted.encode([msgspec.to_builtins(message), transaction.pk if transaction else None])
    return hashlib.md5(said, usedforsecurity=False).hexdigest()


def keep(
    station_id: int, transaction: Transaction | None, message: NeedsTold, reply: NeedsTaken, now: datetime
) -> EvNeeds:
    """With what the station is answered; needs that it repeats are the same row with the newer answer."""
    row, _ = EvNeeds.objects.update_or_create(
        station_id=station_id,
        digest=digest(message, transaction),
        defaults={"status": reply.status, "code": reply.code, "reason": reply.reason[:255], "received_at": now},
        create_defaults={
            "status": reply.status, "code": reply.code, "reason": reply.reason[:255], "received_at": now,
            "transaction": transaction, "evse_number": message.evse, "told_at": message.at,
            "requested": message.requested, "available": list(message.available),
            "control_mode": message.control_mode or "", "mobility": message.mobility or "",
            "departure": message.departure, "parameters": _parameters(message),
        },
    )  # fmt: skip
    return row


def find(station: Station, message: NeedsTold, transaction: Transaction | None) -> EvNeeds | None:
    """The row that the answer has made; made before its transaction was known, perhaps."""
    known = [digest(message, transaction), digest(message, None)]
    return EvNeeds.objects.filter(station=station, digest__in=known).order_by("-pk").first()


def latest(row: Transaction) -> EvNeeds | None:
    """What the car of a transaction wants."""
    return EvNeeds.objects.filter(transaction=row).order_by("-received_at", "-pk").first()


def of(needs: EvNeeds | None) -> Abilities:
    """What the car can do, as far as it has said."""
    said = needs.parameters if needs is not None else {}
    return abilities(said.get("v2x") or {}, said.get("dc") or {})


def keep_schedule(station: Station, transaction: Transaction | None, told: EvScheduleTold, now: datetime) -> EvSchedule:
    """What the car has made of its profile, and where that is more than it may."""
    plan = EnergyPlan.objects.filter(transaction=transaction, state="holds").first() if transaction else None
    return EvSchedule.objects.create(
        station=station, transaction=transaction, evse_number=told.evse, received_at=now, begins_at=told.base,
        schedule=dict(told.schedule), selected=told.selected, tolerance_accepted=told.tolerance_accepted,
        excess=excess(plan.profile, told.schedule)[:255] if plan is not None else "",
    )  # fmt: skip


def excess(profile: Mapping[str, Any], schedule: Mapping[str, Any]) -> str:
    """Where a car means to take or to give more than the most that its profile ever lets it."""
    periods = [period for one in profile.get("schedules") or () for period in one["periods"]]
    limits = [Decimal(value) for period in periods if (value := _most(period)) is not None]
    same_unit = any(one.get("unit") == schedule.get("chargingRateUnit") for one in profile.get("schedules") or ())
    if len(limits) < len(periods) or not periods or not same_unit:
        return ""
    for period in schedule.get("chargingSchedulePeriod") or ():
        wanted = period.get("limit", period.get("setpoint"))
        if wanted is not None and Decimal(str(wanted)) > max(limits):
            return f"{wanted} from second {period['startPeriod']} on, where {max(limits)} is the most"
    return ""


def _most(period: Mapping[str, Any]) -> str | None:
    value = period.get("limit")
    return period.get("setpoint") if value is None else value


def _parameters(message: NeedsTold) -> dict[str, Any]:
    told = {name: dict(getattr(message, name)) for name in ("ac", "dc", "v2x", "der", "offer")}
    return {name: value for name, value in told.items() if value}
