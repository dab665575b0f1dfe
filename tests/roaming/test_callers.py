"""Beside the token: where a request comes from, whose certificate it shows, how it behaves (S19, S25)."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote

import pytest
import redis
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.models import Notice, Platform
from roaming.models.platform import fingerprint as valid_fingerprint
from roaming.models.platform import network as valid_network
from roaming.services.callers import fingerprint, one_time_password
from tests.personas.partner import Partner
from tests.roaming.client.test_tls import _name, _signed

LOOPBACK = [ip_network("127.0.0.0/8")]
HEX = "0123456789abcdef" * 4


def ask(partner: Partner, **headers: str) -> tuple[int, int]:
    more: dict[str, Any] = dict(headers)
    return partner.call("GET", partner.at("locations", "SENDER"), **more).both


def test_a_list_of_addresses_is_enforced_where_it_is_set(hub: Any, emsp: Partner, other_emsp: Partner) -> None:
    """S19: the right token from elsewhere is a wrong one, and staff hear of it."""
    Platform.objects.filter(pk=hub.platform(emsp).pk).update(client_networks=["198.51.100.0/24", "2001:db8::/32"])
    assert ask(emsp) == (401, 2000)
    assert ask(other_emsp) == (200, 1000)
    notice = Notice.objects.get()
    assert (notice.platform, notice.code) == (hub.platform(emsp), "elsewhere")
    assert "127.0.0.1" in notice.text
    Platform.objects.filter(pk=hub.platform(emsp).pk).update(client_networks=["127.0.0.0/8"])
    assert ask(emsp) == (200, 1000)


def test_behind_a_proxy_it_is_the_clients_address(hub: Any, emsp: Partner, settings: Any) -> None:
    """S19, S16: X-Forwarded-For counts from TRUSTED_PROXIES only."""
    Platform.objects.update(client_networks=["198.51.100.0/24"])
    assert ask(emsp, X_Forwarded_For="198.51.100.7") == (401, 2000)
    settings.TRUSTED_PROXIES = LOOPBACK
    assert ask(emsp, X_Forwarded_For="198.51.100.7") == (200, 1000)
    assert ask(emsp, X_Forwarded_For="203.0.113.1") == (401, 2000)
    assert ask(emsp, X_Forwarded_For="nonsense") == (401, 2000)


def test_a_client_certificate_is_enforced_where_it_is_set(hub: Any, emsp: Partner, settings: Any) -> None:
    """S19: told by a trusted proxy; a missing header is 401, and so is the same header from anybody else."""
    Platform.objects.update(client_certificates=[":".join(HEX[i : i + 2].upper() for i in range(0, 64, 2))])
    assert ask(emsp, Client_Cert=HEX) == (401, 2000)
    settings.TRUSTED_PROXIES = LOOPBACK
    assert ask(emsp, Client_Cert=HEX) == (200, 1000)
    assert ask(emsp, Client_Cert="f" * 64) == (401, 2000)
    assert ask(emsp) == (401, 2000)


def test_a_certificate_is_known_however_the_proxy_writes_it() -> None:
    """S19: RFC 9440, nginx, Envoy, HAProxy; anything else is none."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed(_name("emsp"), key, _name("emsp"), key, [])
    der, digest = made.public_bytes(Encoding.DER), made.fingerprint(SHA256()).hex()
    pem = made.public_bytes(Encoding.PEM).decode()
    for written in (
        f":{base64.b64encode(der).decode()}:",
        quote(pem),
        f'Hash={digest};Subject="CN=emsp"',
        f'By=spiffe://x;Hash="{digest.upper()}"',
        digest.upper(),
        ":".join(digest[i : i + 2] for i in range(0, 64, 2)),
    ):
        assert fingerprint(written) == digest, written
    for nothing in ("", "::", ":!!:", "CN=emsp", "Hash=abc", "-----BEGIN CERTIFICATE-----", "x" * 100_000):
        assert fingerprint(nothing) == "", nothing


def test_a_one_time_password_is_that_of_the_specification() -> None:
    """S19: the vectors of RFC 6238, cut to six digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    for seconds, password in [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]:
        assert one_time_password(secret, datetime.fromtimestamp(seconds, UTC)) == password


def test_a_second_secret_is_enforced_where_it_is_set(hub: Any, emsp: Partner, admin_client: Client) -> None:
    """S19: shown once; the half minute before and after will do, anything else is 401; and it can be taken back."""
    url = reverse("admin:roaming_platform_ask_password", args=(hub.platform(emsp).pk,))
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", admin_client.post(url, {"wanted": "on"}).content.decode())
    now = timezone.now()
    assert ask(emsp) == (401, 2000)
    assert ask(emsp, TOTP="000000") == (401, 2000)
    for shift in (-20, 0, 20):
        assert ask(emsp, TOTP=one_time_password(secret, now + timedelta(seconds=shift))) == (200, 1000)
    assert ask(emsp, TOTP=one_time_password(secret, now + timedelta(minutes=5))) == (401, 2000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT second_secret FROM roaming_platform")
        assert secret not in str(cursor.fetchall())
    admin_client.post(url, {})
    assert ask(emsp) == (200, 1000)


@pytest.mark.parametrize(("check", "good", "bad"), [
    (valid_network, "198.51.100.0/24", "198.51.100.0/33"), (valid_network, "2001:db8::/32", "anywhere"),
    (valid_fingerprint, HEX, HEX[:-1]), (valid_fingerprint, HEX.upper(), "g" * 64),
])  # fmt: skip
def test_what_staff_type_is_checked(check: Any, good: str, bad: str) -> None:
    check(good)
    with pytest.raises(ValidationError):
        check(bad)


def test_who_asks_about_cards_that_nobody_has_is_noticed(hub: Any, cpo: Partner) -> None:
    """S25: more than three in ten unknown, of at least twenty; the rate is limited besides."""
    url = cpo.at("tokens", "SENDER")
    for number in range(19):
        cpo.call("POST", f"{url}/GUESS{number}/authorize")
    assert not Notice.objects.exists()
    cpo.call("POST", f"{url}/GUESS19/authorize")
    assert "nobody has 20 of them" in Notice.objects.get(platform=hub.platform(cpo), code="guessing").text


def test_a_few_unknown_cards_among_many_are_a_busy_day(hub: Any, cpo: Partner) -> None:
    """S25."""
    redis.Redis.from_url(django_settings.REDIS_URL).set(f"count:asked:{hub.platform(cpo).pk}", 500, ex=3600)
    for number in range(21):
        cpo.call("POST", f"{cpo.at('tokens', 'SENDER')}/GUESS{number}/authorize")
    assert not Notice.objects.exists()
