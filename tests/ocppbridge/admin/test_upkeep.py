"""Blocks L, N and O in the admin: firmware and campaigns, logs with their files, monitors, customers, displays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.models import (
    Call,
    CustomerPage,
    DisplayMessage,
    Enquiry,
    EventStream,
    FirmwareCampaign,
    FirmwareImage,
    FirmwarePublication,
    FirmwareUpdate,
    LocalAuthority,
    LogRequest,
    Monitor,
    Setting,
    Station,
)
from ocppbridge.services import files, images
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    station = world.build().station
    LocalAuthority.objects.all().delete()  # the world's has no key
    Station.objects.update(subprotocol="ocpp2.1")
    station.refresh_from_db()
    return station


def press(client: Client, model: str, verb: str, pk: int, **said: Any) -> Any:
    return client.post(reverse(f"admin:ocppbridge_{model}_{verb}", args=(pk,)), said, follow=True)


def asked() -> list[tuple[str, Any]]:
    made = Call.objects.filter(requested_by="admin").order_by("created_at")
    return [(call.action, call.payload) for call in made]


FORM = {"name": "Two", "vendor": "", "model": "", "version": "3.0", "url": "", "certificate": "", "signature": ""}


def add_image(client: Client, body: bytes = b"firmware", **more: str) -> str:
    upload = SimpleUploadedFile("../fw.bin", body, "text/html")
    said = {**FORM, **more, **({"upload": upload} if body else {})}
    return str(client.post(reverse("admin:ocppbridge_firmwareimage_add"), said, follow=True).content.decode())


def test_the_name_of_the_chosen_file_has_a_box_of_its_own(admin_client: Client) -> None:
    """unfold's script puts it into the first one near the file: that was the URL, and no upload was taken."""
    page = admin_client.get(reverse("admin:ocppbridge_firmwareimage_add")).content.decode()
    before, after = page.split('type="file"')
    assert before.rfind("Choose file to upload") > before.rfind('name="')
    assert 'name="url"' in after


def test_an_image_is_uploaded_signed_and_sent_to_a_station_with_its_signature(
    station: Station, admin_client: Client
) -> None:
    add_image(admin_client)
    image = FirmwareImage.objects.get(name="Two")
    assert image.file is not None
    assert b"".join(files.pieces(image.file)) == b"firmware"
    assert (image.file.name, image.created_by, image.signed) == ("fw.bin", "admin", False)
    press(admin_client, "firmwareimage", "sign", image.pk)
    image.refresh_from_db()
    assert image.signed
    images.check(image)
    press(admin_client, "station", "update_firmware", station.pk, image=image.pk, retries=0, retry_interval=0)
    ((action, payload),) = asked()
    assert (action, payload["requestId"]) == ("UpdateFirmware", FirmwareUpdate.objects.latest("pk").pk)
    assert payload["firmware"]["signature"] == image.signature
    assert payload["firmware"]["location"].endswith("/files/•••/fw.bin"), "the key is not for the journal"
    before = FirmwareUpdate.objects.exclude(image=image).get()
    assert (before.state, before.reason.split()[0]) == ("cancelled", "replaced")


@pytest.mark.parametrize(
    ("body", "more", "words"),
    [
        (b"", {}, "either a file here or a URL"),
        (b"x", {"url": "https://x"}, "either a file here or a URL"),
        (b"x", {"signature": "c2lnbg=="}, "comes with the certificate"),
        (b"x", {"signature": "c2lnbg==", "certificate": "no PEM"}, "the certificate cannot be read"),
        (b"", {"url": "https://x", "signature": "c2lnbg=="}, "comes with the certificate"),
    ],
)
def test_an_image_that_does_not_go_together_is_not_kept(
    station: Station, admin_client: Client, body: bytes, more: dict[str, str], words: str
) -> None:
    before = FirmwareImage.objects.count()
    assert words in add_image(admin_client, body, **more)
    assert FirmwareImage.objects.count() == before


def test_a_signature_of_another_file_is_found_out(station: Station, admin_client: Client) -> None:
    add_image(admin_client)
    image = FirmwareImage.objects.get(name="Two")
    images.sign(image)
    words = {"name": "Three", "signature": image.signature, "certificate": image.certificate}
    assert "is not of this file" in add_image(admin_client, b"another", **words)
    add_image(admin_client, **words)
    assert FirmwareImage.objects.get(name="Three").signed


def test_an_image_of_another_vendor_is_not_offered(station: Station, admin_client: Client) -> None:
    image = FirmwareImage.objects.create(name="Other", vendor="Elsewhere", url="https://x")
    page = press(admin_client, "station", "update_firmware", station.pk, image=image.pk, retries=0, retry_interval=0)
    assert "not one of the available choices" in page.content.decode()
    assert asked() == []


