"""Pricing a CDR on one core, from JSON text to a rendered bill, against the time json.loads takes for the same texts.

`python -m tests.benchmarks.pricing` prints a table (medians of 7 rounds, both sides in each round) and exits 1 when a
target is missed. The peer, the standard library's json.loads(…, parse_float=Decimal), only parses: it prices nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import process_time
from typing import Any, NamedTuple

from roaming.pricing import price

ROUNDS = 7
SECONDS = 0.15  # of work in one measurement
WORKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]


class Case(NamedTuple):
    name: str
    periods: int
    elements: int
    target: int  # at most so many times json.loads


CASES = (
    Case("1 period", 1, 1, 4),
    Case("2 periods, 6 elements", 2, 6, 4),
    Case("2 periods, 48 elements", 2, 48, 4),
    Case("96 periods", 96, 6, 8),
)


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(f"{'pricing':24} {'json.loads µs':>14} {'bill µs':>9} {'ratio':>7} {'target':>8} {'as JSON':>8}")
    met = [report(case) for case in CASES]
    print("json.loads prices nothing; `as JSON` is the same bill by to_json() and has no target.")
    return 0 if all(met) else 1


def report(case: Case) -> bool:
    cdr, tariff = json.dumps(cdr_of(case.periods)), json.dumps(tariff_of(case.elements))
    peer, ours, as_json = compared(
        lambda: (json.loads(cdr, parse_float=Decimal), json.loads(tariff, parse_float=Decimal)),
        lambda: price(cdr, tariff, time_zone="Europe/Amsterdam").render(),
        lambda: price(cdr, tariff, time_zone="Europe/Amsterdam").to_json(),
    )
    ratio, other = (
        median(mine / theirs for mine, theirs in zip(times, peer, strict=True)) for times in (ours, as_json)
    )
    met = ratio <= case.target
    verdict = f"≤ {case.target}" if met else f"> {case.target} !"
    print(f"{case.name:24} {median(peer):14.1f} {median(ours):9.1f} {ratio:6.2f}x {verdict:>8} {other:7.2f}x")
    return met


def compared(*works: Callable[[], Any]) -> list[list[float]]:
    """µs of CPU per call, each work in each round."""
    counts = [max(1, int(SECONDS / timed(work, 20))) for work in works]
    rounds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, count, found in zip(works, counts, rounds, strict=True):
            found.append(timed(work, count) * 1e6)
    return rounds


def timed(work: Callable[[], Any], count: int) -> float:
    start = process_time()
    for _ in range(count):
        work()
    return (process_time() - start) / count


def cdr_of(periods: int) -> dict[str, Any]:
    """A CDR as a platform sends it; 96 periods are a day in quarters of an hour."""
    length = timedelta(hours=24) / 96 if periods > 2 else timedelta(hours=1)
    start = datetime(2026, 2, 23, 6, tzinfo=UTC)
    hours = round(length / timedelta(hours=1), 4)
    told = [
        {
            "start_date_time": text(start + at * length),
            "dimensions": [
                {"type": "ENERGY", "volume": round(1.2 + at % 10 / 8, 4)},
                {"type": "TIME", "volume": hours},
                {"type": "MIN_POWER", "volume": 4.1},
                {"type": "MAX_POWER", "volume": 7.25},
            ],
            "tariff_id": "T14",
        }
        for at in range(periods)
    ]
    return {
        "country_code": "NL",
        "party_id": "TST",
        "id": "c7c0b6b4-5d0a-4a54-8f1e-2c5b6b8f2a11",
        "start_date_time": text(start),
        "end_date_time": text(start + periods * length),
        "session_id": "2f0c1b1e-6c38-4f9a-9a65-0a3a0f3d7d55",
        "auth_method": "WHITELIST",
        "meter_id": "MTR-00417",
        "cdr_token": {
            "country_code": "DE",
            "party_id": "EMX",
            "uid": "0123456789ABCD",
            "type": "RFID",
            "contract_id": "DE-EMX-C1234567-8",
        },
        "cdr_location": {
            "id": "LOC1",
            "name": "Parking",
            "address": "Keizersgracht 1",
            "city": "Amsterdam",
            "postal_code": "1015CS",
            "country": "NLD",
            "evse_uid": "E1",
            "evse_id": "NL*TST*E1",
            "connector_id": "1",
            "coordinates": {"latitude": "52.377000", "longitude": "4.889000"},
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "currency": "EUR",
        "charging_periods": told,
        "total_cost": {"excl_vat": 4.0, "incl_vat": 4.84},
        "total_energy_cost": {"excl_vat": 3.0, "incl_vat": 3.63},
        "total_energy": 15.342,
        "total_time": 1.973,
        "last_updated": "2026-02-24T00:00:00Z",
    }


def tariff_of(elements: int) -> dict[str, Any]:
    """Prices by time of day on workdays, tried one after the other, and one without restrictions at the end."""
    minutes = 1440 // 48
    restricted = [
        {
            "price_components": [
                {"type": "ENERGY", "price": round(0.2 + at / 100, 2), "vat": 21.0, "step_size": 1},
                {"type": "TIME", "price": 1.5, "vat": 21.0, "step_size": 60},
            ],
            "restrictions": {
                "start_time": clock(at * minutes),
                "end_time": clock((at + 1) * minutes),
                "day_of_week": WORKDAYS,
            },
        }
        for at in range(elements - 1)
    ]
    last = [
        {"type": "FLAT", "price": 0.5, "vat": 21.0, "step_size": 1},
        {"type": "ENERGY", "price": 0.35, "vat": 21.0, "step_size": 1},
        {"type": "TIME", "price": 1.0, "vat": 21.0, "step_size": 60},
    ]
    return {
        "country_code": "NL",
        "party_id": "TST",
        "id": "T14",
        "currency": "EUR",
        "type": "REGULAR",
        "elements": [*restricted, {"price_components": last}],
        "last_updated": "2026-01-01T00:00:00Z",
    }


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    sys.exit(main())
