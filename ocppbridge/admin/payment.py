"""Prices and payments at stations as staff see them: tariffs, settlements, web payments, limits, battery swaps."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import payment_questions, tones
from ocppbridge.admin.calling import refusing
from ocppbridge.admin.paying import PAID
from ocppbridge.admin.security import OfStation
from ocppbridge.bridge import settlements, station_tariffs
from ocppbridge.models import BatterySwap, Settlement, StationTariff, TransactionLimit, WebPayment
from ocppbridge.services import battery_swaps, transaction_limits, web_payments
from ocppbridge.services import settlements as settled
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.pages import Page
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, badge, code, lines, linked, masked, pretty_value

TARIFF = {"waiting": NOTE, "sent": NOTE, "held": GOOD, "refused": BAD, "unsayable": WARN, "none": PLAIN}
WEB = {"open": NOTE, "paid": NOTE, "started": GOOD, "failed": BAD, "cancelled": PLAIN, "expired": PLAIN}
SWAP = {"asked": NOTE, "refused": BAD, "taken": NOTE, "done": GOOD, "timeout": WARN}


@admin.register(StationTariff)
class StationTariffAdmin(OfStation[StationTariff]):
    """What each EVSE shows to all comers."""

    list_display = ("station_link", "evse_number", "ocpi_id", "standing", "by_hand", "drifting", "reason", "changed")
    list_display_links = ("evse_number",)
    list_filter = ("state", "by_hand", ("station", admin.RelatedOnlyFieldListFilter))
    search_fields = ("station__identity__exact", "ocpi_id__iexact", "tariff_id__exact", "held_id__exact")
    ordering = ("station__identity", "evse_number")
    actions_detail = ("take_back",)
    fields = (
        ("station_link", "evse_number", "standing", "by_hand"),
        ("ocpi_id", "tariff_id", "held_id"),
        ("reason", "drift"),
        ("changed_at", "reported_at", "try_at", "attempts"),
        "lost",
        "said",
        "reported",
    )

    @button(
        "Take back",
        icon="undo",
        fits=lambda obj: obj.by_hand,
        text="The hub chooses again what this EVSE shows; until then it shows nothing.",
    )
    def take_back(self, request: HttpRequest, obj: StationTariff, form: Question) -> None:
        """What staff sent."""
        with refusing():
            station_tariffs.take_back(obj, by=request.user.get_username(), now=timezone.now())

    @admin.display(description="State", ordering="state")
    def standing(self, obj: StationTariff) -> SafeString:
        """Whether the EVSE has it."""
        return tones.state(obj.state, TARIFF, obj.get_state_display())

    @admin.display(description="Drift")
    def drifting(self, obj: StationTariff) -> SafeString | str:
        """What it told against what it took."""
        return badge("differs", WARN) if obj.drift else "–"

    @admin.display(description="Changed", ordering="changed_at")
    def changed(self, obj: StationTariff) -> SafeString | str:
        """The last step."""
        return ago(obj.changed_at)

    @admin.display(description="What OCPP cannot say of it")
    def lost(self, obj: StationTariff) -> SafeString | str:
        """With what it does to the price."""
        return pretty_value([f"{weight}: {text}" for _, weight, text in obj.losses]) if obj.losses else "nothing"

    @admin.display(description="As the station gets it")
    def said(self, obj: StationTariff) -> SafeString | str:
        """TariffType."""
        return pretty_value(obj.document) if obj.document else "–"


@admin.register(Settlement)
class SettlementAdmin(OfStation[Settlement]):
    """What terminals have charged."""

    list_display = ("received", "station_link", "psp_ref", "standing", "sum", "transaction_link", "vat_number")
    list_display_links = ("received", "psp_ref")
    list_filter = ("status", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station", "transaction__station")  # type: ignore[assignment]  # one more than its base
    search_fields = ("station__identity__exact", "psp_ref__exact", "vat_number__iexact", "receipt_id__exact")
    ordering = ("-received_at",)
    fields = (
        ("station_link", "transaction_link", "named_transaction"),
        ("psp_ref", "standing", "sum"),
        ("settled_at", "received_at", "info"),
        ("receipt_id", "receipt_url", "ours"),
        ("vat_number", "company_shown"),
    )

    @admin.display(description="Received", ordering="received_at")
    def received(self, obj: Settlement) -> SafeString | str:
        """By our clock."""
        return ago(obj.received_at)

    @admin.display(description="Status", ordering="status")
    def standing(self, obj: Settlement) -> SafeString:
        """What the provider said."""
        return tones.state(obj.status, PAID, obj.status)

    @admin.display(description="Amount", ordering="amount")
    def sum(self, obj: Settlement) -> str:
        """With the tariff's currency, which OCPP does not tell."""
        return f"{obj.amount.normalize():f} {obj.currency}".strip()

    @admin.display(description="Transaction")
    def transaction_link(self, obj: Settlement) -> SafeString | str:
        """What was paid for."""
        row = obj.transaction
        return linked(links.change("ocppbridge.transaction", row.pk), row) if row is not None else "–"

    @admin.display(description="Company")
    def company_shown(self, obj: Settlement) -> SafeString | str:
        """OCPP's AddressType, for a company's receipt."""
        return pretty_value(obj.company)

    @admin.display(description="Our receipt")
    def ours(self, obj: Settlement) -> str:
        """Its number."""
        return settlements.number(obj)


