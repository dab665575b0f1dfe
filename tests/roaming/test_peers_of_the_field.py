"""What real OCPI peers do, each a test: the hub takes it, loses nothing and never answers 500 (field quirks, peers)."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from roaming.models import Delivery, Endpoint, Exchange, Location, Party, Platform
from roaming.ocpi import json
from roaming.services import cdrs
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"


def put(cpo: Partner, identifier: str = "LOC1", /, **more: Any) -> Any:
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", identifier)
    return cpo.call("PUT", url, samples.location(id=identifier, **more))


def profile(hub: Any, partner: Partner, **values: Any) -> None:
    Platform.objects.filter(pk=hub.platform(partner).pk).update(**values)


def command(emsp: Partner, kind: str = "UNLOCK_CONNECTOR", **more: Any) -> Any:
    body = {"response_url": f"{emsp.url}/results/1", "location_id": "LOC1", "evse_uid": "EVSE1", "connector_id": "1"}
    return emsp.call("POST", emsp.at("commands", "RECEIVER", kind), {**body, **more}, to="NL/CPO")


def authorize(cpo: Partner) -> Any:
    return cpo.call("POST", cpo.at("tokens", "SENDER", samples.token()["uid"], "authorize"), to="DE/EMX")


def test_a_push_without_routing_headers_or_message_ids(hub: Any, cpo: Partner) -> None:
    """Peers 1: who it is from follows from the token; ids are made."""
    token = base64.b64encode(cpo.token_for_hub.encode()).decode()
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    answer = requests.put(url, json={**samples.location()}, headers={"Authorization": f"Token {token}"}, timeout=60)
    assert (answer.status_code, answer.json()["status_code"]) == (201, 1000)
    assert len(answer.headers["X-Request-ID"]) == 36
    assert Exchange.objects.get(method="PUT", direction="IN").routing == "broadcast"


def test_identifiers_in_another_case(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """Peers 3, TYP-03: the same object, as its owner spelled it first."""
    put(cpo)
    url = cpo.at("locations", "RECEIVER", "nl", "cpo", "loc1")
    assert cpo.call("PATCH", url, {"name": "New", "last_updated": LATER}).both == (200, 1000)
    (found,) = emsp.call("GET", emsp.at("locations", "SENDER")).data
    assert (found["id"], found["name"], found["country_code"]) == ("LOC1", "New", "NL")
    assert emsp.call("GET", emsp.at("locations", "SENDER", "loc1"), to="NL/HUB").data["id"] == "LOC1"


def test_one_object_inside_a_list_where_an_object_is_due(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """Peers 4: unwrapped; what the hub passes on or says itself is never wrapped."""
    put(cpo)
    emsp.answers["POST", "/odd/sender/tokens"] = Said([{"allowed": "ALLOWED", "token": samples.token()}])
    cpo.answers["POST", "/odd/receiver/commands"] = Said([{"result": "ACCEPTED", "timeout": 30}])
    answer = authorize(cpo)
    assert (answer.both, answer.data["allowed"]) == ((200, 1000), "ALLOWED")
    answer = command(emsp)
    assert (answer.both, answer.data["result"]) == ((200, 1000), "ACCEPTED")


def test_credentials_inside_a_list(hub: Any) -> None:
    """Peers 4: version details and credentials of a peer with whom we register."""
    cpo = hub.stranger("NL/CPO", "CPO")
    cpo.answers["GET", "/details"] = lambda seen: Said([cpo._usual(seen).data])
    assert cpo.register(hub.url, hub.invite(cpo)).both == (200, 1000)
    assert Endpoint.objects.filter(platform=hub.platform(cpo), module="locations").count() == 2


def test_null_for_every_absent_field_comes_in(hub: Any, cpo: Partner) -> None:
    """Peers 5, ENV-07: null is absent."""
    nulls: dict[str, Any] = {
        "name": None,
        "directions": None,
        "operator": None,
        "opening_times": None,
        "parking_type": None,
    }
    assert put(cpo, **nulls).both == (201, 1000)
    put_evse = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1", "EVSE1")
    assert cpo.call("PUT", put_evse, samples.evse(floor_level=None, coordinates=None)).both == (200, 1000)


def test_null_for_every_absent_field_goes_out_to_whom_wants_it(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """Peers 5: in lists, single objects and pushes, on every level; and to nobody else."""
    profile(hub, emsp, explicit_nulls=True)
    put(cpo)
    hub.work()
    (pushed,) = emsp.pushed("locations")
    (listed,) = emsp.call("GET", emsp.at("locations", "SENDER")).data
    single = emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").data
    for shown in (pushed.body, listed, single):
        assert shown["directions"] is None
        assert shown["evses"][0]["connectors"][0]["max_electric_power"] is None
    (plain,) = other_emsp.call("GET", other_emsp.at("locations", "SENDER")).data
    assert "directions" not in plain


def test_a_module_that_the_peer_serves_but_does_not_list(hub: Any, emsp: Partner) -> None:
    """Peers 6: NOT_SUPPORTED until staff write the endpoint; then it works, and outlives a handshake."""
    cpo = hub.connect("NL/CPO", "CPO", modules=("locations", "tariffs"))
    put(cpo)
    answer = command(emsp)
    assert (answer.both, answer.data["result"]) == ((200, 1000), "NOT_SUPPORTED")
    Endpoint.objects.create(
        platform=hub.platform(cpo), module="commands", role="RECEIVER", url=f"{cpo.url}/own/commands", overridden=True
    )
    cpo.answers["POST", "/own/commands"] = Said({"result": "ACCEPTED", "timeout": 30})
    assert command(emsp).data["result"] == "ACCEPTED"
    url = cpo.at("credentials", "SENDER")
    cpo.token_for_hub = cpo.call("PUT", url, cpo.credentials("b-2"), routed=False).data["token"]
    assert command(emsp).data["result"] == "ACCEPTED"


@pytest.mark.parametrize("location", ["http://169.254.169.254/x", "not a url", "/relative", ""])
def test_a_broken_location_header_of_a_cdr(hub: Any, cpo: Partner, emsp: Partner, location: str) -> None:
    """Peers 8, S1: opaque, never fetched; the sender of a CDR gets a URL of the hub, and we keep what we were told."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(headers={"Location": location} if location else {})
    passed_on = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr())
    assert passed_on.both == (200, 1000)
    assert passed_on.headers.get("Location", hub.url).startswith(hub.url)
    hosted = hub.host("NL/VLT")
    cdrs.store(hosted, samples.cdr(party_id="VLT", id="CDR9"), source=None, now=timezone.now())
    hub.work()
    delivery = Delivery.objects.get(module="cdrs", object_key="CDR9")
    assert (delivery.state, delivery.remote_url) == ("DELIVERED", location)
    assert emsp.requests("GET") == []


