"""`manage.py simulate_charger`: stations in software, one or hundreds, playing a scenario; a live view on a terminal.

Exit 0: every scenario was played; 1: one failed or a station never got in; 2: it cannot be begun, and why.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.live import Live
from rich.progress import track

from ocppbridge.bridge import sites
from ocppbridge.models import Station as StationRow
from ocppbridge.services import passwords
from ocppbridge.simulator import crew, library
from ocppbridge.simulator.board import Board
from ocppbridge.simulator.deeds import DEEDS
from ocppbridge.simulator.play import Play
from ocppbridge.simulator.rehearsal import Outcome, rehearse
from ocppbridge.simulator.scenario import BadScenario
from ocppbridge.simulator.shell import Seat, Tell, now
from ocppbridge.simulator.telling import line
from roaming.console.operating import Error

MARK = "Simulated"
"""The name by which a station is known to be ours to give a new password."""
TRAITS = ("evses", "power", "speed", "sample_every")


class Command(BaseCommand):
    help = "Simulate charging stations: any OCPP version and security profile, one or a fleet, by a script."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """`--version` is OCPP's here, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?", default="normal", help="a name (see --list), or a .toml or .py file")
        parser.add_argument("--list", action="store_true", help="the scenarios that there are, and their values")
        parser.add_argument("--words", action="store_true", help="what the steps of a scenario can do, with its fields")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a value of the scenario")
        who = parser.add_argument_group("stations")
        who.add_argument("--identity", default="SIM-{n:04}", help="with {n} for a fleet; default %(default)s")
        who.add_argument("--count", type=int, default=1)
        who.add_argument("--version", choices=[*crew.VERSIONS, "mixed"], default="2.0.1", help="OCPP's")
        who.add_argument("--evses", type=int, help="default 1")
        who.add_argument("--power", type=int, help="W; default 11000")
        who.add_argument("--speed", type=int, help="multiplies the energy, not the time; default 1")
        who.add_argument("--sample-every", type=float, metavar="SECONDS", help="between meter values; default 5")
        where = parser.add_argument_group("connection")
        where.add_argument("--url", help="without the identity; default: this hub's")
        where.add_argument("--add", metavar="PARTY", help="add the stations to this hub first, as those of NL/VLT, say")
        where.add_argument("--password", help="one for all; not needed with --add")
        where.add_argument("--security-profile", type=int, choices=range(4), default=1)
        where.add_argument("--ca", metavar="FILE", help="authority of the hub's certificate (profiles 2 and 3)")
        where.add_argument("--certificate", metavar="FILE", help="of the station (profile 3)")
        where.add_argument("--key", metavar="FILE")
        how = parser.add_argument_group("course")
        how.add_argument("--rounds", type=int, default=1, help="how often; 0: for ever")
        how.add_argument("--pause", type=float, default=5.0, help="seconds between rounds")
        how.add_argument("--ramp", type=float, default=0.0, help="seconds over which a fleet comes online")
        how.add_argument("--for", type=float, dest="seconds", metavar="SECONDS", help="then stop")
        how.add_argument("--orders", action="store_true", help="JSON lines on standard input too; its end is the end")
        how.add_argument("--plain", action="store_true", help="lines instead of the live view, on a terminal too")
        how.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(options["json"])
            return
        if options["words"]:
            self._tell_words()
            return
        try:
            seats, title = _seats(options)
        except (crew.Unfit, BadScenario, sites.CannotAdd) as problem:
            raise Error(f"{str(problem).rstrip('.')}.") from None
        outcome = self._play(seats, title, options)
        self._sum_up(outcome, options["json"])
        if not outcome.good:
            sys.exit(1)

    def _list(self, as_json: bool) -> None:
        for one in library.shipped():
            if as_json:
                about = {"name": one.name, "title": one.title, "values": dict(one.values)}
                self.stdout.write(json.dumps(about))
            else:
                values = " ".join(f"{name}={value}" for name, value in one.values.items())
                self.stdout.write(f"{one.name:<16} {one.title}\n{'':<16} {values}")

    def _tell_words(self) -> None:
        for name, deed in DEEDS.items():
            fields = [*deed.needs, *(f"[{field}]" for field in deed.may if field not in deed.needs)]
            self.stdout.write(f"{name:<12} {deed.about:<76} {' '.join(fields)}".rstrip())
        self.stdout.write(
            "\nBefore it: after = seconds. After it: until = an event of the station, with = facts, within = seconds"
        )

    def _play(self, seats: list[Seat], title: str, options: dict[str, Any]) -> Outcome:
        board = Board(seats, title)
        with ExitStack() as stack:
            refresh, tell = None, self._teller(board, options)
            if self.stdout.isatty() and not options["plain"] and not options["json"]:
                live = stack.enter_context(Live(console=Console(), auto_refresh=False))

                def refresh() -> None:
                    live.update(board.draw(now()), refresh=True)

                tell = board.tell
            orders, seconds = options["orders"], options["seconds"]
            return asyncio.run(rehearse(seats, tell, seconds=seconds, orders=orders, refresh=refresh))

    def _teller(self, board: Board, options: dict[str, Any]) -> Tell:
        def tell(note: dict[str, Any]) -> None:
            board.tell(note)
            verbose = options["verbosity"] > 1
            text = json.dumps(note, separators=(",", ":")) if options["json"] else line(note, verbose)
            if text is not None:
                self.stdout.write(text)
                self.stdout.flush()

        return tell

    def _sum_up(self, outcome: Outcome, as_json: bool) -> None:
        if as_json:
            facts = {"event": "over", "stations": outcome.stations, "connected": outcome.connected}
            self.stdout.write(json.dumps(facts | {"rounds": outcome.rounds, "failures": outcome.failures}))
            return
        stations = f"{outcome.connected} of {outcome.stations} stations got in"
        self.stdout.write(f"{stations}; {outcome.rounds} scenarios were played, {len(outcome.failures)} failed.")
        for identity, why in list(outcome.failures.items())[:10]:
            self.stdout.write(f"  {identity}: {why}")


