"""The buttons that ask a station for something, for the pages of stations and of EVSEs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ocppbridge.admin import questions
from ocppbridge.admin.calling import call_station, remote_start_id
from ocppbridge.charging import intents
from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.intents import When
from ocppbridge.charging.tokens import CARD, STATION, IdToken, Place
from ocppbridge.models import Evse, Transaction
from ocppbridge.services import charging_profiles, local_lists, reservations
from roaming.console.asking import Question, button
from roaming.console.mixing import ModelAdmin

M = TypeVar("M", bound=Model)


def charging(obj: Any) -> bool:
    """Whether there is anything to stop."""
    running = questions.station_of(obj).transactions.filter(state=Transaction.State.RUNNING)
    return bool((running.filter(evse_number=obj.number) if isinstance(obj, Evse) else running).exists())


def place_of(obj: Any) -> Place:
    """The EVSE whose page it is, or the whole station."""
    return Place(obj.number) if isinstance(obj, Evse) else STATION


class Verbs(ModelAdmin[M]):
    """Each is a typed verb; the station's version spells it (ocppbridge.versions)."""

    @button(
        "Start",
        icon="play_circle",
        form=questions.Start,
        submit="Start charging",
        text="The station is asked to start on this token.",
    )
    def start(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Remote start."""
        said = form.cleaned_data
        place = Place(said["evse"], said["connector"] or None)
        limit = said["limit"]
        profile = None if limit is None else charging_profiles.for_start(Unit.A, limit)
        token = IdToken(said["token"], "Central")
        intent = intents.StartCharging(token, remote_start_id(), place, profile=profile)
        return call_station(request, questions.station_of(obj), intent)

    @button(
        "Stop",
        icon="stop_circle",
        form=questions.Stop,
        submit="Stop charging",
        fits=charging,
        text="The station is asked to end this transaction.",
    )
    def stop(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Remote stop."""
        row: Transaction = form.cleaned_data["transaction"]
        return call_station(request, row.station, intents.StopCharging(row.transaction_id or str(row.wire_id)))

    @button(
        "Unlock",
        icon="lock_open",
        form=questions.UnlockAt,
        submit="Unlock the cable",
        text="The station is asked to release the cable.",
    )
    def unlock(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Release the cable."""
        said = form.cleaned_data
        return call_station(request, questions.station_of(obj), intents.Unlock(Place(said["evse"], said["connector"])))

    @button(
        "Reset",
        icon="restart_alt",
        form=questions.HowReset,
        danger=True,
        text="The station restarts, or one EVSE of it where its version can.",
    )
    def reset(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Restart."""
        evse = obj.number if isinstance(obj, Evse) else None
        return call_station(request, questions.station_of(obj), intents.Reset(When(form.cleaned_data["when"]), evse))

    @button("Change availability", icon="power_settings_new", form=questions.Service, submit="Ask for it")
    def availability(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """In or out of service."""
        place = place_of(obj)
        if not place.is_station:
            place = Place(place.evse, form.cleaned_data["connector"])
        intent = intents.ChangeAvailability(form.cleaned_data["operative"], place)
        return call_station(request, questions.station_of(obj), intent)

    @button(
        "Reserve",
        icon="event_available",
        form=questions.ReserveFor,
        submit="Reserve it",
        text="The station is asked to hold an EVSE, any of a connector type, or any at all.",
    )
    def reserve(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Held for a token; no partner is told of it."""
        said, station = form.cleaned_data, questions.station_of(obj)
        until = timezone.now() + timedelta(minutes=said["minutes"])
        token = IdToken(said["token"], said["token_type"] or CARD)
        with transaction.atomic():
            row = reservations.new(
                station, token, until, evse=said["evse"], connector_type=said["connector_type"],
                group_id=said["group"], requested_by=request.user.get_username(),
            )  # fmt: skip
            return call_station(request, station, reservations.intent(row, token, until))

    @button(
        "Local list",
        icon="playlist_add_check",
        form=questions.ListWish,
        submit="Ask for it",
        text="The tokens that the station may authorize by itself, made of what eMSPs have pushed.",
    )
    def local_list(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Its page shows what comes of it."""
        row = local_lists.of(questions.station_of(obj))
        local_lists.want(row, form.cleaned_data["what"], timezone.now())
        return HttpResponseRedirect(reverse("admin:ocppbridge_locallist_change", args=(row.pk,)))

    @button("Trigger a message", icon="campaign", form=questions.Ask, submit="Ask for it")
    def trigger(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """Ask for a message now."""
        said = form.cleaned_data
        intent = intents.Trigger(said["message"], place_of(obj), said["custom"] or None)
        return call_station(request, questions.station_of(obj), intent)

    @button(
        "Any other call",
        icon="terminal",
        form=questions.AnyCall,
        submit="Send",
        text="In the station's own version, as its specification has it.",
    )
    def any_call(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """The way around."""
        said = form.cleaned_data
        return call_station(request, questions.station_of(obj), intents.RawCall(said["action"], said["payload"]))
