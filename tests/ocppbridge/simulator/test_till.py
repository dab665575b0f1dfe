"""Simulated stations and money: tariffs kept and told, costs calculated, payments awaited, batteries swapped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppbridge.simulator.library import find
from ocppbridge.simulator.play import Play
from ocppbridge.simulator.v2 import Station21
from ocppbridge.versions.schemas import schemas
from tests.ocppbridge.simulator.test_scenarios import Stage
from tests.ocppbridge.simulator.test_stations import Bench, remote_start

TARIFF = {"tariffId": "T1.0", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.3}]}}
PARKED = {"tariffId": "T2.0", "currency": "EUR", "idleTime": {"prices": [{"priceMinute": 1.0}]}}


def ended(bench: Bench) -> dict[str, Any]:
    bench.station.unplug(1, bench.now)
    bench.talk()
    event = bench.last("TransactionEvent")
    assert event["eventType"] == "Ended"
    schemas("2.1").check_request("TransactionEvent", event)
    return event


def begun(**more: Any) -> Bench:
    bench = Bench(Station21, sample_every=timedelta(seconds=60), **more)
    bench.station.plug(1, bench.now)
    return bench


def test_tariffs_are_kept_told_and_forgotten() -> None:
    """I07, I09, I10."""
    bench = begun()
    assert bench.call("GetTariffs", {"evseId": 0}) == {"status": "NoTariff"}
    assert bench.call("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF}) == {"status": "Accepted"}
    held = {"tariffId": "T1.0", "tariffKind": "DefaultTariff", "evseIds": [1]}
    assert bench.call("GetTariffs", {"evseId": 1})["tariffAssignments"] == [held]
    assert bench.call("ClearTariffs", {"tariffIds": ["other"]}) == {"clearTariffsResult": [{"status": "NoTariff"}]}
    assert bench.call("ClearTariffs", {}) == {"clearTariffsResult": [{"tariffId": "T1.0", "status": "Accepted"}]}


def test_what_it_costs_is_told_with_the_end() -> None:
    """I12: 36 kW for ten minutes are 6 kWh."""
    bench = begun()
    bench.call("SetDefaultTariff", {"evseId": 0, "tariff": TARIFF})
    remote_start(bench)
    for _ in range(10):
        bench.later(60)
    cost = ended(bench)["costDetails"]
    assert cost["totalUsage"] == {"energy": 6000.0, "chargingTime": 600, "idleTime": 0}
    assert cost["totalCost"]["total"] == {"exclTax": 1.8, "inclTax": 1.8}


def test_time_in_which_the_car_takes_nothing_is_idle_and_another_tariff_may_hold() -> None:
    """I11."""
    bench = begun()
    bench.call("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    remote_start(bench)
    number = bench.last("TransactionEvent")["transactionInfo"]["transactionId"]
    change = {"transactionId": number, "tariff": PARKED}
    assert bench.call("ChangeTransactionTariff", {**change, "transactionId": "other"}) == {"status": "TxNotFound"}
    dollars = {**change, "tariff": {**PARKED, "currency": "USD"}}
    assert bench.call("ChangeTransactionTariff", dollars) == {"status": "NoCurrencyChange"}
    assert bench.call("ChangeTransactionTariff", change) == {"status": "Accepted"}
    bench.later(60)
    bench.station.suspend(1, bench.now)
    bench.later(120)
    cost = ended(bench)["costDetails"]
    assert cost["totalCost"]["idleTime"] == {"exclTax": 2.0, "inclTax": 2.0}
    assert cost["chargingPeriods"][0]["tariffId"] == "T2.0"


def test_a_driver_s_own_tariff_goes_before_the_evse_s() -> None:
    """I08."""
    bench = begun()
    bench.call("SetDefaultTariff", {"evseId": 1, "tariff": PARKED})
    bench.station.memory.till.driver["04aa"] = TARIFF
    assert len(bench.call("GetTariffs", {"evseId": 0})["tariffAssignments"]) == 2
    remote_start(bench)
    bench.later(60)
    assert ended(bench)["costDetails"]["chargingPeriods"][0]["tariffId"] == "T1.0"


def test_without_a_tariff_nothing_is_calculated() -> None:
    bench = begun()
    remote_start(bench)
    assert "costDetails" not in ended(bench)


def test_a_payment_is_awaited_and_batteries_are_swapped() -> None:
    """C25; RequestBatterySwap, block S."""
    bench = begun()
    assert bench.call("NotifyWebPaymentStarted", {"evseId": 1, "timeout": 60}) == {}
    token = {"idToken": "A", "type": "Central"}
    assert bench.call("RequestBatterySwap", {"requestId": 5, "idToken": token}) == {"status": "Accepted"}
    swaps = [payload for _, action, payload in bench.said if action == "BatterySwap"]
    assert [one["eventType"] for one in swaps] == ["BatteryIn", "BatteryOut"]
    for one in swaps:
        schemas("2.1").check_request("BatterySwap", one)
    assert {"payment_awaited", "batteries_swapped"} <= {note["event"] for note in bench.station.notes()}


def test_the_report_names_what_it_shows() -> None:
    bench = begun()
    bench.call("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})
    bench.later(1)
    told = [entry for _, action, said in bench.said if action == "NotifyReport" for entry in said["reportData"]]
    shown = {"name": "Enabled", "instance": "Tariff"}
    assert [one["variableAttribute"][0]["value"] for one in told if one["variable"] == shown] == ["true"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("battery-swap", ["BatterySwap", "BatterySwap", "BatterySwap"]),
        ("plug-and-charge", ["Get15118EVCertificate", "GetCertificateStatus", "Authorize"]),
    ],
)
def test_the_scripts_of_batteries_and_contracts_say_valid_messages(name: str, said: list[str]) -> None:
    bench = Stage(Station21)
    play = bench.play(find(name).perform, 120)
    assert (play.failure, play.rounds_done) == ("", 1)
    mine = [(action, payload) for _, action, payload in bench.said if action in said]
    assert [action for action, _ in mine] == said
    for action, payload in mine:
        schemas("2.1").check_request(action, payload)


def test_the_script_of_a_tariff_waits_for_it_and_tells_the_cost() -> None:
    bench = Stage(Station21, sample_every=timedelta(seconds=60))
    play = Play(bench.station, find("pay-by-tariff").perform, bench.now)
    for second in range(120):
        play.tick(bench.now)
        bench.carry()
        bench.later(1)
        if second == 3:
            bench.call("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    assert (play.failure, play.rounds_done) == ("", 1)
    assert bench.last("TransactionEvent")["costDetails"]["totalCost"]["total"]["exclTax"] > 0
