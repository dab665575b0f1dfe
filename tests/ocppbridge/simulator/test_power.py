"""A simulated station keeps charging profiles, obeys them, and tells what they come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging import intents
from ocppbridge.charging.charging_profiles import ChargingProfile, Installed, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.composite import Asked, Running, Situation, Supply, composite
from ocppbridge.charging.intents import AskProfiles, AskSchedule, ClearProfiles, InstallProfile, UsePriority
from ocppbridge.charging.tokens import Place
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.versions import DIALECTS
from tests.ocppbridge.simulator.test_stations import ALL, T0, Bench, remote_start

D = Decimal


def tell(bench: Bench, intent: intents.Intent) -> dict[str, Any]:
    action, payload = DIALECTS[bench.station.subprotocol].down(intent)
    return bench.call(action, payload)


def limit(
    number: int, purpose: Purpose, *periods: tuple[int, str], level: int = 0, start: bool = True, evse: int = 0,
    transaction: str | None = None,
) -> InstallProfile:  # fmt: skip
    schedule = Schedule(Unit.A, tuple(Period(at, D(amount)) for at, amount in periods), T0 if start else None)
    kind = Kind.ABSOLUTE if start else Kind.RELATIVE
    profile = ChargingProfile(number, level, purpose, kind, (schedule,), transaction=transaction)
    return InstallProfile(profile, Place(evse))


def charging(kind: type[Station], **more: Any) -> Bench:
    bench = Bench(kind, **more)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    return bench


def power(bench: Bench) -> int:
    return bench.station.evses[1].meter.power_now


@ALL
def test_a_car_draws_no_more_than_the_profile_says(kind: type[Station]) -> None:
    bench = charging(kind)
    assert power(bench) == 36_000
    assert tell(bench, limit(1, Purpose.STATION_MAX, (0, "16"), (60, "6")))["status"] == "Accepted"
    assert power(bench) == 11_040
    bench.later(61)
    assert power(bench) == 4_140
    assert tell(bench, ClearProfiles(1))["status"] == "Accepted"
    assert power(bench) == 36_000
    assert tell(bench, ClearProfiles(1))["status"] == "Unknown"


@ALL
def test_a_profile_of_a_transaction_goes_with_it(kind: type[Station]) -> None:
    bench = charging(kind)
    own = str(bench.station.evses[1].charge.transaction_id)  # type: ignore[union-attr]
    assert tell(bench, limit(1, Purpose.TX, (0, "10"), evse=1, transaction="99"))["status"] == "Rejected"
    assert tell(bench, limit(1, Purpose.TX, (0, "10"), evse=1, transaction=own))["status"] == "Accepted"
    assert power(bench) == 6_900
    bench.station.unplug(1, bench.now)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    assert power(bench) == 36_000


@ALL
def test_the_schedule_that_it_tells_is_the_one_that_we_compute(kind: type[Station]) -> None:
    """K08: what a station reports, beside the same profiles composed here."""
    bench = charging(kind)
    installs = [
        limit(1, Purpose.STATION_MAX, (0, "32"), (600, "12")),
        limit(2, Purpose.TX_DEFAULT, (0, "16"), (1200, "8"), level=1, evse=1),
        limit(3, Purpose.TX_DEFAULT, (0, "20"), start=False, evse=0),
    ]
    for install in installs:
        assert tell(bench, install)["status"] == "Accepted"
    bench.later(300)
    dialect = DIALECTS[bench.station.subprotocol]
    action, payload = dialect.down(AskSchedule(Place(1), 1800, Unit.A))
    told = dialect.up_result(action, bench.call(action, payload)).data
    situation = Situation(
        {1: Running(str(bench.station.evses[1].charge.transaction_id), T0)},  # type: ignore[union-attr]
        {1: Supply(most=Supply().amperes(D(36_000)))},
    )
    installed = [Installed(one.profile, one.place.evse) for one in installs]
    computed = composite(installed, Asked(1, bench.now, 1800), situation)
    assert [(one["start"], D(one["limit"])) for one in told["periods"]] == [(0, D(16)), (300, D(12)), (900, D(8))]
    assert [(one.start, one.limit) for one in computed.periods] == [(0, D(16)), (300, D(12)), (900, D(8))]


@pytest.mark.parametrize("kind", [Station2, Station21])
def test_it_tells_its_profiles_place_by_place(kind: type[Station]) -> None:
    """K09."""
    bench = charging(kind)
    for install in (limit(1, Purpose.STATION_MAX, (0, "32")), limit(2, Purpose.TX_DEFAULT, (0, "16"), evse=1)):
        tell(bench, install)
    assert tell(bench, AskProfiles(5))["status"] == "Accepted"
    bench.later(0.1)
    told = [payload for _, action, payload in bench.said if action == "ReportChargingProfiles"]
    assert [(one["evseId"], one["chargingProfile"][0]["id"], one.get("tbc", False)) for one in told] == [
        (0, 1, True), (1, 2, False),
    ]  # fmt: skip
    assert tell(bench, AskProfiles(6, purpose=Purpose.TX))["status"] == "NoProfiles"


def test_priority_lifts_the_limit_of_its_transaction() -> None:
    """K21."""
    bench = charging(Station21)
    own = str(bench.station.evses[1].charge.transaction_id)  # type: ignore[union-attr]
    tell(bench, limit(1, Purpose.TX, (0, "10"), evse=1, transaction=own))
    assert tell(bench, UsePriority(own))["status"] == "NoProfile"
    tell(bench, limit(2, Purpose.PRIORITY, (0, "30"), evse=1))
    assert tell(bench, UsePriority(own))["status"] == "Accepted"
    assert power(bench) == 20_700
