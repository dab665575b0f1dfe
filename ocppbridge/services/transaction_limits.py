"""How far a transaction may go (E16): limits of a token, of what was paid for it, of staff; in OCPP's own words.

2.1 carries them only in the answer to a TransactionEvent: with the start, or with an event that we trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from ocppbridge.charging.intents import Trigger
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Call, Transaction, TransactionLimit, WebPayment
from ocppbridge.services import calls
from ocppbridge.versions.payloads import amount
from roaming.postgres.questions import Question, first_of, whole

FIELDS: Final = {"max_cost": "maxCost", "max_energy": "maxEnergy", "max_time": "maxTime", "max_soc": "maxSoC"}
REACHED: Final = frozenset({"CostLimitReached", "EnergyLimitReached", "TimeLimitReached", "SoCLimitReached"})
_TOKEN, _NOW = "<token>", datetime(1, 1, 1, tzinfo=UTC)  # for the real ones in the questions


def said(limits: Mapping[str, Any]) -> dict[str, Any]:
    """A TransactionLimitType of our own words."""
    return {
        FIELDS[name]: amount(Decimal(str(value)))
        for name, value in limits.items()
        if name in FIELDS and value is not None
    }


def worded(limits: Mapping[str, Any]) -> str:
    """A TransactionLimitType for staff; the cost is in the tariff's currency, which it does not tell."""
    words: dict[str, Callable[[Any], str]] = {
        "maxCost": lambda value: f"cost {value}",
        "maxEnergy": lambda value: f"{Decimal(str(value)) / 1000:f} kWh",
        "maxTime": lambda value: str(timedelta(seconds=int(value))),
        "maxSoC": lambda value: f"{value} %",
    }
    return ", ".join(say(limits[name]) for name, say in words.items() if name in limits)


def of_token(token: str, now: datetime) -> dict[str, Any]:
    """What holds for whoever starts with it: what was paid for, else what staff have set."""
    payment = first_of(WebPayment, _paid(), {_TOKEN: token})
    if payment is not None and payment.limits:
        return dict(payment.limits)
    row = first_of(TransactionLimit, _set(), {_TOKEN: token.casefold(), _NOW: now})
    return said({name: getattr(row, name) for name in FIELDS}) if row is not None else {}


@cache
def _paid() -> Question:
    rows = WebPayment.objects.filter(psp_ref=_TOKEN, state__in=(WebPayment.State.PAID, WebPayment.State.STARTED))
    return Question.of(rows.order_by("-created_at").values_list(*whole(WebPayment))[:1])


@cache
def _set() -> Question:
    rows = TransactionLimit.objects.filter(Q(expires_at=None) | Q(expires_at__gt=_NOW), token=_TOKEN)
    return Question.of(rows.order_by("pk").values_list(*whole(TransactionLimit))[:1])


def due(row: Transaction) -> dict[str, Any] | None:
    """What the next answer carries, once."""
    if not row.limits_due:
        return None
    Transaction.objects.filter(pk=row.pk).update(limits_due=False)
    return dict(row.limits) or None


@transaction.atomic
def impose(row: Transaction, limits: Mapping[str, Any], *, by: str) -> Call:
    """For a running transaction. Raises NotOffered where its station has no such thing."""
    if calls.dialect_of(row.station).version != "2.1":
        raise calls.NotOffered("limits of a transaction are new in OCPP 2.1")
    Transaction.objects.filter(pk=row.pk).update(limits=dict(limits), limits_due=True)
    row.limits, row.limits_due = dict(limits), True
    place = Place(row.evse_number or 1)
    return calls.queue(row.station, Trigger("TransactionEvent", place), purpose="limit", requested_by=by)
