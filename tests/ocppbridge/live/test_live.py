"""The live page through its doors: the admin gives a ticket, the socket of the `ocpp` process takes it and tells."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ocppbridge.live import feed, looks, tickets
from ocppbridge.live.feed import Line, difference
from ocppbridge.live.page import socket_url
from ocppbridge.live.tickets import Viewer
from ocppbridge.models import Alert, MeterReading, Station, Transaction
from roaming.models import Exchange
from tests.ocppbridge.door import Door
from tests.ocppbridge.world import new_station

UID = "04A1B2C3D4E5F6"


@pytest.fixture
def boss(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def ticket_of(client: Client) -> str:
    answer = client.post(reverse("live-ticket"))
    assert answer.status_code == 200
    return str(answer.json()["ticket"])


@contextmanager
def watching(door: Door, ticket: str) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{door.port}/live/", proxy=None) as socket:
        socket.send(ticket)
        yield socket


def hears(socket: ClientConnection, holds: Any, seconds: float = 60.0) -> Any:
    """The first true value of what the messages come to."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = json.loads(socket.recv(timeout=seconds))
        if found := holds(message):
            return found
    raise AssertionError("it was not told")


def put(message: dict[str, Any], section: str, name: str) -> Any:
    rows = message.get(section, {}).get("put", {}).values()
    return next((row for row in rows if name in row.values()), None)


def test_staff_see_what_happens_as_it_happens(door: Door, boss: Client) -> None:
    """A station comes and charges; the driver's token shows its end only (S43); what a peer says comes as data."""
    new_station("LIVE1")
    with watching(door, ticket_of(boss)) as socket:
        first = hears(socket, lambda message: message["whole"] and message)
        assert put(first, "stations", "LIVE1")["online"] is False
        with door.station("LIVE1") as talk:
            assert hears(socket, lambda message: put(message, "stations", "LIVE1"))["online"] is True
            talk.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
            talk.call("StartTransaction", {
                "connectorId": 1, "idTag": UID, "meterStart": 0, "timestamp": timezone.now().isoformat(),
            })  # fmt: skip
            said = hears(socket, lambda message: [one for one in message.get("frames", []) if "StartTr" in one["what"]])
            assert (said[0]["who"], said[0]["in"], said[0]["error"]) == ("LIVE1", True, "")
            Alert.objects.create(
                station=Station.objects.get(),
                code="ODD",
                text="<b>odd</b>",
                first_at=timezone.now(),
                last_at=timezone.now(),
            )
            alert = hears(socket, lambda message: put(message, "alerts", "ODD"))
            assert (alert["text"], alert["station"]) == ("<b>odd</b>", "LIVE1")
            Exchange.objects.create(
                at=timezone.now(), direction="IN", method="GET", url="/ocpi/versions", module="versions"
            )
            assert hears(socket, lambda message: message.get("exchanges"))[0]["what"] == "GET versions"
            assert UID not in json.dumps(first)


@pytest.mark.django_db
def test_of_two_transactions_at_one_evse_the_later_s_power_is_shown() -> None:
    """The end of the earlier one got lost."""
    station, now = new_station("LIVE2"), timezone.now()
    for minutes, power in ((10, 11_000), (5, -4_000)):
        began = now - timedelta(minutes=minutes)
        row = Transaction.objects.create(
            station=station, transaction_id=f"T{minutes}", evse_number=1, started_at=began, last_news_at=now
        )
        MeterReading.objects.create(transaction=row, at=now, power=power, digest=str(minutes))
    ((number, _, watts),) = looks.stations()[str(station.pk)]["evses"]
    assert (number, watts) == (1, -4_000)


def test_each_line_is_told_once(door: Door, boss: Client) -> None:
    """Though each look goes back a little, for rows are committed later than their time."""
    with watching(door, ticket_of(boss)) as socket:
        hears(socket, lambda message: message["whole"])
        for number in range(5):
            Exchange.objects.create(
                at=timezone.now(), direction="IN", method="GET", url=str(number), module=f"m{number}"
            )
        told: list[str] = []
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            told += [one["what"] for one in json.loads(socket.recv(timeout=60)).get("exchanges", [])]
        assert sorted(told) == [f"GET m{number}" for number in range(5)]


@pytest.mark.parametrize("kind", ["nothing", "nonsense", "old", "of another purpose", "of one who may no longer"])
def test_nobody_watches_without_a_good_ticket(
    door: Door, boss: Client, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = (
        {"nothing": "", "nonsense": "abc:def:ghi"}.get(kind) if kind in ("nothing", "nonsense") else ticket_of(boss)
    )
    if kind == "old":
        monkeypatch.setattr(tickets, "MAX_AGE", -1)
    elif kind == "of another purpose":
        monkeypatch.setattr(tickets, "SALT", "other")
    elif kind == "of one who may no longer":
        User.objects.update(is_active=False)
    with watching(door, ticket or "") as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=60)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_staff_see_only_what_they_may(door: Door, boss: Client) -> None:
    """By the permissions of the pages that the rows lead to; without any there is neither page nor ticket."""
    user = User.objects.create_user("desk", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("live")).status_code == 403
    assert client.post(reverse("live-ticket")).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_session", content_type__app_label="roaming"))
    page = client.get(reverse("live")).content.decode()
    assert reverse("admin:roaming_session_change", args=("0",)) in page and "ocppbridge/station" not in page
    with watching(door, ticket_of(client)) as socket:
        first = hears(socket, lambda message: message["whole"] and message)
    assert first.keys() == {"whole", "sessions"}
    assert Client().get(reverse("live")).status_code == 302
    assert boss.get(reverse("live-ticket")).status_code == 405


def test_the_looking_ends_with_the_last_viewer(door: Door, boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []

    def look() -> dict[str, Any]:
        looked.append(time.monotonic())
        return {}

    monkeypatch.setattr(feed, "TABLES", {"partners": look})
    with watching(door, ticket_of(boss)) as socket:
        hears(socket, lambda message: message["whole"])
    deadline = time.monotonic() + 60
    while time.monotonic() - looked[-1] < 2.5:
        assert time.monotonic() < deadline, "it goes on looking"
        time.sleep(0.1)


def test_who_is_too_slow_is_told_everything_anew() -> None:
    line = Line(Viewer("x", frozenset({"partners"})))
    line.whole = False
    for number in range(feed.MOST_WAITING + 1):
        line.tell({"number": number})
    assert (line.whole, line.waiting.qsize()) == (True, feed.MOST_WAITING)


def test_what_is_sent_is_the_difference() -> None:
    old, new = {"1": {"a": 1}, "2": {"a": 2}, "3": {"a": 3}}, {"1": {"a": 1}, "2": {"a": 9}, "4": {"a": 4}}
    assert difference(old, new) == {"put": {"2": {"a": 9}, "4": {"a": 4}}, "gone": ["3"]}


@pytest.mark.parametrize(
    ("public", "url"),
    [
        ("ws://127.0.0.1:9000", "ws://desk.example:9000/live/"),
        ("wss://ocpp.example", "wss://ocpp.example/live/"),
        ("wss://ocpp.example:8443/stations", "wss://ocpp.example:8443/live/"),
    ],
)
def test_where_the_socket_is(rf: Any, public: str, url: str) -> None:
    """A loopback address is this host by whichever name the browser knows it."""
    with override_settings(HUB_OCPP_PUBLIC_URL=public, ALLOWED_HOSTS=["*"]):
        assert socket_url(rf.get("/", headers={"host": "desk.example:8000"})) == url
