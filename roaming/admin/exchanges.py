"""The journal of HTTP. Looked up by index for ids; by content only in the last days, since bodies have no index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import clues, links
from roaming.console.home import Panel
from roaming.console.pages import Journal
from roaming.console.text import NOTE, at, badge, code, cut, linked, pretty, whole
from roaming.models import Exchange

LOOK_BACK = timedelta(days=7)


class WentWrong(admin.SimpleListFilter):
    """HTTP other than 2xx, OCPI other than 1xxx, or no answer at all."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("fine", "fine"), ("wrong", "went wrong")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Exchange]) -> QuerySet[Exchange]:
        """By both statuses."""
        fine = Q(http_status__gte=200, http_status__lt=300) & (Q(ocpi_status=None) | Q(ocpi_status__lt=2000))
        match self.value():
            case "fine":
                return queryset.filter(fine)
            case "wrong":
                return queryset.exclude(fine)
        return queryset


@admin.register(Exchange)
class ExchangeAdmin(Journal[Exchange]):
    """Every request in either direction; all of one story share the correlation id."""

    list_display = ("moment", "way", "outcome", "method", "target", "parties", "platform", "took", "story", "routed")
    list_filter = ("direction", WentWrong, "module", "method", ("platform", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("platform",)
    search_fields = ("correlation_id",)  # shows the box; what is looked for is said in find
    search_help_text = (
        "Correlation id or request id; token, session, station, command or any other word of the last 7 days"
    )
    ordering = ("-at", "-id")
    fieldsets = (
        (None, {"fields": [("moment", "way", "took"), ("method", "url"), ("outcome", "error")]}),
        (
            "Routing",
            {
                "fields": [
                    ("platform", "module"),
                    ("from_party", "to_party", "routing"),
                    ("request_id", "correlation_id"),
                ]
            },
        ),
        ("Request body", {"fields": ["request_shown"]}),
        ("Response body", {"fields": ["response_shown"]}),
    )

    def find(self, rows: QuerySet[Exchange], term: str) -> QuerySet[Exchange]:
        """An id by index; else whatever the term goes by, in recent URLs and bodies."""
        known = clues.about(term)
        by_id = Q(correlation_id__in=known.correlation_ids) | Q(request_id=term)
        exact = rows.filter(by_id)
        if exact.exists() and known.correlation_ids == {term}:
            return exact
        said = Q()
        for word in known.words:
            said |= Q(url__icontains=word) | Q(request_body__contains=word) | Q(response_body__contains=word)
        return rows.filter(by_id | (said & Q(at__gte=timezone.now() - LOOK_BACK)))

    @admin.display(description="At")
    def moment(self, obj: Exchange) -> SafeString | str:
        """To the millisecond."""
        return at(obj.at)

    @admin.display(description="Way")
    def way(self, obj: Exchange) -> SafeString:
        """Who asked."""
        return badge("in", NOTE) if obj.direction == Exchange.Direction.IN else badge("out", "way-out")

    @admin.display(description="URL")
    def target(self, obj: Exchange) -> SafeString | str:
        """Path and query; the platform has a column of its own."""
        parts = urlsplit(obj.url)
        return code(cut(f"{parts.path}?{parts.query}" if parts.query else parts.path, 56))

    @admin.display(description="From → to")
    def parties(self, obj: Exchange) -> SafeString | str:
        """As the routing headers say."""
        known = obj.from_party or obj.to_party
        return whole(f"{obj.from_party or '–'} → {obj.to_party or '–'}") if known else "–"

    @admin.display(description="Outcome")
    def outcome(self, obj: Exchange) -> SafeString:
        """HTTP and OCPI status."""
        return tones.http(obj.http_status, obj.ocpi_status)

    @admin.display(description="Took")
    def took(self, obj: Exchange) -> SafeString:
        """Milliseconds."""
        return whole(f"{obj.duration_ms:,} ms")

    @admin.display(description="Routing")
    def routed(self, obj: Exchange) -> SafeString | str:
        """The decision, in words."""
        return cut(obj.routing, 24)

    @admin.display(description="Story")
    def story(self, obj: Exchange) -> SafeString | str:
        """All exchanges with its correlation id."""
        if not obj.correlation_id:
            return "–"
        return linked(links.changelist("roaming.exchange", q=obj.correlation_id), code(f"{obj.correlation_id[:8]}…"))

    @admin.display(description="Request body")
    def request_shown(self, obj: Exchange) -> SafeString | str:
        """Kept of writes and errors."""
        return pretty(obj.request_body)

    @admin.display(description="Response body")
    def response_shown(self, obj: Exchange) -> SafeString | str:
        """Kept of writes and errors; of lists only digest and count."""
        return pretty(obj.response_body)

    def panels(self, request: HttpRequest, obj: Exchange) -> Iterable[Panel]:
        """The rest of the story."""
        if not obj.correlation_id:
            return
        others = Exchange.objects.filter(correlation_id=obj.correlation_id).exclude(pk=obj.pk)
        yield Panel(
            "The same correlation id",
            ("At", "Way", "Platform", "Request", "Outcome", "Took"),
            [
                (
                    linked(links.change("roaming.exchange", one.pk), at(one.at)),
                    self.way(one),
                    one.platform or "–",
                    cut(f"{one.method} {one.url}", 90),
                    self.outcome(one),
                    self.took(one),
                )
                for one in others.select_related("platform").order_by("at")[:50]
            ],
            url=links.changelist("ocppbridge.call", q=obj.correlation_id),
            more="Calls to stations",
            empty="No other exchange.",
        )
