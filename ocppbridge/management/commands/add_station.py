"""`manage.py add_station ID --party NL/VLT`: a station with operator and place; prints URL and password once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from ocppbridge.bridge import sites
from roaming.console.operating import Error, OperatorCommand


class Command(OperatorCommand):
    help = "Add a station. The hosted party and an OCPI location are made from plain defaults where they are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("identity", metavar="ID", help="the last part of its URL, exactly as the station sends it")
        parser.add_argument("--party", required=True, help="its operator, such as NL/VLT")
        parser.add_argument("--location", default="", help="OCPI location id; default: ID-LOC, made if need be")
        parser.add_argument("--evses", type=int, default=1, help="how many EVSEs it has (1.6: connectors)")
        parser.add_argument("--tariff", default="", help="id of a tariff of the party, for all its connectors")
        parser.add_argument("--password", help="at least 16 characters; default: one is made")
        parser.add_argument("--name", default="")

    def run(self, **options: Any) -> dict[str, Any]:
        if not 1 <= options["evses"] <= 100:
            raise Error("A station has 1 to 100 EVSEs.")
        try:
            site = sites.add(
                options["identity"],
                options["party"],
                location=options["location"],
                evses=options["evses"],
                tariff=options["tariff"],
                password=options["password"],
                name=options["name"],
            )
        except sites.CannotAdd as problem:
            raise Error(str(problem)) from None
        return {
            "identity": site.station.identity,
            "url": site.url,
            "password": site.password,
            "party": f"{site.station.country_code}/{site.station.party_id}",
            "location": site.location_id,
            "evses": site.evse_uids,
            "notes": site.notes,
        }

    def show(self, result: Any, out: Console) -> None:
        for note in result["notes"]:
            out.print(note, markup=False)
        out.print(f"Added the station {result['identity']} of {result['party']} at {result['location']}.", markup=False)
        out.print(f"EVSEs     {', '.join(result['evses'])}", markup=False)
        out.print(f"URL       {result['url']}", markup=False)
        out.print(f"Password  {result['password']}  (HTTP Basic, the user is the ID; shown this once)", markup=False)
