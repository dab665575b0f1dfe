"""The register's pages: every decision is there, can be chosen per scope, and withdrawn."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from roaming.decisions import every
from roaming.models import DecisionValue, Platform
from roaming.services import decisions

pytestmark = pytest.mark.django_db

REGISTER = "admin:roaming_decisionvalue_changelist"


@pytest.fixture(autouse=True)
def fresh() -> None:
    decisions.forget()


def page(decision_id: str) -> str:
    return reverse("admin:roaming_decisionvalue_decision", args=(decision_id,))


def test_every_decision_is_listed_with_options_and_place(admin_client: Client) -> None:
    text = admin_client.get(reverse(REGISTER)).content.decode()
    for decision in every():
        assert decision.id in text
        assert decision.applied_in in text
        assert all(f"<strong>{value}</strong>" in text for value in decision.options)


def test_every_decision_has_a_page(admin_client: Client) -> None:
    for decision in every():
        answer = admin_client.get(page(decision.id))
        assert answer.status_code == 200
        assert 'name="value"' in answer.content.decode()
    assert admin_client.get(page("NO-SUCH-THING")).status_code == 404


def test_the_list_of_open_ones_shrinks_when_one_is_chosen(admin_client: Client) -> None:
    before = admin_client.get(reverse(REGISTER), {"show": "open"}).context_data["rows"]
    one = before[0].decision
    answer = admin_client.post(page(one.id), {"value": one.default, "scope": "hub", "reason": "as shipped"})
    assert answer.status_code == 302
    row = DecisionValue.objects.get(decision_id=one.id)
    assert (row.scope, row.value, row.decided_by, row.reason) == ("hub", one.default, "admin", "as shipped")
    after = admin_client.get(reverse(REGISTER), {"show": "open"}).context_data["rows"]
    assert len(after) == len(before) - 1


def test_a_choice_for_one_platform_or_station(admin_client: Client) -> None:
    platform = Platform.objects.create(name="Emixx")
    admin_client.post(page("OFFLINE-WINDOW"), {"value": "none", "scope": "partner", "platform": platform.pk})
    admin_client.post(page("HEARTBEAT-INTERVAL"), {"value": "60", "scope": "station", "station": "VLT-1"})
    chosen = decisions.choices()
    assert chosen.value("OFFLINE-WINDOW", partner=str(platform.pk)) == "none"
    assert chosen.value("HEARTBEAT-INTERVAL", station="VLT-1") == "60"
    assert chosen.value("HEARTBEAT-INTERVAL") != "60"
    assert "platform Emixx" in admin_client.get(page("OFFLINE-WINDOW")).content.decode()


def test_what_cannot_be_chosen_is_said(admin_client: Client) -> None:
    for said, words in [
        ({"value": "0.1", "scope": "hub"}, "a number from 10 to 86400 seconds"),
        ({"value": "60", "scope": "station"}, "needs the name of one"),
    ]:
        answer = admin_client.post(page("HEARTBEAT-INTERVAL"), said)
        assert answer.status_code == 200
        assert words in str(answer.context_data["form"].errors)
    assert not DecisionValue.objects.exists()


def test_a_choice_can_be_withdrawn(admin_client: Client) -> None:
    decisions.choose("HEARTBEAT-INTERVAL", "60", scope="station", key="VLT-1")
    admin_client.post(page("HEARTBEAT-INTERVAL"), {"withdraw": "station|VLT-1"})
    assert not DecisionValue.objects.exists()


def test_who_may_not_change_may_read_only(client: Client) -> None:
    user = User.objects.create_user("r", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_decisionvalue"))
    client.force_login(user)
    text = client.get(page("HEARTBEAT-INTERVAL"))
    assert text.status_code == 200
    assert 'name="value"' not in text.content.decode()
    assert client.post(page("HEARTBEAT-INTERVAL"), {"value": "60", "scope": "hub"}).status_code == 403
