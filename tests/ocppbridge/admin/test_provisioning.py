"""Block B in the admin: a station accepted or not, its settings, and what is wanted of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from ocppbridge.models import Call, ConfigurationTemplate, Conformity, DeviceReport, Setting, Station, WantedSetting
from tests.roaming.console import world
from tests.roaming.console.forms import fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return world.build().station


def press(client: Client, verb: str, pk: int, **said: Any) -> Any:
    return client.post(reverse(f"admin:ocppbridge_station_{verb}", args=(pk,)), said, follow=True)


def asked() -> list[tuple[str, Any]]:
    made = Call.objects.filter(requested_by="admin").order_by("created_at")
    return [(call.action, call.payload) for call in made]


def test_staff_hold_reject_and_accept_a_station_which_is_told_by_a_boot(station: Station, admin_client: Client) -> None:
    for verb, policy in (("hold", "Pending"), ("reject", "Rejected"), ("accept", "Accepted")):
        press(admin_client, verb, station.pk)
        station.refresh_from_db()
        assert station.boot_policy == policy
    assert asked() == [("TriggerMessage", {"requestedMessage": "BootNotification"})] * 3
    Station.objects.update(boot_status="Accepted")
    assert press(admin_client, "accept", station.pk).status_code == 409


def test_a_station_that_is_away_hears_of_it_when_it_boots(station: Station, admin_client: Client) -> None:
    Station.objects.update(connection=None)
    page = press(admin_client, "hold", station.pk).content.decode()
    assert "at its next boot" in page
    assert asked() == []


def test_the_device_model_is_asked_for(station: Station, admin_client: Client) -> None:
    press(admin_client, "report", station.pk, inventory="FullInventory", names="")
    assert asked() == [("GetConfiguration", {})]
    Station.objects.update(subprotocol="ocpp2.0.1")
    page = press(
        admin_client,
        "report",
        station.pk,
        inventory="FullInventory",
        names="EVSE@1.AvailabilityState",
        criteria="Active",
    )
    row = DeviceReport.objects.latest("pk")
    assert (asked()[-1][0], asked()[-1][1]["requestId"], row.inventory) == ("GetReport", row.pk, "Custom")
    assert page.redirect_chain[-1][0] == reverse("admin:ocppbridge_devicereport_change", args=(row.pk,))


def test_settings_are_read_and_written_by_name(station: Station, admin_client: Client) -> None:
    press(admin_client, "read_settings", station.pk, names="HeartbeatInterval\nAuthCtrlr.AuthorizeRemoteStart\n")
    press(admin_client, "write_settings", station.pk, values="HeartbeatInterval = 60\nVendor = a=b")
    assert asked() == [
        ("GetConfiguration", {"key": ["HeartbeatInterval", "AuthorizeRemoteTxRequests"]}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
        ("ChangeConfiguration", {"key": "Vendor", "value": "a=b"}),
    ]


@pytest.mark.parametrize(
    ("verb", "said", "words"),
    [
        ("write_settings", {"values": "Heartbeat"}, "name = value"),
        ("write_settings", {"values": "AuthorizationKey = 12345"}, "password"),
        ("read_settings", {"names": "Vendor.Thing"}, "no setting Vendor.Thing"),
        ("report", {"inventory": "FullInventory", "names": "A.B"}, "1.6 has configuration keys"),
        (
            "set_network",
            {"slot": 1, "url": "wss://x", "security_profile": 2, "interface": "Wired0", "timeout": 9},
            "1.6",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_page_that_asked(
    station: Station, admin_client: Client, verb: str, said: dict[str, Any], words: str
) -> None:
    page = press(admin_client, verb, station.pk, **said)
    assert words in str(page.context_data["form"].errors)
    assert asked() == []


def test_a_way_to_a_csms_is_stored(station: Station, admin_client: Client) -> None:
    Station.objects.update(subprotocol="ocpp2.1")
    press(
        admin_client, "set_network", station.pk, slot=3, url="wss://x", security_profile=2, interface="Any", timeout=9
    )
    press(
        admin_client,
        "set_network",
        station.pk,
        slot=3,
        url="wss://x",
        security_profile=2,
        interface="Wired1",
        timeout=9,
    )
    ((action, payload),) = asked()
    assert (action, payload["configurationSlot"], payload["connectionData"]["ocppInterface"]) == (
        "SetNetworkProfile", 3, "Wired1",
    )  # fmt: skip


def test_an_evse_s_connector_is_taken_out_of_service(station: Station, admin_client: Client) -> None:
    Station.objects.update(subprotocol="ocpp2.0.1")
    evse = station.evses.get(number=2)
    url = reverse("admin:ocppbridge_evse_availability", args=(evse.pk,))
    admin_client.post(url, {"operative": "no", "connector": "1"})
    assert asked() == [
        ("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 2, "connectorId": 1}})
    ]


def test_a_template_is_written_with_its_settings_and_a_station_s_own_beside_it(
    station: Station, admin_client: Client
) -> None:
    url = reverse("admin:ocppbridge_configurationtemplate_add")
    form = fields(admin_client.get(url), "configurationtemplate_form")
    row = {"wanted-0-setting": "TxCtrlr.EVConnectionTimeOut", "wanted-0-value": "30"}
    assert admin_client.post(url, {**form, "name": "2.x", "subprotocol": "ocpp2.1", **row}).status_code == 302
    wanted = WantedSetting.objects.get(template__name="2.x")
    assert (str(wanted), wanted.value) == ("TxCtrlr.EVConnectionTimeOut", "30")
    assert Conformity.objects.get().next_at is not None
    Conformity.objects.update(next_at=None)
    page = reverse("admin:ocppbridge_station_change", args=(station.pk,))
    own = {"wanted-TOTAL_FORMS": "1", "wanted-0-setting": "Vendor", "wanted-0-value": "1"}
    assert admin_client.post(page, {**fields(admin_client.get(page), "station_form"), **own}).status_code == 302
    assert str(station.wanted.get()) == "Vendor"
    assert Conformity.objects.get().next_at is not None
    secret = {"wanted-0-setting": "SecurityCtrlr.BasicAuthPassword", "wanted-0-value": "x"}
    page = admin_client.post(url, {**form, "name": "other", **secret})
    assert "a secret is not kept here" in page.content.decode()
    assert ConfigurationTemplate.objects.filter(name="other").count() == 0
    Conformity.objects.update(next_at=None)
    gone = {"action": "delete_selected", "_selected_action": [wanted.template_id], "post": "yes"}
    assert admin_client.post(reverse("admin:ocppbridge_configurationtemplate_changelist"), gone).status_code == 302
    assert not ConfigurationTemplate.objects.filter(name="2.x").exists()
    assert Conformity.objects.get().next_at is not None, "also where several are deleted at once"


def test_what_differs_is_red_what_does_not_is_green(station: Station, admin_client: Client) -> None:
    WantedSetting.objects.create(station=station, name="A", value="1")
    Setting.objects.create(station=station, name="A", value="1")
    WantedSetting.objects.create(station=station, name="X", component="Vendor", value="1")
    WantedSetting.objects.create(station=station, name="L", value="1")
    Setting.objects.create(station=station, name="L", value="2", mutability="ReadOnly")
    row = Conformity.objects.get()
    page = admin_client.get(reverse("admin:ocppbridge_conformity_change", args=(row.pk,)))
    (panel,) = page.context_data["panels"]
    assert {strip_tags(line[0]): (line[2], *words(line[3])) for line in panel.rows} == {
        "HeartbeatInterval": ("300", "differs", "bad"),
        "A": ("1", "as wanted", "good"),
        "L": ("2", "different, and read-only", "bad"),
        "Vendor.X": ("–", "unknown to its OCPP version", "warn"),
    }


def test_nobody_is_called_as_wanted_before_it_was_looked_at(station: Station, admin_client: Client) -> None:
    state = Conformity.State
    noted = {
        state.CHECKING: "0 of 1 seen as wanted so far", state.REBOOT: "0 of 1 seen as wanted so far",
        state.SAME: "all are as wanted", state.REFUSED: "of 1 not configured as wanted",
    }  # fmt: skip
    Station.objects.update(connection=None)
    for one, note in noted.items():
        Conformity.objects.update(state=one)
        assert note in admin_client.get(reverse("admin:index")).content.decode()
        listed = admin_client.get(reverse("admin:ocppbridge_conformity_changelist")).content.decode()
        assert ("waits for the station" in listed) == (one == state.CHECKING)


def words(badge: Any) -> tuple[str, str]:
    text = str(badge)
    tone = next(one for one in ("good", "warn", "bad") if one in text.split(">")[0])
    return text.split(">")[1].split("<")[0], tone


def test_what_is_wanted_is_read_and_applied_by_a_button(station: Station, admin_client: Client) -> None:
    page = press(admin_client, "compare", station.pk)
    assert page.redirect_chain[-1][0] == reverse(
        "admin:ocppbridge_conformity_change", args=(Conformity.objects.get().pk,)
    )
    press(admin_client, "apply", station.pk)
    assert asked() == [
        ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
    ]
    assert Conformity.objects.get().state == "writing"


def test_settings_are_found_by_part_of_their_name_or_value(station: Station, admin_client: Client) -> None:
    Setting.objects.create(station=station, component="OCPPCommCtrlr", name="OfflineThreshold", value="61", unit="s")
    for term, count in (("offline", 1), ("CommCtrlr 61", 1), ("61 nothing", 0), (station.identity, 2)):
        page = admin_client.get(reverse("admin:ocppbridge_setting_changelist"), {"q": term})
        assert len(page.context_data["cl"].result_list) == count, term
