"""Tokens from invitation to their end: single use, expiry, grace, guessing; and what an outsider is never told."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import redis
import requests
from django.conf import settings as django_settings
from django.contrib.admin.sites import AdminSite
from django.test import Client
from django.utils import timezone

from roaming.models import Delivery, IssuedToken, Platform
from roaming.ocpi.party import PartyId
from roaming.services import decisions, limits, platforms
from tests.personas import samples
from tests.personas.partner import Partner

WRONG = {"Authorization": "Token d3Jvbmc="}


def credentials(hub: Any) -> str:
    return f"{hub.url}/ocpi/2.2.1/credentials"


def test_an_invitation_expires(hub: Any) -> None:
    """S13: after TOKEN-A-LIFETIME days, seven by default; then its token is as unknown as any other."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    row = IssuedToken.objects.get()
    assert row.expires_at is not None
    assert timedelta(days=6, hours=23) < row.expires_at - timezone.now() <= timedelta(days=7)
    IssuedToken.objects.update(expires_at=timezone.now())
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False, token=token_a).both == (401, 2000)
    assert emsp.call("POST", credentials(hub), emsp.credentials(), routed=False, token=token_a).both == (401, 2000)


def test_inviting_again_ends_the_earlier_invitation(hub: Any) -> None:
    """S13, S14: one that went to the wrong inbox, for example."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    first = hub.invite(emsp)
    second = platforms.invite_again(Platform.objects.get(), [("EMSP", PartyId("DE", "EMX"))]).token_a
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False, token=first).both == (401, 2000)
    assert emsp.register(hub.url, second).both == (200, 1000)


def test_the_old_token_ends_with_the_grace_period_although_the_new_one_was_never_used(hub: Any, emsp: Partner) -> None:
    """S15, CRE-19, CRE-08: a minute by default."""
    old, url = emsp.token_for_hub, emsp.at("credentials", "SENDER")
    emsp.call("PUT", url, emsp.credentials("b-2"), routed=False)
    assert emsp.call("GET", url, routed=False, token=old).both == (200, 1000)
    ending = IssuedToken.objects.exclude(expires_at=None).get(kind="C")
    assert ending.expires_at is not None
    assert timedelta(seconds=50) < ending.expires_at - timezone.now() <= timedelta(seconds=60)
    IssuedToken.objects.filter(pk=ending.pk).update(expires_at=timezone.now())
    assert emsp.call("GET", url, routed=False, token=old).both == (401, 2000)


def test_without_a_grace_period_the_old_token_ends_at_once(hub: Any, emsp: Partner) -> None:
    """S15: TOKEN-GRACE 0."""
    decisions.choose("TOKEN-GRACE", "0")
    old, url = emsp.token_for_hub, emsp.at("credentials", "SENDER")
    new = emsp.call("PUT", url, emsp.credentials("b-2"), routed=False).data["token"]
    assert emsp.call("GET", url, routed=False, token=old).both == (401, 2000)
    assert emsp.call("GET", url, routed=False, token=new).both == (200, 1000)


def test_what_waits_for_a_partner_that_left_is_frozen_and_not_lost(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S15: it is there when the partner comes back."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    emsp.call("DELETE", emsp.at("credentials", "SENDER"), routed=False)
    hub.work()
    assert emsp.pushed("locations") == []
    waiting = Delivery.objects.get(module="locations")
    assert waiting.state == "PENDING"
    invitation = platforms.invite_again(waiting.platform, [("EMSP", PartyId("DE", "EMX"))])
    assert emsp.register(hub.url, invitation.token_a).both == (200, 1000)
    hub.work()
    assert [one.path for one in emsp.pushed("locations")] == ["/odd/receiver/locations/NL/CPO/LOC1"]


@pytest.mark.parametrize("status", ["SUSPENDED", "UNREGISTERED"])
def test_blocked_and_unknown_look_the_same(hub: Any, emsp: Partner, status: str) -> None:
    """S12: 401, the same body to the byte."""
    url = emsp.at("locations", "SENDER")
    ids: dict[str, Any] = {"X_Request_ID": "r", "X_Correlation_ID": "c"}
    unknown = emsp.call("GET", url, token="unknown", **ids)
    Platform.objects.update(status=status)
    blocked = emsp.call("GET", url, **ids)
    assert blocked.http_status == unknown.http_status == 401
    assert {**blocked.envelope, "timestamp": ""} == {**unknown.envelope, "timestamp": ""}
    assert set(blocked.headers) == set(unknown.headers)


def test_wrong_tokens_are_counted_by_the_clients_address_behind_a_trusted_proxy(hub: Any, settings: Any) -> None:
    """S16: and by the socket's from anybody else, whatever the header says."""
    url = f"{hub.url}/ocpi/versions"

    def wrong(address: str) -> int:
        return requests.get(url, headers={**WRONG, "X-Forwarded-For": address}, timeout=60).status_code

    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    assert [wrong("198.51.100.7") for _ in range(21)] == [401] * 20 + [429]
    assert wrong("198.51.100.8") == 401
    settings.TRUSTED_PROXIES = []
    assert [wrong(f"198.51.100.{one}") for one in range(21)] == [401] * 20 + [429]


def test_the_count_outlives_the_process(hub: Any) -> None:
    """S16: it stands in Valkey, not in a worker's memory."""
    for _ in range(3):
        requests.get(f"{hub.url}/ocpi/versions", headers=WRONG, timeout=60)
    valkey = redis.Redis.from_url(django_settings.REDIS_URL)
    assert valkey.get("count:wrong-token:127.0.0.1") == b"3"
    assert 0 < int(valkey.ttl("count:wrong-token:127.0.0.1")) <= 60
    assert limits.tally("wrong-token:127.0.0.1", 60) == 4


@pytest.mark.parametrize("path", ["/", "/metrics", "/admin/", "/api/v1/sessions", "/ocpi/versions", "/healthz", "/x"])
def test_an_outsider_learns_nothing(hub: Any, path: str) -> None:
    """S50: no traceback, no version of anything, no metrics, no debug page."""
    answer = requests.get(f"{hub.url}{path}", timeout=5, allow_redirects=False)
    assert answer.status_code in (200, 302, 401, 403, 404)
    assert answer.headers.get("Server", "hub") == "hub"
    assert "X-Powered-By" not in answer.headers
    text = answer.text.lower()
    assert not any(word in text for word in ("traceback", "django version", "settings.py", "site-packages", "python/"))


def test_a_failing_page_shows_no_inside(hub: Any, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """S50: DEBUG is off wherever the hub runs."""
    admin_client.raise_request_exception = False

    def fails(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("inside: secret-detail")

    monkeypatch.setattr(AdminSite, "each_context", fails)
    answer = admin_client.get("/admin/")
    assert answer.status_code == 500
    assert b"secret-detail" not in answer.content
    assert b"Traceback" not in answer.content