def test_firmware_is_published_by_a_local_controller_and_taken_back(station: Station, admin_client: Client) -> None:
    elsewhere = FirmwareImage.objects.create(name="Elsewhere", url="https://files.example/fw")
    page = press(admin_client, "station", "publish_firmware", station.pk, image=elsewhere.pk)
    assert "its MD5 must be named" in page.content.decode()
    press(admin_client, "station", "publish_firmware", station.pk, image=elsewhere.pk, checksum="a" * 32)
    row = FirmwarePublication.objects.latest("pk")
    row.state = FirmwarePublication.State.PUBLISHED
    row.save()
    press(admin_client, "firmwarepublication", "unpublish", row.pk)
    assert asked() == [
        ("PublishFirmware", {"requestId": row.pk, "location": "https://files.example/fw", "checksum": "a" * 32}),
        ("UnpublishFirmware", {"checksum": "a" * 32}),
    ]


def test_a_campaign_is_drawn_up_started_paused_and_resumed(station: Station, admin_client: Client) -> None:
    image = FirmwareImage.objects.create(name="Three", version="3.0", url="https://x")
    said = {"name": "Summer", "image": image.pk, "canary": 1, "percent": 25, "stop_above": 10, "tries": 1}
    slip = admin_client.post(reverse("admin:ocppbridge_firmwarecampaign_add"), {**said, "identities": "VLT-0O01"})
    assert "no such station: VLT-0O01" in slip.content.decode()
    half = admin_client.post(reverse("admin:ocppbridge_firmwarecampaign_add"), {**said, "window_from": "22:00"})
    assert "a window has a beginning and an end" in half.content.decode()
    admin_client.post(reverse("admin:ocppbridge_firmwarecampaign_add"), said)
    campaign = FirmwareCampaign.objects.get(name="Summer")
    page = admin_client.get(reverse("admin:ocppbridge_firmwarecampaign_change", args=(campaign.pk,))).content.decode()
    assert "station(s) fit now" in page and 'name="_save"' in page
    for verb, state in (("start", "running"), ("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        press(admin_client, "firmwarecampaign", verb, campaign.pk)
        campaign.refresh_from_db()
        assert campaign.state == state
    assert press(admin_client, "firmwarecampaign", "start", campaign.pk).status_code == 409
    page = admin_client.get(reverse("admin:ocppbridge_firmwarecampaign_change", args=(campaign.pk,))).content.decode()
    assert 'name="_save"' not in page, "there is nothing to save"
    assert list(campaign.targets.values_list("station__identity", "state")) == [(station.identity, "waiting")]


def test_a_log_is_asked_for_and_its_file_handed_out_harmlessly(station: Station, admin_client: Client) -> None:
    """S27, S45: the station's names and types are not believed."""
    press(admin_client, "station", "get_log", station.pk, kind="SecurityLog", retries=3, retry_interval=60)
    ((action, payload),) = asked()
    assert (action, payload["logType"]) == ("GetLog", "SecurityLog")
    row = LogRequest.objects.exclude(file=None).get()
    answer = admin_client.get(reverse("admin:ocppbridge_logrequest_file", args=(row.pk,)))
    assert b"".join(answer) == b"<script>alert(1)</script>"  # type: ignore[call-overload]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith('attachment; filename="VLT-0001-DiagnosticsLog')
    press(admin_client, "logrequest", "again", row.pk)
    assert asked()[-1][1]["logType"] == "DiagnosticsLog"
    press(admin_client, "logrequest", "delete_file", row.pk)
    assert admin_client.get(reverse("admin:ocppbridge_logrequest_file", args=(row.pk,))).status_code == 404


def test_a_log_is_only_for_those_who_may_see_it(station: Station, client: Client) -> None:
    """By the permission of its page."""
    row = LogRequest.objects.exclude(file=None).get()
    user = User.objects.create_user("ann", password="x", is_staff=True)
    client.force_login(user)
    url = reverse("admin:ocppbridge_logrequest_file", args=(row.pk,))
    assert client.get(url).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_logrequest"))
    assert client.get(url).status_code == 200


def test_monitors_are_set_reported_scoped_and_cleared(station: Station, admin_client: Client) -> None:
    said = {"variable": "EVSE@1.Temperature", "type": "UpperThreshold", "value": "70.5", "severity": 4}
    press(admin_client, "station", "set_monitor", station.pk, **said)
    press(admin_client, "station", "report_monitors", station.pk, criteria="ThresholdMonitoring")
    press(admin_client, "station", "monitoring_scope", station.pk, base="All", level=5)
    press(admin_client, "station", "list_streams", station.pk)
    press(admin_client, "monitor", "clear", Monitor.objects.get(monitor_id=7).pk)
    press(admin_client, "eventstream", "adjust", EventStream.objects.get().pk, interval=30)
    made = dict(asked())
    assert made["SetVariableMonitoring"]["setMonitoringData"] == [
        {
            "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Temperature"},
            "type": "UpperThreshold", "value": 70.5, "severity": 4, "transaction": False,
        }
    ]  # fmt: skip
    assert made["GetMonitoringReport"]["monitoringCriteria"] == ["ThresholdMonitoring"]
    assert made["SetMonitoringBase"] == {"monitoringBase": "All"}
    assert made["SetMonitoringLevel"] == {"severity": 5}
    assert made["ClearVariableMonitoring"] == {"id": [7]}
    assert made["AdjustPeriodicEventStream"] == {"id": 1, "params": {"interval": 30}}
    assert made["GetPeriodicEventStream"] == {}
    page = press(admin_client, "station", "set_monitor", station.pk, **{**said, "variable": "Temperature"})
    assert "name its component" in page.content.decode()


def test_what_a_station_tells_of_a_customer_is_shown_to_few_and_erased(
    station: Station, admin_client: Client, client: Client
) -> None:
    """S49."""
    row = Enquiry.objects.get(kind="customer")
    url = reverse("admin:ocppbridge_enquiry_change", args=(row.pk,))
    assert "card &lt;script&gt;" in admin_client.get(url).content.decode()
    user = User.objects.create_user("ann", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_enquiry"))
    client.force_login(user)
    assert "card " not in client.get(url).content.decode()
    press(admin_client, "enquiry", "erase", row.pk)
    row.refresh_from_db()
    assert (row.id_token, CustomerPage.objects.count()) == ("", 0)
    press(admin_client, "station", "customer_information", station.pk, what="both", token="04AA", token_type="ISO14443")
    ((action, payload),) = asked()
    assert action == "CustomerInformation"
    assert (payload["report"], payload["clear"], payload["idToken"]["idToken"]) == (True, True, "04AA")
    page = press(admin_client, "station", "customer_information", station.pk, what="both")
    assert "name a token or an identifier" in page.content.decode()


def test_a_message_is_shown_in_languages_and_taken_off(station: Station, admin_client: Client) -> None:
    said = {"text": "Hello", "language": "en", "more": "de: Hallo", "format": "UTF8", "priority": "InFront"}
    press(admin_client, "station", "show_message", station.pk, **said)
    row = DisplayMessage.objects.latest("pk")
    assert (row.message_id, row.standing) == (2, "asked")
    page = admin_client.get(reverse("admin:ocppbridge_displaymessage_change", args=(row.pk,))).content.decode()
    assert "<strong>de, UTF8:</strong> Hallo" in page
    press(admin_client, "displaymessage", "hide", row.pk)
    press(admin_client, "station", "list_messages", station.pk, priority="InFront")
    made = dict(asked())
    assert made["SetDisplayMessage"]["message"] == {
        "id": 2, "priority": "InFront", "message": {"format": "UTF8", "language": "en", "content": "Hello"},
        "messageExtra": [{"format": "UTF8", "language": "de", "content": "Hallo"}],
    }  # fmt: skip
    assert made["ClearDisplayMessage"] == {"id": 2}
    assert made["GetDisplayMessages"] == {"requestId": Enquiry.objects.latest("pk").pk, "priority": "InFront"}
    Station.objects.update(subprotocol="ocpp2.0.1")
    page = press(admin_client, "station", "show_message", station.pk, **said).content.decode()
    assert "shows a message in one language" in page


def test_a_restart_is_offered_when_settings_wait_for_one(station: Station, admin_client: Client) -> None:
    """B05.FR.08."""
    assert press(admin_client, "station", "restart", station.pk).status_code == 409
    Setting.objects.create(
        station=station, component="A", name="B", written="1", write_status="RebootRequired", written_at=timezone.now()
    )
    page = admin_client.get(reverse("admin:ocppbridge_station_change", args=(station.pk,))).content.decode()
    assert "Restart for settings" in page
    press(admin_client, "station", "restart", station.pk)
    assert asked() == [("Reset", {"type": "OnIdle"})]


def test_a_1_6_station_is_told_what_it_cannot_do(station: Station, admin_client: Client) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    image = FirmwareImage.objects.create(name="Unsigned", url="https://x/fw")
    later = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    said = {"image": image.pk, "retries": 0, "retry_interval": 0, "install_at": later}
    page = press(admin_client, "station", "update_firmware", station.pk, **said).content.decode()
    assert "installs unsigned firmware as soon as it has it" in page
    del said["install_at"]
    press(admin_client, "station", "update_firmware", station.pk, **said)
    assert [action for action, _ in asked()] == ["UpdateFirmware"]
    assert "cannot do it: new in 2.1" in press(admin_client, "station", "list_streams", station.pk).content.decode()
