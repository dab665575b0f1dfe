"""Untrusted text is escaped, tokens are masked in lists, no query per row, and a GET never acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ocppbridge.models import Alert, Call, Connector, Evse, Station, Transaction
from roaming.models import Command, Delivery, Exchange, Handshake, Location, Notice, Party, Platform, Pull
from roaming.ocpi.party import PartyId
from roaming.services import locations, sessions, tokens
from tests.personas import samples
from tests.roaming.console import world

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'
LISTS = (
    "ocppbridge_station",
    "ocppbridge_evse",
    "ocppbridge_transaction",
    "ocppbridge_call",
    "ocppbridge_frame",
    "ocppbridge_alert",
    "ocppbridge_connection",
    "roaming_session",
    "roaming_cdr",
    "roaming_assessment",
    "roaming_deskentry",
    "roaming_token",
    "roaming_location",
    "roaming_evse",
    "roaming_tariff",
    "roaming_platform",
    "roaming_party",
    "roaming_agreement",
    "roaming_command",
    "roaming_delivery",
    "roaming_exchange",
    "roaming_notice",
    "roaming_pull",
)


@pytest.fixture
def hub() -> world.World:
    return world.build()


def listed(client: Client, name: str, **query: str) -> str:
    return client.get(reverse(f"admin:{name}_changelist"), query).content.decode()


def test_untrusted_text_is_escaped_everywhere(hub: world.World, admin_client: Client) -> None:
    """S45: names, statuses, bodies and errors of peers and stations."""
    Platform.objects.update(name=EVIL)
    Party.objects.update(name=EVIL)
    Station.objects.update(vendor=EVIL, model=EVIL, name=EVIL)
    Connector.objects.update(state=EVIL[:20], error_code=EVIL[:40], info=EVIL)
    Alert.objects.update(text=EVIL)
    Delivery.objects.update(last_error=EVIL)
    Exchange.objects.update(error=EVIL, response_body=EVIL, url=f"/{EVIL}", routing=EVIL)
    Command.objects.update(result_message=EVIL, message=EVIL)
    Notice.objects.update(text=EVIL)
    Handshake.objects.update(result=EVIL, asked_by=EVIL)
    Pull.objects.update(error=EVIL)
    Call.objects.update(error_description=EVIL, outcome=EVIL)
    Transaction.objects.update(findings=[[EVIL, EVIL]], stop_reason=EVIL)
    Location.objects.update(name=EVIL, city=EVIL)
    frame = world.frame(hub.station, 9, 0, 0, EVIL, EVIL, EVIL, timezone.now(), EVIL)
    pages = [listed(admin_client, name) for name in LISTS] + [admin_client.get(reverse("admin:index")).content.decode()]
    for name, pk in [
        ("ocppbridge_frame", frame),
        ("ocppbridge_station", hub.station.pk),
        ("ocppbridge_transaction", hub.transaction.pk),
        ("ocppbridge_call", hub.call.pk),
        ("roaming_exchange", hub.exchange.pk),
        ("roaming_command", hub.command.pk),
        ("roaming_delivery", hub.delivery.pk),
        ("roaming_platform", hub.platform.pk),
        ("roaming_location", Location.objects.get().pk),
    ]:
        pages.append(admin_client.get(reverse(f"admin:{name}_change", args=(pk,))).content.decode())
    assert any("&lt;script&gt;" in page for page in pages)
    assert not any(EVIL in page or "<script>alert(" in page for page in pages)
    assert not any("&lt;span" in page for page in pages), "our own markup must not be escaped"


def test_lists_show_the_end_of_a_token_only(hub: world.World, admin_client: Client) -> None:
    """S43: in lists and on the home page; whoever opens the object sees all of it."""
    for name in LISTS:
        if name not in ("ocppbridge_frame", "roaming_exchange"):  # journals show the bodies as they were
            assert world.UID.lower() not in listed(admin_client, name).lower(), name
    assert world.UID.lower() not in admin_client.get(reverse("admin:index")).content.decode().lower()
    token = admin_client.get(reverse("admin:roaming_token_change", args=(hub.token.pk,)))
    assert world.UID in token.content.decode()


def test_no_secret_is_on_any_page(hub: world.World, admin_client: Client) -> None:
    """S17, S18: neither tokens nor digests nor passwords."""
    station = Station.objects.get()
    secrets = ("secret-that-we-present", station.password_digest, "d" * 64, "e" * 64)
    for name, pk in [("roaming_platform", hub.platform.pk), ("ocppbridge_station", station.pk)]:
        page = admin_client.get(reverse(f"admin:{name}_change", args=(pk,))).content.decode()
        assert not any(secret in page for secret in secrets)


def test_longer_lists_take_no_more_queries(hub: world.World, admin_client: Client) -> None:
    """No query per row, in any list."""
    first = {name: listed(admin_client, name) for name in LISTS}  # content types and the like are cached from here on
    assert all(first.values())
    before = {name: queries(admin_client, name) for name in LISTS}
    more_rows(hub)
    after = {name: queries(admin_client, name) for name in LISTS}
    assert {name: (before[name], after[name]) for name in LISTS if after[name] > before[name]} == {}


def queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        listed(client, name)
    return len(captured)


def more_rows(hub: world.World) -> None:
    """Twelve of everything that can be many."""
    now = timezone.now()
    for n in range(12):
        station = Station.objects.create(identity=f"S{n}", country_code="NL", party_id="VLT", shard=0)
        evse = Evse.objects.create(station=station, number=1, uid=f"S{n}-1")
        Connector.objects.create(evse=evse, number=1, state="Available")
        Transaction.objects.create(
            station=station, wire_id=n + 1, id_token=f"TAG{n:08}", started_at=now, last_news_at=now
        )
        Call.objects.create(station=station, action="Reset", payload={}, expires_at=now)
        Alert.objects.create(station=station, code=f"C{n}", text="look", first_at=now, last_at=now)
        world.frame(station, 1, 0, 2, str(n), "Heartbeat", [2, str(n), "Heartbeat", {}], now)
        platform = Platform.objects.create(name=f"P{n}", status="CONNECTED")
        party = Party.objects.create(platform=platform, country_code="FR", party_id=f"P{n:02}", role="EMSP")
        cpo = {"country_code": "NL", "party_id": "VLT", "last_updated": samples.LAST_UPDATED}
        locations.store(PartyId("NL", "VLT"), samples.location(**cpo, id=f"L{n}"), source=platform, now=now)
        sessions.store(PartyId("NL", "VLT"), samples.session(**cpo, id=f"S{n}"), source=platform, now=now)
        tokens.store(PartyId("DE", "EMX"), samples.token(uid=f"0000000{n}"), source=platform, now=now)
        Notice.objects.create(platform=platform, code="c", text="t", first_at=now, last_at=now)
        Pull.objects.create(platform=platform, party=party, module="tokens")
        Exchange.objects.create(
            at=now + timedelta(seconds=n), direction="IN", platform=platform, method="GET", url="/x"
        )
        Command.objects.create(
            kind="STOP_SESSION",
            sender=party,
            receiver=Party.objects.get(party_id="VLT"),
            request="{}",
            response_url="",
            expires_at=now,
        )
        Delivery.objects.create(
            platform=platform,
            receiver=party,
            module="locations",
            country_code="NL",
            party_id="VLT",
            object_key=f"L{n}",
            due_at=now,
        )


BUTTONS = [
    ("ocppbridge_station", "reset"),
    ("ocppbridge_station", "set_password"),
    ("ocppbridge_transaction", "stop"),
    ("roaming_delivery", "send_again"),
    ("roaming_delivery", "leave"),
    ("roaming_platform", "suspend"),
    ("roaming_tariff", "withdraw"),
    ("ocppbridge_alert", "acknowledge"),
    ("ocppbridge_quarantined", "discard"),
    ("roaming_operatortoken", "revoke"),
]


def test_a_get_asks_and_does_nothing(hub: world.World, admin_client: Client) -> None:
    """A link in a mail must not stop a session: only the POST of the page that asks does anything."""
    for name, verb in BUTTONS:
        model = _model(name)
        before = list(model.objects.values_list()), Call.objects.count()
        answer = admin_client.get(reverse(f"admin:{name}_{verb}", args=(model.objects.first().pk,)))
        assert (name, answer.status_code) == (name, 200)
        assert b"csrfmiddlewaretoken" in answer.content
        assert (list(model.objects.values_list()), Call.objects.count()) == before


def test_who_may_only_look_can_press_nothing(hub: world.World, client: Client) -> None:
    client.force_login(reader())
    for name, verb in BUTTONS:
        pk = _model(name).objects.first().pk
        page = client.get(reverse(f"admin:{name}_change", args=(pk,)))
        url = reverse(f"admin:{name}_{verb}", args=(pk,))
        assert (name, page.status_code) == (name, 200)
        assert url not in page.content.decode()
        assert client.post(url, {}).status_code == 403


def test_who_may_see_nothing_sees_nothing(hub: world.World, client: Client) -> None:
    user = User.objects.create_user("new", password="x", is_staff=True)
    client.force_login(user)
    assert all(client.get(reverse(f"admin:{name}_changelist")).status_code == 403 for name in LISTS)
    home = client.get(reverse("admin:index")).content.decode()
    assert "VLT-0001" not in home
    assert "console-tile-value" not in home


def reader() -> User:
    """Staff with every right to view and no other."""
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


def _model(name: str) -> Any:
    return apps.get_model(*name.split("_", 1))