def _seats(options: dict[str, Any]) -> tuple[list[Seat], str]:
    if not 1 <= options["count"] <= 10_000:
        raise crew.Unfit("a fleet has 1 to 10000 stations")
    url = options["url"] or f"{settings.HUB_OCPP_PUBLIC_URL}/ocpp"
    security = crew.Security(options["security_profile"], options["ca"], options["certificate"], options["key"])
    script = library.find(options["scenario"], dict(_pair(text) for text in options["set"]))
    identities = crew.names(options["identity"], options["count"])
    security.check(url, options["password"] or options["add"])
    tls = security.tls()
    told = {name: options[name] for name in TRAITS if options[name] is not None}
    traits = {**script.station, **told}
    secrets = _added(identities, options, traits.get("evses", 1))
    versions = list(crew.VERSIONS) if options["version"] == "mixed" else [options["version"]]
    seats = []
    for number, identity in enumerate(identities):
        station = crew.made(versions[number % len(versions)], identity, traits)
        seat = Seat(station, url, security.secret(secrets[identity]), tls=tls)
        seat.begins_after = options["ramp"] * number / len(identities)
        seat.driver = Play(station, script.perform, now(), rounds=options["rounds"] or None, pause=options["pause"])
        seats.append(seat)
    return seats, f"{script.title or script.name} · {url}"


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise crew.Unfit(f"--set takes NAME=VALUE, not {text}")
    return name, value


def _added(identities: list[str], options: dict[str, Any], evses: int) -> dict[str, str | None]:
    """The password of each; with --add stations that lack are made, and ours of before get a new password."""
    if not options["add"]:
        return dict.fromkeys(identities, options["password"])
    known = {row.identity: row for row in StationRow.objects.filter(identity__in=identities)}
    if strangers := [row.identity for row in known.values() if row.name != MARK]:
        raise crew.Unfit(f"{strangers[0]} is a station that was not made here: leave out --add, give its --password")
    shown = Console(stderr=True)
    each = track(identities, "Adding stations", console=shown, disable=not shown.is_terminal, transient=True)
    return {identity: _secret(identity, known.get(identity), options, evses) for identity in each}


def _secret(identity: str, known: StationRow | None, options: dict[str, Any], evses: int) -> str:
    if known is None:
        made = sites.add(identity, options["add"], evses=evses, password=options["password"], name=MARK)
        return made.password
    chosen: str = options["password"] or passwords.new_password()
    passwords.set_password(known, chosen)
    return chosen
