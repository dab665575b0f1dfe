"""How far a transaction may go (E16): limits of a token, of what was paid for it, of staff; in OCPP's own words.

2.1 carries them only in the answer to a TransactionEvent: with the start, or with an event that we trigger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from ocppbridge.charging.intents import Trigger
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Call, Transaction, TransactionLimit, WebPayment
from ocppbridge.services import calls
from ocppbridge.versions.payloads import amount

FIELDS: Final = {"max_cost": "maxCost", "max_energy": "maxEnergy", "max_time": "maxTime", "max_soc": "maxSoC"}
REACHED: Final = frozenset({"CostLimitReached", "EnergyLimitReached", "TimeLimitReached", "SoCLimitReached"})


def said(limits: Mapping[str, Any]) -> dict[str, Any]:
    """A TransactionLimitType of our own words."""
    return {
        FIELDS[name]: amount(Decimal(str(value)))
        for name, value in limits.items()
        if name in FIELDS and value is not None
    }


def of_token(token: str, now: datetime) -> dict[str, Any]:
    """What holds for whoever starts with it: what was paid for, else what staff have set."""
    paid = WebPayment.objects.filter(psp_ref=token, state__in=(WebPayment.State.PAID, WebPayment.State.STARTED))
    payment = paid.order_by("-created_at").first()
    if payment is not None and payment.limits:
        return dict(payment.limits)
    rows = TransactionLimit.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), token=token.casefold())
    row = rows.first()
    return said({name: getattr(row, name) for name in FIELDS}) if row is not None else {}


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
