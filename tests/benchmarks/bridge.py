"""From one side of the hub to the other, by the hub as it starts itself: from a station's frame to the partner's PATCH,
from a partner's command to the call on the socket, and a request that is passed on against one sent directly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest

from tests.benchmarks import hub, network, running
from tests.benchmarks.library import library
from tests.benchmarks.measure import LOAD_CORE, middle
from tests.benchmarks.partners import ask, partners
from tests.benchmarks.report import Row
from tests.benchmarks.running import Line, Processes, beside, heard, percentile

STATIONS = 50
SECONDS, RATE = 20, 50
COMMANDS = 60
FLOOD = 500
ROUNDS = 7


def run() -> list[Row]:
    with hub.ground() as place, partners() as (port, peer), library("EMSP") as (_, library_port):
        place.env["OUTBOUND_ALLOW"] = "127.0.0.0/8"
        hub.setup_django(place)
        token, cpo_token = _world(port, library_port)
        accounts = _stations()
        with running.processes(place) as ours:
            os.sched_setaffinity(0, LOAD_CORE)
            with _chargers(ours.ocpp_port, accounts) as chargers:
                _settled(peer)
                told = _frames_to_partner(peer, chargers)
                commands = Line(ours.web_port, token, _routing("AT/P00", "NL/C00"))
                quiet = _command_to_call(commands, port, chargers)
                ask(chargers, flood=FLOOD)
                busy = _command_to_call(commands, port, chargers)
                ask(chargers, flood=0)
            return [told, _row("quiet", quiet), _row(f"with {FLOOD} meter values a second", busy),
                    _routed(ours, cpo_token, library_port)]  # fmt: skip


def _frames_to_partner(peer: subprocess.Popen[str], chargers: subprocess.Popen[str]) -> Row:
    """Each status of a station, until the partner has it or a later one of the same EVSE."""
    acknowledged = ask(chargers, status=SECONDS, rate=RATE)
    time.sleep(3)
    arrivals = ask(peer, report=True)
    delays = []
    for evse, stamp, at in acknowledged:
        there = [when for _, _, path, when, dated in arrivals if f"/{evse}" in path and dated >= stamp]
        delays.append(min(there) - at if there else 60.0)
    figures = f"{len(delays)} statuses, {len(arrivals)} requests; p50 {percentile(delays, 0.5) * 1000:.0f} ms"
    what = f"frame acknowledged → PATCH at the partner, {RATE} messages/s: p95"
    return Row(what, "1 second", percentile(delays, 0.95), "<=", 1.0, figures, "")


def _command_to_call(line: Line, port: int, chargers: subprocess.Popen[str]) -> list[float]:
    """Seconds from the POST to the call on the socket."""
    url = f"{line.endpoint('commands', 'RECEIVER')}UNLOCK_CONNECTOR"
    ask(chargers, calls=True)
    posts: dict[str, list[float]] = defaultdict(list)
    calls: dict[str, list[float]] = defaultdict(list)
    for number in range(COMMANDS):
        station = _identity(number % STATIONS)
        body = {"response_url": f"http://127.0.0.1:{port}/0/commands/{number}", "location_id": station,
                "evse_uid": f"{station}-1", "connector_id": "1"}  # fmt: skip
        posts[station].append(time.time())
        line.ask("POST", url, json.dumps(body).encode())
        time.sleep(0.1)
    time.sleep(2)
    for station, action, at in ask(chargers, calls=True):
        if action == "UnlockConnector":
            calls[station].append(at)
    pairs = [pair for station in posts for pair in zip_longest(posts[station], calls[station])]
    return [60.0 if post is None or call is None else call - post for post, call in pairs]


def _row(when: str, delays: list[float]) -> Row:
    p50, p95 = (percentile(delays, share) * 1000 for share in (0.5, 0.95))
    figures = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(delays)}"
    return Row(f"command POST → CALL on the socket, {when}: p95", "100 ms", p95 / 100, "<=", 1.0, figures, "")


def _routed(ours: Processes, token: str, port: int) -> Row:
    """A list of ten tokens that the hub passes on, and the same from the eMSP itself."""
    through = Line(ours.web_port, token, _routing("NL/LBC", "NL/LIB"))
    direct = Line(port, "token-of-ours")
    url = f"{through.endpoint('tokens', 'SENDER')}?limit=10"
    figures: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        figures[0].append(middle(_timed(lambda: through.ask("GET", url), 30)))
        figures[1].append(middle(_timed(lambda: direct.ask("GET", "/ocpi/emsp/2.2.1/tokens/?limit=10"), 30)))
    routed, alone = (middle(found) for found in figures)
    return Row(
        "a request passed on: p50", "the same, sent directly to extrawest-ocpi", routed / alone, "<=", 3.0,
        f"{routed * 1000:.1f} ms against {alone * 1000:.1f} ms", "two journals, routing, a second token",
    )  # fmt: skip


def _timed(call: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        found.append(time.perf_counter() - begin)
    return found


def _routing(sender: str, to: str) -> dict[str, str]:
    named = {"from": sender.split("/"), "to": to.split("/")}
    countries = {f"OCPI-{way}-country-code": country for way, (country, _) in named.items()}
    return countries | {f"OCPI-{way}-party-id": party for way, (_, party) in named.items()}


def _world(port: int, library_port: int) -> tuple[str, str]:
    """One eMSP that is told and commands; the library as another, and a CPO that asks it."""
    from roaming.models import Endpoint, IssuedToken, Party  # noqa: PLC0415  # needs Django
    from roaming.services import platforms  # noqa: PLC0415

    [emsp] = network.emsps(1, f"http://127.0.0.1:{port}")
    address = f"http://127.0.0.1:{library_port}/ocpi"
    there = network.platform("library", versions_url=f"{address}/versions")
    Endpoint.objects.create(platform=there, module="tokens", role="SENDER", url=f"{address}/emsp/2.2.1/tokens")
    Party.objects.create(platform=there, country_code="NL", party_id="LIB", role="EMSP")
    cpo = network.platform("asking")
    Party.objects.create(platform=cpo, country_code="NL", party_id="LBC", role="CPO")
    return platforms.issue(emsp, IssuedToken.Kind.C), platforms.issue(cpo, IssuedToken.Kind.C)


def _stations() -> list[tuple[str, str]]:
    """Each at a location of its own."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from ocppbridge.services import stations  # noqa: PLC0415
    from roaming.ocpi.party import PartyId  # noqa: PLC0415
    from roaming.services import hosting, locations  # noqa: PLC0415

    owner = PartyId("NL", "C00")
    hosting.ensure(owner, "Bench")
    accounts = []
    for number in range(STATIONS):
        identity = _identity(number)
        document = network.location(number, ("NL", "C00")) | {"id": identity}
        evse = document["evses"][0] | {"uid": f"{identity}-1"}
        locations.store(owner, document | {"evses": [evse]}, source=None, now=timezone.now())
        added = stations.add(identity, str(owner), location_id=identity, evses=[evse["uid"]])
        accounts.append((identity, added.password))
    return accounts


def _identity(number: int) -> str:
    return f"BRIDGE{number:03d}"


def _settled(peer: subprocess.Popen[str]) -> None:
    """The partner has all locations (workers are up later than the doors); from then on only differences are sent."""
    deadline, quiet, heard_of = time.monotonic() + 90, 0, 0
    while quiet < 5 or heard_of < STATIONS:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the partner has not come to rest: {heard_of} requests")
        time.sleep(0.5)
        new = ask(peer, report=True)
        heard_of, quiet = heard_of + len(new), 0 if new else quiet + 1


@contextmanager
def _chargers(port: int, accounts: list[tuple[str, str]]) -> Iterator[subprocess.Popen[str]]:
    with beside([sys.executable, "-m", "tests.benchmarks.peers.chargers", str(port)]) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(accounts) + "\n")
        process.stdin.flush()
        heard(process)
        yield process


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
