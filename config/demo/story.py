"""``python -m config.demo.story [--once]``: the demo as it is played, a child of what `manage.py demo` starts.

Makes the world, brings the far sides to the stage, plays a session at a 1.6 and at a 2.0.1 station, and says what was
right. With --once its exit status is the verdict; otherwise a few stations go on charging until somebody stops it.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

import django

django.setup()  # before the models below; this module is the process's own entry point

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from config.demo import acts, world  # noqa: E402
from config.demo.narrate import Narrator  # noqa: E402
from config.demo.stage import Actor, Missing, Stage  # noqa: E402
from config.demo.verdict import Verdict  # noqa: E402
from config.supervisor import healthy  # noqa: E402

READY_SECONDS = 60


class Leave(Exception):
    """SIGTERM or SIGINT: the actors are sent home and the process ends."""


def main() -> int:
    once = "--once" in sys.argv[1:]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    verdict = Verdict(tell)
    try:
        _wait_for_the_hub()
        built = world.build()
        narrator = Narrator(tell, told_of={"eMSP", *(place.identity for place in world.PLACES[:2])})
        with Stage(narrator) as stage:
            _play(stage, built, verdict)
            tell("")
            for line in verdict.summary.splitlines():
                tell(line)
            narrator.rest()
            if not once:
                _go_on(stage, built)
    except Leave:
        return 1 if once else 0
    return 1 if verdict.wrong else 0


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _play(stage: Stage, built: world.World, verdict: Verdict) -> None:
    """The acts in order; the first that gets stuck ends the play, and says at what."""
    try:
        emsp = acts.register(stage, verdict)
        stations = [_station(stage, built, place) for place in world.PLACES[:2]]
        acts.look_around(stage, emsp, verdict)
        acts.hand_out_card(stage, emsp, verdict)
        for number, station in enumerate(stations):
            acts.charge(stage, emsp, station, world.PLACES[number], verdict)
        acts.unlock(stage, emsp, world.PLACES[0], verdict)
        acts.pull_everything(stage, emsp, verdict)
    except Missing as missing:
        verdict.fail(str(missing))


def _station(stage: Stage, built: world.World, place: world.Place, *habits: str) -> Actor:
    address = ["--url", f"{settings.HUB_OCPP_PUBLIC_URL}/ocpp", "--identity", place.identity]
    secret = ["--password", built.passwords[place.identity], "--version", place.version]
    meter = ["--power", str(place.power), "--speed", "60", "--sample-every", "2", "--json-log"]
    return stage.enter(place.identity, "ocppbridge.simulator", *address, *secret, *meter, *habits)


def _go_on(stage: Stage, built: world.World) -> None:
    """Keep a few stations charging, and say where to look."""
    habits = ["--driver", "--swipes", acts.CARD, "--charge-for", "120", "--pause", "20", "--rounds", "0"]
    for place in world.PLACES[2:]:
        _station(stage, built, place, *habits, "--speed", "10", "--sample-every", "10")
    base = settings.HUB_PUBLIC_URL
    for line in (
        "",
        f"Three stations go on charging ({', '.join(place.identity for place in world.PLACES[2:])}).",
        f"  OCPI      {base}/ocpi/versions",
        f"  Admin     {base}/admin/   login {world.LOGIN}, password {built.staff_password}",
        f"  API       {base}/api/docs/",
        f"  Stations  {settings.HUB_OCPP_PUBLIC_URL}/ocpp/<identity>",
        "Ctrl-C stops it.",
    ):
        tell(line)
    threading.Event().wait()


def _wait_for_the_hub() -> None:
    deadline = time.monotonic() + READY_SECONDS
    ports = {settings.HUB_WEB_PORT, settings.HUB_OCPP_PORT}
    while ports := {port for port in ports if not healthy("127.0.0.1", port)}:
        if time.monotonic() > deadline:
            raise SystemExit(f"no answer on port {ports.pop()}")
        time.sleep(0.1)
    connection.close()


def _leave(number: int, frame: FrameType | None) -> Any:
    raise Leave(signal.Signals(number).name)


if __name__ == "__main__":
    sys.exit(main())
