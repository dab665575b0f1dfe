"""The CDR desk: what waits for a person and why, with what can be done about it (S42, S48)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.admin import desk_panels, tones
from roaming.admin.desk_bulk import Bulk, Noted, Replacing
from roaming.admin.desk_filters import ById, Origin, Partner, Period, Reason, Staff
from roaming.admin.flows import kwh
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import WARN, ago, badge, code, cut, dated, lasted, linked, number, short, whole
from roaming.models import Assessment
from roaming.services import desk, desk_corrections
from roaming.services.objects import key

Verdict, Settled = Assessment.Verdict, Assessment.Settled


@admin.register(Assessment)
class AssessmentAdmin(ById, Bulk, Shown[Assessment]):
    """One row for each CDR that was assessed."""

    list_display = (
        "cdr_id_shown",
        "standing",
        "why",
        "owner",
        "paid_by",
        "energy",
        "excl_vat",
        "ended",
    )
    list_display_links = ("cdr_id_shown",)
    list_filter = (Staff, "verdict", Reason, Partner, Origin, Period)
    list_select_related = ("cdr", "cdr__source")
    search_fields = ("cdr__object_key",)  # shows the box; what is looked for is said in ById
    search_help_text = "CDR id or session id: exactly as they are"
    ordering = ("-ended_at", "-id")
    actions = ("release_selected", "dispute_selected", "reject_selected", "assess_selected")
    actions_detail = ("release", "dispute", "replace", "reject", "annotate", "assess_again", "reopen")
    jump_fields = ("cdr_id",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("verdict_shown", "counts", "sent"),
                    ("energy", "excl_vat", "incl_vat"),
                    ("started", "stopped", "duration"),
                    ("owner", "paid_by", "came_from"),
                    ("cdr_shown", "session", "kind"),
                ]
            },
        ),
        ("How it was assessed", {"fields": [("rounding_shown", "reading_shown", "assessed"), ("settled", "when")]}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        """Lists need no documents."""
        return super().get_queryset(request).defer("bill", "cdr__document", "cdr__bill")

    @button(
        "Release",
        icon="check_circle",
        form=Noted,
        fits=lambda obj: obj.verdict != Verdict.ACCEPTED,
        text="It counts from now on, and goes out to its payer if it was withheld.",
    )
    def release(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """It is right."""
        _done(request, desk.release, obj, form)

    @button(
        "Dispute",
        icon="gavel",
        form=Noted,
        fits=lambda obj: obj.settled_as != Settled.DISPUTED,
        text="It does not count until it is released, or credited and replaced.",
    )
    def dispute(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """Somebody does not agree."""
        _done(request, desk.dispute, obj, form)

    @button(
        "Credit and replace",
        icon="currency_exchange",
        form=Replacing,
        danger=True,
        fits=lambda obj: desk_corrections.can_be_taken_back(obj.cdr),
        text="A Credit CDR takes it back whole, and a new CDR is computed from the transaction. Both go to its payer.",
    )
    def replace(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """CDR-09."""
        said, by = form.cleaned_data, request.user.get_username()
        try:
            back, anew = desk_corrections.take_back(obj, by, said["note"], timezone.now(), anew=said["anew"])
        except desk.CannotSettle as problem:
            raise Refused(f"{problem}.") from None
        messages.success(request, f"Credited by {back.object_id}{f', replaced by {anew.object_id}' if anew else ''}.")
        if anew is not None and anew.withheld:
            messages.warning(request, f"The new CDR {anew.object_id} is on hold itself.")

    @button(
        "Reject",
        icon="block",
        form=Noted,
        danger=True,
        fits=lambda obj: obj.settled_as != Settled.REJECTED,
        text="It does not count, and if it was withheld it is never sent.",
    )
    def reject(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """It is wrong."""
        _done(request, desk.reject, obj, form)

    @button("Annotate", icon="edit_note", form=Noted, text="A word for whoever looks next.")
    def annotate(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """Nothing else changes."""
        _done(request, desk.annotate, obj, form)

    @button(
        "Assess again",
        icon="restart_alt",
        text="With the tariffs, sessions and decisions of now. What staff have settled stays settled.",
    )
    def assess_again(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """At once."""
        row = desk.assess(obj.cdr, timezone.now(), by=request.user.get_username())
        messages.success(request, f"Assessed: {row.get_verdict_display()}.")

    @button(
        "Reopen",
        icon="undo",
        form=Noted,
        fits=lambda obj: bool(obj.settled_as),
        text="What staff said last does not hold any more: the desk's own verdict does.",
    )
    def reopen(self, request: HttpRequest, obj: Assessment, form: Question) -> None:
        """Somebody was wrong."""
        _done(request, desk.reopen, obj, form)

    @admin.display(description="CDR")
    def cdr_id_shown(self, obj: Assessment) -> SafeString | str:
        """Its id."""
        return whole(short(obj.cdr.object_id))

    @admin.display(description="CDR")
    def cdr_shown(self, obj: Assessment) -> SafeString | str:
        """Its page."""
        return linked(links.change("roaming.cdr", obj.cdr_id), obj.cdr.object_id)

    @admin.display(description="Session")
    def session(self, obj: Assessment) -> SafeString | str:
        """What it bills."""
        return desk_panels.session_of(obj.cdr)

    @admin.display(description="Kind")
    def kind(self, obj: Assessment) -> SafeString | str:
        """A credit takes another CDR back."""
        if not obj.cdr.credit:
            return badge("charge")
        owner = {"country_code": obj.country_code, "party_id": obj.party_id}
        original = links.jump("roaming.cdr", object_key=key(obj.cdr.credit_reference_id), **owner)
        return linked(original, f"credit of {obj.cdr.credit_reference_id}")

    @admin.display(description="Verdict", ordering="verdict")
    def verdict_shown(self, obj: Assessment) -> SafeString:
        """The desk's, or what staff made of it."""
        return tones.state(obj.verdict, tones.VERDICT, obj.get_verdict_display())

    @admin.display(description="Verdict", ordering="verdict")
    def standing(self, obj: Assessment) -> SafeString:
        """With what staff made of it."""
        if not obj.settled_as:
            return self.verdict_shown(obj)
        staff = tones.state(obj.settled_as, tones.SETTLED, obj.get_settled_as_display())
        return format_html('{}<br><span title="by {}">{}</span>', self.verdict_shown(obj), obj.settled_by, staff)

    @admin.display(description="Why")
    def why(self, obj: Assessment) -> SafeString | str:
        """The deciding reasons in one line."""
        told = [one for one in obj.reasons if one.get("verdict") in (Verdict.ON_HOLD, Verdict.REJECTED)]
        return cut("; ".join(f"{one['code'].replace('_', ' ')}: {one['message']}" for one in told), 90)

    @admin.display(description="Made by")
    def owner(self, obj: Assessment) -> SafeString | str:
        """The party that wants the money."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="Paid by")
    def paid_by(self, obj: Assessment) -> SafeString | str:
        """The owner of the token."""
        return code(f"{obj.cdr.token_country_code}/{obj.cdr.token_party_id}")

    @admin.display(description="Came from")
    def came_from(self, obj: Assessment) -> SafeString | str:
        """The platform that sent it."""
        source = obj.cdr.source
        return "this hub" if source is None else linked(links.change("roaming.platform", source.pk), source)

    @admin.display(description="Energy")
    def energy(self, obj: Assessment) -> SafeString:
        """kWh."""
        return kwh(obj.cdr.total_energy, obj.cdr.total_energy_import, obj.cdr.total_energy_export)

    @admin.display(description="Excl. VAT")
    def excl_vat(self, obj: Assessment) -> SafeString:
        """As claimed."""
        return whole(f"{number(obj.cdr.total_cost_excl_vat, 4)} {obj.cdr.currency}")

    @admin.display(description="Incl. VAT")
    def incl_vat(self, obj: Assessment) -> SafeString | str:
        """As claimed."""
        total = obj.cdr.total_cost_incl_vat
        return "not known" if total is None else whole(f"{number(total, 4)} {obj.cdr.currency}")

    @admin.display(description="Started")
    def started(self, obj: Assessment) -> SafeString | str:
        """When it began."""
        return dated(obj.cdr.start_date_time)

    @admin.display(description="Ended")
    def stopped(self, obj: Assessment) -> SafeString | str:
        """To the second, as its sender has it."""
        return dated(obj.ended_at)

    @admin.display(description="Ended", ordering="ended_at")
    def ended(self, obj: Assessment) -> SafeString | str:
        """How long ago that is."""
        return ago(obj.ended_at)

    @admin.display(description="Duration")
    def duration(self, obj: Assessment) -> str:
        """From plug to unplug."""
        return lasted(obj.cdr.start_date_time, obj.ended_at)

    @admin.display(description="Counts")
    def counts(self, obj: Assessment) -> str:
        """In the balance of its session."""
        return "yes" if obj.stands else "no"

    @admin.display(description="Sent")
    def sent(self, obj: Assessment) -> SafeString | str:
        """Whether anybody but its owner may see it."""
        return badge("withheld", WARN) if obj.cdr.withheld else "not held back"

    @admin.display(description="Rounding")
    def rounding_shown(self, obj: Assessment) -> str:
        """That gives its totals to the last digit."""
        return obj.rounding.replace("_", " ") or "none fits"

    @admin.display(description="Reading")
    def reading_shown(self, obj: Assessment) -> str:
        """Of the tariff texts."""
        return obj.reading or "ours"

    @admin.display(description="Assessed")
    def assessed(self, obj: Assessment) -> SafeString | str:
        """When."""
        return ago(obj.assessed_at)

    @admin.display(description="Staff")
    def settled(self, obj: Assessment) -> SafeString | str:
        """Their last word."""
        words = f"{obj.get_settled_as_display()} by {obj.settled_by}"
        return tones.state(obj.settled_as, tones.SETTLED, words) if obj.settled_as else "–"

    @admin.display(description="When")
    def when(self, obj: Assessment) -> SafeString | str:
        """They said so."""
        return dated(obj.settled_at)

    def panels(self, request: HttpRequest, obj: Assessment) -> Iterable[Panel]:
        """Why, and who did what."""
        yield from desk_panels.of(obj)


def _done(
    request: HttpRequest, act: Callable[[Assessment, str, str, datetime], Assessment], obj: Assessment, form: Question
) -> None:
    try:
        act(obj, request.user.get_username(), form.cleaned_data["note"], timezone.now())
    except desk.CannotSettle as problem:
        raise Refused(f"{problem}.") from None
