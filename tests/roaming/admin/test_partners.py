"""Partners' pages: invitations, suspension, deliveries sent again, exchanges found and told as one story."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Delivery, Exchange, IssuedToken, Notice, OperatorToken, Platform
from roaming.services import notices, operators, secrets
from tests.roaming.console import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> world.World:
    return world.build()


def press(client: Client, model: str, verb: str, pk: int | None = None, /, **said: str) -> str:
    url = reverse(f"admin:{model}_{verb}", args=() if pk is None else (pk,))
    answer = client.post(url, said, follow=True)
    assert answer.status_code in (200, 409)
    return answer.content.decode()


def test_an_invitation_shows_its_token_once(admin_client: Client) -> None:
    """S13, S17: what the page shows is what works, and nothing in the database is it."""
    page = press(admin_client, "roaming_platform", "invite", name="Emixx", roles="EMSP DE/EMX\nCPO de/emx")
    (token,) = re.findall(r"<code>(hub\.[\w-]+)</code>", page)
    issued = IssuedToken.objects.get()
    assert issued.digest == secrets.digest(token)
    assert [role["role"] for role in issued.allowed_roles] == ["EMSP", "CPO"]
    again = admin_client.get(reverse("admin:roaming_platform_change", args=(issued.platform_id,))).content.decode()
    assert token not in again


def test_a_role_that_is_taken_or_odd_is_refused(hub: world.World, admin_client: Client) -> None:
    for roles, words in [
        ("EMSP DE/EMX", "DE/EMX EMSP is on Emixx already"),
        ("BOSS DE/EMX", "BOSS DE/EMX"),
        ("EMSP D", "EMSP D"),
    ]:
        assert words in press(admin_client, "roaming_platform", "invite", name="x", roles=roles)
    assert Platform.objects.count() == 1


def test_suspending_and_resuming(hub: world.World, admin_client: Client) -> None:
    page = press(admin_client, "roaming_platform", "suspend", hub.platform.pk)
    assert "is suspended" in page
    assert Platform.objects.get().status == "SUSPENDED"
    assert "does not apply" in press(admin_client, "roaming_platform", "suspend", hub.platform.pk)
    press(admin_client, "roaming_platform", "resume", hub.platform.pk)
    assert Platform.objects.get().status == "CONNECTED"


def test_a_delivery_is_sent_again_whole_and_at_once(hub: world.World, admin_client: Client) -> None:
    Delivery.objects.update(state="REFUSED", attempts=5, needs_put=False)
    press(admin_client, "roaming_delivery", "send_again", hub.delivery.pk)
    hub.delivery.refresh_from_db()
    assert (hub.delivery.state, hub.delivery.attempts, hub.delivery.needs_put) == ("PENDING", 0, True)
    assert hub.delivery.due_at <= timezone.now()


def test_a_delivery_is_left_to_the_partner_until_the_object_changes(hub: world.World, admin_client: Client) -> None:
    """TRA-08: staff stop what is tried again and again; what does not wait is not touched."""
    Delivery.objects.filter(pk=hub.delivery.pk).update(state="PENDING", attempts=5)
    assert "is left to the partner" in press(admin_client, "roaming_delivery", "leave", hub.delivery.pk)
    assert "was not waiting" in press(admin_client, "roaming_delivery", "leave", hub.delivery.pk)
    assert Delivery.objects.get(pk=hub.delivery.pk).state == "MUST_PULL"


def test_several_deliveries_at_once(hub: world.World, admin_client: Client) -> None:
    Delivery.objects.update(state="MUST_PULL")
    rows = list(Delivery.objects.values_list("pk", flat=True))
    said = {"action": "send_selected_again", "_selected_action": rows}
    admin_client.post(reverse("admin:roaming_delivery_changelist"), said)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"PENDING"}
    admin_client.post(reverse("admin:roaming_delivery_changelist"), said | {"action": "leave_selected"})
    assert set(Delivery.objects.values_list("state", flat=True)) == {"MUST_PULL"}


def found(client: Client, term: str) -> set[str]:
    page = client.get(reverse("admin:roaming_exchange_changelist"), {"q": term})
    return {row.request_id for row in page.context_data["cl"].result_list}


def test_exchanges_are_found_by_whatever_names_them(hub: world.World, admin_client: Client) -> None:
    """Correlation id, request id, token; and the station, whose name OCPI never hears."""
    other = Exchange.objects.create(
        at=timezone.now(), direction="IN", method="GET", url="/ocpi/2.2.1/tariffs", request_id="other"
    )
    assert found(admin_client, world.CORRELATION) == {"req-1", "req-2"}
    assert found(admin_client, "req-2") == {"req-2"}
    assert found(admin_client, world.UID) >= {"req-1"}
    assert found(admin_client, "VLT-0001") == {"req-1", "req-2"}
    assert found(admin_client, str(hub.call.pk)) == {"req-1", "req-2"}
    assert found(admin_client, "tariffs") == {"other"}
    Exchange.objects.filter(pk=other.pk).update(at=timezone.now() - timedelta(days=30))
    assert found(admin_client, "tariffs") == set(), "bodies are only looked through for the last days"
    assert found(admin_client, "other") == {"other"}, "ids are found however old"


def test_an_exchange_shows_its_bodies_and_its_story(hub: world.World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:roaming_exchange_change", args=(hub.exchange.pk,)))
    text = page.content.decode()
    assert "&quot;timeout&quot;: 30" in text
    (panel,) = page.context_data["panels"]
    assert len(panel.rows) == 1
    assert "https://emsp.example/commands/" in str(panel.rows[0])


def test_a_command_leads_to_its_call_and_its_exchanges(hub: world.World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:roaming_command_change", args=(hub.command.pk,)))
    assert reverse("admin:ocppbridge_call_change", args=(hub.call.pk,)) in page.content.decode()
    assert len(page.context_data["panels"][0].rows) == 2


def test_an_api_token_is_made_shown_once_and_revoked(admin_client: Client) -> None:
    page = press(admin_client, "roaming_operatortoken", "new_token", name="grafana", scope="read")
    (token,) = re.findall(r"<code>(op_[\w-]+)</code>", page)
    row = operators.find(token, timezone.now())
    assert row is not None
    assert token not in admin_client.get(reverse("admin:roaming_operatortoken_change", args=(row.pk,))).content.decode()
    press(admin_client, "roaming_operatortoken", "revoke", row.pk)
    assert operators.find(token, timezone.now()) is None
    assert OperatorToken.objects.get().revoked_at is not None


def test_notices_are_acknowledged_and_the_next_one_starts_anew(hub: world.World, admin_client: Client) -> None:
    row = Notice.objects.get()
    press(admin_client, "roaming_notice", "acknowledge", row.pk)
    row.refresh_from_db()
    assert row.acknowledged_by == "admin"
    notices.notice(row.platform_id, row.code, row.text, timezone.now())
    assert Notice.objects.filter(acknowledged_at=None).count() == 1
