"""In or out of service: the last wish for each place, and what became of it (G03, G04; 1.6 ChangeAvailability)."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import ChangeAvailability
from ocppbridge.charging.outcomes import Accepted, Outcome, Scheduled
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Availability, Call, Station

State = Availability.State


def settled(call: Call, intent: ChangeAvailability, outcome: Outcome | None, now: datetime) -> None:
    """The station has answered, or not."""
    match outcome:
        case None:
            state, reason = State.UNANSWERED, call.error_description
        case Accepted():
            state, reason = State.ACCEPTED, outcome.reason
        case Scheduled():
            state, reason = State.SCHEDULED, outcome.reason
        case _:
            state, reason = State.REFUSED, f"{outcome.status} {outcome.reason}".strip()
    Availability.objects.update_or_create(
        station=call.station,
        evse_number=intent.place.evse,
        connector_number=intent.place.connector or 0,
        defaults={"operative": intent.operative, "state": state, "reason": reason[:255], "call": call, "at": now},
    )


def seen(station: Station, place: Place, state: str, now: datetime) -> None:
    """A state that shows that what was scheduled has happened: out of service, when nothing runs any more."""
    if state != "Unavailable":
        return
    scheduled = Availability.objects.filter(station=station, state=State.SCHEDULED, operative=False)
    if place.is_station or _all_unavailable(station):
        scheduled.filter(evse_number=0).update(state=State.ACCEPTED, at=now)
    here = scheduled.filter(evse_number=place.evse, connector_number__in=(0, place.connector or 0))
    here.exclude(evse_number=0).update(state=State.ACCEPTED, at=now)


def _all_unavailable(station: Station) -> bool:
    return all(one.state == "Unavailable" for evse in station.evses.all() for one in evse.connectors.all())
