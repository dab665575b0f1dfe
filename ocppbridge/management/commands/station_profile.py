"""`manage.py station_profile ID [--least N | --raise N]`: by which security profile a station proves who it is."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from ocppbridge.models import Station
from ocppbridge.services import calls, profiles
from roaming.console.operating import Error, OperatorCommand


class Command(OperatorCommand):
    help = "Show a station's security profile, say what is the least, or ask it over its socket to move up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("identity", metavar="ID")
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument(
            "--least", type=int, choices=Station.Profile.values, help="nothing below it is let in from now on"
        )
        wanted.add_argument(
            "--raise", type=int, choices=Station.Profile.values[1:], dest="target", help="ask the station to move up"
        )
        parser.add_argument("--slot", type=int, default=2, help="2.x: where the station stores the connection")
        parser.add_argument("--url", default="", help="2.x: the wss:// address; default: the hub's own")

    def run(self, **options: Any) -> dict[str, Any]:
        station = Station.objects.select_related("connection").filter(identity=options["identity"]).first()
        if station is None:
            raise Error(f"There is no station {options['identity']}.")
        if options["least"] is not None:
            station.security_minimum = options["least"]
            station.save(update_fields=["security_minimum"])
        if options["target"] is not None:
            try:
                profiles.upgrade(
                    station, options["target"], by=getpass.getuser(), slot=options["slot"], url=options["url"]
                )
            except (profiles.CannotRaise, calls.NotOffered, calls.InvalidPayload) as problem:
                raise Error(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None
            station.refresh_from_db()
        return {
            "station": station.identity,
            "least": station.security_minimum,
            "connected_with": station.security_profile,
            "asked_to_move_to": station.security_target,
        }

    def show(self, result: Any, out: Console) -> None:
        words = Station.Profile(result["least"]).label
        out.print(f"{result['station']} connects with profile {words}, or better.", markup=False)
        if result["connected_with"] is not None:
            out.print(f"Its present or last connection has {result['connected_with']}.", markup=False)
        if result["asked_to_move_to"] is not None:
            out.print(f"It is asked to move to {result['asked_to_move_to']}.", markup=False)
