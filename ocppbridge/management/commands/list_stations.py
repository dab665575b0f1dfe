"""`manage.py list_stations`: every station with its state."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from ocppbridge.models import Station
from roaming.console.operating import OperatorCommand, table


class Command(OperatorCommand):
    help = "List the stations with their state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--online", action="store_true", help="only those with a socket")
        parser.add_argument("--party", help="only those of an operator, such as NL/VLT")

    def run(self, **options: Any) -> list[dict[str, Any]]:
        rows = Station.objects.prefetch_related("evses").order_by("identity")
        if options["online"]:
            rows = rows.filter(connection__isnull=False)
        if options["party"]:
            country, _, party = options["party"].upper().partition("/")
            rows = rows.filter(country_code=country, party_id=party)
        return [_described(row) for row in rows]

    def show(self, result: Any, out: Console) -> None:
        headers = ("Identity", "State", "OCPP", "Party", "Location", "EVSEs", "Last seen")
        out.print(table(headers, [_line(one) for one in result]) if result else "There is no station.")


def _described(row: Station) -> dict[str, Any]:
    return {
        "identity": row.identity,
        "online": row.online,
        "blocked": row.blocked,
        "ocpp": row.subprotocol.removeprefix("ocpp"),
        "party": f"{row.country_code}/{row.party_id}",
        "location": row.location_id,
        "evses": [{"number": evse.number, "uid": evse.uid, "status": evse.status} for evse in row.evses.all()],
        "vendor": row.vendor,
        "model": row.model,
        "last_seen_at": row.last_seen_at,
    }


def _line(one: dict[str, Any]) -> tuple[Any, ...]:
    state = "blocked" if one["blocked"] else "online" if one["online"] else "offline"
    evses = [f"{evse['number']} {evse['status']}" for evse in one["evses"]]
    return (one["identity"], state, one["ocpp"], one["party"], one["location"], evses, one["last_seen_at"])
