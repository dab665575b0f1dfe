"""From a change to the partners: one EVSE's status told to 50 eMSPs, ten of which hang, by the hub as it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.benchmarks import hub, network, running
from tests.benchmarks.measure import LOAD_CORE, free_port
from tests.benchmarks.report import Row
from tests.benchmarks.running import beside, heard, percentile

PARTNERS, HANGING = 50, 10
CHANGES = 50
EVERY = 1.5  # seconds
OWNER = ("NL", "C00")


def run() -> list[Row]:
    with hub.ground() as place, partners() as (port, peer):
        place.env["OUTBOUND_ALLOW"] = "127.0.0.0/8"
        hub.setup_django(place)
        _world(port)
        with running.processes(place):
            os.sched_setaffinity(0, LOAD_CORE)
            return [_fan_out(peer)]


def _fan_out(peer: subprocess.Popen[str]) -> Row:
    changes = [_change(0)]
    _wait_for(peer, changes[0], PARTNERS)
    ask(peer, hang=HANGING)
    begin = time.monotonic()
    for number in range(1, CHANGES + 1):
        time.sleep(max(0.0, begin + number * EVERY - time.monotonic()))
        changes.append(_change(number))
    time.sleep(3)
    arrivals = ask(peer, report=True)
    delays = [_all_have_it(arrivals, *change) for change in changes[1:]]
    late = f"{sum(delay > 1 for delay in delays)} of {CHANGES} later than 1 s"
    figures = f"p50 {percentile(delays, 0.5) * 1000:.0f} ms, p95 {percentile(delays, 0.95) * 1000:.0f} ms; {late}"
    what = f"an EVSE's status at {PARTNERS - HANGING} partners, {HANGING} more hang: p95 from COMMIT"
    return Row(what, "1 second", percentile(delays, 0.95), "<=", 1.0, figures, "")


def _world(port: int) -> None:
    from roaming.models import Party  # noqa: PLC0415  # needs Django

    Party.objects.create(country_code=OWNER[0], party_id=OWNER[1], role="CPO")
    network.emsps(PARTNERS, f"http://127.0.0.1:{port}")
    _store(network.location(0, OWNER))


def _store(document: dict[str, Any]) -> None:
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from roaming.ocpi.party import PartyId  # noqa: PLC0415
    from roaming.services import locations  # noqa: PLC0415

    locations.store(PartyId(*OWNER), document, source=None, now=timezone.now())


def _change(number: int) -> tuple[str, float]:
    """One EVSE's status as the bridge would change it: its last_updated, and when it was committed."""
    from django.db import transaction  # noqa: PLC0415  # needs Django
    from django.utils import timezone  # noqa: PLC0415

    from roaming.ocpi.party import PartyId  # noqa: PLC0415
    from roaming.services import locations  # noqa: PLC0415

    committed: list[float] = []
    at = network.START + timedelta(days=1, seconds=number)
    status = ("CHARGING", "AVAILABLE")[number % 2]
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.time()))
        changed = locations.set_evse_status(PartyId(*OWNER), "LOC000000", "0-1", status, at, now=timezone.now())
    assert changed
    return network.written(at), committed[0]


def _wait_for(peer: subprocess.Popen[str], change: tuple[str, float], partners: int) -> None:
    """Until so many have it: from then on only differences are sent."""
    seen: set[str] = set()
    deadline = time.monotonic() + 60
    while len(seen) < partners:
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {len(seen)} of {partners} partners were told")
        time.sleep(0.2)
        seen |= {number for number, _, _, _, dated in ask(peer, report=True) if dated >= change[0]}


def _all_have_it(arrivals: list[Any], dated: str, committed: float) -> float:
    """Seconds until the last of those who do not hang had this state or a later one."""
    first: dict[str, float] = {}
    for number, _, _, at, carried in arrivals:
        if int(number) >= HANGING and carried >= dated:
            first.setdefault(number, at)
    return max(first.values()) - committed if len(first) == PARTNERS - HANGING else 60.0


@contextmanager
def partners() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    with beside([sys.executable, "-m", "tests.benchmarks.peers.partners", str(port)]) as peer:
        heard(peer)
        yield port, peer


def ask(peer: subprocess.Popen[str], **order: object) -> Any:
    assert peer.stdin is not None
    peer.stdin.write(json.dumps(order) + "\n")
    peer.stdin.flush()
    return heard(peer)


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
