"""Platforms: where each connection stands, what it published, how it differs; inviting, rotating, suspending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.admin.partnering import Partnering
from roaming.admin.pulls import progress_of
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import EditedRows, Page
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, at, badge, badges, code, cut, linked
from roaming.models import Endpoint, Exchange, Handshake, IssuedToken, Platform, Pull
from roaming.services import handshakes


class EndpointRows(EditedRows[Endpoint, Platform]):
    """What the peer published; an overridden URL survives its next handshake."""

    model = Endpoint
    fields = ("module", "role", "url", "overridden")


@admin.register(Platform)
class PlatformAdmin(Partnering, Page[Platform]):
    """One OCPI connection."""

    actions_list = ("invite", "register")
    actions_detail = (
        "invite_again",
        "register_again",
        "remove",
        "probe",
        "resume",
        "suspend",
        {"title": "More", "icon": "more_vert", "items": ["rotate", "ask_password", "leave"]},
    )

    list_display = ("name", "standing", "since", "roles", "version", "seen", "outbox", "timeouts")
    list_filter = ("status", "version", "token_encoding")
    search_fields = ("name", "versions_url", "parties__party_id__iexact", "parties__name")
    search_help_text = "Name, URL, or a party of it"
    ordering = ("name",)
    inlines = (EndpointRows,)
    readonly_fields = (
        "standing",
        "since",
        "seen",
        "versions_url",
        "version",
        "offered",
        "timeouts_in_a_row",
        "next_probe_at",
        "created_at",
        "journal",
        "second_factor",
    )
    fieldsets = (
        (None, {"fields": ["name", ("standing", "since", "seen"), ("versions_url", "version", "offered")]}),
        (
            "How it differs",
            {
                "fields": [
                    ("token_encoding", "token_out_encoding", "request_timeout"),
                    "allowed_hosts",
                    ("explicit_nulls", "short_texts"),
                    ("bare_success", "only_http_200"),
                ]
            },
        ),
        (
            "What it must show beside its token",
            {"fields": ["client_networks", "client_certificates", "second_factor"]},
        ),
        ("Connection", {"fields": [("timeouts_in_a_row", "next_probe_at", "created_at"), "journal"]}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One comes by invitation."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Platform | None = None) -> bool:
        """Its history stays; suspend it, or it unregisters itself."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Platform]:
        """With what the list shows."""
        pending = Q(deliveries__state="PENDING", deliveries__attempts__gt=0)
        rows = super().get_queryset(request).prefetch_related("parties")
        busy = Handshake.objects.filter(platform=OuterRef("pk"), state__in=handshakes.OPEN).values("kind")[:1]
        return rows.annotate(failing=Count("deliveries", filter=pending), busy=Subquery(busy))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """While a handshake or a crawl is under way, the page comes again by itself."""
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        busy = (handshakes.unfinished(), Pull.objects.filter(state=Pull.State.RUNNING))
        key = _key(object_id)
        if request.method == "GET" and any(key in rows.values_list("platform_id", flat=True) for rows in busy):
            answer["Refresh"] = "3"
        return answer

    @admin.display(description="Status", ordering="status")
    def standing(self, obj: Platform) -> SafeString:
        """Connected or not, or in a handshake."""
        if busy := getattr(obj, "busy", None):
            return badge(f"{Handshake.Kind(busy).label}…", NOTE)
        return tones.state(obj.status, tones.PLATFORM, obj.get_status_display())

    @admin.display(description="Since", ordering="status_since")
    def since(self, obj: Platform) -> SafeString | str:
        """Of the status."""
        return ago(obj.status_since)

    @admin.display(description="Last seen", ordering="last_seen_at")
    def seen(self, obj: Platform) -> SafeString | str:
        """In either direction."""
        return ago(obj.last_seen_at)

    @admin.display(description="Parties")
    def roles(self, obj: Platform) -> SafeString | str:
        """Who lives there."""
        return badges((str(one), PLAIN) for one in obj.parties.all()) or "–"

    @admin.display(description="Outbox")
    def outbox(self, obj: Platform) -> SafeString | str:
        """Deliveries that failed and will be tried again."""
        failing = int(getattr(obj, "failing", 0))
        if not failing:
            return badge("fine", GOOD)
        url = links.changelist("roaming.delivery", platform__id__exact=obj.pk, trouble="failing")
        return linked(url, badge(f"{failing} failing", BAD))

    @admin.display(description="Time-outs in a row", ordering="timeouts_in_a_row")
    def timeouts(self, obj: Platform) -> SafeString | str:
        """Three make it offline."""
        return badge(str(obj.timeouts_in_a_row), WARN) if obj.timeouts_in_a_row else "0"

    @admin.display(description="Versions it offers")
    def offered(self, obj: Platform) -> str:
        """At the last handshake."""
        return (
            ", ".join(str(one.get("version", one) if isinstance(one, dict) else one) for one in obj.offered_versions)
            or "–"
        )

    @admin.display(description="Exchanges")
    def journal(self, obj: Platform) -> SafeString | str:
        """Its part of the journal."""
        return linked(links.changelist("roaming.exchange", platform__id__exact=obj.pk), "all of them")

    def panels(self, request: HttpRequest, obj: Platform) -> Iterable[Panel]:
        """Handshakes, notices, parties, tokens that open the hub, the last exchanges."""
        yield Panel(
            "Handshakes",
            ("What", "State", "Result", "Asked by", "Asked", "Finished"),
            [
                (
                    one.get_kind_display(),
                    tones.state(one.state, tones.HANDSHAKE, one.get_state_display()),
                    cut(one.result, 300),
                    one.asked_by or "–",
                    ago(one.asked_at),
                    ago(one.finished_at),
                )
                for one in obj.handshakes.order_by("-asked_at")[:5]
            ],
            empty="None that we began.",
        )
        open_ones = obj.notices.filter(acknowledged_at=None).order_by("-last_at")
        yield Panel(
            "Notices",
            ("Last", "What", "Text", "Count"),
            [
                (
                    ago(one.last_at),
                    linked(links.change("roaming.notice", one.pk), one.code),
                    cut(one.text, 200),
                    one.count,
                )
                for one in open_ones[:10]
            ],
            links.changelist("roaming.notice", platform__id__exact=obj.pk),
            empty="Nothing to look at.",
        )
        yield Panel(
            "Lists that we pull",
            ("List", "State", "Objects", "Known until", "Next", "Trouble"),
            [
                (
                    linked(links.change("roaming.pull", one.pk), str(one)),
                    tones.state(one.state, tones.PULL, one.get_state_display()),
                    progress_of(one),
                    ago(one.known_until),
                    ago(one.next_at),
                    cut(one.error, 60),
                )
                for one in obj.pulls.select_related("party").order_by("party", "module")[:25]
            ],
            links.changelist("roaming.pull", platform__id__exact=obj.pk),
            empty="It offers none.",
        )
        yield Panel(
            "Parties",
            ("Party", "Name", "Role"),
            [
                (
                    linked(links.change("roaming.party", one.pk), code(f"{one.country_code}/{one.party_id}")),
                    one.name,
                    one.role,
                )
                for one in obj.parties.all()
            ],
            empty="They come with its credentials.",
        )
        yield Panel(
            "Tokens we issued",
            ("Kind", "Standing", "Made", "First used", "Expires", "May register"),
            [_token_row(one) for one in obj.issued_tokens.order_by("-created_at")[:10]],
            note="Kept as a keyed digest; nobody can read one again.",
        )
        rows = Exchange.objects.filter(platform=obj).order_by("-at")[:15]
        yield Panel(
            "Last exchanges",
            ("At", "Way", "Request", "Outcome", "Error"),
            [
                (
                    linked(links.change("roaming.exchange", one.pk), at(one.at)),
                    one.get_direction_display(),
                    cut(f"{one.method} {one.url}", 90),
                    tones.http(one.http_status, one.ocpi_status),
                    cut(one.error, 60),
                )
                for one in rows
            ],
            links.changelist("roaming.exchange", platform__id__exact=obj.pk),
        )


def _key(object_id: str) -> int | None:
    text = unquote(object_id)
    return int(text) if text.isascii() and text.isdigit() else None


def _token_row(one: IssuedToken) -> tuple[object, ...]:
    roles = ", ".join(
        f"{role.get('country_code')}/{role.get('party_id')} {role.get('role')}" for role in one.allowed_roles
    )
    if one.revoked_at is not None:
        standing = badge("revoked", PLAIN)
    elif one.kind == IssuedToken.Kind.A and one.used_at is not None:
        standing = badge("used", PLAIN)
    else:
        standing = badge("valid", GOOD)
    return (one.get_kind_display(), standing, ago(one.created_at), ago(one.used_at), ago(one.expires_at), roles or "–")
