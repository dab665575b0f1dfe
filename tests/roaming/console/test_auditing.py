"""S48: who changed what is kept with before and after, also what buttons did; secrets never."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from roaming.models import Platform
from tests.roaming.console import forms, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> world.World:
    return world.build()


def change(client: Client, platform: Platform, **values: str) -> None:
    url = reverse("admin:roaming_platform_change", args=(platform.pk,))
    page: Any = client.get(url)
    answer = client.post(url, forms.fields(page, "platform_form") | values)
    assert answer.status_code == 302, answer.content.decode()


def test_a_form_is_logged_with_before_and_after(hub: world.World, admin_client: Client) -> None:
    """S48: value by value, of the object and of the rows inside its page."""
    change(admin_client, hub.platform, request_timeout="20", allowed_hosts="a.example, b.example")
    message = LogEntry.objects.get().get_change_message()
    assert "Request timeout: 15 → 20" in message
    assert "Allowed hosts: – → a.example, b.example" in message
    change(admin_client, hub.platform, **{"endpoints-0-url": "https://emsp.example/other"})
    message = LogEntry.objects.order_by("pk").last().get_change_message()  # type: ignore[union-attr]
    assert "URL: https://emsp.example/ocpi/2.2.1/sessions → https://emsp.example/other" in message


def test_a_button_is_logged_with_what_was_said(hub: world.World, admin_client: Client) -> None:
    """S48: who suspended a partner; and a token that was typed in stays out."""
    admin_client.post(reverse("admin:roaming_platform_suspend", args=(hub.platform.pk,)))
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.object_id, entry.change_message) == (
        "admin",
        str(hub.platform.pk),
        "Suspend",
    )
    Platform.objects.update(status="UNREGISTERED")
    said = {"token_a": "very-secret-token", "roles": "EMSP DE/EMX"}
    admin_client.post(reverse("admin:roaming_platform_register_again", args=(hub.platform.pk,)), said)
    entry = LogEntry.objects.order_by("-pk")[0]
    assert "Register again" in entry.change_message
    assert "DE/EMX" in entry.change_message
    assert "very-secret-token" not in entry.change_message


def test_what_was_refused_is_not_logged(hub: world.World, admin_client: Client) -> None:
    admin_client.post(reverse("admin:roaming_platform_resume", args=(hub.platform.pk,)))
    assert LogEntry.objects.count() == 0


def test_the_log_is_read_by_whom_may_and_changed_by_nobody(hub: world.World, admin_client: Client) -> None:
    """S48: searchable by user, object and value."""
    change(admin_client, hub.platform, request_timeout="20")
    entry = LogEntry.objects.get()
    listed = admin_client.get(reverse("admin:admin_logentry_changelist"), {"q": "Emixx"}).content.decode()
    assert "15 → 20" in listed
    page = reverse("admin:admin_logentry_change", args=(entry.pk,))
    assert "15 → 20" in admin_client.get(page).content.decode()
    assert admin_client.post(page, {"change_message": "x"}).status_code == 403
    assert (
        admin_client.post(reverse("admin:admin_logentry_delete", args=(entry.pk,)), {"post": "yes"}).status_code == 403
    )
