"""The outbox: what each receiver still has to be told, and every try."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, ago, at, badge, code, cut, linked, pretty, short
from roaming.models import Delivery
from roaming.services import deliveries

_MODELS = {"locations": "location", "tariffs": "tariff", "sessions": "session", "cdrs": "cdr", "tokens": "token"}


class Failing(admin.SimpleListFilter):
    """Tried and not accepted."""

    title = "trouble"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """What staff look for."""
        return [("failing", "failing, will be tried again"), ("stuck", "refused or must be pulled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """By state and attempts."""
        match self.value():
            case "failing":
                return queryset.filter(state=Delivery.State.PENDING, attempts__gt=0)
            case "stuck":
                return queryset.filter(state__in=[Delivery.State.REFUSED, Delivery.State.MUST_PULL])
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(Shown[Delivery]):
    """One row for each receiver and object."""

    list_display = ("what", "receiver", "platform", "progress", "version", "attempts", "due", "error", "changed")
    list_display_links = ("what",)
    list_filter = (Failing, "state", "module", ("platform", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("receiver", "platform")
    search_fields = ("object_key__iexact", "correlation_id__exact", "party_id__iexact", "tries__request_id__exact")
    search_help_text = "Object id, owner's party id, correlation id, or request id of an attempt"
    ordering = ("-changed_at",)
    actions = ("send_selected_again", "leave_selected")
    actions_detail = ("send_again", "leave")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("thing", "progress"),
                    ("receiver", "platform"),
                    ("version", "due"),
                    ("attempts", "first_failed_at"),
                    "last_error",
                ]
            },
        ),
        ("Details", {"fields": [("deletion", "needs_put"), ("remote_url", "journal"), "changed_at"]}),
        ("Accepted last", {"classes": ["collapse"], "fields": ["accepted_shown"]}),
    )

    @button(
        "Send again",
        icon="replay",
        text="The present whole object is sent (PUT or POST), whatever the receiver accepted before.",
    )
    def send_again(self, request: HttpRequest, obj: Delivery, form: Question) -> None:
        """Due now."""
        deliveries.send_again(obj, timezone.now())
        messages.success(request, f"{obj} will be sent at once.")

    @button(
        "Leave it to the partner",
        icon="block",
        text="It is not tried again: the partner finds it in its next pull. A later change of the object is sent.",
    )
    def leave(self, request: HttpRequest, obj: Delivery, form: Question) -> None:
        """Only what waits."""
        left = deliveries.leave(obj, timezone.now())
        messages.success(request, f"{obj} {'is left to the partner' if left else 'was not waiting any more'}.")

    @admin.action(description="Leave to the partner", permissions=["operate"])
    def leave_selected(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """Those that wait."""
        now = timezone.now()
        left = sum(deliveries.leave(row, now) for row in rows)
        messages.success(request, f"{left} of {len(rows)} were waiting and are left to the partner.")

    @admin.action(description="Send again", permissions=["operate"])
    def send_selected_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """Due now, all of them."""
        now = timezone.now()
        for row in rows:
            deliveries.send_again(row, now)
        messages.success(request, f"{len(rows)} will be sent at once.")

    @admin.display(description="Object", ordering="object_key")
    def what(self, obj: Delivery) -> SafeString | str:
        """Module and identity."""
        verb = " (delete)" if obj.deletion else ""
        return format_html("{} {}/{} {}{}", obj.module, obj.country_code, obj.party_id, short(obj.object_key), verb)

    @admin.display(description="Object")
    def thing(self, obj: Delivery) -> SafeString | str:
        """Linked."""
        query = {"country_code": obj.country_code, "party_id": obj.party_id, "object_key": obj.object_key}
        model = _MODELS.get(obj.module)
        return linked(links.jump(f"roaming.{model}", **query) if model else None, self.what(obj))

    @admin.display(description="State", ordering="state")
    def progress(self, obj: Delivery) -> SafeString:
        """A pending one that failed before is trouble."""
        if obj.state == Delivery.State.PENDING and obj.attempts:
            return badge("failing", BAD)
        return tones.state(obj.state, tones.DELIVERY, obj.get_state_display())

    @admin.display(description="Version")
    def version(self, obj: Delivery) -> str:
        """Accepted of wanted."""
        return f"{obj.accepted_version} of {obj.wanted_version}"

    @admin.display(description="Due", ordering="due_at")
    def due(self, obj: Delivery) -> SafeString | str:
        """The next attempt."""
        return ago(obj.due_at) if obj.state == Delivery.State.PENDING else "–"

    @admin.display(description="Last error")
    def error(self, obj: Delivery) -> SafeString | str:
        """One line of it."""
        return cut(obj.last_error, 70)

    @admin.display(description="Changed", ordering="changed_at")
    def changed(self, obj: Delivery) -> SafeString | str:
        """When."""
        return ago(obj.changed_at)

    @admin.display(description="Exchanges")
    def journal(self, obj: Delivery) -> SafeString | str:
        """Under one correlation id."""
        return linked(
            links.changelist("roaming.exchange", q=obj.correlation_id) if obj.correlation_id else None,
            obj.correlation_id or "–",
        )

    @admin.display(description="Document that was accepted")
    def accepted_shown(self, obj: Delivery) -> SafeString | str:
        """What a PATCH is made against."""
        return pretty(obj.accepted_document)

    def panels(self, request: HttpRequest, obj: Delivery) -> Iterable[Panel]:
        """Every try, the last first."""
        yield Panel(
            "Attempts",
            ("At", "Method", "Version", "Outcome", "Status", "Error", "Request"),
            [
                (
                    at(one.at),
                    one.method,
                    one.version,
                    badge(one.outcome, GOOD if one.outcome.lower() in ("accepted", "delivered", "done") else BAD),
                    tones.http(one.http_status, one.ocpi_status),
                    cut(one.error, 100),
                    linked(links.changelist("roaming.exchange", q=one.request_id), code(one.request_id))
                    if one.request_id
                    else "–",
                )
                for one in obj.tries.all()[:30]
            ],
            empty="Not tried yet.",
        )