@pytest.mark.parametrize("timestamp", [
    "2026-11-21 01:32:42.416199+00:00", "2026-11-21T01:32:42", "yesterday", "", None, 1763688762,
])  # fmt: skip
def test_odd_timestamps_in_envelopes(hub: Any, cpo: Partner, emsp: Partner, timestamp: Any) -> None:
    """Peers 9."""
    body = {"status_code": 1000, "timestamp": timestamp, "data": {"allowed": "ALLOWED", "token": samples.token()}}
    emsp.answers["POST", "/odd/sender/tokens"] = Said(raw=json.dump_bytes(body))
    assert authorize(cpo).data["allowed"] == "ALLOWED"


@pytest.mark.parametrize(
    "said", [Said(status=3000, message="boom"), Said(http_status=500, status=1000), Said(status=2001)]
)
def test_success_is_http_2xx_and_ocpi_1xxx(hub: Any, cpo: Partner, emsp: Partner, said: Said) -> None:
    """Peers 10, S34: 200 with 3000 is a failure, and so is 500 with 1000."""
    emsp.answers["PUT", "/odd/receiver/locations"] = said
    put(cpo)
    hub.work()
    delivery = Delivery.objects.get(module="locations", receiver=Party.objects.get(party_id="EMX"))
    assert delivery.state != "DELIVERED"
    assert delivery.accepted_version == 0


