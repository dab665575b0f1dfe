"""``python -m ocppbridge.simulator``: one station, or a fleet from a file, as a process of its own.

Orders come in on standard input (orders.py) and, with --json-log, notes go out on standard output, one JSON object a
line. The process ends when standard input closes (so that it cannot outlive who started it) or on SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from ocppbridge.simulator.crew import VERSIONS, made
from ocppbridge.simulator.driver import Driver, Plan
from ocppbridge.simulator.rehearsal import obeying
from ocppbridge.simulator.shell import Seat, now, run
from ocppbridge.simulator.station import Note

TRAITS = ("evses", "power", "speed", "sample_every", "first_register", "starts_offline", "answer_timeout")


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    entries = json.loads(Path(options.fleet).read_text()) if options.fleet else [vars(options)]
    seats = [seat({**vars(options), **entry}) for entry in entries]
    asyncio.run(_serve(seats, _tell_json if options.json_log else _tell_nothing, options.detached))
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ocppbridge.simulator", description=__doc__)
    parser.add_argument("--url", required=True, help="without the identity, e.g. ws://127.0.0.1:9000/ocpp")
    parser.add_argument("--identity", help="of the one station (or --fleet)")
    parser.add_argument("--password", default="")
    parser.add_argument("--version", choices=sorted(VERSIONS), default="1.6")
    parser.add_argument("--fleet", help="a JSON file: a list of objects with these options, for many stations")
    parser.add_argument("--evses", type=int, default=1)
    parser.add_argument("--power", type=int, default=11_000, help="W")
    parser.add_argument("--speed", type=int, default=1, help="multiplies the energy, not the time")
    parser.add_argument("--sample-every", type=float, default=5.0, help="seconds between meter values")
    parser.add_argument("--first-register", type=int, default=1_000, help="Wh on the meter")
    parser.add_argument("--answer-timeout", type=float, default=30.0)
    parser.add_argument("--starts-offline", action="store_true", help="begin transactions while there is no socket")
    parser.add_argument("--driver", action="store_true", help="a driver comes by himself")
    parser.add_argument("--swipes", default="", metavar="TOKEN", help="his card; without it a remote start is awaited")
    parser.add_argument("--charge-for", type=float, default=0.0, help="seconds; 0: until somebody stops it")
    parser.add_argument("--pause", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=1, help="0: for ever")
    parser.add_argument("--arrive-after", type=float, default=0.0)
    parser.add_argument("--json-log", action="store_true")
    parser.add_argument("--detached", action="store_true", help="standard input is not listened to")
    return parser


def seat(options: dict[str, Any]) -> Seat:
    """One station with its driver, from options as `parser` names them."""
    station = made(options["version"], options["identity"], {name: options[name] for name in TRAITS})
    taken = Seat(station, options["url"], options["password"])
    if options["driver"]:
        plan = Plan(
            id_token=options["swipes"],
            charge_for=timedelta(seconds=options["charge_for"]) if options["charge_for"] else None,
            pause=timedelta(seconds=options["pause"]),
            rounds=options["rounds"] or None,
        )
        taken.driver = Driver(station, plan, now() + timedelta(seconds=options["arrive_after"]))
    return taken


async def _serve(seats: list[Seat], tell: Any, detached: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [] if detached else [asyncio.create_task(obeying(seats, tell, stop))]
    await run(seats, tell, stop)
    for task in tasks:
        task.cancel()


def _tell_json(note: Note) -> None:
    sys.stdout.write(json.dumps(note, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _tell_nothing(note: Note) -> None:
    """Without --json-log the process is silent."""


if __name__ == "__main__":
    sys.exit(main())
