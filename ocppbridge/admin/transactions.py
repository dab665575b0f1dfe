"""Transactions as the stations reported them, with readings, OCPI session, and every frame that made them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import energy_parts, readings, searching, tones
from ocppbridge.admin.calling import call_station
from ocppbridge.admin.frames import HEADERS, rows
from ocppbridge.admin.narrowing import HasFindings, Silent
from ocppbridge.admin.paying import Limiting, settlement_panels, tariff_panels
from ocppbridge.bridge import closing
from ocppbridge.charging.intents import StopCharging
from ocppbridge.models import Frame, Transaction
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Journal
from roaming.console.text import (
    GOOD,
    WARN,
    ago,
    badge,
    code,
    lasted,
    lines,
    linked,
    masked,
    number,
    pretty,
    pretty_value,
)


def held_back(obj: Transaction) -> bool:
    """Whether its CDR waits for staff, at the desk or because it could not be made."""
    if obj.state == Transaction.State.RUNNING or obj.released_at is not None:
        return False
    return closing.waits(obj) is not None if obj.cdr_id else bool(obj.findings)


@admin.register(Transaction)
class TransactionAdmin(Limiting[Transaction], Journal[Transaction]):
    """One becomes one Session and one CDR."""

    list_display = (
        "started",
        "station_link",
        "evse",
        "progress",
        "token",
        "paid_by",
        "energy",
        "duration",
        "noticed",
        "news",
    )
    list_display_links = ("started",)
    list_filter = (
        "state",
        HasFindings,
        Silent,
        "authorization",
        "offline",
        "stop_reason",
        ("station", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("station",)
    search_fields = ("transaction_id",)  # shows the box; what is looked for is said in searching.py
    search_help_text = (
        "Station, token, session id, CDR id, transaction id, correlation id or command id: exactly as they are"
    )
    jump_fields = ("session_id", "cdr_id")
    ordering = ("-started_at",)
    actions_detail = ("stop", "limit", "change_tariff", "close", "release")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("station_link", "evse", "progress"),
                    ("energy", "export", "duration"),
                    ("started", "ended", "stop_reason"),
                    ("silent_since", "closed_by", "released_at"),
                ]
            },
        ),
        (
            "Who",
            {
                "fields": [
                    ("id_token", "id_token_type", "group_id"),
                    ("authorization", "auth_method", "paid_by"),
                    ("authorization_reference", "call_link", "remote_start_id"),
                ]
            },
        ),
        (
            "The same elsewhere",
            {"fields": [("session", "cdr", "exchanges"), ("transaction_id", "wire_id", "session_id")]},
        ),
        ("Findings", {"fields": ["findings_shown"]}),
        (
            "As recorded",
            {
                "classes": ["collapse"],
                "fields": [
                    ("meter_start", "meter_stop"),
                    ("offline", "start_seen", "last_seq_no"),
                    "states_shown",
                    "token_shown",
                    "tariff_shown",
                    ("limits", "limit_reached", "station_tariff"),
                    "station_cost",
                ],
            },
        ),
    )

    def find(self, rows: QuerySet[Transaction], term: str) -> QuerySet[Transaction]:
        """Every id that names one."""
        return rows.filter(searching.transactions(term))

    @button(
        "Stop",
        icon="stop_circle",
        danger=True,
        fits=lambda obj: obj.state == Transaction.State.RUNNING,
        text="The station is asked to end this transaction.",
    )
    def stop(self, request: HttpRequest, obj: Transaction, form: Question) -> HttpResponseRedirect:
        """A remote stop by the id that the station knows."""
        known = obj.transaction_id or str(obj.wire_id)
        return call_station(request, obj.station, StopCharging(known))

    @button(
        "Close",
        icon="event_busy",
        danger=True,
        fits=lambda obj: obj.state == Transaction.State.RUNNING,
        text="It ends as of its last news and is billed so; a late end of the station's own corrects it.",
    )
    def close(self, request: HttpRequest, obj: Transaction, form: Question) -> None:
        """For one whose station will tell no more."""
        try:
            closing.close(obj, request.user.get_username(), timezone.now())
        except closing.HasEnded as problem:
            raise Refused(f"{problem}.") from None
        self.log_change(request, obj, "Closed it.")

    @button(
        "Release for billing",
        icon="receipt_long",
        fits=held_back,
        text="Its figures are in doubt (see the findings), so its CDR waits; it is billed as it stands.",
    )
    def release(self, request: HttpRequest, obj: Transaction, form: Question) -> None:
        """S42."""
        closing.release(obj, timezone.now(), request.user.get_username())
        self.log_change(request, obj, "Released it for billing.")

    @admin.display(description="Started", ordering="started_at")
    def started(self, obj: Transaction) -> SafeString | str:
        """By the station's clock."""
        return ago(obj.started_at)

    @admin.display(description="Ended")
    def ended(self, obj: Transaction) -> SafeString | str:
        """By the station's clock."""
        return ago(obj.ended_at)

    @admin.display(description="Station")
    def station_link(self, obj: Transaction) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="EVSE")
    def evse(self, obj: Transaction) -> str:
        """Number, and connector."""
        parts = (obj.evse_number, obj.connector_number)
        return " / ".join(str(part) for part in parts if part is not None) or "–"

    @admin.display(description="State")
    def progress(self, obj: Transaction) -> SafeString:
        """State, and what the car does."""
        words = (
            f"{obj.get_state_display()} · {obj.charging_state}"
            if obj.charging_state and obj.ended_at is None
            else obj.get_state_display()
        )
        return tones.state(obj.state, tones.TRANSACTION, words)

    @admin.display(description="Token")
    def token(self, obj: Transaction) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.id_token))

    @admin.display(description="Token owner")
    def paid_by(self, obj: Transaction) -> str:
        """The eMSP."""
        return obj.token_owner or "–"

    @admin.display(description="Energy")
    def energy(self, obj: Transaction) -> str:
        """kWh into the car."""
        return f"{number(obj.energy_import / Decimal(1000), 3)} kWh"

    @admin.display(description="Back to the grid")
    def export(self, obj: Transaction) -> str:
        """kWh out of the car."""
        return f"{number(obj.energy_export / Decimal(1000), 3)} kWh" if obj.energy_export else "–"

    @admin.display(description="Duration")
    def duration(self, obj: Transaction) -> str:
        """So far, or in all."""
        return lasted(obj.started_at, obj.ended_at)

    @admin.display(description="Findings")
    def noticed(self, obj: Transaction) -> SafeString | str:
        """How many."""
        return badge(str(len(obj.findings)), WARN) if obj.findings else "–"

    @admin.display(description="Last news")
    def news(self, obj: Transaction) -> SafeString | str:
        """When anything came about it."""
        return ago(obj.last_news_at)

    @admin.display(description="Remote start")
    def call_link(self, obj: Transaction) -> SafeString | str:
        """The call that it answers to."""
        return linked(links.change("ocppbridge.call", obj.call_id), "open") if obj.call_id else "–"

    @admin.display(description="OCPI session")
    def session(self, obj: Transaction) -> SafeString | str:
        """As partners see it."""
        return linked(links.jump("roaming.session", object_id=str(obj.session_id)), "open")

    @admin.display(description="CDR")
    def cdr(self, obj: Transaction) -> SafeString | str:
        """Exactly one."""
        return linked(links.jump("roaming.cdr", object_key=obj.cdr_id.upper()), obj.cdr_id) if obj.cdr_id else "–"

    @admin.display(description="Exchanges")
    def exchanges(self, obj: Transaction) -> SafeString | str:
        """Requests about its session."""
        return linked(links.changelist("roaming.exchange", q=str(obj.session_id)), "search the journal")

    @admin.display(description="What the hub noticed")
    def findings_shown(self, obj: Transaction) -> SafeString | str:
        """Code and text."""
        return lines(map(tuple, obj.findings)) if obj.findings else badge("nothing", GOOD)

    @admin.display(description="Charging states")
    def states_shown(self, obj: Transaction) -> SafeString | str:
        """As they changed."""
        return pretty_value(obj.states)

    @admin.display(description="CdrToken")
    def token_shown(self, obj: Transaction) -> SafeString | str:
        """For Session and CDR."""
        return pretty_value(obj.cdr_token)

    @admin.display(description="Tariff at the start")
    def tariff_shown(self, obj: Transaction) -> SafeString | str:
        """What it is priced by (TAR-26)."""
        return pretty(obj.tariff)

    def panels(self, request: HttpRequest, obj: Transaction) -> Iterable[Panel]:
        """Readings and frames."""
        yield readings.of_transaction(obj)
        yield from energy_parts.of_car(obj)
        yield from tariff_panels(obj)
        yield from settlement_panels(obj)
        said = Frame.objects.filter(searching.of_transaction(obj)).order_by("-at", "-id")[:40]
        yield Panel(
            "Frames, the last first",
            HEADERS,
            rows(said),
            links.changelist("ocppbridge.frame", q=str(obj.session_id)),
            more="In the journal",
        )
