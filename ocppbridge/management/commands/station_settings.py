"""`manage.py station_settings ID [PART] [--read|--set|--report|--drift|--apply]`: what a station has, and shall have.

Names as everywhere: HeartbeatInterval, or OCPPCommCtrlr.HeartbeatInterval; either for a station of every version.
"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rich.console import Console

from ocppbridge.charging.variables import named, text
from ocppbridge.models import Setting, Station
from ocppbridge.services import calls, configuration, device_model, variables
from roaming.console.operating import Error, OperatorCommand, table

MOST = 2000


class Command(OperatorCommand):
    help = "List a station's settings as it reported them; read or write some, or compare them with what is wanted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("identity", metavar="ID")
        parser.add_argument("part", metavar="PART", nargs="?", default="", help="only names that contain it")
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--read", nargs="+", metavar="NAME", help="ask the station for their present values")
        does.add_argument("--set", nargs="+", metavar="NAME=VALUE", help="ask the station to change them")
        does.add_argument(
            "--report", nargs="?", const=device_model.FULL, choices=device_model.INVENTORIES, metavar="INVENTORY",
            help=f"have the device model reported: {', '.join(device_model.INVENTORIES)} (the first if none is named)",
        )  # fmt: skip
        does.add_argument("--drift", action="store_true", help="what is wanted of it, and what differs; exit 1 if any")
        does.add_argument("--apply", action="store_true", help="write what differs, whatever was refused before")

    def run(self, **options: Any) -> dict[str, Any]:
        station = Station.objects.select_related("connection").filter(identity=options["identity"]).first()
        if station is None:
            raise Error(f"There is no station {options['identity']}.")
        try:
            return self._run(station, options)
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            raise Error(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None

    def _run(self, station: Station, options: dict[str, Any]) -> dict[str, Any]:
        by: dict[str, Any] = {"purpose": "staff", "requested_by": getpass.getuser()}
        if options["read"]:
            return _asked(station, variables.read(station, [named(name) for name in options["read"]], **by))
        if options["set"]:
            return _asked(station, variables.write(station, [_pair(word) for word in options["set"]], **by))
        if options["report"]:
            row = device_model.ask(station, options["report"], requested_by=getpass.getuser())
            return _asked(station, [row.call] if row.call else [])
        if options["apply"]:
            configuration.apply(station, timezone.now(), by=getpass.getuser())
        if options["apply"] or options["drift"]:
            drift = _drift(station)
            self.exit_code = 1 if options["drift"] and any(one["stands"] != "as wanted" for one in drift) else 0
            return {"station": station.identity, "wanted": drift}
        return {"station": station.identity, "settings": _settings(station, options["part"])}

    def show(self, result: Any, out: Console) -> None:
        if "calls" in result:
            where = "on their way" if result["online"] else "waiting for the station"
            out.print(f"{len(result['calls'])} message(s) to {result['station']} are {where}.", markup=False)
        elif "wanted" in result:
            _tell(
                out, ("Setting", "Wanted", "As last reported", "Stands"), result["wanted"], "Nothing is wanted of it."
            )
        else:
            empty = "It has reported no such setting: --report asks it to."
            _tell(out, ("Setting", "Value", "Access", "Reported", "Last write"), result["settings"], empty)


def _tell(out: Console, headers: tuple[str, ...], rows: list[dict[str, Any]], empty: str) -> None:
    out.print(table(headers, [tuple(one.values()) for one in rows]) if rows else empty)


def _pair(word: str) -> tuple[Any, str]:
    name, separator, value = word.partition("=")
    if not separator or not name:
        raise Error(f"Write it as NAME=VALUE: {word}.")
    return named(name), value


def _asked(station: Station, made: list[Any]) -> dict[str, Any]:
    return {"station": station.identity, "online": station.online, "calls": [str(call.pk) for call in made]}


def _drift(station: Station) -> list[dict[str, Any]]:
    found = configuration.standing(station)
    drifts = {one.variable: one for one in found.drifts}
    lines = []
    for variable, value in found.wanted.items():
        drift = drifts.get(variable)
        stands = str(drift.kind) if drift else "as wanted"
        stands = "after a reboot" if variable in found.awaiting_reboot else stands
        has = drift.found if drift else value
        lines.append({"setting": text(variable), "wanted": value, "found": has, "stands": stands})
    unknown = {"wanted": None, "found": None, "stands": "unknown to its OCPP version"}
    return lines + [{"setting": name, **unknown} for name in found.unsayable]


def _settings(station: Station, part: str) -> list[dict[str, Any]]:
    rows = Setting.objects.filter(Q(name__icontains=part) | Q(component__icontains=part), station=station)[:MOST]
    return [
        {
            "setting": str(row),
            "value": row.value,
            "mutability": row.mutability,
            "reported_at": row.reported_at,
            "write_status": row.write_status,
        }
        for row in rows
    ]
