"""What staff should look at until somebody has: the pages of alerts and of notices."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.console.asking import Question, button
from roaming.console.mixing import ModelAdmin
from roaming.console.text import GOOD, WARN, ago, badge

M = TypeVar("M", bound=Model)


class Standing(admin.SimpleListFilter):
    """Acknowledged or not."""

    title = "standing"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("no", "open"), ("yes", "acknowledged")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By acknowledged_at."""
        match self.value():
            case "no":
                return queryset.filter(acknowledged_at=None)
            case "yes":
                return queryset.exclude(acknowledged_at=None)
        return queryset


class Acknowledged(ModelAdmin[M]):
    """Of a model with first_at, last_at, acknowledged_at, acknowledged_by; the next equal one starts anew."""

    @button(
        "Acknowledge", icon="check", text="Somebody has looked at it.", fits=lambda obj: obj.acknowledged_at is None
    )
    def acknowledge(self, request: HttpRequest, obj: Any, form: Question) -> None:
        """One."""
        self.acknowledge_selected(request, type(obj)._default_manager.filter(pk=obj.pk))

    @admin.action(description="Acknowledge", permissions=["operate"])
    def acknowledge_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Several at once."""
        count = rows.filter(acknowledged_at=None).update(
            acknowledged_at=timezone.now(), acknowledged_by=request.user.get_username()
        )
        messages.success(request, f"{count} acknowledged.")

    @admin.display(description="Last", ordering="last_at")
    def last(self, obj: Any) -> SafeString | str:
        """When it happened last."""
        return ago(obj.last_at)

    @admin.display(description="First", ordering="first_at")
    def first(self, obj: Any) -> SafeString | str:
        """When it began."""
        return ago(obj.first_at)

    @admin.display(description="Standing")
    def standing(self, obj: Any) -> SafeString:
        """Open until acknowledged."""
        return badge("open", WARN) if obj.acknowledged_at is None else badge("acknowledged", GOOD)
