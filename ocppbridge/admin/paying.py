"""The buttons of a station's and a transaction's page that are about prices, payments and batteries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ocppbridge.admin import payment_questions, tones
from ocppbridge.admin.calling import call_station, refusing
from ocppbridge.bridge import station_tariffs, tariff_changes
from ocppbridge.charging.intents import AskTariffs, ClearTariffs
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import Call, Station, Transaction
from ocppbridge.services import battery_swaps, transaction_limits, web_payments
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.mixing import ModelAdmin
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, ago, linked

PAID = {"Settled": GOOD, "Canceled": PLAIN, "Rejected": BAD, "Failed": BAD}
CHANGE = {"asked": NOTE, "holds": GOOD, "refused": BAD}
M = TypeVar("M", bound=Model)


class Paying(ModelAdmin[M]):
    """Of a station."""

    @button(
        "Send a tariff",
        icon="sell",
        form=payment_questions.OneTariff,
        submit="Send it",
        text="It stays until it is taken back on its own page; the hub's own choice is suspended for that EVSE.",
    )
    def set_tariff(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """I07."""
        said, by = form.cleaned_data, request.user.get_username()
        with refusing():
            row = station_tariffs.by_hand(obj, said["evse"], said["tariff"], by=by, now=timezone.now())
        return shown(request, obj, row.call)

    @button("Compare tariffs", icon="rule", form=payment_questions.WhichTariffs, submit="Ask the station")
    def ask_tariffs(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """I09."""
        return call_station(request, obj, AskTariffs(form.cleaned_data["evse"]))

    @button("Clear tariffs", icon="backspace", form=payment_questions.WhichTariffs, danger=True, submit="Clear them")
    def clear_tariffs(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """I10; what staff had sent is taken back with it, what the hub chooses itself is sent again."""
        return call_station(request, obj, ClearTariffs((), form.cleaned_data["evse"] or None))

    @button(
        "Web payment codes",
        icon="qr_code",
        form=payment_questions.Codes,
        submit="Set them up",
        text="The station shows a code with a one-time password that only it and the hub can make.",
    )
    def web_codes(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """C25."""
        with refusing():
            call = web_payments.enable(obj, form.cleaned_data["template"], by=request.user.get_username())
        return shown(request, obj, call)

    @button("Swap batteries", icon="battery_change", form=payment_questions.Driver, submit="Ask the station")
    def swap_batteries(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """S03."""
        said = form.cleaned_data
        with refusing():
            row = battery_swaps.ask(
                obj, IdToken(said["token"], said["type"]), by=request.user.get_username(), now=timezone.now()
            )
        return shown(request, obj, row.call)


class Limiting(ModelAdmin[M]):
    """Of a transaction."""

    @button(
        "Limit",
        icon="production_quantity_limits",
        form=payment_questions.Limits,
        submit="Impose it",
        text="The station is asked for an event of this transaction, and told in the answer (OCPP 2.1).",
        fits=lambda obj: obj.state == Transaction.State.RUNNING,
    )
    def limit(self, request: HttpRequest, obj: Transaction, form: Question) -> HttpResponse:
        """E16."""
        limits = transaction_limits.said(form.cleaned_data)
        if not limits:
            raise Refused("Name at least one limit.")
        with refusing():
            call = transaction_limits.impose(obj, limits, by=request.user.get_username())
        return shown(request, obj.station, call)

    @button(
        "Change the tariff",
        icon="sell",
        form=payment_questions.AnotherTariff,
        submit="Change it",
        text="It prices what follows. A station that shows prices is asked first; if it refuses, the old one goes on.",
        fits=lambda obj: obj.state == Transaction.State.RUNNING and bool(obj.location),
    )
    def change_tariff(self, request: HttpRequest, obj: Transaction, form: Question) -> HttpResponse | None:
        """I11."""
        with refusing():
            made = tariff_changes.change(
                obj, form.cleaned_data["tariff"], by=request.user.get_username(), now=timezone.now()
            )
        if made.call is not None:
            return shown(request, obj.station, made.call)
        messages.success(request, f"{made.ocpi_id} prices it from now on; the station shows no prices.")
        return None


def tariff_panels(obj: Transaction) -> Iterator[Panel]:
    """What staff have changed of its price; nothing if they have not."""
    changes = [
        (
            one.ocpi_id,
            tones.state(one.state, CHANGE, one.get_state_display()),
            ago(one.since) if one.since else one.reason or "–",
            one.requested_by or "–",
            linked(links.change("ocppbridge.call", one.call_id), "its call") if one.call_id else "–",
        )
        for one in obj.tariff_changes.all()
    ]
    if changes:
        yield Panel("Changes of its tariff", ("Tariff", "State", "Since", "By", "Asked"), changes)


def settlement_panels(obj: Transaction) -> Iterator[Panel]:
    """What a terminal has charged for it; nothing where drivers do not pay at once."""
    settled = [
        (
            linked(links.change("ocppbridge.settlement", one.pk), one.psp_ref),
            tones.state(one.status, PAID, one.status),
            f"{one.amount.normalize():f} {one.currency}".strip(),
            ago(one.received_at),
        )
        for one in obj.settlements.order_by("received_at")
    ]
    if settled:
        yield Panel("Settlements", ("PSP ref", "Status", "Amount", "Received"), settled)


def shown(request: HttpRequest, station: Station, call: Call | None) -> HttpResponse:
    """The page of the call."""
    if call is None:
        return HttpResponseRedirect(reverse("admin:ocppbridge_station_change", args=(station.pk,)))
    words = "reload this page for its answer" if station.online else "it waits until the station is back, or expires"
    messages.success(request, f"{call.action} to {station}: {words}.")
    return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(call.pk,)))
