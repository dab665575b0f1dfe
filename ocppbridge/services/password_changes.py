"""A new password sent over the socket, in a way that survives losing the answer (A01).

While the change is open both passwords are right. It ends when the station connects with the new one; when it says
that it did not take it; or when it was silent and then connects with the old one. Sent again, it is the same password:
a station that took the first and lost the answer is not asked for a third.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from ocppbridge.charging.intents import ChangePassword
from ocppbridge.charging.outcomes import Accepted, Outcome, Scheduled
from ocppbridge.models import Call, PasswordChange, Station
from ocppbridge.services import alerts, calls, passwords, sealing

PATIENCE: Final = timedelta(hours=1)
UNSURE: Final = frozenset({"InvalidAnswer", "InternalError", "GenericError"})
State = PasswordChange.State


class UnderWay(ValueError):
    """A change is open with another password; only that one can be sent again."""


@transaction.atomic
def send(station: Station, *, by: str, password: str | None = None) -> PasswordChange:
    """Ask the station to use a new password. Raises WeakPassword, UnderWay, NotOffered or InvalidPayload."""
    station = Station.objects.select_for_update().get(pk=station.pk)
    change = PasswordChange.objects.filter(station=station, state=State.OPEN).select_related("call").first()
    if change is None:
        change = _made(station, password or passwords.new_password(), by)
    elif password is not None and password != _clear(change):
        raise UnderWay("a change of the password is under way; it can be sent again, or a password set by hand")
    if change.call is None or change.call.state not in calls.OPEN:
        change.call = calls.queue(
            station, ChangePassword(_clear(change)), purpose="password", requested_by=by, expires_in=PATIENCE
        )
        change.save(update_fields=["call"])
    return change


def _made(station: Station, password: str, by: str) -> PasswordChange:
    secret = passwords.seal(password.encode())
    return PasswordChange.objects.create(
        station=station,
        digest=secret.digest,
        hex_digest=secret.hex_digest,
        sealed=sealing.seal({"password": password}),
        made_at=timezone.now(),
        requested_by=by,
    )


def _clear(change: PasswordChange) -> str:
    return str(sealing.unseal(change.sealed)["password"])


def answered(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What the station made of it."""
    change = PasswordChange.objects.select_for_update().filter(call=call, state=State.OPEN).first()
    if change is None or isinstance(outcome, Accepted | Scheduled):
        return
    if (outcome is None and call.sent_at is not None) or (outcome is not None and outcome.status in UNSURE):
        change.silent = True
        change.save(update_fields=["silent"])
        text = "no clear answer to its new password: both are right until it connects with one of them"
        alerts.raise_alert(call.station_id, "PASSWORD-UNANSWERED", text, now)
        return
    _end(change, State.REFUSED, now)
    why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "it was never sent"
    alerts.raise_alert(call.station_id, "PASSWORD-REFUSED", f"its password was not changed: {why}", now)


@transaction.atomic
def used(change_id: int, now: datetime) -> bool:
    """The station has connected with the new one: the old one is nothing any more."""
    change = _open(change_id)
    if change is None:
        return False
    Station.objects.filter(pk=change.station_id).update(
        password_digest=change.digest, password_hex_digest=change.hex_digest, password_scrypt=""
    )
    _end(change, State.USED, now)
    return True


@transaction.atomic
def kept(change_id: int, now: datetime) -> bool:
    """The station has connected with the old one: if it was silent before, it has not taken the new one."""
    change = _open(change_id)
    if change is None or not change.silent:
        return False
    _end(change, State.REFUSED, now)
    alerts.raise_alert(change.station_id, "PASSWORD-REFUSED", "its password was not changed: it uses the old one", now)
    return True


@transaction.atomic
def set_by_hand(station: Station, password: str | bytes, *, now: datetime, allow_short: bool = False) -> None:
    """Store a password that staff set on the station themselves; one that has not left yet will not be sent."""
    passwords.set_password(station, password, allow_short=allow_short)
    change = PasswordChange.objects.select_for_update().filter(station=station, state=State.OPEN).first()
    if change is None:
        return
    call = change.call
    if call is None or call.state != Call.State.QUEUED:
        return  # it may be on the station: right until one of the two is used
    end = calls.End(call, Call.State.UNANSWERED, now, error_description="a password was set by hand")
    if calls.settle_all([end]):
        _end(change, State.REPLACED, now)


def _open(change_id: int) -> PasswordChange | None:
    return PasswordChange.objects.select_for_update().filter(pk=change_id, state=State.OPEN).first()


def _end(change: PasswordChange, state: PasswordChange.State, now: datetime) -> None:
    change.state, change.ended_at, change.sealed = state, now, ""
    change.save(update_fields=["state", "ended_at", "sealed"])
