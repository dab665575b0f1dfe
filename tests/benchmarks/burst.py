"""A burst of 20,000 mixed frames from 1,000 stations: when the drain has caught up, and what it costs.

Each station plays a whole session of a known card: statuses, a start, readings, an end; so Sessions, CDRs and their
deliveries are made as well. One ``ocpp`` process, one drain worker, beat and what it needs, as `manage.py up` starts
them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg

from tests.benchmarks import hub
from tests.benchmarks.burst_fleet import FRAMES, token_of
from tests.benchmarks.measure import LOAD_CORE, ROOT, SERVER_CORE, cpu_seconds, free_port, pinned, server
from tests.benchmarks.report import Row

STATIONS = 1000
PER_LOCATION = 10
GRACE = 15.0
LONGEST = 120.0
LAG = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(frame_at)), 0) FROM ocppbridge_inboxitem"


def run() -> list[Row]:
    with hub.ground() as place:
        hub.setup_django(place)
        _world()
        port = free_port()
        command = hub.ocpp_command(port)
        with server(command, port, place.env, place.folder / "ocpp.log") as ocpp, _workers(place) as drain:
            return list(_measured(place, port, ocpp, drain))


def _measured(place: hub.Ground, port: int, ocpp: int, drain: int) -> Iterator[Row]:
    _await_workers()
    words = [sys.executable, "-m", "tests.benchmarks.burst_fleet", str(port), str(STATIONS)]
    fleet = subprocess.Popen(
        words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509  # one thread here
    )  # fmt: skip
    assert fleet.stdin is not None and fleet.stdout is not None
    with psycopg.connect(place.dsn, autocommit=True) as connection:
        _say(fleet, "begin")
        _settle(connection, 0.0)
        taken, drained, begin = cpu_seconds(ocpp), cpu_seconds(drain), time.perf_counter()
        fleet.stdin.write("\n")
        fleet.stdin.flush()
        _say(fleet, "end")
        burst = time.perf_counter() - begin
        _settle(connection, 1.0)
        lagging = time.perf_counter() - begin
        _settle(connection, 0.0)
        intake, work = (
            (cpu_seconds(pid) - was) / (STATIONS * FRAMES) * 1e6 for pid, was in ((ocpp, taken), (drain, drained))
        )
        fleet.stdin.write("\n")
        fleet.stdin.close()
        score = json.loads(fleet.stdout.readline())["score"]
        found = connection.execute(
            "SELECT (SELECT count(*) FROM roaming_cdr), (SELECT count(*) FROM ocppbridge_quarantined)"
        )
        cdrs, aside = found.fetchone() or (0, 0)
    fleet.wait()
    if (score["lost"], cdrs, aside) != (0, STATIONS, 0):
        raise RuntimeError(f"{score['lost']} lost, {cdrs} CDRs, {aside} put aside")
    yield Row(
        "drain under 1 s of lag again after 20,000 mixed frames", f"the burst's time + {GRACE:.0f} s",
        lagging / (burst + GRACE), "<=", 1.0, f"{lagging:.1f} s after its begin; the burst took {burst:.1f} s, "
        f"{score['refused']} frames were said again", "",
    )  # fmt: skip
    yield Row(
        "CPU per frame of the drain", "the intake's", work / intake, "<=", 4.0,
        f"{work:.0f} µs against {intake:.0f} µs", "understand, meter, price, tell partners",
    )  # fmt: skip


def _await_workers() -> None:
    """A hub that is up has them; three processes that only begin would be measured with the burst."""
    import redis  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415  # needs its addresses

    from ocppbridge.tasks import drain_shard, sweep  # noqa: PLC0415

    for task, queue in ((drain_shard.s(0), "drain"), (sweep.s(), "interactive")):
        task.apply_async(queue=queue, ignore_result=True)
    end, valkey = time.monotonic() + LONGEST, redis.Redis.from_url(settings.REDIS_URL)
    while any(valkey.llen(queue) for queue in ("drain", "interactive")):  # until they have taken it
        if time.monotonic() > end:
            raise RuntimeError("the workers do not come up")
        time.sleep(0.1)


def _say(fleet: subprocess.Popen[str], word: str) -> None:
    assert fleet.stdout is not None
    line = fleet.stdout.readline()
    if not line or json.loads(line).get("say") != word:
        raise RuntimeError(f"the fleet did not come to its {word}; see its errors above")


def _settle(connection: psycopg.Connection[Any], lag: float) -> None:
    """Until the oldest frame that waits is not older than this (0: until none waits)."""
    end = time.monotonic() + LONGEST
    while True:
        row = connection.execute(LAG).fetchone()
        if row is not None and row[0] <= lag:
            return
        if time.monotonic() > end:
            raise RuntimeError(f"the drain does not come to an end: {row}")
        time.sleep(0.2)  # a look at all that waits is 2 ms of PostgreSQL: at 20 a second, a twentieth of its work


@contextmanager
def _workers(place: hub.Ground) -> Iterator[int]:
    """The drain worker (its process is given), and beat with the worker that sweeps."""
    from config import children  # noqa: PLC0415  # needs settings

    started: list[subprocess.Popen[bytes]] = []
    with (place.folder / "workers.log").open("ab") as log:
        try:
            for spec in (children.worker("drain"), children.worker("interactive"), children.beat()):
                process = subprocess.Popen(
                    spec.command, cwd=ROOT, env={**os.environ, **place.env, **spec.environment},
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    preexec_fn=pinned(SERVER_CORE | LOAD_CORE),  # noqa: PLW1509  # one thread here
                )  # fmt: skip
                started.append(process)
            yield started[0].pid
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(20)


def _world() -> None:
    """A hosted operator with a tariff, a partner whose cards are known, and the stations at their locations."""
    from django.utils import timezone  # noqa: PLC0415  # needs settings

    from ocppbridge.bridge import sites  # noqa: PLC0415
    from roaming.models import Party, Platform  # noqa: PLC0415
    from roaming.ocpi.party import PartyId  # noqa: PLC0415
    from roaming.ocpi.types import format_datetime  # noqa: PLC0415
    from roaming.services import hosting, tariffs, tokens  # noqa: PLC0415

    now = timezone.now()
    stamp = format_datetime(now)
    operator, partner = PartyId("NL", "BEN"), PartyId("DE", "EMX")
    platform = Platform.objects.create(name="partner", status=Platform.Status.CONNECTED)
    Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    hosting.ensure(operator)
    component = {"type": "ENERGY", "price": Decimal("0.40"), "vat": Decimal(21), "step_size": 1}
    tariff = {"country_code": "NL", "party_id": "BEN", "id": "DAY", "currency": "EUR", "last_updated": stamp}
    tariffs.store(operator, {**tariff, "elements": [{"price_components": [component]}]}, source=None, now=now)
    for number in range(STATIONS):
        sites.add(
            f"BENCH{number:05d}", str(operator), location=f"PLACE{number // PER_LOCATION}", tariff="DAY",
            password=f"benchmark-password-{number:05d}",
        )  # fmt: skip
        token = {
            "country_code": "DE", "party_id": "EMX", "uid": token_of(number), "type": "RFID", "valid": True,
            "contract_id": f"DEEMXC{number:08d}", "issuer": "partner", "whitelist": "ALWAYS", "last_updated": stamp,
        }  # fmt: skip
        tokens.store(partner, token, source=platform, now=now)


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show(run()))
