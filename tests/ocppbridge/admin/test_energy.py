"""Cars that give energy back and grid support in the admin: every page opens, every button asks for what it says."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.models import (
    Call,
    DerAlarm,
    DerControl,
    DerInquiry,
    EnergyPlan,
    EvSchedule,
    GridSignal,
    Setting,
    Transaction,
    TransferRule,
)
from ocppbridge.services import energy_plans
from tests.ocppbridge.api.test_energy import hub, online
from tests.roaming.console import world

pytestmark = pytest.mark.django_db
__all__ = ["hub"]


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(f"/admin/ocppbridge/{path}", follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def press(client: Client, name: str, verb: str, pk: int | None = None, **said: Any) -> str:
    url = reverse(f"admin:ocppbridge_{name}_{verb}", args=() if pk is None else (pk,))
    answer = client.post(url, said, follow=True)
    assert answer.status_code == 200, url
    return html.unescape(answer.content.decode())


def steer(client: Client, plan: EnergyPlan, **said: Any) -> str:
    return press(client, "energyplan", "steer", plan.pk, **said)


def test_every_page_opens(hub: world.World, staff: Client) -> None:
    station, now = hub.transaction.station, timezone.now()
    plan = energy_plans.of(hub.transaction)
    made = [
        plan, hub.transaction.ev_needs.get(), TransferRule.objects.get(),
        EvSchedule.objects.create(station=station, evse_number=1, received_at=now, begins_at=now, schedule={}),
        GridSignal.objects.create(kind="stop", at=now, missed=[[1, "why"]]),
        DerControl.objects.create(station=station, control_id="C", kind="FreqDroop", changed_at=now),
        DerAlarm.objects.create(station=station, kind="HVMustTrip", fault="OverVoltage", began_at=now),
        DerInquiry.objects.create(station=station, asked_at=now),
    ]  # fmt: skip
    for row in made:
        name = row._meta.model_name
        assert "Traceback" not in page(staff, f"{name}/") + page(staff, f"{name}/{row.pk}/change/")
    row = page(staff, f"transaction/{hub.transaction.pk}/change/")
    assert "What the car needs" in row
    EnergyPlan.objects.update(state="stale")
    home = staff.get("/admin/").content.decode()
    assert "Cars steered" in home
    assert "Faults of the grid" in home


def test_a_car_is_steered_changed_and_cleared(hub: world.World, staff: Client) -> None:
    online()
    plan = energy_plans.of(hub.transaction)
    said = {"control": "pushed", "mode": "CentralSetpoint", "setpoint": "-9000"}
    assert "setpoint -9000 W cut to -7400 W" in steer(staff, plan, **said)
    EnergyPlan.objects.update(state="holds")
    press(staff, "energyplan", "change_figures", plan.pk, setpoint="3000")
    press(staff, "energyplan", "allow_transfers", plan.pk, transfers=["AC_BPT"])
    press(staff, "energyplan", "end_plan", plan.pk)
    actions = list(Call.objects.filter(purpose="v2x").order_by("created_at").values_list("action", flat=True))
    assert actions == [
        "SetChargingProfile", "UpdateDynamicSchedule", "NotifyAllowedEnergyTransfer", "ClearChargingProfile",
    ]  # fmt: skip


def test_the_plan_of_a_transaction_that_is_over_offers_nothing(hub: world.World, staff: Client) -> None:
    plan = energy_plans.of(hub.transaction)
    where = f"energyplan/{plan.pk}/change/"
    assert "/steer/" in page(staff, where) and "/allow-transfers/" in page(staff, where)
    Transaction.objects.update(state=Transaction.State.ENDED)
    assert "/steer/" not in page(staff, where) and "/allow-transfers/" not in page(staff, where)


@pytest.mark.parametrize(
    ("field", "said", "wrong"),
    [
        ("later", "[[1800.5, -5000]]", "a list of pairs"),
        ("later", '[["soon", -5000]]', "a list of pairs"),
        ("later", "[[1800, NaN]]", "a figure is wanted"),
        ("later", "[[1800, -5000]", "Enter a valid JSON"),
        ("signal_watt_curve", "[[0.5, 1]]", "a list of pairs"),
        ("freq_watt_curve", "[[Infinity, 1]]", "a figure is wanted"),
    ],
)
def test_what_is_no_pair_of_figures_is_told_at_its_field(
    hub: world.World, staff: Client, field: str, said: str, wrong: str
) -> None:
    """A second that is none was an error of ours."""
    plan = energy_plans.of(hub.transaction)
    fields = {"control": "scheduled", "mode": "CentralSetpoint", "setpoint": "1", field: said}
    page = press(staff, "energyplan", "steer", plan.pk, **fields)
    assert wrong in page and ">null<" not in page.replace("\n", "")
    assert not Call.objects.filter(purpose="v2x").exists()


def test_what_cannot_be_is_said_on_the_page_that_asked(hub: world.World, staff: Client) -> None:
    plan = energy_plans.of(hub.transaction)
    assert "Idle has no setpoint" in press(
        staff, "energyplan", "steer", plan.pk, control="scheduled", mode="Idle", setpoint="5"
    )
    wild = press(
        staff, "energyplan", "steer", plan.pk, control="scheduled", mode="LocalFrequency", freq_watt_curve="[1, 2]"
    )
    assert "a list of pairs of figures is wanted" in wild
    Setting.objects.filter(name="Enabled").update(value="false")
    assert "is not enabled" in press(
        staff, "energyplan", "steer", plan.pk, control="scheduled", mode="CentralSetpoint", setpoint="-5"
    )
    assert not Call.objects.filter(purpose="v2x").exists()


def test_a_schedule_with_what_follows(hub: world.World, staff: Client) -> None:
    online()
    plan = energy_plans.of(hub.transaction)
    said = {"control": "scheduled", "mode": "CentralSetpoint", "setpoint": "5000", "later": "[[1800, -5000]]"}
    steer(staff, plan, **said)
    (schedule,) = Call.objects.get(purpose="v2x").payload["chargingProfile"]["chargingSchedule"]
    assert [one["setpoint"] for one in schedule["chargingSchedulePeriod"]] == [5000, -5000]


def test_a_signal_is_sent_and_its_page_says_what_came_of_it(hub: world.World, staff: Client) -> None:
    assert "This kind of signal needs it" in press(staff, "gridsignal", "send_signal", kind="power")
    assert "no station of ours: NOPE" in press(staff, "gridsignal", "send_signal", kind="stop", station="NOPE")
    press(staff, "gridsignal", "send_signal", kind="power", power="-2000", party="NL/VLT")
    assert (GridSignal.objects.get().reached, GridSignal.objects.get().made_by) == (1, "boss")
    assert "party NL/VLT" in staff.get("/admin/ocppbridge/gridsignal/").content.decode()


def test_a_rule_is_about_somebody(hub: world.World, staff: Client) -> None:
    assert "Name a party, a contract or a token" in press(staff, "transferrule", "add", transfers=["AC_BPT"])
    press(staff, "transferrule", "add", party="DE/EMX", transfers=["AC_BPT", "DC"])
    assert TransferRule.objects.get(party="DE/EMX").made_by == "boss"


def test_grid_support_is_set_from_the_stations_page(hub: world.World, staff: Client) -> None:
    station = hub.transaction.station
    droop = '{"priority": 1, "overFreq": 50.2, "underFreq": 49.8, "overDroop": 5, "underDroop": 5, "responseTime": 1}'
    said = {"kind": "FreqDroop", "default": "on", "settings": droop}
    assert "no DER controller" in press(staff, "station", "set_support", station.pk, **said)
    for name in ("Available", "Enabled"):
        Setting.objects.create(
            station=station, component="DCDERCtrlr", name=name, value="true", reported_at=timezone.now()
        )
    press(staff, "station", "set_support", station.pk, **said)
    press(staff, "station", "report_support", station.pk, kind="", default="yes")
    press(staff, "station", "clear_support", station.pk, kind="FreqDroop", default="no")
    actions = set(Call.objects.filter(purpose="der").values_list("action", flat=True))
    assert actions == {"SetDERControl", "GetDERControl", "ClearDERControl"}
