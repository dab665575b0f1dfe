"""How each partner rounds and reads the tariff texts, as its CDRs have shown; staff reset what has changed."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import ago, code, linked
from roaming.models import DeskEntry, Habit, TariffEdition
from roaming.pricing.habits import likeliest, read
from roaming.services import desk_habits


@admin.register(Habit)
class HabitAdmin(Shown[Habit]):
    """One row a party."""

    list_display = ("party", "rounding", "reading", "counted", "learned", "changed")
    list_display_links = ("party",)
    search_fields = ("party_id__iexact",)
    search_help_text = "Party id"
    ordering = ("country_code", "party_id")
    actions_detail = ("forget",)
    fields = (("party", "counted"), ("rounding", "reading"), "all_ways", ("learned", "changed"), "findings")

    @button(
        "Forget",
        icon="restart_alt",
        danger=True,
        text="The next CDR of this party teaches anew how it rounds and reads the tariff texts.",
    )
    def forget(self, request: HttpRequest, obj: Habit, form: Question) -> HttpResponseRedirect:
        """The change was agreed on."""
        self.log_change(request, obj, "Forget")
        desk_habits.forget(obj)
        messages.success(request, f"What {obj} used to do is forgotten.")
        return HttpResponseRedirect(reverse("admin:roaming_habit_changelist"))

    @admin.display(description="CDRs", ordering="cdrs")
    def counted(self, obj: Habit) -> int:
        """That taught it."""
        return obj.cdrs

    @admin.display(description="Party", ordering="party_id")
    def party(self, obj: Habit) -> SafeString | str:
        """Its id."""
        return code(str(obj))

    @admin.display(description="Rounding")
    def rounding(self, obj: Habit) -> str:
        """The plainest that fits them all."""
        return likeliest(read(obj.ways))[0].replace("_", " ") or "–"

    @admin.display(description="Reading of the tariff")
    def reading(self, obj: Habit) -> str:
        """Ours, if that fits."""
        return likeliest(read(obj.ways))[1] or "ours"

    @admin.display(description="All ways that fit")
    def all_ways(self, obj: Habit) -> str:
        """As long as several do, none of them is ruled out."""
        return ", ".join(f"{reading or 'ours'}, {profile}" for reading, profile in sorted(read(obj.ways)))

    @admin.display(description="Since", ordering="since")
    def learned(self, obj: Habit) -> SafeString | str:
        """When it was first seen."""
        return ago(obj.since)

    @admin.display(description="Last change", ordering="changed_at")
    def changed(self, obj: Habit) -> SafeString | str:
        """When a CDR last did not fit."""
        return ago(obj.changed_at)

    @admin.display(description="Changes")
    def findings(self, obj: Habit) -> SafeString | str:
        """The CDRs that did not fit."""
        url = links.changelist("roaming.assessment", partner=str(obj), reason="reading_changed")
        other = links.changelist("roaming.assessment", partner=str(obj), reason="rounding_profile_changed")
        return linked(url, "read otherwise") + " · " + linked(other, "rounded otherwise")


@admin.register(DeskEntry)
class DeskEntryAdmin(Shown[DeskEntry]):
    """All that was done at the desk, by whom (S48)."""

    list_display = ("moment", "by", "act", "about", "from_verdict", "to_verdict", "note")
    list_display_links = ("moment",)
    list_filter = ("act",)
    list_select_related = ("assessment", "assessment__cdr")
    search_fields = ("by__iexact", "assessment__cdr__object_key__iexact")
    search_help_text = "Who, or a CDR id"
    ordering = ("-id",)
    fields = (("moment", "by", "act"), ("about", "from_verdict", "to_verdict"), "note")

    @admin.display(description="At")
    def moment(self, obj: DeskEntry) -> SafeString | str:
        """When."""
        return ago(obj.at)

    @admin.display(description="CDR")
    def about(self, obj: DeskEntry) -> SafeString | str:
        """At the desk."""
        return linked(links.change("roaming.assessment", obj.assessment_id), obj.assessment.cdr.object_id)


@admin.register(TariffEdition)
class TariffEditionAdmin(Shown[TariffEdition]):
    """What tariffs said before they were changed."""

    list_display = ("what", "version", "until")
    list_display_links = ("what",)
    list_select_related = ("tariff",)
    search_fields = ("tariff__object_key__iexact",)
    search_help_text = "Tariff id"
    ordering = ("-id",)
    fields = (("what", "version", "until"), "document")

    @admin.display(description="Tariff")
    def what(self, obj: TariffEdition) -> str:
        """Owner and id."""
        return str(obj.tariff)

    @admin.display(description="Held until")
    def until(self, obj: TariffEdition) -> SafeString | str:
        """When it was changed."""
        return ago(obj.held_until)
