"""Agreements between a CPO and an eMSP, hosted or not (HUB-32), and the tariffs this eMSP sees instead (TAR-30)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin import agreement_prices
from roaming.admin.agreement_form import AgreementForm, SubstitutionForm, SubstitutionRows, tariffs_of
from roaming.console.home import Panel
from roaming.console.pages import EditedRows, Page
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge
from roaming.models import Agreement, Substitution
from roaming.services import agreements


class Substitutions(EditedRows[Substitution, Agreement]):
    """This eMSP's tariffs, chosen from the CPO's."""

    model = Substitution
    form = SubstitutionForm
    formset = SubstitutionRows
    fields = ("tariff_id", "substitute_id", "exclusive")
    verbose_name = "substitute tariff"
    verbose_name_plural = "substitute tariffs"

    def get_formset(self, request: HttpRequest, obj: Agreement | None = None, **kwargs: Any) -> Any:
        """A new agreement has no CPO yet: ids are typed then."""
        known = tariffs_of(obj.cpo) if obj is not None else []
        kwargs["form"] = type("Chosen", (SubstitutionForm,), {"known": known})
        return super().get_formset(request, obj, **kwargs)


@admin.register(Agreement)
class AgreementAdmin(Page[Agreement]):
    """Who shares what with whom."""

    list_display = ("pair", "standing", "shared", "tariffs", "asks_openly", "since", "until", "note")
    inlines = (Substitutions,)
    list_filter = ("suspended", "open_auth", "cpo", "emsp")
    list_select_related = ("cpo", "emsp")
    search_fields = ("cpo__party_id__iexact", "emsp__party_id__iexact", "cpo__name", "emsp__name", "note")
    autocomplete_fields = ("cpo", "emsp")
    form = AgreementForm
    fields = (("cpo", "emsp"), "modules", ("open_auth", "suspended"), "valid_from", "valid_until", "note")

    def panels(self, request: HttpRequest, obj: Agreement) -> Iterable[Panel]:
        """What the substitutes mean in money."""
        yield agreement_prices.panel(obj, timezone.now())

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A note is a few lines."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "note" and field is not None:
            field.widget.attrs["rows"] = 3
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        """With the substitutes that the list shows."""
        return super().get_queryset(request).prefetch_related("substitutions")

    def get_readonly_fields(self, request: HttpRequest, obj: Agreement | None = None) -> Any:
        """Another pair is another agreement."""
        return () if obj is None else ("cpo", "emsp")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The eMSP is told of what looks otherwise to it now."""
        before = agreements.kept_for(form.instance)
        super().save_related(request, form, formsets, change)
        agreements.changed(form.instance, before)

    def delete_model(self, request: HttpRequest, obj: Agreement) -> None:
        """With what it kept for its eMSP."""
        agreements.end(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agreement]) -> None:
        """Each of them."""
        for obj in queryset:
            agreements.end(obj)

    @admin.display(description="CPO – eMSP")
    def pair(self, obj: Agreement) -> str:
        """Both sides."""
        return str(obj)

    @admin.display(description="Standing")
    def standing(self, obj: Agreement) -> SafeString:
        """Whether it holds now."""
        return _standing(obj, timezone.now())

    @admin.display(description="Modules")
    def shared(self, obj: Agreement) -> str:
        """Empty means all."""
        return ", ".join(obj.modules) or "all"

    @admin.display(description="Substitute tariffs")
    def tariffs(self, obj: Agreement) -> str:
        """Which stand for which."""
        return ", ".join(str(one) for one in obj.substitutions.all()) or "–"

    @admin.display(description="Asked about unknown tokens", boolean=True, ordering="open_auth")
    def asks_openly(self, obj: Agreement) -> bool:
        """TOK-27."""
        return obj.open_auth

    @admin.display(description="From", ordering="valid_from")
    def since(self, obj: Agreement) -> SafeString | str:
        """Empty: always."""
        return ago(obj.valid_from)

    @admin.display(description="Until", ordering="valid_until")
    def until(self, obj: Agreement) -> SafeString | str:
        """Empty: until further notice."""
        return ago(obj.valid_until)


def _standing(obj: Agreement, now: datetime) -> SafeString:
    if obj.suspended:
        return badge("suspended", WARN)
    if obj.valid_from and obj.valid_from > now:
        return badge("not yet", NOTE)
    if obj.valid_until and obj.valid_until <= now:
        return badge("expired", BAD)
    return badge("in force", GOOD)
