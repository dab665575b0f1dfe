"""Smart charging: the composite schedule of 20 profiles over 24 hours; a site of 200 stations when a car arrives.

The site shares 1,990 A: 199 cars have 10.0 each, with one more everybody has 9.9, so every profile changes, and the
newcomer is told of its share when the others have given it up. Real sockets, one `ocpp` process, workers as `up` starts
them; measured from the car's TransactionEvent to the last profile on its socket.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

import psycopg

from ocppbridge.charging.charging_profiles import (
    ChargingProfile,
    Installed,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ocppbridge.charging.composite import Asked, Running, Situation, Supply, composite
from tests.benchmarks import hub
from tests.benchmarks.burst import _say, _workers
from tests.benchmarks.measure import LOAD_CORE, ROOT, free_port, pinned, server
from tests.benchmarks.report import Row
from tests.benchmarks.smart_fleet import TOKEN

STATIONS = 200
SITE, BEFORE, AFTER = 1990, Decimal("10.0"), 9.9
AT_MOST_MS, AT_MOST_S = 1.0, 2.0
OPEN = "SELECT count(*) FROM ocppbridge_call WHERE state IN ('queued', 'sent')"
SHARES = "SELECT count(*) FROM ocppbridge_budgetshare WHERE accepted = %s"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def twenty() -> tuple[list[Installed], Asked, Situation]:
    """Four purposes, five levels each: absolute and daily ones, six periods each, amperes and watts."""
    purposes = (Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.TX, Purpose.EXTERNAL)
    kinds = (Kind.ABSOLUTE, Kind.RECURRING, Kind.ABSOLUTE, Kind.RECURRING, Kind.ABSOLUTE)
    installed = []
    for number in range(20):
        purpose, kind = purposes[number % 4], kinds[number // 4]
        unit = Unit.A if number % 5 else Unit.W
        periods = tuple(
            Period(1800 * n * (1 + number % 3), Decimal(6 + (number * 7 + n * 5) % 26) * (1 if unit is Unit.A else 690))
            for n in range(6)
        )
        duration = 6 * 3600 if number > 8 else None
        schedule = Schedule(unit, periods, NOON - timedelta(hours=number * 3 % 20), duration)
        profile = ChargingProfile(
            number, number // 4, purpose, kind, (schedule,), Recurrency.DAILY if kind is Kind.RECURRING else None,
            transaction="T" if purpose is Purpose.TX else None,
        )  # fmt: skip
        installed.append(Installed(profile, 0 if purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL) else 1))
    running = {1: Running("T", NOON - timedelta(hours=1))}
    return installed, Asked(1, NOON, 86400), Situation(running, {1: Supply(most=Decimal(32))})


def composing() -> Row:
    """Median of many."""
    question = twenty()
    times = []
    for _ in range(300):
        begin = time.perf_counter()
        found = composite(*question)
        times.append((time.perf_counter() - begin) * 1000)
    taken = median(times)
    return Row(
        "composite schedule of 20 profiles over 24 h", "1 ms", taken / AT_MOST_MS, "<=", 1.0,
        f"{taken:.2f} ms, {len(found.periods)} periods; best {min(times):.2f} ms", "",
    )  # fmt: skip


def rebalanced() -> Row:
    """A car arrives at the last of 200 stations."""
    with hub.ground() as place:
        hub.setup_django(place)
        _site()
        port = free_port()
        command = hub.ocpp_command(port)
        with server(command, port, place.env, place.folder / "ocpp.log"), _workers(place):
            words = [sys.executable, "-m", "tests.benchmarks.smart_fleet", str(port), str(STATIONS), str(AFTER)]
            fleet = subprocess.Popen(
                words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509  # one thread here
            )  # fmt: skip
            _say(fleet, "begin")
            with psycopg.connect(place.dsn, autocommit=True) as connection:
                _settled(connection)
            assert fleet.stdin is not None and fleet.stdout is not None
            fleet.stdin.write("\n")
            fleet.stdin.close()
            score = json.loads(fleet.stdout.readline())["score"]
            fleet.wait()
    if score["told"] != STATIONS:
        raise RuntimeError(f"only {score['told']} of {STATIONS} stations were told")
    return Row(
        "a car arrives at a site of 200 stations: every profile on its socket", f"{AT_MOST_S:.0f} s",
        score["last"] / AT_MOST_S, "<=", 1.0,
        f"the first after {score['first'] * 1000:.0f} ms, the last after {score['last'] * 1000:.0f} ms", "",
    )  # fmt: skip


def _settled(connection: psycopg.Connection[tuple[int]]) -> None:
    """Until 199 stations have accepted their share of before, and nothing waits."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        waiting, have = (connection.execute(*words).fetchone() for words in ((OPEN,), (SHARES, (BEFORE,))))
        if waiting == (0,) and have == (STATIONS - 1,):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the site does not come to rest: {waiting} calls wait, {have} have their share")


def _site() -> None:
    """One location with all the stations, a car at each but the last, a budget and a known card."""
    from django.utils import timezone  # noqa: PLC0415  # needs settings

    from ocppbridge.bridge import sites  # noqa: PLC0415
    from ocppbridge.models import SiteBudget, Station, Transaction  # noqa: PLC0415
    from roaming.models import Party, Platform  # noqa: PLC0415
    from roaming.ocpi.party import PartyId  # noqa: PLC0415
    from roaming.ocpi.types import format_datetime  # noqa: PLC0415
    from roaming.services import tokens  # noqa: PLC0415

    now = timezone.now()
    platform = Platform.objects.create(name="partner", status=Platform.Status.CONNECTED)
    Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    for number in range(STATIONS):
        sites.add(f"BENCH{number:05d}", "NL/BEN", location="SITE", password=f"benchmark-password-{number:05d}")
    token = {
        "country_code": "DE", "party_id": "EMX", "uid": TOKEN, "type": "RFID", "valid": True, "issuer": "partner",
        "contract_id": "DEEMXC00000001", "whitelist": "ALWAYS", "last_updated": format_datetime(now),
    }  # fmt: skip
    tokens.store(PartyId("DE", "EMX"), token, source=platform, now=now)
    stations = Station.objects.order_by("identity")[: STATIONS - 1]
    Transaction.objects.bulk_create(
        Transaction(
            station=station, transaction_id=f"before-{station.pk}", evse_number=1, started_at=now, last_news_at=now
        )
        for station in stations
    )
    SiteBudget.objects.create(country_code="NL", party_id="BEN", location_id="SITE", limit=SITE)


if __name__ == "__main__":
    from tests.benchmarks.report import show

    sys.exit(show([composing(), rebalanced()]))
