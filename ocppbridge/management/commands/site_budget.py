"""`manage.py site_budget list|show|set|remove [COUNTRY/PARTY LOCATION]`: what a location's stations may draw together.

A change is shared within seconds. Figures are A per phase, or W in total (--unit W); times are by the location's clock.
"""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils import timezone
from rich.console import Console

from ocppbridge.bridge import budgets
from ocppbridge.charging.budget_times import faults
from ocppbridge.models import SiteBudget
from ocppbridge.services.budget_shares import counted
from roaming.console.operating import Error, OperatorCommand, table
from roaming.ocpi import json
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId

FIGURES: Final = ("limit", "limit_l2", "limit_l3", "minimum", "offline_limit")
MOST: Final = Decimal(100_000_000)
SHOWN: Final = ("active", "unit", *FIGURES, "strategy", "periods", "balanced_at")


class Command(OperatorCommand):
    help = "Budgets of sites: list them, show one with its shares, set one up or change it, remove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|set|remove")
        verbs.add_parser("list", help="every budget, with what is counted of it now")
        one = verbs.add_parser("show", help="one, with what each station has of it")
        _which(one)
        one = verbs.add_parser("set", help="set one up, or change what is named")
        _which(one)
        one.add_argument("--limit", help="of one phase, or in total; a new budget needs it")
        one.add_argument("--limit-l2", help="where L2 has another; 'none': as L1")
        one.add_argument("--limit-l3", help="where L3 has another; 'none': as L1")
        one.add_argument("--unit", choices=SiteBudget.Unit.values)
        one.add_argument("--strategy", choices=SiteBudget.Strategy.values)
        one.add_argument("--minimum", help="of one car; with less it waits for its turn")
        one.add_argument("--offline-limit", help="of a station that is offline when its lease has ended")
        one.add_argument("--periods", help='JSON: [{"days": [1, 5], "from": "17:00", "to": "20:00", "limit": 40}]')
        switch = one.add_mutually_exclusive_group()
        switch.add_argument("--on", dest="active", action="store_true", default=None)
        switch.add_argument(
            "--off", dest="active", action="store_false", help="keep it; its stations are told that there is no limit"
        )
        one = verbs.add_parser("remove", help="its stations are told, those that are away when they are back")
        _which(one)
        for verb in verbs.choices.values():
            super().add_arguments(verb)

    def run(self, **options: Any) -> Any:
        if options["verb"] == "list":
            rows = SiteBudget.objects.order_by("country_code", "party_id", "location_id")
            return [_line(row) for row in rows.prefetch_related("shares")]
        party, location = _party(options["party"]), options["location"]
        row = SiteBudget.objects.filter(country_code=party.country, party_id=party.party, location_id=location).first()
        if options["verb"] == "set":
            row = _set(row or _new(party, location), options)
            budgets.changed(row)
        if row is None:
            raise Error(f"There is no budget of {party} {location}.")
        if options["verb"] == "remove":
            row.delete()
            budgets.removed(timezone.now())
            return {"party": str(party), "location": location, "removed": True}
        return _whole(row)

    def show(self, result: Any, out: Console) -> None:
        if isinstance(result, list):
            headers = ("Operator", "Location", "Limit", "Unit", "Counted", "Stations", "On")
            out.print(table(headers, [tuple(one.values()) for one in result]) if result else "There is no budget.")
            return
        shares = result.pop("shares", [])
        super().show(result, out)
        if shares:
            headers = ("Station", "Cars", "Wanted", "Accepted", "Counted", "Lease ends", "Trouble")
            out.print(table(headers, [tuple(one.values()) for one in shares]))


def _which(parser: ArgumentParser) -> None:
    parser.add_argument("party", metavar="COUNTRY/PARTY")
    parser.add_argument("location", metavar="LOCATION")


def _party(text: str) -> PartyId:
    country, _, party = text.partition("/")
    if len(country) != 2 or len(party) != 3:
        raise Error(f"Write the operator as COUNTRY/PARTY, such as NL/VLT: {text}.")
    return PartyId(country.upper(), party.upper())


def _new(party: PartyId, location: str) -> SiteBudget:
    if wrong := budgets.misplaced(party.country, party.party, location):
        raise Error(wrong)
    return SiteBudget(country_code=party.country, party_id=party.party, location_id=location)


def _set(row: SiteBudget, options: dict[str, Any]) -> SiteBudget:
    if row.pk is None and options["limit"] is None:
        raise Error("A new budget needs a --limit.")
    for name in FIGURES:
        if options[name] is not None:
            setattr(row, name, _figure(name, options[name]))
    for name in ("unit", "strategy", "active"):
        if options[name] is not None:
            setattr(row, name, options[name])
    if options["periods"] is not None:
        row.periods = _periods(options["periods"])
    row.save()
    return row


def _figure(name: str, text: str) -> Decimal | None:
    option = f"--{name.replace('_', '-')}"
    if text == "none" and name in ("limit_l2", "limit_l3"):
        return None
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise Error(f"{option} must be a number: {text}.") from None
    if not figure.is_finite() or not 0 <= figure <= MOST or figure != round(figure, 1):
        raise Error(f"{option} must not be negative, and have one decimal at most: {text}.")
    return figure


def _periods(text: str) -> Any:
    try:
        said = json.loads(text)
    except OcpiError:
        raise Error(f"--periods is no JSON: {text}.") from None
    if wrong := faults(said):
        raise Error(f"--periods: {wrong}.")
    return said


def _line(row: SiteBudget) -> dict[str, Any]:
    now, shares = timezone.now(), list(row.shares.all())
    return {
        "party": f"{row.country_code}/{row.party_id}",
        "location": row.location_id,
        "limit": row.limit,
        "unit": row.unit,
        "counted": sum((counted(one, now) for one in shares), Decimal(0)),
        "stations": len(shares),
        "active": row.active,
    }


def _whole(row: SiteBudget) -> dict[str, Any]:
    now = timezone.now()
    shares = [
        {
            "station": one.station.identity, "cars": one.cars, "wanted": one.wanted, "accepted": one.accepted,
            "counted": counted(one, now), "lease_end": one.lease_end, "trouble": one.trouble,
        }
        for one in row.shares.select_related("station")
    ]  # fmt: skip
    said = {name: getattr(row, name) for name in SHOWN}
    return {"party": f"{row.country_code}/{row.party_id}", "location": row.location_id, **said, "shares": shares}
