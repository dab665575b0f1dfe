"""The OCPP reference in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def shown(client: Client, **query: str) -> str:
    answer = client.get(reverse("ocpp-reference"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_staff_find_a_message_with_its_fields_and_who_handles_it(admin_client: Client) -> None:
    page = shown(admin_client, q="authorize", version="1.6")
    assert "Authorize, OCPP 1.6" in page
    assert "handlers.authorization.authorize" in page
    assert "at most 20 characters" in page
    assert "AUTH-UNKNOWN-TOKEN" in page
    assert "?q=sequence+authorization&amp;version=1.6" in page


def test_without_a_word_every_name_is_listed_and_linked(admin_client: Client) -> None:
    page = shown(admin_client)
    assert "?q=message+TransactionEvent&amp;version=2.0.1" in page
    assert "?q=block+A&amp;version=2.0.1" in page
    assert reverse("ocpp-reference") in admin_client.get(reverse("admin:index")).content.decode()


def test_an_unknown_word_is_answered_with_near_names(admin_client: Client) -> None:
    page = shown(admin_client, q="<b>StartTransction")
    assert "There is no message, block, type or sequence &lt;b&gt;StartTransction." in page
    assert "?q=StartTransaction" in page


def test_only_who_may_see_stations_may_read_it(client: Client) -> None:
    client.force_login(User.objects.create_user("clerk", password="x", is_staff=True))
    assert client.get(reverse("ocpp-reference")).status_code == 403