@admin.register(WebPayment)
class WebPaymentAdmin(OfStation[WebPayment]):
    """Payments on web pages (C25)."""

    list_display = ("created", "station_link", "evse_number", "standing", "psp_ref", "paid_for", "reason")
    list_display_links = ("created",)
    list_filter = ("state", ("station", admin.RelatedOnlyFieldListFilter))
    search_fields = ("station__identity__exact", "psp_ref__exact")
    ordering = ("-created_at",)
    actions_detail = ("cancel",)
    fields = (
        ("station_link", "evse_number", "standing"),
        ("psp_ref", "paid_for", "reason"),
        ("created_at", "until", "ended_at"),
        ("requested_by", "start_link", "transaction_link"),
    )

    @button("Cancel", icon="cancel", danger=True, fits=lambda obj: obj.state == WebPayment.State.OPEN)
    def cancel(self, request: HttpRequest, obj: WebPayment, form: Question) -> None:
        """Nothing is started for it any more."""
        if not web_payments.cancel(obj, f"by {request.user.get_username()}", timezone.now()):
            raise Refused("It is not open any more.")

    @admin.display(description="Begun", ordering="created_at")
    def created(self, obj: WebPayment) -> SafeString | str:
        """By our clock."""
        return ago(obj.created_at)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: WebPayment) -> SafeString:
        """Of its life."""
        return tones.state(obj.state, WEB, obj.get_state_display())

    @admin.display(description="Paid for")
    def paid_for(self, obj: WebPayment) -> str:
        """How far the transaction may go."""
        return transaction_limits.worded(obj.limits) or "–"

    @admin.display(description="Start")
    def start_link(self, obj: WebPayment) -> SafeString | str:
        """Its call."""
        return linked(links.change("ocppbridge.call", obj.start_id), "its call") if obj.start_id else "–"

    @admin.display(description="Transaction")
    def transaction_link(self, obj: WebPayment) -> SafeString | str:
        """The provider's reference is the token that it began with."""
        row = settled.of_reference(obj.station_id, obj.psp_ref) if obj.psp_ref else None
        return linked(links.change("ocppbridge.transaction", row.pk), row) if row is not None else "–"


@admin.register(TransactionLimit)
class TransactionLimitAdmin(Page[TransactionLimit]):
    """How far tokens may go."""

    list_display = ("shown", "max_cost", "max_energy", "max_time", "max_soc", "expires_at", "set_by")
    search_fields = ("token__iexact",)
    ordering = ("token",)
    exclude = ("set_by", "set_at")

    @admin.display(description="Token", ordering="token")
    def shown(self, obj: TransactionLimit) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.token))

    def save_model(self, request: HttpRequest, obj: TransactionLimit, form: Any, change: bool) -> None:
        """With who set it; tokens are compared without case."""
        obj.token, obj.set_by, obj.set_at = obj.token.casefold(), request.user.get_username(), timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(BatterySwap)
class BatterySwapAdmin(OfStation[BatterySwap]):
    """Batteries in and out; OCPI has no swap, so staff settle them."""

    list_display = ("began", "station_link", "request_id", "standing", "token", "charge", "settled")
    list_display_links = ("began", "request_id")
    list_filter = ("state", ("station", admin.RelatedOnlyFieldListFilter))
    search_fields = ("station__identity__exact", "request_id__exact", "id_token__iexact")
    ordering = ("-began_at",)
    actions_detail = ("settle",)
    fields = (
        ("station_link", "request_id", "standing", "reason"),
        ("id_token", "id_token_type", "asked_by"),
        ("began_at", "ended_at", "charge"),
        ("amount", "note", "settled_by", "settled_at"),
        "batteries_in",
        "batteries_out",
    )

    @button("Settle", icon="paid", form=payment_questions.Sum, fits=lambda obj: obj.settled_at is None)
    def settle(self, request: HttpRequest, obj: BatterySwap, form: Question) -> None:
        """What it was worth."""
        said = form.cleaned_data
        battery_swaps.settle(obj, said["amount"], said["note"], request.user.get_username(), timezone.now())

    @admin.display(description="Begun", ordering="began_at")
    def began(self, obj: BatterySwap) -> SafeString | str:
        """By our clock."""
        return ago(obj.began_at)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: BatterySwap) -> SafeString:
        """What has happened."""
        return tones.state(obj.state, SWAP, obj.get_state_display())

    @admin.display(description="Token")
    def token(self, obj: BatterySwap) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.id_token))

    @admin.display(description="Settled", ordering="settled_at")
    def settled(self, obj: BatterySwap) -> SafeString | str:
        """For how much."""
        return f"{obj.amount}" if obj.amount is not None else ago(obj.settled_at) if obj.settled_at else "–"

    @admin.display(description="Taken in")
    def batteries_in(self, obj: BatterySwap) -> SafeString | str:
        """With state of charge and health."""
        return _batteries(obj.taken)

    @admin.display(description="Handed out")
    def batteries_out(self, obj: BatterySwap) -> SafeString | str:
        """The same."""
        return _batteries(obj.given)


def _batteries(rows: list[dict[str, Any]]) -> SafeString | str:
    told = [
        (f"slot {one['slot']}", f"{one['serial_number']}, charged {one['soc']} %, health {one['health']} %")
        for one in rows
    ]
    return lines(told) if told else "–"
