"""Security profiles of stations: raised step by step, never lowered (A05).

1.6: ChangeConfiguration SecurityProfile, then a restart. 2.x: the way to us is stored in a slot, the slot is preferred,
then a restart. It is done when the station has connected with the profile: from then on nothing less is let in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ocppbridge.charging.intents import PreferNetworks, RaiseProfile, Reset, When
from ocppbridge.charging.outcomes import Accepted, Outcome, Scheduled
from ocppbridge.models import Call, ProfileUpgrade, Station
from ocppbridge.services import alerts, calls

State = ProfileUpgrade.State
UNDER_WAY: Final = (State.ASKED, State.PREFERRED, State.RESTARTING)
MESSAGE_TIMEOUT: Final = 30  # seconds, as the station is told
_VERSION_WORDS: Final = {"2.0.1": "OCPP20", "2.1": "OCPP21"}


class CannotRaise(ValueError):
    """The profile cannot be raised as asked; the text says why."""


@transaction.atomic
def upgrade(
    station: Station, target: int, *, by: str, slot: int = 2, url: str = "", interface: str = "Wired0"
) -> ProfileUpgrade:
    """Ask a station to move up. Raises CannotRaise, NotOffered or InvalidPayload."""
    station = Station.objects.select_for_update().get(pk=station.pk)
    url = url or f"{settings.HUB_OCPP_PUBLIC_URL}/ocpp"
    version = calls.dialect_of(station).version
    _check(station, target, url)
    intent = RaiseProfile(target, slot, _network(version, url, interface) if version != "1.6" else {})
    row = ProfileUpgrade.objects.create(
        station=station,
        target=target,
        slot=None if version == "1.6" else slot,
        url="" if version == "1.6" else url,
        made_at=timezone.now(),
        requested_by=by,
    )
    calls.queue(station, intent, purpose="profile", reference=str(row.pk), requested_by=by)
    Station.objects.filter(pk=station.pk).update(security_target=target)
    return row


def _check(station: Station, target: int, url: str) -> None:
    present = max(station.security_profile or 0, station.security_minimum)
    if target not in (Station.Profile.BASIC, Station.Profile.TLS, Station.Profile.MUTUAL_TLS):
        raise CannotRaise("a security profile is 1, 2 or 3")
    if target <= present:
        raise CannotRaise(f"the station has profile {present} already; a profile is never lowered over the socket")
    if target >= Station.Profile.TLS and not url.startswith("wss://"):
        raise CannotRaise(
            f"profile {target} needs TLS, and {url} has none: HUB_OCPP_PUBLIC_URL must be a wss:// address"
        )
    if station.profile_upgrades.filter(state__in=UNDER_WAY).exists():
        raise CannotRaise("an upgrade is under way; give it up first")


def _network(version: str, url: str, interface: str) -> dict[str, Any]:
    return {
        "ocppVersion": _VERSION_WORDS[version],
        "ocppTransport": "JSON",
        "ocppCsmsUrl": url,
        "messageTimeout": MESSAGE_TIMEOUT,
        "ocppInterface": interface,
    }


def stored(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of SetNetworkProfile, or of 1.6's ChangeConfiguration."""
    row = _of(call, State.ASKED)
    if row is None or _failed(row, outcome, now):
        return
    if row.slot is None:
        _restart(row, call)
    else:
        others = (1,) if row.slot != 1 else ()
        intent = PreferNetworks((row.slot, *others))
        calls.queue(row.station, intent, purpose="profile", reference=str(row.pk), requested_by=call.requested_by)
        _to(row, State.PREFERRED)


def preferred(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of SetVariables NetworkConfigurationPriority."""
    row = _of(call, State.PREFERRED)
    if row is not None and not _failed(row, outcome, now):
        _restart(row, call)


@transaction.atomic
def reached(station_id: int, profile: int, now: datetime) -> None:
    """The station has connected with at least what it was asked for: from now on nothing less."""
    station = Station.objects.select_for_update().get(pk=station_id)
    done = station.profile_upgrades.filter(state__in=UNDER_WAY, target__lte=profile).first()
    if done is None:
        return
    _to(done, State.DONE, now)
    station.security_minimum, station.security_target = max(station.security_minimum, done.target), None
    station.save(update_fields=["security_minimum", "security_target"])


def give_up(row: ProfileUpgrade, reason: str, now: datetime) -> None:
    """Nothing comes of it; what the station has is good enough as before."""
    row.reason = reason[:255]
    _to(row, State.FAILED, now)
    Station.objects.filter(pk=row.station_id).update(security_target=None)


def _failed(row: ProfileUpgrade, outcome: Outcome | None, now: datetime) -> bool:
    if isinstance(outcome, Accepted | Scheduled):
        return False
    why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"
    give_up(row, why, now)
    text = f"it did not move to security profile {row.target}: {why}"
    alerts.raise_alert(row.station_id, "PROFILE-REFUSED", text, now)
    return True


def _restart(row: ProfileUpgrade, call: Call) -> None:
    calls.queue(row.station, Reset(When.IDLE), purpose="profile", reference=str(row.pk), requested_by=call.requested_by)
    _to(row, State.RESTARTING)


def _of(call: Call, state: ProfileUpgrade.State) -> ProfileUpgrade | None:
    if call.purpose != "profile" or not call.reference.isdecimal():
        return None
    rows = ProfileUpgrade.objects.select_related("station__connection").select_for_update(of=("self",))
    return rows.filter(pk=int(call.reference), station=call.station_id, state=state).first()


def _to(row: ProfileUpgrade, state: ProfileUpgrade.State, ended: datetime | None = None) -> None:
    row.state, row.ended_at = state, ended
    row.save(update_fields=["state", "ended_at", "reason"])
