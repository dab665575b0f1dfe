"""The hub behind its front door: a live server, partners registered by the real handshake, and the work of a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from config.door import Door
from roaming.models import AuthorizationRequest, Command, Delivery, Platform
from roaming.ocpi.party import PartyId
from roaming.services import authorizations, decisions, drains, hosting, platforms, results
from tests.personas.partner import Partner

HUB = "NL/HUB"


@dataclass
class Hub:
    """The hub as a test sees it. `work` is one round of what a worker does, in this thread."""

    url: str
    partners: list[Partner] = field(default_factory=list)

    def invite(self, partner: Partner) -> str:
        roles = [(role, PartyId.parse(party)) for role, party in partner.roles]
        return platforms.invite(roles, name=partner.party).token_a

    def connect(self, party: str, role: str, **more: Any) -> Partner:
        """A registered partner."""
        partner = self.stranger(party, role, **more)
        answer = partner.register(self.url, self.invite(partner))
        assert answer.both == (200, 1000), answer.envelope
        partner.seen.clear()
        return partner

    def stranger(self, party: str, role: str, **more: Any) -> Partner:
        """One that nobody has invited yet."""
        partner = Partner(party, role, **more)
        self.partners.append(partner)
        return partner

    def host(self, party: str = "NL/VLT", *, news: bool = False) -> PartyId:
        """A CPO whose stations hang on the hub; everybody has heard of it already, unless it is news."""
        found = PartyId.parse(party)
        hosting.ensure(found, "Hosted CPO")
        if not news:
            Delivery.objects.filter(module="hubclientinfo", country_code=found.country, party_id=found.party).delete()
        return found

    def platform(self, partner: Partner) -> Platform:
        country, _, party = partner.party.partition("/")
        return Platform.objects.get(parties__country_code=country, parties__party_id=party, parties__role=partner.role)

    def work(self) -> None:
        for platform in Platform.objects.filter(deliveries__state=Delivery.State.PENDING).distinct():
            drains.drain(platform.pk)
        for command in Command.objects.filter(result_state=Command.ResultState.DUE):
            results.send(command.pk)
        for question in AuthorizationRequest.objects.filter(state=AuthorizationRequest.State.ASKING):
            authorizations.answer(question.pk)


def knock(path: str, token: str) -> int:
    """The status of a GET with this token, without a server."""
    lines: list[str] = []
    asked = RequestFactory().get(path, headers={"Authorization": f"Token {token}"})
    Door(WSGIHandler())(asked.META, lambda line, headers: lines.append(line))
    return int(lines[0].split()[0])


@pytest.fixture
def hub(live_server: Any, settings: Any, engines: None) -> Iterator[Hub]:
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    settings.HUB_PUBLIC_URL = live_server.url
    settings.HUB_PARTY = HUB
    live_server.thread.httpd.set_app(Door(live_server.thread.httpd.get_app()))
    redis.Redis.from_url(django_settings.REDIS_URL).flushall()
    decisions.forget()
    found = Hub(live_server.url)
    try:
        yield found
    finally:
        decisions.forget()
        for partner in found.partners:
            partner.close()
        settled()


def settled() -> None:
    """Every thread that asked an eMSP is idle: what one of them still writes must not meet the next test's database."""
    barrier = threading.Barrier(authorizations.ASKERS + 1)
    for _ in range(authorizations.ASKERS):
        authorizations.askers.submit(barrier.wait)
    barrier.wait(timeout=60)


@pytest.fixture
def emsp(hub: Hub) -> Partner:
    return hub.connect("DE/EMX", "EMSP")


@pytest.fixture
def other_emsp(hub: Hub) -> Partner:
    return hub.connect("FR/EMY", "EMSP")


@pytest.fixture
def cpo(hub: Hub) -> Partner:
    return hub.connect("NL/CPO", "CPO")


@pytest.fixture
def now() -> Callable[[], Any]:
    return timezone.now
