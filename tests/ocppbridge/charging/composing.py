"""Composite cases as text: profiles, questions and schedules as `tests/vectors/composite/README.md` writes them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
from ocppbridge.charging.composite import GRID, Asked, Composite, Running, Situation, Supply, composite

FOLDER = Path(__file__).parents[2] / "vectors" / "composite"
START = "2026-11-21T12:00:00Z"
PURPOSES = {
    "max": Purpose.STATION_MAX, "ext": Purpose.EXTERNAL, "default": Purpose.TX_DEFAULT, "tx": Purpose.TX,
    "prio": Purpose.PRIORITY, "local": Purpose.LOCAL,
}  # fmt: skip
KINDS = {
    "abs": (Kind.ABSOLUTE, None), "rel": (Kind.RELATIVE, None), "dyn": (Kind.DYNAMIC, None),
    "daily": (Kind.RECURRING, Recurrency.DAILY), "weekly": (Kind.RECURRING, Recurrency.WEEKLY),
}  # fmt: skip
_PERIOD = re.compile(r"(\d+)=([^/@x]+)(?:/([^@x]+))?(?:@([^x]+))?(?:x(\d))?")


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, case) of every file."""
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text())["case"]:
            yield f"{path.stem}: {case['name']}", case


def read_periods(text: str) -> tuple[Period, ...]:
    """The periods of a schedule."""
    found = []
    for word in text.split():
        match = _PERIOD.fullmatch(word)
        assert match is not None, word
        start, limits, discharge, setpoint, phases = match.groups()
        first, second, third = (*(None if one == "-" else Decimal(one) for one in limits.split(",")), None, None)[:3]
        found.append(Period(
            int(start), first, second, third, None if discharge is None else Decimal(discharge),
            setpoint=None if setpoint is None else Decimal(setpoint), phases=int(phases) if phases else None,
        ))  # fmt: skip
    return tuple(found)


def write_periods(periods: tuple[Period, ...]) -> str:
    """The same the other way."""
    return " ".join(map(_word, periods))


def _word(one: Period) -> str:
    limits = [value for value in (one.limit, one.limit_l2, one.limit_l3) if value is not None]
    text = f"{one.start}=" + (",".join(f"{value.normalize():f}" for value in limits) or "-")
    text += "" if one.discharge_limit is None else f"/{one.discharge_limit.normalize():f}"
    text += "" if one.setpoint is None else f"@{one.setpoint.normalize():f}"
    return text + (f"x{one.phases}" if one.phases else "")


def moment(text: str, day: datetime) -> datetime:
    """A full time, or a time of the day."""
    if "T" in text:
        return datetime.fromisoformat(text)
    hour, minute = map(int, text.split(":"))
    return day.replace(hour=0, minute=0) + timedelta(hours=hour, minutes=minute)


def profile(number: int, said: dict[str, Any], day: datetime) -> Installed:
    """A profile at its place."""

    def at(name: str) -> datetime | None:
        return moment(said[name], day) if name in said else None

    kind, recurrency = KINDS[said.get("k", "abs" if "at" in said else "rel")]
    purpose = PURPOSES[said["p"]]
    full = said.get("full")
    schedule = Schedule(
        Unit(said.get("u", "A")), read_periods(said["s"]), at("at"), said.get("for"),
        limit_at_soc=(full[0], Decimal(full[1])) if full else None, use_local_time=said.get("local"),
    )  # fmt: skip
    transaction = (said.get("tx", "T") or None) if purpose is Purpose.TX else None
    found = ChargingProfile(
        number, said.get("l", 0), purpose, kind, (schedule,), recurrency, at("from"), at("to"), transaction,
        said.get("offline"), updated_at=at("written"),
    )  # fmt: skip
    station = purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL, Purpose.LOCAL)
    return Installed(found, said.get("e", 0 if station else 1))


def question(case: dict[str, Any]) -> tuple[list[Installed], Asked, Situation]:
    """What a case asks."""
    day = datetime.fromisoformat(case.get("from", START))
    asked = Asked(case.get("evse", 1), day, case.get("for", 3600), Unit(case.get("unit", "A")))
    soc = Decimal(case["soc"]) if "soc" in case else None
    running = (
        {1: Running("T", moment(case["running"], day), case.get("priority", False), soc)} if "running" in case else {}
    )
    supply = Supply(phases=case.get("phases", 3), most=Decimal(case["most"]) if "most" in case else None)
    zone = ZoneInfo(case["zone"]) if "zone" in case else UTC
    offline = moment(case["offline"], day) if "offline" in case else None
    raised = frozenset(PURPOSES[one] for one in case["raised"]) if "raised" in case else GRID
    situation = Situation(running, {1: supply}, zone, offline, tuple(case.get("evses", ())), raised)
    return [profile(n, said, day) for n, said in enumerate(case["profiles"], start=1)], asked, situation


def answer(case: dict[str, Any]) -> Composite:
    """What we compute."""
    return composite(*question(case))
