"""What the live page shows, asked of the database: rows by key, small enough to be compared and sent.

Tokens show their last four characters (S43); bodies of messages are not sent, a line leads to its page in the admin.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, Subquery

from ocppbridge.models import Alert, Evse, Frame, MeterReading, Station, Transaction
from roaming.models import Command, Delivery, Exchange, Platform, Session

Row = dict[str, Any]
Rows = dict[str, Row]

STATIONS: Final = 5_000
SESSIONS: Final = 300
COMMANDS: Final = 40
ALERTS: Final = 30
TRACED: Final = 150  # lines in one look
LATE: Final = timedelta(seconds=3)  # a row may be committed so long after its own time
OPEN: Final = ("ACTIVE", "PENDING", "RESERVATION")


def stations() -> Rows:
    """Every station with its EVSEs, and the power of those that charge (W)."""
    evses = defaultdict[int, list[list[Any]]](list)
    for station, number, status in Evse.objects.order_by("station", "number").values_list(
        "station_id", "number", "status"
    ):
        evses[station].append([number, status])
    power = _power()
    rows = Station.objects.order_by("identity").values_list(
        "pk", "identity", "country_code", "party_id", "connection_id", "subprotocol", "blocked", "boot_status"
    )[:STATIONS]
    return {
        str(pk): {
            "name": name, "party": f"{country}/{party}", "online": connection is not None,
            "version": protocol.removeprefix("ocpp"), "blocked": blocked, "boot": boot,
            "evses": [[number, status, power.get((pk, number))] for number, status in evses[pk]],
        }
        for pk, name, country, party, connection, protocol, blocked, boot in rows
    }  # fmt: skip


def _power() -> dict[tuple[int, int | None], int]:
    """Of two that run at one EVSE the later counts: the end of the other got lost."""
    latest = MeterReading.objects.filter(transaction=OuterRef("pk"), power__isnull=False).order_by("-at", "-id")
    running = Transaction.objects.filter(state=Transaction.State.RUNNING).annotate(
        watts=Subquery(latest.values("power")[:1])
    )
    rows = list(running.order_by("-started_at").values_list("station_id", "evse_number", "watts")[:2000])
    return {(station, evse): round(watts) for station, evse, watts in reversed(rows) if watts is not None}


def sessions() -> Rows:
    """Those that are not over, of hosted parties and of partners."""
    rows = Session.objects.filter(status__in=OPEN).order_by("-listed_at")[:SESSIONS]
    return {
        str(one.pk): {
            "id": one.object_id, "status": one.status, "owner": f"{one.country_code}/{one.party_id}",
            "payer": f"{one.token_country_code}/{one.token_party_id}", "token": _end_of(one.token_uid),
            "location": one.location_id, "evse": one.evse_uid, "since": _moment(one.start_date_time),
            "kwh": _number(one.kwh, 3), "cost": _number(one.total_cost, 2), "currency": one.currency,
        }
        for one in rows.defer("document")
    }  # fmt: skip


def commands() -> Rows:
    """The latest, with what became of them."""
    rows = Command.objects.select_related("sender", "receiver").order_by("-created_at")[:COMMANDS]
    return {
        str(one.pk): {
            "kind": one.kind, "from": f"{one.sender.country_code}/{one.sender.party_id}",
            "to": f"{one.receiver.country_code}/{one.receiver.party_id}", "response": one.response,
            "result": one.result, "at": _moment(one.created_at),
            "took": None if one.result_at is None else round((one.result_at - one.created_at).total_seconds(), 1),
        }
        for one in rows.defer("request", "result_body")
    }  # fmt: skip


def partners() -> Rows:
    """Platforms, and what they have not taken yet."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.PENDING))
    rows = Platform.objects.exclude(status=Platform.Status.UNREGISTERED).annotate(waiting=waiting).order_by("name")
    return {
        str(pk): {"name": name, "status": status, "waiting": count, "silent": silent}
        for pk, name, status, count, silent in rows.values_list("pk", "name", "status", "waiting", "timeouts_in_a_row")[
            :200
        ]
    }


def alerts() -> Rows:
    """Those that nobody has looked at."""
    rows = Alert.objects.filter(acknowledged_at=None).select_related("station").order_by("-last_at")[:ALERTS]
    return {
        str(one.pk): {
            "code": one.code, "severity": one.severity, "text": one.text[:200], "count": one.count,
            "station": one.station.identity if one.station else "", "at": _moment(one.last_at),
        }
        for one in rows
    }  # fmt: skip


class Trace:
    """What was said since the last look. Rows may be committed out of order, so each look goes back a little and
    leaves out what it has told (DESIGN: never read by `id > last`)."""

    def __init__(self, now: datetime) -> None:
        self._since = now
        self._told: dict[tuple[str, int], datetime] = {}

    def frames(self) -> list[Row]:
        """Of stations, both ways."""
        rows = Frame.objects.filter(at__gte=self._since - LATE).order_by("-id").values_list(
            "pk", "at", "station_id", "direction", "kind", "action", "error"
        )[:TRACED]  # fmt: skip
        found = [row for row in rows if self._is_new("frames", row[0], row[1])]
        names = dict(Station.objects.filter(pk__in={row[2] for row in found}).values_list("pk", "identity"))
        return [
            {
                "id": pk, "at": _moment(at), "who": names.get(station, "?"), "in": direction == Frame.Direction.IN,
                "what": f"{Frame.Kind(kind).label} {action}".strip(), "error": error[:120],
            }
            for pk, at, station, direction, kind, action, error in reversed(found)
        ]  # fmt: skip

    def exchanges(self) -> list[Row]:
        """With partners, both ways."""
        rows = Exchange.objects.filter(at__gte=self._since - LATE).select_related("platform").order_by("-at", "-id")
        fields = ("pk", "at", "platform__name", "direction", "method", "module", "http_status", "ocpi_status", "error")
        found = [row for row in rows.values_list(*fields)[:TRACED] if self._is_new("exchanges", row[0], row[1])]
        return [
            {
                "id": pk, "at": _moment(at), "who": name or "?", "in": direction == Exchange.Direction.IN,
                "what": f"{method} {module}".strip(), "status": f"{http or '–'}/{ocpi or '–'}", "error": error[:120],
            }
            for pk, at, name, direction, method, module, http, ocpi, error in reversed(found)
        ]  # fmt: skip

    def looked(self, now: datetime) -> None:
        """The next look begins here."""
        self._since = now
        self._told = {key: at for key, at in self._told.items() if at >= now - 2 * LATE}

    def _is_new(self, kind: str, pk: int, at: datetime) -> bool:
        new = (kind, pk) not in self._told
        self._told[kind, pk] = at
        return new


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _number(value: Decimal | None, places: int) -> str | None:
    return None if value is None else f"{value:.{places}f}"


def _end_of(token: str) -> str:
    return f"…{token[-4:]}" if len(token) > 6 else "…"
