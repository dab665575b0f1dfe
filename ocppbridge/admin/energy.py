"""Cars that may give energy back: who may, what they need, what they are wished to do, what they make of it (Q)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import energy_questions, tones
from ocppbridge.bridge import energy_steering
from ocppbridge.charging.bidirectional import CannotPlan
from ocppbridge.charging.intents import NotOffered
from ocppbridge.models import EnergyPlan, EvNeeds, EvSchedule, Transaction
from ocppbridge.services import energy_plans
from roaming.console import links
from roaming.console.asking import Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, badge, linked, pretty_value

PLAN = {"none": PLAIN, "sent": NOTE, "holds": GOOD, "refused": BAD, "stale": WARN, "cleared": PLAIN, "ended": PLAIN}
NEEDS = {"Accepted": GOOD, "Processing": NOTE, "NoChargingProfile": PLAIN, "Rejected": BAD}


@contextmanager
def planning() -> Iterator[None]:
    """Why it cannot be, on the page that asked."""
    try:
        yield
    except (CannotPlan, NotOffered) as problem:
        raise Refused(f"{problem}.") from None


@admin.register(EvNeeds)
class EvNeedsAdmin(Shown[EvNeeds]):
    """What cars told, and what they were answered."""

    list_display = ("when", "station_link", "evse_number", "requested", "control_mode", "departure", "answered", "code")
    list_display_links = ("when",)
    list_filter = ("status", "requested", "control_mode", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("-received_at",)
    fields = (
        ("station_link", "evse_number", "transaction"), ("requested", "available_shown", "control_mode", "mobility"),
        ("departure", "told_at", "received_at"), ("answered", "code", "reason"), "figures",
    )  # fmt: skip

    @admin.display(description="At", ordering="received_at")
    def when(self, obj: EvNeeds) -> SafeString | str:
        """When they came."""
        return ago(obj.received_at)

    @admin.display(description="Station")
    def station_link(self, obj: EvNeeds | EvSchedule) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Answered", ordering="status")
    def answered(self, obj: EvNeeds) -> SafeString:
        """Accepted, Processing, NoChargingProfile or Rejected."""
        return tones.state(obj.status, NEEDS, obj.status)

    @admin.display(description="Available")
    def available_shown(self, obj: EvNeeds) -> str:
        """Kinds of transfer that the car can do."""
        return ", ".join(obj.available) or "–"

    @admin.display(description="Figures")
    def figures(self, obj: EvNeeds) -> SafeString | str:
        """As the station sent them."""
        return pretty_value(obj.parameters)


@admin.register(EvSchedule)
class EvScheduleAdmin(Shown[EvSchedule]):
    """What cars made of their profiles."""

    list_display = ("received_at", "station", "evse_number", "begins_at", "selected", "tolerance_accepted", "excess")
    list_filter = (("station", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("station",)
    ordering = ("-received_at",)
    fields = (
        ("station", "evse_number", "transaction"), ("received_at", "begins_at"), ("selected", "tolerance_accepted"),
        "excess", "shown",
    )  # fmt: skip

    @admin.display(description="Schedule")
    def shown(self, obj: EvSchedule) -> SafeString | str:
        """As the station sent it."""
        return pretty_value(obj.schedule)


@admin.register(EnergyPlan)
class EnergyPlanAdmin(Shown[EnergyPlan]):
    """What one car is wished to do, and what its station made of it."""

    list_display = ("car", "standing", "control", "mode", "now", "allowed_shown", "requested_by", "changed")
    list_display_links = ("car",)
    list_filter = ("state", "control", "mode", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station", "transaction__station")
    search_fields = ("station__identity__exact", "transaction__transaction_id__exact")
    ordering = ("-changed_at",)
    actions_detail = ("steer", "change_figures", "allow_transfers", "end_plan")
    fields = (
        ("car", "standing", "reason"), ("control", "mode", "now"), ("allowed_shown", "allowed_by", "allowed_outcome"),
        ("requested_by", "changed_at"), ("holds_since", "pulled_at"), ("profile_number", "edition"), "cut_shown",
        "profile_shown",
    )  # fmt: skip

    @button(
        "Steer",
        icon="swap_vert",
        form=energy_questions.Steer,
        submit="Send the plan",
        fits=lambda obj: obj.transaction.state == Transaction.State.RUNNING,
        text="A profile in place of the one there is. What the car cannot do of it is cut, and told.",
    )
    def steer(self, request: HttpRequest, obj: EnergyPlan, form: energy_questions.Steer) -> None:
        """Q03 to Q10."""
        with planning():
            plan = energy_steering.steer(obj.transaction, form.wish(), request.user.get_username(), timezone.now())
        self._told(request, plan)

    @button(
        "Change the setpoint",
        icon="tune",
        form=energy_questions.Figures,
        submit="Send it",
        fits=lambda obj: obj.control in ("pushed", "pulled") and obj.state in energy_plans.OPEN,
        text="Pushed at once, or told when the station asks.",
    )
    def change_figures(self, request: HttpRequest, obj: EnergyPlan, form: energy_questions.Figures) -> None:
        """Q04."""
        with planning():
            by = request.user.get_username()
            plan = energy_steering.set_figures(obj.transaction, form.figures(), by, timezone.now())
        self._told(request, plan)

    @button(
        "Allow transfers",
        icon="rule",
        form=energy_questions.Transfers,
        submit="Tell the station",
        fits=lambda obj: obj.transaction.state == Transaction.State.RUNNING,
        text="What the car may choose from, in this session.",
    )
    def allow_transfers(self, request: HttpRequest, obj: EnergyPlan, form: energy_questions.Transfers) -> None:
        """Q01, Q02."""
        transfers = tuple(form.cleaned_data["transfers"])
        with planning():
            energy_steering.allow(obj.transaction, transfers, request.user.get_username(), timezone.now())
        messages.success(request, f"{obj.station} is told; reload this page for its answer.")

    @button(
        "Clear",
        icon="power_off",
        danger=True,
        fits=lambda obj: obj.state in energy_plans.OPEN,
        text="The profile is taken away: the car is not discharged any more.",
    )
    def end_plan(self, request: HttpRequest, obj: EnergyPlan, form: forms.Form) -> None:
        """ClearChargingProfile ends discharge."""
        with planning():
            plan = energy_steering.stop(obj.transaction, request.user.get_username(), timezone.now())
        self._told(request, plan)

    def _told(self, request: HttpRequest, plan: EnergyPlan) -> None:
        for words in plan.cut:
            messages.warning(request, f"{words}: the car can do no more.")
        if plan.state == energy_plans.State.STALE:
            messages.warning(request, f"{plan.station} is away; it is told as soon as it is back.")
        else:
            messages.success(request, f"{plan.station} is told; reload this page for its answer.")

    @admin.display(description="Car")
    def car(self, obj: EnergyPlan) -> SafeString | str:
        """Its transaction."""
        return str(obj.transaction)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: EnergyPlan) -> SafeString:
        """As a label."""
        return tones.state(obj.state, PLAN, obj.get_state_display())

    @admin.display(description="Figures now")
    def now(self, obj: EnergyPlan) -> str:
        """Of a dynamic plan."""
        said = [
            f"{name.replace('_', ' ')} {Decimal(value).normalize():f} {'var' if 'reactive' in name else 'W'}"
            for name, value in obj.figures.items()
        ]
        return ", ".join(said) or "–"

    @admin.display(description="May have")
    def allowed_shown(self, obj: EnergyPlan) -> str:
        """Kinds of transfer."""
        return ", ".join(obj.allowed) or "by the rules"

    @admin.display(description="Changed", ordering="changed_at")
    def changed(self, obj: EnergyPlan) -> SafeString | str:
        """When."""
        return ago(obj.changed_at)

    @admin.display(description="Profile's id")
    def profile_number(self, obj: EnergyPlan) -> int:
        """On the wire."""
        return obj.profile_id

    @admin.display(description="Cut")
    def cut_shown(self, obj: EnergyPlan) -> str:
        """What the car cannot do of the wish."""
        return "; ".join(obj.cut) or "–"

    @admin.display(description="Profile")
    def profile_shown(self, obj: EnergyPlan) -> SafeString | str:
        """As it was sent."""
        return pretty_value(obj.profile) if obj.profile else "–"

    def panels(self, request: HttpRequest, obj: EnergyPlan) -> Iterable[Panel]:
        """What the EVSE offers and the car needs; both energies."""
        known, row = energy_steering.case(obj.transaction, obj), obj.transaction
        offers = badge("takes energy back", GOOD) if known.offered.bidirectional else badge("charges only", WARN)
        yield Panel(
            "What can be done with this car",
            ("EVSE", "Why not", "Discharge allowed", "Charges up to", "Gives back up to", "Taken", "Given back"),
            [
                (
                    offers, known.offered.refusal or "–", "yes" if known.discharge else "no",
                    f"{known.able.charge} W" if known.able.charge is not None else "–",
                    f"{known.able.discharge} W" if known.able.discharge is not None else "–",
                    f"{row.energy_import / 1000} kWh", f"{row.energy_export / 1000} kWh",
                )
            ],
            links.change("ocppbridge.transaction", row.pk),
            more="The transaction",
        )  # fmt: skip
