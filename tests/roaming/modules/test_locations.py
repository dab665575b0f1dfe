"""Locations through the front door: pushed by a CPO, read by others, delivered to those who may see them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from roaming.models import Agreement, Delivery, Location, Party
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import decisions, locations
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"


def store(owner: PartyId, document: dict[str, Any]) -> None:
    locations.store(owner, document, source=None, now=timezone.now())


def push(cpo: Partner, *below: str, body: Any = None, method: str = "PUT", **more: Any) -> Any:
    return cpo.call(method, cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1", *below), body, **more)


def test_a_put_creates_and_then_updates(hub: Any, cpo: Partner) -> None:
    """STA-06, STA-04, COO-02; HUB-05: the answer comes from the hub."""
    first = push(cpo, body=samples.location(), to="NL/HUB")
    assert first.both == (201, 1000)
    assert "data" not in first.envelope  # ENV-06
    assert first.headers["OCPI-from-party-id"] == "HUB"
    again = push(cpo, body=samples.location(name="other", last_updated=LATER))
    assert again.both == (200, 1000)


def test_the_owner_reads_its_object_back_at_three_levels(hub: Any, cpo: Partner) -> None:
    """LOC-05."""
    push(cpo, body=samples.location())
    assert push(cpo, method="GET").data == samples.location()
    assert push(cpo, "evse1", method="GET").data == samples.evse()
    assert push(cpo, "EVSE1", "1", method="GET").data == samples.connector()
    for below in (("nope",), ("EVSE1", "nope")):
        assert push(cpo, *below, method="GET").both == (404, 2003)


def test_a_put_without_an_optional_field_drops_it_and_without_an_evse_keeps_it(hub: Any, cpo: Partner) -> None:
    """COO-03, LOC-06."""
    push(cpo, body=samples.location())
    bare = samples.location(last_updated=LATER, evses=[])
    del bare["name"]
    push(cpo, body=bare)
    held = push(cpo, method="GET").data
    assert "name" not in held
    assert [(evse["uid"], evse["status"]) for evse in held["evses"]] == [("EVSE1", "REMOVED")]


def test_an_evse_and_a_connector_can_be_put(hub: Any, cpo: Partner) -> None:
    """LOC-07, LOC-08, LOC-11, LOC-12."""
    push(cpo, body=samples.location())
    evse = samples.evse(uid="EVSE2", last_updated=LATER)
    assert push(cpo, "EVSE2", body=evse).both == (201, 1000)
    connector = samples.connector(id="2", last_updated="2026-11-21T11:30:00Z")
    assert push(cpo, "EVSE2", "2", body=connector).both == (201, 1000)
    held = push(cpo, method="GET").data
    assert held["last_updated"] == held["evses"][1]["last_updated"] == "2026-11-21T11:30:00Z"
    assert [one["id"] for one in held["evses"][1]["connectors"]] == ["1", "2"]
    assert held["evses"][0] == samples.evse()


def test_an_evse_of_an_unknown_location_is_404_with_2003(hub: Any, cpo: Partner) -> None:
    """LOC-10, COO-12: no orphan."""
    assert push(cpo, "EVSE1", body=samples.evse()).both == (404, 2003)
    patch = {"status": "CHARGING", "last_updated": LATER}
    assert push(cpo, "EVSE1", body=patch, method="PATCH").both == (404, 2003)
    assert push(cpo, body=patch, method="PATCH").both == (404, 2003)
    assert Location.objects.count() == 0


def test_a_patch_changes_only_what_it_names(hub: Any, cpo: Partner) -> None:
    """COO-04, LOC-15."""
    push(cpo, body=samples.location())
    assert push(cpo, "EVSE1", body={"status": "CHARGING", "last_updated": LATER}, method="PATCH").both == (200, 1000)
    held = push(cpo, method="GET").data
    assert held["evses"][0] == samples.evse(status="CHARGING", last_updated=LATER)
    assert held["name"] == samples.location()["name"]


@pytest.mark.parametrize("patch", [
    {"status": "CHARGING"}, {"status": None, "last_updated": LATER}, {"uid": "X", "last_updated": LATER},
    {"status": "available", "last_updated": LATER},
])  # fmt: skip
def test_a_bad_patch_is_2001_and_changes_nothing(hub: Any, cpo: Partner, patch: dict[str, Any]) -> None:
    """COO-05, COO-14, COO-15, TYP-04."""
    push(cpo, body=samples.location())
    assert push(cpo, "EVSE1", body=patch, method="PATCH").both == (200, 2001)
    assert push(cpo, method="GET").data == samples.location()


def test_url_header_and_body_have_to_name_one_owner(hub: Any, cpo: Partner) -> None:
    """COO-07, COO-09, HUB-27, S20."""
    assert push(cpo, body=samples.location(party_id="OTH")).both == (200, 2001)
    assert push(cpo, body=samples.location(id="LOC2")).both == (200, 2001)
    assert push(cpo, body=samples.location(), sender="NL/OTH").both == (200, 2001)
    foreign = cpo.at("locations", "RECEIVER", "NL", "OTH", "LOC1")
    assert cpo.call("PUT", foreign, samples.location(party_id="OTH")).both == (404, 2000)
    assert Location.objects.count() == 0


def test_an_emsp_pushes_no_locations(hub: Any, emsp: Partner) -> None:
    """S21, AUT-11."""
    url = emsp.at("locations", "RECEIVER", "DE", "EMX", "LOC1")
    assert emsp.call("PUT", url, samples.location(country_code="DE", party_id="EMX")).both == (404, 2000)


def test_exact_text_reaches_readers(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TRA-12, HUB-20, HUB-31: order, digits and unknown fields survive."""
    text = json.dumps(samples.location(**{"x-unknown": {"b": Decimal("1.10"), "a": None}}))
    push(cpo, raw=text.encode())
    answer = emsp.call("GET", emsp.at("locations", "SENDER"))
    assert text.encode() in answer.raw