def test_clients_read_the_page_back_out_of_our_link(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """Peers 12, PAG-07: offset, limit and date_from stand there in clear, beside the cursor."""
    for number in range(3):
        put(cpo, f"L{number}")
    url = emsp.at("locations", "SENDER") + "?limit=2&date_from=2020-01-01T00:00:00Z"
    link = emsp.call("GET", url).headers["Link"].partition(">")[0].lstrip("<")
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert (query["offset"], query["limit"], query["date_from"]) == ("2", "2", "2020-01-01T00:00:00Z")
    by_hand = emsp.call("GET", url + "&offset=2")
    assert [one["id"] for one in by_hand.data] == [one["id"] for one in emsp.call("GET", link).data] == ["L2"]


def test_a_peer_of_2_1_1_is_told_what_is_missing(hub: Any) -> None:
    """Peers 13: flat credentials have no roles; a clear 2001, and its token stays good."""
    old = hub.stranger("NL/CPO", "CPO")
    token_a = hub.invite(old)
    flat = {"token": "b", "url": f"{old.url}/versions", "party_id": "CPO", "country_code": "NL",
            "business_details": {"name": "Old"}}  # fmt: skip
    answer = old.call("POST", f"{hub.url}/ocpi/2.2.1/credentials", flat, routed=False, token=token_a)
    assert answer.both == (200, 2001)
    assert "roles" in answer.envelope["status_message"]
    assert old.register(hub.url, token_a).both == (200, 1000)


def test_a_peer_that_acknowledges_without_an_envelope(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """A 204, or an empty 200, is a failure unless staff said that this peer means success by it."""
    emsp.answers["PUT", "/odd/receiver/locations"] = Said(http_status=204, raw=b"")
    put(cpo)
    hub.work()
    delivery = Delivery.objects.get(module="locations", receiver=Party.objects.get(party_id="EMX"))
    assert delivery.state == "PENDING"
    profile(hub, emsp, bare_success=True)
    Delivery.objects.update(due_at="2020-01-01T00:00:00Z")
    Platform.objects.update(retry_at=None)
    hub.work()
    delivery.refresh_from_db()
    assert delivery.state == "DELIVERED"
    emsp.answers = {("*", "/odd/receiver/locations"): Said(http_status=500, raw=b"")}
    put(cpo, name="New", last_updated=LATER)
    hub.work()
    delivery.refresh_from_db()
    assert delivery.state == "PENDING"


def test_a_peer_that_gives_up_at_any_http_status_but_200(hub: Any, cpo: Partner) -> None:
    """Its profile says so: the OCPI status code still tells; what is about the token itself stays 401."""
    profile(hub, cpo, only_http_200=True)
    assert put(cpo).both == (200, 1000)
    assert Location.objects.count() == 1
    assert cpo.call("GET", cpo.at("locations", "RECEIVER", "NL", "CPO", "NONE")).both == (200, 2003)
    assert cpo.call("GET", cpo.at("tokens", "SENDER"), token="wrong").both == (401, 2000)


def test_each_peer_has_a_time_out_of_its_own(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """Timeouts: one second for this one, and its delivery is tried again later."""
    profile(hub, emsp, request_timeout=1)
    emsp.answers["PUT", "/odd/receiver/locations"] = Said(delay=5)
    put(cpo)
    hub.work()
    delivery = Delivery.objects.get(module="locations", receiver=Party.objects.get(party_id="EMX"))
    assert (delivery.state, delivery.last_error[:7]) == ("PENDING", "Timeout")
    (sent,) = Exchange.objects.filter(direction="OUT", method="PUT", module="locations")
    assert 900 < sent.duration_ms < 3000
