"""`manage.py station_password ID`: send a station a new password over its socket, or store one that was set by hand."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from rich.console import Console

from ocppbridge.bridge import decisions
from ocppbridge.models import Station
from ocppbridge.services import calls, password_changes, passwords
from roaming.console.operating import Error, OperatorCommand


class Command(OperatorCommand):
    help = "Change a station's password over its socket; both are right until the station has used one of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("identity", metavar="ID")
        parser.add_argument("--password", help="at least 16 characters; default: one is made")
        parser.add_argument(
            "--by-hand", action="store_true", help="nothing is sent: you set it on the station, and it is printed once"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        station = Station.objects.select_related("connection").filter(identity=options["identity"]).first()
        if station is None:
            raise Error(f"There is no station {options['identity']}.")
        try:
            return _set(station, options["password"]) if options["by_hand"] else _sent(station, options["password"])
        except (
            passwords.WeakPassword,
            password_changes.UnderWay,
            calls.NotOffered,
            calls.InvalidPayload,
        ) as problem:
            raise Error(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None

    def show(self, result: Any, out: Console) -> None:
        if "password" in result:
            out.print(f"Password  {result['password']}  (shown this once)", markup=False)
            return
        where = (
            "It is on its way." if result["online"] else "The station is offline: it is sent when the station comes."
        )
        out.print(f"A new password for {result['station']} is {result['state']}. {where}", markup=False)


def _set(station: Station, password: str | None) -> dict[str, Any]:
    chosen = password or passwords.new_password()
    short = decisions.allows_short_password(station.identity)
    password_changes.set_by_hand(station, chosen, now=timezone.now(), allow_short=short)
    return {"station": station.identity, "password": chosen}


def _sent(station: Station, password: str | None) -> dict[str, Any]:
    change = password_changes.send(station, by=getpass.getuser(), password=password)
    call = change.call
    return {
        "station": station.identity,
        "state": call.state if call is not None else change.state,
        "call": str(call.pk) if call is not None else None,
        "online": station.online,
    }
