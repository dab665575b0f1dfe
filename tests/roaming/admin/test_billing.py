"""Billing in the admin: tokens shown once, exports watched and fetched, statements issued, webhooks looked after."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from roaming.models import BillingExport, BillingToken, Notice, Statement, Webhook
from roaming.services import billing_exports, billing_tokens, changes, statements, webhooks
from tests.roaming.billing import world
from tests.roaming.billing.door import found

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def url(model: str, view: str, *args: Any) -> str:
    return reverse(f"admin:roaming_{model}_{view}", args=args)


def press(client: Client, model: str, button: str, *args: Any, **said: Any) -> Any:
    answer = client.post(url(model, button, *args), said)
    assert answer.status_code in (200, 302), answer.content
    return answer


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_token_is_shown_once_bound_and_revoked(admin_client: Client) -> None:
    party = world.party("DE/EMX", "EMSP")
    answer = press(admin_client, "billingtoken", "new_token", name="ledger", parties=[party.pk])
    shown = re.search(r"bill_[\w-]{43}", answer.content.decode())
    assert shown is not None and "no-store" in answer["Cache-Control"]
    world.cdr("MINE")
    world.cdr("THEIRS", emsp="FR/OTH")
    assert [one["cdr_id"] for one in found("cdrs/", shown[0])["results"]] == ["MINE"]
    row = BillingToken.objects.get()
    assert shown[0] not in admin_client.get(url("billingtoken", "change", row.pk)).content.decode()
    press(admin_client, "billingtoken", "revoke", row.pk)
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_an_export_is_begun_watched_fetched(admin_client: Client) -> None:
    world.accepted("A", "1", "1.21")
    assert "a month is written like" in words(
        press(admin_client, "billingexport", "new_export", month="x", format="csv")
    )
    press(admin_client, "billingexport", "new_export", month="2026-10", cpo="nl/vlt", format="csv")
    row = BillingExport.objects.get()
    page = admin_client.get(url("billingexport", "change", row.pk))
    assert page["Refresh"] == "3"
    assert admin_client.get(url("billingexport", "file", row.pk)).status_code == 404
    billing_exports.run(row.pk)
    page = admin_client.get(url("billingexport", "change", row.pk))
    assert "Refresh" not in page and "1 of 1" in words(page)
    file = b"".join(admin_client.get(url("billingexport", "file", row.pk)).streaming_content)  # type: ignore[attr-defined]
    assert file.count(b"\r\n") == 2
    assert billing_tokens.find("", row.created_at) is None


def test_files_are_for_those_who_may_operate(admin_client: Client, client: Client) -> None:
    """S43: looking at the list is not taking the cards home."""
    world.accepted("A", "1", "1.21")
    press(admin_client, "billingexport", "new_export", month="2026-10", format="csv")
    press(admin_client, "statement", "draw_up", month="2026-10")
    export, statement = BillingExport.objects.get(), Statement.objects.get()
    billing_exports.run(export.pk)
    statements.run(statement.pk)
    staff = User.objects.create_user("bob", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_billingexport", "view_statement"]))
    client.force_login(staff)
    assert client.get(url("billingexport", "change", export.pk)).status_code == 200
    assert client.get(url("billingexport", "file", export.pk)).status_code == 403
    for paper in ("statement.pdf", "sums.csv", "cdrs.csv"):
        assert client.get(url("statement", "paper", statement.pk, paper)).status_code == 403
        assert admin_client.get(url("statement", "paper", statement.pk, paper)).status_code == 200
    assert admin_client.get(url("statement", "paper", statement.pk, "x")).status_code == 404


def test_a_month_is_drawn_up_looked_at_and_issued(admin_client: Client) -> None:
    world.accepted("A", "2", "2.42")
    world.assess(world.priced("H", "1", "1.21"), "ON_HOLD")
    assert "month must be in 1..12" in words(press(admin_client, "statement", "draw_up", month="2026-13"))
    press(admin_client, "statement", "draw_up", month="2026-10")
    row = Statement.objects.get()
    statements.run(row.pk)
    page = words(admin_client.get(url("statement", "change", row.pk)))
    assert "Amounts in EUR" in page and "2.4200" in page and "1 on hold" in page
    told = " ".join(page.split())
    assert "Charges VAT rate not told 2.0000" in told and "Charges all 1 2.0000" in told  # what each row is a sum of
    press(admin_client, "statement", "issue", row.pk)
    row.refresh_from_db()
    assert (row.state, row.issued_by) == ("ISSUED", "admin")
    answer = admin_client.post(url("statement", "discard", row.pk))
    assert answer.status_code == 409
    again = press(admin_client, "statement", "draw_up", month="2026-10")
    assert "no accepted CDR of that month waits" in words(again)


def test_a_draft_is_discarded_or_drawn_up_anew(admin_client: Client) -> None:
    world.accepted("A", "2", "2.42")
    press(admin_client, "statement", "draw_up", month="2026-10")
    row = Statement.objects.get()
    statements.run(row.pk)
    press(admin_client, "statement", "anew", row.pk)
    row.refresh_from_db()
    assert row.state == "COLLECTING"
    assert "does not apply" in words(admin_client.post(url("statement", "issue", row.pk)))
    press(admin_client, "statement", "discard", row.pk)
    assert not Statement.objects.exists()


def test_an_endpoint_is_made_and_looked_after(admin_client: Client, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    said = {"name": "books", "kinds": ["made", "verdict"]}
    refused = press(admin_client, "webhook", "new_webhook", url="http://books.example/x", **said)
    assert "only https URLs" in words(refused)
    answer = press(admin_client, "webhook", "new_webhook", url="http://127.0.0.1:9/x", **said)
    assert re.search(r"whsec_[\w+/=]{40,}", answer.content.decode())
    row = Webhook.objects.get()
    world.cdr("A")
    world.cdr("B")
    webhooks.run(row.pk)
    page = words(admin_client.get(url("webhook", "change", row.pk)))
    assert "Unreachable" in page and "fails" in page and "Still to be told" in page
    press(admin_client, "webhook", "skip", row.pk)
    press(admin_client, "webhook", "pause", row.pk)
    row.refresh_from_db()
    assert (row.position, row.paused_at is not None) == (1, True)
    press(admin_client, "webhook", "ping", row.pk)
    press(admin_client, "webhook", "resume", row.pk)
    assert "there are 2 changes so far" in words(press(admin_client, "webhook", "replay", row.pk, position=9))
    press(admin_client, "webhook", "replay", row.pk, position=0)
    row.refresh_from_db()
    assert (row.position, row.paused_at, changes.last_position()) == (0, None, 2)
    secret = row.secret
    assert "whsec_" in words(press(admin_client, "webhook", "new_secret", row.pk))
    row.refresh_from_db()
    assert row.secret != secret
    press(admin_client, "webhook", "remove", row.pk)
    assert not Webhook.objects.exists()
    assert not Notice.objects.exists()
