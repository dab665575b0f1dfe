"""Peers of OCPI 2.2, met as their client (VER-10): they are spoken to as 2.2, and everybody else is none the wiser."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Cdr, Platform, Session, Token
from roaming.ocpi.errors import UnsupportedVersion
from roaming.ocpi.party import PartyId
from roaming.services import pulls, registration, tokens
from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen

OLD_TOKEN = {name: value for name, value in samples.cdr_token().items() if name not in ("country_code", "party_id")}


def old(hub: Any, party: str, role: str, version: str = "2.2") -> Partner:
    """A partner that offers one old version, and looks at ours while we register with it."""
    found: Partner = hub.stranger(party, role)
    endpoints = [
        {"identifier": module, "role": side, "url": found.endpoint(module, side)}
        for module in found.modules if module != "hubclientinfo" for side in ("SENDER", "RECEIVER")
    ]  # fmt: skip
    endpoints.append({"identifier": "credentials", "role": "SENDER", "url": f"{found.url}/credentials"})
    found.answers["GET", "/versions"] = Said([{"version": version, "url": f"{found.url}/details"}])
    found.answers["GET", "/details"] = Said({"version": version, "endpoints": endpoints})

    def registered(seen: Seen) -> Said:
        found.token_for_hub = seen.body["token"]
        offered = found.call("GET", seen.body["url"], routed=False).data
        ours = next((one["url"] for one in offered if one["version"] == version), None)
        if ours is None:
            return Said(status=3002, message="no version in common")
        details = found.call("GET", ours, routed=False).data
        assert details["version"] == version
        found.hub_endpoints = {(one["identifier"], one["role"]): one["url"] for one in details["endpoints"]}
        return Said(found.credentials("their-token-c"))

    found.answers["POST", "/credentials"] = registered
    return found


def register(partner: Partner) -> Platform:
    return registration.register_with(f"{partner.url}/versions", "token-a", name="Old partner")


@pytest.fixture
def old_cpo(hub: Any) -> Partner:
    found = old(hub, "NL/OLD", "CPO")
    register(found)
    return found


def test_we_register_with_a_peer_that_offers_only_2_2(hub: Any, old_cpo: Partner, cpo: Partner) -> None:
    """VER-10: it is offered 2.2 at URLs that say so (TRA-16); nobody else is."""
    platform = hub.platform(old_cpo)
    assert (platform.version, platform.status) == ("2.2", "CONNECTED")
    assert all("/ocpi/2.2/" in url for url in old_cpo.hub_endpoints.values())
    offered = cpo.call("GET", f"{hub.url}/ocpi/versions", routed=False).data
    assert [one["version"] for one in offered] == ["2.2.1"]
    assert cpo.call("GET", f"{hub.url}/ocpi/2.2", routed=False).both == (404, 2000)


def test_an_older_one_is_no_partner(hub: Any) -> None:
    """VER-06, VER-10: 2.1.1 has other objects."""
    with pytest.raises(UnsupportedVersion):
        register(old(hub, "NL/OLD", "CPO", version="2.1.1"))
    assert not Platform.objects.exists()


def test_its_sessions_and_cdrs_get_the_owner_of_the_token(hub: Any, old_cpo: Partner, emsp: Partner) -> None:
    """VER-10: by name where it says for whom, else by who pushed the token."""
    session = samples.session(party_id="OLD", cdr_token=OLD_TOKEN)
    at = old_cpo.at("sessions", "RECEIVER", "NL", "OLD", "S1")
    assert old_cpo.call("PUT", at, session, to="DE/EMX").both == (200, 1000)
    assert emsp.pushed("sessions")[-1].body["cdr_token"] == samples.cdr_token()
    cdr = samples.cdr(party_id="OLD", cdr_token=OLD_TOKEN)
    assert old_cpo.call("POST", old_cpo.at("cdrs", "RECEIVER"), cdr).both == (200, 2001)  # nobody knows the token
    tokens.store(PartyId("DE", "EMX"), samples.token(), source=None, now=timezone.now())
    assert old_cpo.call("POST", old_cpo.at("cdrs", "RECEIVER"), cdr).both == (200, 1000)
    assert (Session.objects.get().token_party_id, Cdr.objects.get().token_party_id) == ("EMX", "EMX")


def test_its_lists_are_read_alike(hub: Any, old_cpo: Partner, emsp: Partner) -> None:
    """VER-10: pulled, or passed on to who asks for them."""
    tokens.store(PartyId("DE", "EMX"), samples.token(), source=None, now=timezone.now())
    old_cpo.answers["GET", "/odd/sender/sessions"] = Said([samples.session(party_id="OLD", cdr_token=OLD_TOKEN)])
    (pull,) = pulls.due(timezone.now()).filter(module="sessions")
    pulls.run(pull.pk)
    assert Session.objects.get().token_party_id == "EMX"
    listed = emsp.call("GET", emsp.at("sessions", "SENDER"), to="NL/OLD").data
    assert [one["cdr_token"] for one in listed] == [samples.cdr_token()]


def test_it_is_told_what_it_knows(hub: Any, cpo: Partner) -> None:
    """VER-10: in pushes, in lists, and in what is passed on to it; the token goes to it whole."""
    old_emsp = old(hub, "DE/EMX", "EMSP")
    register(old_emsp)
    new = samples.connector(id="2", standard="GBT_DC")
    location = samples.location(evses=[samples.evse(connectors=[samples.connector(power_type="AC_2_PHASE"), new])])
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), location)
    cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), samples.session())
    hub.work()
    (pushed,) = old_emsp.pushed("locations")
    listed = old_emsp.call("GET", old_emsp.at("locations", "SENDER"), to="NL/HUB").data
    for shown in (pushed.body, listed[0]):
        assert [one["power_type"] for one in shown["evses"][0]["connectors"]] == ["AC_1_PHASE"]
    (passed,) = old_emsp.pushed("sessions")
    listed = old_emsp.call("GET", old_emsp.at("sessions", "SENDER"), to="NL/HUB").data
    assert passed.body["cdr_token"] == listed[0]["cdr_token"] == OLD_TOKEN
    old_emsp.call("PUT", old_emsp.at("tokens", "RECEIVER", "DE", "EMX", samples.token()["uid"]), samples.token())
    assert Token.objects.get().party_id == "EMX"
