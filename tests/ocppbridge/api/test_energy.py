"""Cars that may give energy back, through the Operator API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge.bridge import energy_steering
from ocppbridge.models import Call, EnergyPlan, EvNeeds, GridSignal, Setting, Station, Transaction, TransferRule
from roaming.models import Party, Preference, Session
from tests.ocppbridge.api.test_stations import get, post
from tests.ocppbridge.certification.bidirectional import CAR
from tests.roaming.console import world

pytestmark = pytest.mark.django_db
CAR_2 = {**CAR, "maxChargePower": 5500, "maxDischargePower": 3700}
CENTRAL = {"operation_mode": "CentralSetpoint", "setpoint": "-5000"}


@pytest.fixture
def hub() -> world.World:
    """Its station speaks 2.1, takes energy back, and has a car that may give some."""
    made = world.build()
    station = Station.objects.get(identity="VLT-0001")
    station.subprotocol = "ocpp2.1"
    station.save()
    for name in ("Available", "Enabled"):
        Setting.objects.create(
            station=station, component="V2XChargingCtrlr", name=name, value="true", reported_at=timezone.now()
        )
    Transaction.objects.filter(pk=made.transaction.pk).update(transaction_id="T1", wire_id=None)
    car(made.transaction)
    TransferRule.objects.create(uid=made.transaction.id_token, transfers=["AC_BPT"])
    return made


def car(row: Transaction, parameters: Any = CAR) -> None:
    EvNeeds.objects.create(
        station=row.station, transaction=row, evse_number=1, received_at=timezone.now(), requested="AC_BPT",
        parameters={"v2x": parameters}, status="Accepted", digest=str(row.pk),
    )  # fmt: skip


def plans(hub: world.World, path: str = "") -> str:
    return f"transactions/{hub.transaction.pk}/energy-plan/{path}"


def last_call() -> Call:
    return Call.objects.filter(purpose="v2x").latest("created_at")


def online() -> None:
    station = Station.objects.get(identity="VLT-0001")
    now = timezone.now()
    station.connection = station.connections.create(subprotocol="ocpp2.1", opened_at=now, alive_at=now)
    station.save()


def test_a_plan_is_made_read_changed_and_cleared(hub: world.World) -> None:
    """Q03, Q04."""
    online()
    assert get(plans(hub))["state"] == "none"
    made = post(plans(hub), {"control": "pushed", "periods": [CENTRAL]})
    assert (made.status_code, made.json()["state"], made.json()["mode"]) == (202, "sent", "CentralSetpoint")
    assert last_call().payload["chargingProfile"]["chargingProfileKind"] == "Dynamic"
    EnergyPlan.objects.update(state="holds")
    changed = post(plans(hub, "setpoint/"), {"setpoint": "-9000", "limit": "3000"})
    assert changed.json()["figures"] == {"limit": "3000.0", "setpoint": "-7400"}
    assert last_call().payload["scheduleUpdate"] == {"limit": 3000, "setpoint": -7400}
    assert post(plans(hub, "allow/"), {"transfers": ["AC_BPT", "AC_BPT"]}).json()["allowed"] == ["AC_BPT"]
    assert post(plans(hub, "clear/"), {}).status_code == 202
    assert last_call().action == "ClearChargingProfile"
    told = get(plans(hub))
    assert (told["offered"], told["discharge"], told["needs"]["requested"]) == (True, True, "AC_BPT")


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("", {"periods": []}, "at least 1"),
        ("", {"periods": [{"operation_mode": "Sideways"}]}, "not a valid choice"),
        ("", {"periods": [{"operation_mode": "CentralSetpoint"}]}, "CentralSetpoint needs setpoint"),
        ("", {"periods": [{**CENTRAL, "start": 5}]}, "begins at 0"),
        ("", {"periods": [{**CENTRAL, "discharge_limit": "5"}]}, "less than or equal to 0"),
        ("", {"control": "pushed", "periods": [CENTRAL, {**CENTRAL, "start": 60}]}, "one period"),
        ("", {"periods": [{"operation_mode": "Idle", "setpoint": "1"}]}, "Idle has no setpoint"),
        ("", {"periods": [{"operation_mode": "CentralFrequency"}]}, "needs signal watt curve"),
        ("", {"duration": 60, "periods": [CENTRAL, {**CENTRAL, "start": 60}]}, "ends after 60 s"),
        ("", {"start": "2020-01-01T00:00:00Z", "duration": 60, "periods": [CENTRAL]}, "over already"),
        ("", {"periods": [{**CENTRAL, "dischargelimit": "-500"}]}, "There is no such field."),
        ("setpoint/", {}, "name a figure"),
        ("setpoint/", {"setpoint": "-1", "limti": "5"}, "There is no such field."),
        ("setpoint/", {"setpoint": "lots"}, "valid number"),
        ("setpoint/", {"setpoint": "1"}, "no dynamic plan"),
        ("allow/", {"transfers": ["DC_SIDEWAYS"]}, "not a valid choice"),
    ],
)
def test_bad_wishes_are_refused_with_the_reason(hub: world.World, path: str, body: Any, words: str) -> None:
    answer = post(plans(hub, path), body)
    assert (answer.status_code, words in str(answer.json())) == (400, True), answer.json()
    assert not Call.objects.filter(purpose="v2x").exists()


def test_nobody_discharges_a_car_against_contract_or_station(hub: world.World) -> None:
    TransferRule.objects.update(transfers=["AC_three_phase"])
    assert "may not be discharged" in post(plans(hub), {"periods": [CENTRAL]}).json()["detail"]
    Setting.objects.filter(name="Enabled").update(value="false")
    assert "is not enabled" in post(plans(hub), {"periods": [CENTRAL]}).json()["detail"]
    assert post(plans(hub), {"periods": [CENTRAL]}, scope="read").status_code == 403
    assert post("transactions/0/energy-plan/", {"periods": [CENTRAL]}).status_code == 404


def test_a_driver_who_says_no_is_not_discharged_any_more(hub: world.World) -> None:
    """SES-06: what was agreed before holds until he says otherwise; a later no ends the plan."""
    online()
    row = hub.transaction
    assert post(plans(hub), {"periods": [CENTRAL]}).status_code == 202
    session = Session.objects.get(object_key=str(row.session_id).upper())
    said = {"session": session, "sender": Party.objects.first(), "profile_type": "REGULAR", "response": "ACCEPTED"}
    Preference.objects.create(**said, discharge_allowed=True, received_at=timezone.now())
    assert energy_steering.heed_drivers(timezone.now()) == 0
    Preference.objects.create(**said, discharge_allowed=False, received_at=timezone.now())
    assert energy_steering.heed_drivers(timezone.now()) == 1
    assert last_call().action == "ClearChargingProfile"
    assert "may not be discharged" in post(plans(hub), {"periods": [CENTRAL]}).json()["detail"]
    assert energy_steering.heed_drivers(timezone.now()) == 0


def test_a_signal_divides_power_among_cars_by_what_they_can_do(hub: world.World) -> None:
    """7400 and 3700 W of discharge: 6000 W in all are 4000 and 2000."""
    online()
    row = hub.transaction
    other = Transaction.objects.create(
        station=row.station, transaction_id="T2", evse_number=2, id_token=row.id_token, started_at=timezone.now(),
        last_news_at=timezone.now(), cdr_token=row.cdr_token, token_owner=row.token_owner,
    )  # fmt: skip
    car(other, CAR_2)
    told = post("grid-signals/", {"kind": "total", "power": "-6000", "station": "VLT-0001"}).json()
    assert (told["reached"], told["missed"]) == (2, [])
    wished = {one.transaction_id: one.profile["schedules"][0]["periods"][0] for one in EnergyPlan.objects.all()}
    assert {key: period["setpoint"] for key, period in wished.items()} == {row.pk: "-4000", other.pk: "-2000"}
    too_much = post("grid-signals/", {"kind": "total", "power": "-12000"}).json()
    assert too_much["missed"] == [[None, "-900.0 W are more than these cars can do"]]


def test_of_power_in_all_a_station_that_is_away_has_no_share(hub: world.World) -> None:
    online()
    Station.objects.update(connection=None)
    told = post("grid-signals/", {"kind": "total", "power": "-6000"}).json()
    assert told["reached"] == 0
    assert told["missed"][0] == [hub.transaction.pk, "the station is away"]


def test_prices_become_a_schedule(hub: world.World) -> None:
    """Cheap: charge; dear: give back; in between: rest."""
    online()
    now = timezone.now()
    hours = [
        {"at": (now + timedelta(hours=n)).isoformat(), "price": p} for n, p in ((0, "0.10"), (1, "0.25"), (2, "0.60"))
    ]
    told = post("grid-signals/", {"kind": "price", "prices": hours, "charge_below": "0.15", "discharge_above": "0.5"})
    assert told.json()["reached"] == 1
    steps = last_call().payload["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert [one["setpoint"] for one in steps] == [11_000, 0, -7400]
    assert [round(one["startPeriod"] / 3600) for one in steps] == [0, 1, 2]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"kind": "power"}, "is needed"),
        ({"kind": "price", "prices": [], "charge_below": "1", "discharge_above": "2"}, "is needed"),
        ({"kind": "afrr"}, "is needed"),
        ({"kind": "stop", "party": "VLT"}, "required pattern"),
        ({"kind": "weather"}, "not a valid choice"),
        ({"kind": "afrr", "signal": 2**31}, "less than or equal to"),
        ({"kind": "stop", "statoin": "VLT-0001"}, "There is no such field."),
        ({"kind": "stop", "station": "NOPE"}, "no station of ours: NOPE"),
        ({"kind": "stop", "party": "XX/NOP"}, "no station of ours: XX/NOP"),
        ({"kind": "stop", "location": "NOWHERE"}, "no station of ours: NOWHERE"),
        ({"kind": "stop", "transaction": 999_999_999}, "there is none"),
    ],
)
def test_a_signal_that_makes_no_sense_is_refused(hub: world.World, body: Any, words: str) -> None:
    answer = post("grid-signals/", body)
    assert (answer.status_code, words in str(answer.json())) == (400, True), answer.json()
    assert not GridSignal.objects.exists()


def test_a_signal_that_nobody_follows_says_so(hub: world.World) -> None:
    EvNeeds.objects.update(requested="AC_three_phase")
    told = post("grid-signals/", {"kind": "power", "power": "-1000"}).json()
    assert (told["reached"], told["missed"]) == (0, [[None, "no car that may give energy back is within reach"]])
    told = post("grid-signals/", {"kind": "afrr", "signal": 1}).json()
    assert (told["reached"], "none has a plan with CentralFrequency" in str(told["missed"])) == (0, True)
    assert get("grid-signals/")["results"][0]["id"] == told["id"]


def test_rules_of_energy_transfer(hub: world.World) -> None:
    made = post("transfer-rules/", {"party": "DE/EMX", "transfers": ["AC_BPT"]})
    assert (made.status_code, made.json()["made_by"]) == (201, "API: tests")
    assert post("transfer-rules/", {"transfers": ["AC_BPT"]}).status_code == 400
    again = post("transfer-rules/", {"party": "DE/EMX", "transfers": ["DC"]})
    assert (again.status_code, "change that one" in str(again.json())) == (400, True)
    assert post("transfer-rules/", {"party": "DE/EMX", "transfers": ["XX"]}).status_code == 400
    assert post("transfer-rules/", {"party": "DEEMX", "transfers": ["DC"]}).json() == {"party": ["Write it as DE/EMX."]}


def test_what_the_evses_offer_and_the_controls_of_grid_support(hub: world.World) -> None:
    offers = get("stations/VLT-0001/energy-offer/")
    assert (offers[0]["bidirectional"], offers[0]["grid_support"]) == (True, None)
    refused = post("stations/VLT-0001/der-controls/", {"kind": "FreqDroop", "settings": {}})
    assert (refused.status_code, "no DER controller" in refused.json()["detail"]) == (400, True)
    for name in ("Available", "Enabled"):
        Setting.objects.create(
            station=hub.transaction.station, component="DCDERCtrlr", name=name, value="true", reported_at=timezone.now()
        )
    broken = post("stations/VLT-0001/der-controls/", {"kind": "FreqDroop", "settings": {"priority": 1}})
    assert (broken.status_code, "overFreq" in str(broken.json())) == (400, True)
    asked = post("stations/VLT-0001/der-controls/report/", {"kind": "FreqDroop"})
    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    assert post("stations/VLT-0001/der-controls/clear/", {}).status_code == 400
    assert post("stations/VLT-0001/der-controls/clear/", {"is_default": True}).json()["action"] == "ClearDERControl"
    assert get("stations/VLT-0001/der-controls/")["results"] == get("stations/VLT-0001/der-alarms/")["results"] == []
