"""Payments on the web (C25): the driver scans a station's QR code, a page of the operator's takes the money, we start.

The page's server asks us whether the one-time password in the code holds, says that somebody is paying (the station
holds the EVSE) and, when the provider has said yes, that it was paid: then we start with the provider's reference.
The station's secret follows from the server key, so it stands nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from ocppbridge.charging import one_time
from ocppbridge.charging.intents import AwaitPayment, StartCharging, Variable, WriteVariables
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Station, WebPayment
from ocppbridge.services import alerts, calls

State = WebPayment.State
DIRECT: Final = "DirectPayment"
SECONDS: Final = 60  # how long a password holds
LENGTH: Final = 8
AT_ONCE: Final = 200
COMPONENT: Final = "WebPaymentsCtrlr"
VERSION: Final = "v1"


class NotNow(calls.NotOffered):
    """It cannot be done as things stand; the text says why."""


@transaction.atomic
def enable(station: Station, template: str, *, by: str) -> Call:
    """Have a station show dynamic codes. `template` has {chargingstationid}, {evse}, {totp} and {version}."""
    if not template.startswith(("https://", "http://")) or "{totp}" not in template:
        raise NotNow("the address begins with https:// and has {totp}, else nobody can show that he stands there")
    values = {
        "URLTemplate": template,
        "TOTPVersion": VERSION,
        "ValidityTime": str(SECONDS),
        "Length": str(LENGTH),
        "SharedSecret": secret(station),
        "Enabled": "true",
    }
    wanted = tuple((Variable(name, COMPONENT), value) for name, value in values.items())
    return calls.queue(station, WriteVariables(wanted), purpose="web payment", requested_by=by)


def secret(station: Station, key: bytes | None = None) -> str:
    """What station and hub share."""
    words = b"web payment\0" + station.identity.encode()
    return hmac.new(key or settings.SERVER_KEY, words, hashlib.sha256).hexdigest()[:32]


def password_holds(station: Station, given: str, now: datetime) -> bool:
    """C25.FR.08; a server key that was replaced goes on counting until the station has the new secret."""
    keys = (settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS)
    return any(one_time.holds(given, secret(station, key), now, SECONDS, LENGTH) for key in keys)


@transaction.atomic
def begin(station: Station, evse: int, seconds: int, *, by: str, now: datetime) -> WebPayment:
    """Somebody pays: the station lets nobody else start there for so long."""
    expire(now)
    notice = calls.queue(station, AwaitPayment(evse, seconds), purpose="web payment", requested_by=by)
    try:
        with transaction.atomic():
            return WebPayment.objects.create(
                station=station,
                evse_number=evse,
                until=now + timedelta(seconds=seconds),
                created_at=now,
                requested_by=by,
                notice=notice,
            )
    except IntegrityError:
        raise NotNow("somebody is paying for this EVSE already") from None


@transaction.atomic
def paid(row: WebPayment, reference: str, limits: Mapping[str, Any], *, by: str, now: datetime) -> WebPayment:
    """The provider has said yes: start with its reference, no further than was paid for (C25.FR.10)."""
    row = WebPayment.objects.select_for_update(of=("self",)).select_related("station").get(pk=row.pk)
    if row.state != State.OPEN or row.until <= now:
        raise NotNow(f"this payment is {row.get_state_display() if row.state != State.OPEN else 'out of time'}")
    number = secrets.randbelow(2**31 - 1) + 1
    intent = StartCharging(IdToken(reference, DIRECT), number, Place(row.evse_number))
    row.start = calls.queue(row.station, intent, purpose="web payment", requested_by=by)
    row.state, row.psp_ref, row.limits = State.PAID, reference[:255], dict(limits)
    row.save(update_fields=["start", "state", "psp_ref", "limits"])
    return row


def cancel(row: WebPayment, reason: str, now: datetime) -> bool:
    """The driver has gone, or the provider has said no; the station's own time runs out by itself."""
    rows = WebPayment.objects.filter(pk=row.pk, state=State.OPEN)
    return bool(rows.update(state=State.CANCELLED, reason=reason[:255], ended_at=now))


def expire(now: datetime) -> int:
    """Nobody paid in time."""
    rows = WebPayment.objects.filter(state=State.OPEN, until__lte=now)
    return rows.update(state=State.EXPIRED, ended_at=now)


def follow(now: datetime) -> None:
    """What became of the starts that were paid for."""
    waiting = WebPayment.objects.filter(state=State.PAID, start__isnull=False).exclude(start__state__in=calls.OPEN)
    for row in waiting.select_related("start", "station")[:AT_ONCE]:
        call = row.start
        good = call is not None and call.outcome == "Accepted"
        state = State.STARTED if good else State.FAILED
        why = "" if call is None or good else (call.outcome or call.error_description)
        WebPayment.objects.filter(pk=row.pk).update(state=state, reason=why[:255], ended_at=now)
        if not good:  # somebody has paid for nothing: give it back, or start by hand
            text = f"{row}: {row.psp_ref} is paid, but nothing was started: {why or 'no answer'}"
            alerts.raise_alert(row.station_id, "PAID-NOT-STARTED", text, now)
