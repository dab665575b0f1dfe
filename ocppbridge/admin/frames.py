"""The journal of OCPP-J: every frame as text, secrets masked before they were written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import searching, tones
from ocppbridge.models import Frame, Transaction
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Journal
from roaming.console.text import at, code, cut, linked, pretty

HEADERS = ("At", "Way", "Kind", "Action", "Body", "Error")


class Lately(admin.SimpleListFilter):
    """Windows over the partitions."""

    title = "time"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The usual ones."""
        return [("hour", "last hour"), ("day", "last 24 hours"), ("week", "last 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Frame]) -> QuerySet[Frame]:
        """PostgreSQL leaves out the partitions before."""
        spans = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
        span = spans.get(self.value() or "")
        return queryset.filter(at__gte=timezone.now() - span) if span else queryset


class Suspect(admin.SimpleListFilter):
    """Refused, or taken with a complaint."""

    title = "error"
    parameter_name = "suspect"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """One choice."""
        return [("yes", "with an error")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Frame]) -> QuerySet[Frame]:
        """An empty text is fine."""
        return queryset.exclude(error="") if self.value() else queryset


@admin.register(Frame)
class FrameAdmin(Journal[Frame]):
    """Both directions, in the order of the sockets."""

    list_display = ("moment", "station_link", "way", "kind_shown", "action", "message", "short", "error_shown")
    list_filter = (Lately, Suspect, "direction", "kind")
    list_select_related = ("station",)
    search_fields = ("message_id",)  # shows the box; what is looked for is said in searching.py
    search_help_text = (
        "Station, message id, token, transaction, session, correlation id or command id; anything else: the last day"
    )
    jump_fields = ("id",)
    fieldsets = (
        (None, {"fields": [("moment", "station_link", "way"), ("kind_shown", "action", "message_id"), "error_shown"]}),
        ("Frame", {"fields": ["body_shown"]}),
        ("The same elsewhere", {"fields": [("call", "transaction", "connection"), ("n", "id")]}),
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        """One station's frames by its index; all frames by the key, which grows with time."""
        return ["-at", "-id"] if request.GET.get("q") or "station__id__exact" in request.GET else ["-id"]

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Links filter by station and connection."""
        own = ("station__id__exact", "connection_id__exact", "message_id")
        return lookup in own or super().lookup_allowed(lookup, value, request)

    def find(self, rows: QuerySet[Frame], term: str) -> QuerySet[Frame]:
        """By index wherever there is one."""
        return searching.frames(rows, term)

    @admin.display(description="At")
    def moment(self, obj: Frame) -> SafeString | str:
        """To the millisecond."""
        return at(obj.at)

    @admin.display(description="Station")
    def station_link(self, obj: Frame) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Way")
    def way(self, obj: Frame) -> SafeString:
        """In or out."""
        return tones.way(obj.direction)

    @admin.display(description="Kind")
    def kind_shown(self, obj: Frame) -> SafeString:
        """Message type."""
        return tones.kind(obj)

    @admin.display(description="Message id")
    def message(self, obj: Frame) -> SafeString | str:
        """Its beginning."""
        return code(obj.message_id if len(obj.message_id) < 14 else f"{obj.message_id[:8]}…")

    @admin.display(description="Body")
    def short(self, obj: Frame) -> SafeString | str:
        """One line."""
        return code(cut(obj.body, 90))

    @admin.display(description="Error")
    def error_shown(self, obj: Frame) -> SafeString | str:
        """Why it was refused or is suspect."""
        return cut(obj.error, 60)

    @admin.display(description="Body")
    def body_shown(self, obj: Frame) -> SafeString | str:
        """Indented; not a digit is changed."""
        return pretty(obj.body)

    @admin.display(description="Call of ours")
    def call(self, obj: Frame) -> SafeString | str:
        """If the message id is one's."""
        mine = obj.kind != Frame.Kind.CALL or obj.direction == Frame.Direction.OUT
        key = searching.as_uuid(obj.message_id) if mine else None
        return linked(links.change("ocppbridge.call", key), "open") if key else "–"

    @admin.display(description="Transaction")
    def transaction(self, obj: Frame) -> SafeString | str:
        """That the frame names."""
        found = transaction_of(obj)
        return linked(links.change("ocppbridge.transaction", found.pk), found) if found else "–"

    @admin.display(description="Connection")
    def connection(self, obj: Frame) -> SafeString | str:
        """The socket."""
        return linked(links.change("ocppbridge.connection", obj.connection_id), f"#{obj.connection_id}")

    def panels(self, request: HttpRequest, obj: Frame) -> Iterable[Panel]:
        """Its answer or question, and what was said around it."""
        near = Frame.objects.filter(station_id=obj.station_id, connection_id=obj.connection_id)
        halves = near.filter(message_id=obj.message_id, at__gte=obj.at - LONGEST, at__lte=obj.at + LONGEST)
        yield Panel(
            "The same message id", HEADERS, rows(halves.exclude(pk=obj.pk).order_by("id")[:10]), empty="No other half."
        )
        around = near.filter(n__gte=obj.n - 4, n__lte=obj.n + 6, at__gte=obj.at - LONGEST, at__lte=obj.at + LONGEST)
        yield Panel("Around it on the socket", HEADERS, rows(around.order_by("n", "id")[:20]))


LONGEST = timedelta(hours=1)


def rows(frames: Iterable[Frame]) -> list[tuple[object, ...]]:
    """Frames as lines of a panel."""
    return [
        (
            linked(links.change("ocppbridge.frame", one.pk), at(one.at)),
            tones.way(one.direction),
            tones.kind(one),
            one.action,
            code(cut(one.body, 90)),
            cut(one.error, 50),
        )
        for one in frames
    ]


def transaction_of(frame: Frame) -> Transaction | None:
    """By the id that stands in its payload."""
    try:
        payload = orjson.loads(frame.body)[-1 if frame.kind == Frame.Kind.RESULT else 3]
    except (orjson.JSONDecodeError, IndexError, KeyError, TypeError):
        return None
    if not isinstance(payload, dict):
        return None
    info = payload.get("transactionInfo")
    named = info.get("transactionId") if isinstance(info, dict) else payload.get("transactionId")
    mine = Transaction.objects.filter(station_id=frame.station_id)
    if isinstance(named, int) and 0 < named < 2**31:
        return mine.filter(wire_id=named).first()
    return mine.filter(transaction_id=named).first() if isinstance(named, str) and named else None
