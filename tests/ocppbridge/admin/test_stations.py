"""Stations' pages: what can be asked of a station, how it is added, how its frames are found."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.admin.stations import StationAdmin
from ocppbridge.models import Alert, Call, Evse, Frame, Quarantined, Station
from ocppbridge.services import passwords
from roaming.models import Location, Party
from tests.roaming.console import world
from tests.roaming.console.forms import fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> world.World:
    return world.build()


def press(client: Client, name: str, verb: str, pk: int | None = None, **said: Any) -> Any:
    url = reverse(f"admin:ocppbridge_{name}_{verb}", args=() if pk is None else (pk,))
    return client.post(url, said, follow=True)


def asked() -> tuple[str, Any, str]:
    call = Call.objects.filter(purpose="staff").latest("created_at")
    return call.action, call.payload, call.requested_by


def test_the_buttons_become_calls_in_the_stations_own_version(hub: world.World, admin_client: Client) -> None:
    station = hub.station.pk
    press(admin_client, "station", "start", station, evse="1", token="ABC", connector="")
    assert asked() == ("RemoteStartTransaction", {"idTag": "ABC", "connectorId": 1}, "admin")
    press(admin_client, "station", "stop", station, transaction=str(hub.transaction.pk))
    assert asked()[:2] == ("RemoteStopTransaction", {"transactionId": 4711})
    press(admin_client, "station", "unlock", station, evse="2", connector="1")
    assert asked()[:2] == ("UnlockConnector", {"connectorId": 2})
    press(admin_client, "station", "reset", station, when="now")
    assert asked()[:2] == ("Reset", {"type": "Hard"})
    press(admin_client, "station", "availability", station, operative="no")
    assert asked()[:2] == ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"})
    press(admin_client, "station", "trigger", station, message="Heartbeat")
    assert asked()[:2] == ("TriggerMessage", {"requestedMessage": "Heartbeat"})
    press(admin_client, "station", "any_call", station, action="GetConfiguration", payload='{"key": ["A"]}')
    assert asked()[:2] == ("GetConfiguration", {"key": ["A"]})


def test_buttons_stand_on_evses_and_transactions_too(hub: world.World, admin_client: Client) -> None:
    evse = hub.station.evses.get(number=2)
    press(admin_client, "evse", "start", evse.pk, evse="2", token="ABC", connector="")
    assert asked()[1] == {"idTag": "ABC", "connectorId": 2}
    press(admin_client, "transaction", "stop", hub.transaction.pk)
    assert asked()[:2] == ("RemoteStopTransaction", {"transactionId": 4711})


def test_the_same_buttons_speak_2x(hub: world.World, admin_client: Client) -> None:
    Station.objects.update(subprotocol="ocpp2.0.1")
    press(admin_client, "station", "reset", hub.station.pk, when="when idle")
    assert asked()[:2] == ("Reset", {"type": "OnIdle"})


def test_the_page_of_the_call_is_shown_and_an_offline_station_is_said(hub: world.World, admin_client: Client) -> None:
    Station.objects.update(connection=None)
    page = press(admin_client, "station", "reset", hub.station.pk, when="now")
    call = Call.objects.get(purpose="staff")
    assert page.redirect_chain[-1][0] == reverse("admin:ocppbridge_call_change", args=(call.pk,))
    assert "is offline" in page.content.decode()


def test_what_the_schema_refuses_is_said_on_the_page(hub: world.World, admin_client: Client) -> None:
    for action, payload, words in [
        ("Reset", '{"type": "Gentle"}', "/type"),
        ("Reset", "[]", "write an object"),
        ("Reset", "{", "not JSON"),
        ("Dance", "{}", "Dance"),
    ]:
        page = press(admin_client, "station", "any_call", hub.station.pk, action=action, payload=payload)
        assert words in str(page.context_data["form"].errors), action
    assert not Call.objects.filter(purpose="staff").exists()


def test_only_a_running_transaction_can_be_stopped(hub: world.World, admin_client: Client) -> None:
    type(hub.transaction).objects.update(state="ended")
    for name, pk in (("station", hub.station.pk), ("transaction", hub.transaction.pk)):
        assert press(admin_client, name, "stop", pk).status_code == 409
        page = admin_client.get(reverse(f"admin:ocppbridge_{name}_change", args=(pk,))).content.decode()
        assert reverse(f"admin:ocppbridge_{name}_stop", args=(pk,)) not in page


def test_a_station_is_added_with_operator_place_and_password(admin_client: Client) -> None:
    page = press(admin_client, "station", "add_station", identity="CP 1/ä", party="be/abc", evses="2").content.decode()
    station = Station.objects.get()
    url, password = re.findall(r"<code>([^<]+)</code>", page)
    assert url.endswith("/ocpp/CP%201%2F%C3%A4")
    assert passwords.digest(password.encode()) == station.password_digest
    assert Party.objects.get(country_code="BE").hosted
    place = Location.objects.get()
    assert (place.object_id, place.country, place.publish) == (station.location_id, "BEL", False)
    assert list(station.evses.values_list("uid", flat=True)) == list(place.evses.values_list("uid", flat=True))
    again = press(admin_client, "station", "add_station", identity="CP 1/ä", party="BE/ABC", evses="1")
    assert "there is a station" in str(again.context_data["form"].errors)


def test_a_password_is_set_and_shown_once(hub: world.World, admin_client: Client) -> None:
    page = press(admin_client, "station", "set_password", hub.station.pk, password="").content.decode()
    (password,) = re.findall(r"<code>([^<]+)</code>", page)
    hub.station.refresh_from_db()
    assert passwords.digest(password.encode()) == hub.station.password_digest
    short = press(admin_client, "station", "set_password", hub.station.pk, password="short")
    assert "at least 16" in str(short.context_data["form"].errors)


def test_a_station_that_charged_cannot_be_deleted(hub: world.World, admin_client: Client) -> None:
    assert (
        admin_client.post(
            reverse("admin:ocppbridge_station_delete", args=(hub.station.pk,)), {"post": "yes"}
        ).status_code
        == 403
    )
    hub.transaction.delete()
    admin_client.post(reverse("admin:ocppbridge_station_delete", args=(hub.station.pk,)), {"post": "yes"})
    assert not Station.objects.exists()


def frames(client: Client, term: str) -> list[str]:
    page = client.get(reverse("admin:ocppbridge_frame_changelist"), {"q": term})
    return sorted(f"{row.n}" for row in page.context_data["cl"].result_list)


def test_frames_are_found_by_whatever_names_them(hub: world.World, admin_client: Client) -> None:
    """Station, token, correlation id, command, session, transaction, message id."""
    other = Station.objects.create(identity="OTHER", country_code="NL", party_id="VLT", shard=0)
    world.frame(
        other, 77, 0, 2, "17", "StartTransaction", [2, "17", "StartTransaction", {"idTag": "ELSE"}], timezone.now()
    )
    longer = [2, "9917", "Heartbeat", {}]
    world.frame(other, 78, 0, 2, "9917", "Heartbeat", longer, timezone.now())
    everything = ["1", "2", "3", "4", "5", "6"]
    assert frames(admin_client, "VLT-0001") == everything
    assert frames(admin_client, "OTHER") == ["77", "78"]
    assert frames(admin_client, world.CORRELATION) == ["1", "2", "3", "4", "5"]
    assert frames(admin_client, str(hub.command.pk)) == ["1", "2", "3", "4", "5"]
    assert frames(admin_client, str(hub.transaction.session_id)) == ["1", "2", "3", "4", "5"]
    assert set(frames(admin_client, world.UID)) >= {"1", "4", "5"}
    assert frames(admin_client, "ELSE") == ["77"]
    assert frames(admin_client, "17") == ["1", "2", "77"]
    assert frames(admin_client, "nothing-of-the-kind") == []


def test_a_frame_leads_to_its_other_half_its_call_and_its_transaction(hub: world.World, admin_client: Client) -> None:
    answer = Frame.objects.get(n=5)
    page = admin_client.get(reverse("admin:ocppbridge_frame_change", args=(answer.pk,)))
    halves, around = page.context_data["panels"]
    assert len(halves.rows) == 1
    assert len(around.rows) == 6
    assert reverse("admin:ocppbridge_call_change", args=(hub.call.pk,)) in page.content.decode()
    metered = admin_client.get(reverse("admin:ocppbridge_frame_change", args=(Frame.objects.get(n=3).pk,)))
    assert reverse("admin:ocppbridge_transaction_change", args=(hub.transaction.pk,)) in metered.content.decode()


def test_a_transaction_shows_readings_and_frames(hub: world.World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:ocppbridge_transaction_change", args=(hub.transaction.pk,)))
    readings, said = page.context_data["panels"]
    assert readings.rows[0][4] == "11,000"
    assert len(said.rows) == 5


def test_an_event_of_the_same_drivers_next_transaction_is_not_this_ones(hub: world.World, admin_client: Client) -> None:
    row = hub.transaction
    row.transaction_id, row.findings = "TX-1", [["SEQ_GAP", "missing: 1 <b>"]]
    row.save()
    for n, (action, said) in enumerate(
        [("TransactionEvent", {"transactionInfo": {"transactionId": "TX-2"}}), ("Authorize", {})], start=77
    ):
        body = [2, f"m{n}", action, {"idToken": {"idToken": row.id_token}, **said}]
        world.frame(row.station, n, 0, 2, f"m{n}", action, body, row.started_at)
    page = admin_client.get(reverse("admin:ocppbridge_transaction_change", args=(row.pk,)))
    _, said_then = page.context_data["panels"]
    assert [one[3] for one in said_then.rows].count("Authorize") == 1
    assert "TransactionEvent" not in [one[3] for one in said_then.rows]
    assert "<strong>SEQ_GAP</strong> missing: 1 &lt;b&gt;" in page.content.decode()


def test_the_journal_is_read_by_key_and_not_counted(hub: world.World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:ocppbridge_frame_changelist"))
    assert str(page.context_data["cl"].queryset.query).rstrip().endswith('"ocppbridge_frame"."id" DESC')


def test_frames_cannot_be_changed(hub: world.World, admin_client: Client) -> None:
    frame = Frame.objects.first()
    assert frame is not None
    page = reverse("admin:ocppbridge_frame_change", args=(frame.pk,))
    assert b"_save" not in admin_client.get(page).content
    assert admin_client.post(page, {"body": "[]"}).status_code == 403
    assert (
        admin_client.post(reverse("admin:ocppbridge_frame_delete", args=(frame.pk,)), {"post": "yes"}).status_code
        == 403
    )


def test_a_quarantined_frame_is_run_again_or_discarded(hub: world.World, admin_client: Client) -> None:
    row = Quarantined.objects.get()
    page = press(admin_client, "quarantined", "run_again", row.pk)
    row.refresh_from_db()
    assert row.attempts == 1 or row.resolved_at is not None
    if row.resolved_at is None:
        assert "It failed again" in str(page.context_data["form"].errors)
        press(admin_client, "quarantined", "discard", row.pk, reason="a test station")
        row.refresh_from_db()
    assert row.resolved_at is not None


def test_alerts_are_acknowledged(hub: world.World, admin_client: Client) -> None:
    press(admin_client, "alert", "acknowledge", Alert.objects.get().pk)
    assert Alert.objects.get().acknowledged_by == "admin"


def test_evse_uids_can_be_edited_on_the_stations_page(hub: world.World, admin_client: Client) -> None:
    url = reverse("admin:ocppbridge_station_change", args=(hub.station.pk,))
    form = fields(admin_client.get(url), "station_form")
    answer = admin_client.post(url, {**form, "evses-1-uid": "", "name": "Corner"})
    assert answer.status_code == 302
    assert list(Evse.objects.values_list("uid", flat=True)) == ["VLT-0001-1", ""]
    assert Station.objects.get().name == "Corner"


def test_the_buttons_of_a_station_stand_in_few_menus() -> None:
    """More of them beside its name than two rows hold make the page scroll sideways on a small screen."""
    shown = [one if isinstance(one, str) else one["title"] for one in StationAdmin.actions_detail]
    named = [one for row in StationAdmin.actions_detail for one in ([row] if isinstance(row, str) else row["items"])]
    assert len(shown) <= 11
    assert len(named) == len(set(named)) > 35
