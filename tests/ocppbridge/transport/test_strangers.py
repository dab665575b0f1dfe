"""Stations that nobody has added: refused like a wrong password, noted for staff, and no way to fill anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from websockets.exceptions import InvalidStatus

from ocppbridge.models import Station, Stranger
from ocppbridge.services import strangers
from tests.ocppbridge.door import Door, basic, eventually
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def knock(door: Door, path: str) -> int:
    with pytest.raises(InvalidStatus) as refused, door.open(path, ["ocpp2.0.1"], basic(path, "x" * 20)):
        pass
    return refused.value.response.status_code


def test_who_is_unknown_is_refused_like_a_wrong_password_and_noted_once_a_minute(door: Door) -> None:
    new_station("CP1")
    assert [knock(door, "NOBODY"), knock(door, "NOBODY"), knock(door, "CP1")] == [401, 401, 401]
    row = eventually(Stranger.objects.first, "the stranger is noted")
    assert (row.identity, row.offered, row.count, row.peer) == ("NOBODY", "ocpp2.0.1", 1, "127.0.0.1")
    assert Stranger.objects.count() == 1


def test_many_names_from_one_address_are_not_noted_on_and_on(door: Door) -> None:
    """S38."""
    for number in range(30):
        knock(door, f"N{number}")
    eventually(lambda: Stranger.objects.count() >= 20, "twenty are noted")
    assert Stranger.objects.count() == 20


@pytest.mark.django_db
def test_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST", 3)
    for number in range(5):
        strangers.note(f"N{number}", "192.0.2.1", "", NOW + timedelta(minutes=number))
    assert sorted(Stranger.objects.values_list("identity", flat=True)) == ["N2", "N3", "N4"]
    strangers.note("N2", "192.0.2.9", "ocpp1.6", NOW + timedelta(hours=1))
    assert Stranger.objects.get(identity="N2").count == 2
    for name in ("", "\0", "x" * 256):
        strangers.note(name, "", "", NOW)
    assert Stranger.objects.count() == 3


@pytest.mark.django_db
def test_staff_add_it_or_dismiss_it(admin_client: Client) -> None:
    strangers.note("CP 7/ä", "192.0.2.1", "ocpp1.6", NOW)
    strangers.note("Spam", "192.0.2.2", "", NOW)
    known, spam = (Stranger.objects.get(identity=name).pk for name in ("CP 7/ä", "Spam"))
    admin_client.post(reverse("admin:ocppbridge_stranger_dismiss", args=(spam,)))
    assert Stranger.objects.get(pk=spam).dismissed_by == "admin"
    url = reverse("admin:ocppbridge_stranger_adopt", args=(known,))
    page = admin_client.post(url, {"party": "NL/VLT", "evses": "2"}).content.decode()
    assert "/ocpp/CP%207%2F%C3%A4" in page
    assert Station.objects.get().identity == "CP 7/ä"
    assert not Stranger.objects.filter(pk=known).exists()
