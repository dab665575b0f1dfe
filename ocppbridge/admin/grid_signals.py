"""Signals of the grid and the market: sent by staff or through the Operator API (Q03, Q04, Q07)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import energy_questions
from ocppbridge.bridge import grid_signals
from ocppbridge.models import GridSignal
from roaming.console.asking import button
from roaming.console.pages import Shown
from roaming.console.text import GOOD, WARN, badge, pretty_value


@admin.register(GridSignal)
class GridSignalAdmin(Shown[GridSignal]):
    """Signals of the grid and the market: whom they reached, and who could not follow."""

    list_display = ("at", "kind", "scope_shown", "body_shown", "reached", "missed_count", "made_by")
    list_filter = ("kind",)
    ordering = ("-at", "-id")
    actions_list = ("send_signal",)
    fields = (("kind", "at", "made_by"), "scope", "body", "reached", "missed_shown")

    @button(
        "Send a signal",
        icon="electric_bolt",
        form=energy_questions.Signal,
        submit="Send",
        text="To every car within reach that may give energy back. Prices come through the Operator API.",
    )
    def send_signal(self, request: HttpRequest, obj: None, form: energy_questions.Signal) -> HttpResponse:
        """Q03, Q04, Q07."""
        said = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        kind = GridSignal.Kind(said.pop("kind"))
        scope: dict[str, Any] = {name: said.pop(name) for name in grid_signals.SCOPES if name in said}
        row = grid_signals.send(kind, scope, said, request.user.get_username(), timezone.now())
        return HttpResponseRedirect(reverse("admin:ocppbridge_gridsignal_change", args=(row.pk,)))

    @admin.display(description="For")
    def scope_shown(self, obj: GridSignal) -> str:
        """Whom."""
        return _words(obj.scope) or "every car"

    @admin.display(description="Says")
    def body_shown(self, obj: GridSignal) -> str:
        """Its figures."""
        return _words(obj.body) or "–"

    @admin.display(description="Could not follow")
    def missed_count(self, obj: GridSignal) -> SafeString | str:
        """How many."""
        return badge(str(len(obj.missed)), WARN) if obj.missed else "–"

    @admin.display(description="Could not follow")
    def missed_shown(self, obj: GridSignal) -> SafeString | str:
        """And why."""
        return pretty_value(obj.missed) if obj.missed else badge("all did", GOOD)


def _words(said: dict[str, Any]) -> str:
    """Such as "power -3000.0"; of a list only how long it is."""
    named = {name: f"{len(value)} of them" if isinstance(value, list) else value for name, value in said.items()}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in named.items())
