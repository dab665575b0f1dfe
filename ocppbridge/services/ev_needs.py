"""The needs of cars as rows: kept once, found for a transaction, read again for planning (K15, Q01)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from ocppbridge.charging import wish_plan
from ocppbridge.charging.ev_needs import Abilities, abilities
from ocppbridge.charging.v2x_messages import EvScheduleTold, NeedsTold
from ocppbridge.charging.v2x_replies import NeedsTaken
from ocppbridge.charging.wish_plan import Car
from ocppbridge.models import EnergyPlan, EvNeeds, EvSchedule, InstalledProfile, Station, Transaction
from roaming.postgres.questions import Question, first_of, whole

BEFORE: Final = timedelta(minutes=10)
_STATION, _EVSE, _SINCE = -1, 2**31 - 1, datetime(1, 1, 1, tzinfo=UTC)  # for the real ones in the question
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
    return abilities(said.get("v2x") or {}, said.get("dc") or {}, said.get("der") or {})


def car_of(needs: EvNeeds | None) -> Car:
    """What a car that only charges has said of itself."""
    if needs is None:
        return Car()
    said = needs.parameters
    return wish_plan.car_of(needs.requested, said.get("ac") or {}, said.get("dc") or {}, needs.departure)


def await_transaction(row: Transaction, now: datetime) -> EvNeeds | None:
    """Needs that came before the transaction did: it is theirs."""
    values = {_STATION: row.station_id, _EVSE: row.evse_number or 0, _SINCE: now - BEFORE}
    found = first_of(EvNeeds, _waiting(), values)
    if found is not None:
        EvNeeds.objects.filter(pk=found.pk).update(transaction=row)
        found.transaction = row
    return found


@cache
def _waiting() -> Question:
    rows = EvNeeds.objects.filter(station_id=_STATION, evse_number=_EVSE, transaction=None, received_at__gt=_SINCE)
    return Question.of(rows.order_by("-received_at", "-pk").values_list(*whole(EvNeeds))[:1])


def keep_schedule(station: Station, transaction: Transaction | None, told: EvScheduleTold, now: datetime) -> EvSchedule:
    """What the car has made of its profile, and where that is more than it may."""
    held = _profile_of(transaction) if transaction is not None else None
    return EvSchedule.objects.create(
        station=station, transaction=transaction, evse_number=told.evse, received_at=now, begins_at=told.base,
        schedule=dict(told.schedule), selected=told.selected, tolerance_accepted=told.tolerance_accepted,
        excess=excess(held, told.schedule)[:255] if held is not None else "",
    )  # fmt: skip


def _profile_of(row: Transaction) -> Mapping[str, Any] | None:
    """That of its plan, or the TxProfile that was set for it otherwise."""
    plan = EnergyPlan.objects.filter(transaction=row, state="holds").first()
    if plan is not None:
        return dict(plan.profile)
    known = row.transaction_id or str(row.wire_id)
    rows = InstalledProfile.objects.filter(station=row.station, transaction_id=known, purpose="TxProfile", wanted=True)
    found = rows.order_by("-level", "-accepted_at").first()
    return None if found is None else dict(found.profile)


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