def test_pages_are_complete_by_link(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-04 to PAG-09, PAG-11: and an object that comes meanwhile is on the last page."""
    for number in range(12):
        document = samples.location(id=f"L{number:02}")
        cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", f"L{number:02}"), document)
    url, found, links = emsp.at("locations", "SENDER") + "?limit=5&date_from=2020-01-01T00:00:00Z", [], []
    while url:
        answer = emsp.call("GET", url)
        found += [one["id"] for one in answer.data]
        assert answer.headers["X-Limit"] == "5"
        assert answer.headers["X-Total-Count"] == ("12" if len(found) == 5 else "13")
        if len(found) == 5:
            push(cpo, body=samples.location())
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        if url:
            links.append(parse_qs(urlsplit(url).query))
    assert found == [*(f"L{number:02}" for number in range(12)), "LOC1"]
    assert [link["offset"] for link in links] == [["5"], ["10"]]
    assert all(link["date_from"] == ["2020-01-01T00:00:00Z"] and link["limit"] == ["5"] for link in links)


def test_offset_alone_works_too_and_beyond_the_end_there_is_nothing(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-15, peers 12."""
    for number in range(3):
        identifier = f"L{number}"
        cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", identifier), samples.location(id=identifier))
    url = emsp.at("locations", "SENDER")
    assert [one["id"] for one in emsp.call("GET", f"{url}?offset=1&limit=1").data] == ["L1"]
    beyond = emsp.call("GET", f"{url}?offset=9999")
    assert (beyond.data, beyond.headers["X-Total-Count"], "Link" in beyond.headers) == ([], "3", False)


@pytest.mark.parametrize("query", [
    "limit=-1", "limit=0", "offset=-1", "offset=abc", "offset=99999999999999999999", "date_from=abc", "cursor=x!",
    "cursor=abc",
])  # fmt: skip
def test_a_bad_parameter_is_2001(hub: Any, emsp: Partner, query: str) -> None:
    """PAG-13, S26."""
    assert emsp.call("GET", f"{emsp.at('locations', 'SENDER')}?{query}").both == (200, 2001)


def test_a_delta_finds_what_reached_the_hub_late(hub: Any, cpo: Partner, emsp: Partner, now: Any) -> None:
    """DATE-FILTER-BASIS: by when it was stored; by the letter if the partner wants it so. PAG-02."""
    before = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    push(cpo, body=samples.location(last_updated="2026-01-01T00:00:00Z"))
    url = f"{emsp.at('locations', 'SENDER')}?date_from={before}"
    assert len(emsp.call("GET", url).data) == 1
    decisions.choose("DATE-FILTER-BASIS", "last_updated", scope="partner", key=str(hub.platform(emsp).pk))
    assert emsp.call("GET", url).data == []
    exact = f"{emsp.at('locations', 'SENDER')}?date_from=2026-01-01T00:00:00Z"
    assert len(emsp.call("GET", exact).data) == 1


def test_a_reader_gets_one_object_at_three_levels(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """LOC-02: of a hosted party by open routing, of any by GET ALL; unknown at each level is 404."""
    owner = hub.host("NL/VLT")
    from_hosted = samples.location(party_id="VLT", id="H1")
    store(owner, from_hosted)
    for to in ("", "NL/VLT", "NL/HUB"):
        assert emsp.call("GET", emsp.at("locations", "SENDER", "h1"), to=to).data == from_hosted
        assert emsp.call("GET", emsp.at("locations", "SENDER", "H1", "EVSE1"), to=to).data == samples.evse()
        assert emsp.call("GET", emsp.at("locations", "SENDER", "H1", "EVSE1", "1"), to=to).data == samples.connector()
        for unknown in (("nope",), ("H1", "nope"), ("H1", "EVSE1", "nope")):
            assert emsp.call("GET", emsp.at("locations", "SENDER", *unknown), to=to).both == (404, 2003), (to, unknown)


def test_a_list_for_one_hosted_party_has_only_its_own(hub: Any, cpo: Partner, emsp: Partner) -> None:
    push(cpo, body=samples.location())
    store(hub.host("NL/VLT"), samples.location(party_id="VLT", id="H1"))
    listed = emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/VLT")
    assert [one["id"] for one in listed.data] == ["H1"]
    assert listed.headers["OCPI-from-party-id"] == "VLT"
    assert {one["id"] for one in emsp.call("GET", emsp.at("locations", "SENDER")).data} == {"H1", "LOC1"}


def test_a_list_of_another_platforms_party_is_passed_on_and_its_link_is_ours(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """HUB-06, PAG-17, MID-04 to MID-06."""
    second = cpo.endpoint("locations", "SENDER") + "?offset=1&limit=1"
    cpo.answers["GET", "/odd/sender/locations"] = lambda seen: (
        Said([samples.location(id="L2")], headers={"X-Total-Count": "2"})
        if seen.query.get("offset") == ["1"]
        else Said(
            [samples.location()], headers={"Link": f'<{second}>; rel="next"', "X-Total-Count": "2", "X-Limit": "1"}
        )
    )
    answer = emsp.call(
        "GET", emsp.at("locations", "SENDER") + "?limit=1", to="NL/CPO", X_Request_ID="r1", X_Correlation_ID="c1"
    )
    assert answer.both == (200, 1000)
    assert (answer.headers["X-Request-ID"], answer.headers["X-Total-Count"]) == ("r1", "2")
    seen = cpo.requests("GET", "/odd/sender/locations")[0]
    assert seen.headers["x-request-id"] != "r1"
    assert seen.headers["x-correlation-id"] == "c1"
    assert seen.token == cpo.token_b
    assert (seen.headers["ocpi-to-party-id"], seen.headers["ocpi-from-party-id"]) == ("CPO", "EMX")
    link = answer.headers["Link"].partition(">")[0].removeprefix("<")
    assert link.startswith(hub.url)
    assert parse_qs(urlsplit(link).query)["offset"] == ["1"]
    assert [one["id"] for one in emsp.call("GET", link, to="NL/CPO").data] == ["L2"]


def test_others_are_told_and_only_what_changed(hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner) -> None:
    """HUB-08, HUB-10, HUB-35, LOC-37: PUT first, then the smallest PATCH, from the hub; nothing back to the source."""
    push(cpo, body=samples.location())
    hub.work()
    for reader in (emsp, other_emsp):
        (put,) = reader.pushed("locations")
        assert (put.method, put.path) == ("PUT", "/odd/receiver/locations/NL/CPO/LOC1")
        assert put.body == samples.location()
        assert put.headers["ocpi-from-party-id"] == "HUB"
        assert put.headers["ocpi-to-party-id"] == reader.party.partition("/")[2]
        assert put.headers["content-type"] == "application/json"  # TRA-02
    push(cpo, "EVSE1", body={"status": "CHARGING", "last_updated": LATER}, method="PATCH")
    hub.work()
    patch = emsp.pushed("locations")[-1]
    assert (patch.method, patch.path) == ("PATCH", "/odd/receiver/locations/NL/CPO/LOC1/EVSE1")
    assert patch.body == {"status": "CHARGING", "last_updated": LATER}
    assert cpo.pushed("locations") == []


def test_an_unchanged_push_is_acknowledged_and_not_sent_on(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S30, LOC-14."""
    push(cpo, body=samples.location())
    hub.work()
    assert push(cpo, body=samples.location(last_updated=LATER)).both == (200, 1000)
    hub.work()
    assert len(emsp.pushed("locations")) == 1
    assert Delivery.objects.get(module="locations").state == "DELIVERED"


def test_a_push_to_one_party_by_name_is_forwarded_and_not_kept(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """HUB-06, HUB-19, HUB-22: the body goes as it came, the answer comes back as it was."""
    emsp.answers["PUT", "/odd/receiver/locations"] = Said(http_status=201, message="taken")
    text = json.dumps(samples.location(**{"x-odd": Decimal("2.50")}))
    answer = push(cpo, raw=text.encode(), to="DE/EMX")
    assert answer.both == (201, 1000)
    assert answer.envelope["status_message"] == "taken"
    assert answer.headers["OCPI-from-party-id"] == "EMX"
    assert emsp.pushed("locations")[0].raw == text.encode()
    assert Location.objects.count() == 0
    hub.work()
    assert other_emsp.pushed("locations") == []


def test_visibility_follows_the_agreement(hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner) -> None:
    """HUB-32, S22, S23: suspended, of another module, ended; checked again when it is sent."""
    push(cpo, body=samples.location())
    agreement = Agreement.objects.create(
        cpo=Party.objects.get(role="CPO"), emsp=Party.objects.get(party_id="EMX"), suspended=True
    )
    hub.work()
    assert emsp.pushed("locations") == []
    assert len(other_emsp.pushed("locations")) == 1
    assert emsp.call("GET", emsp.at("locations", "SENDER")).data == []
    assert Delivery.objects.get(module="locations", receiver__party_id="EMX").state == "WITHDRAWN"
    agreement.suspended, agreement.modules = False, ["tariffs"]
    agreement.save()
    assert emsp.call("GET", emsp.at("locations", "SENDER")).data == []
    agreement.modules = ["locations"]
    agreement.save()
    assert len(emsp.call("GET", emsp.at("locations", "SENDER")).data) == 1
    agreement.delete()
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    assert emsp.call("GET", emsp.at("locations", "SENDER")).data == []
    assert emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").both == (404, 2003)


def test_unknown_and_disagreed_receivers_look_the_same(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """STA-17, HUB-23, S24: 4001 and HTTP 200."""
    assert push(cpo, body=samples.location(), to="XX/YYY").both == (200, 4001)
    Agreement.objects.create(cpo=Party.objects.get(role="CPO"), emsp=Party.objects.get(role="EMSP"), suspended=True)
    assert push(cpo, body=samples.location(), to="DE/EMX").both == (200, 4001)


def test_a_peers_spelling_of_dates_is_not_shown_to_others(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TYP-02: accepted and converted, so that a strict eMSP takes it; sent again it has not changed."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    sent = samples.location(last_updated="2026-11-21 10:00:00.416199+00:00")
    assert cpo.call("PUT", url, sent).both == (201, 1000)
    hub.work()
    assert cpo.call("PUT", url, sent).both == (200, 1000)
    hub.work()
    (pushed,) = emsp.pushed("locations")
    (listed,) = emsp.call("GET", emsp.at("locations", "SENDER")).data
    assert pushed.body["last_updated"] == listed["last_updated"] == "2026-11-21T10:00:00.416Z"
