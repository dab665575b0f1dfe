"""Broadcasts: who gets what is pushed to the hub, from whom, and what the sender hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from roaming.models import Delivery, Platform
from roaming.services import platforms, presence
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"


def push(cpo: Partner, document: dict[str, Any] | None = None, method: str = "PUT", below: str = "") -> Any:
    at = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1") + below
    return cpo.call(method, at, document or samples.location(), to="NL/HUB")


def told(partner: Partner, module: str = "locations") -> list[str]:
    return [f"{one.method} {one.path.rpartition(f'/{module}/')[2]}" for one in partner.pushed(module)]


def test_each_role_gets_what_the_other_side_pushes(hub: Any) -> None:
    """HUB-08, HUB-09: a CPO's locations go to the whole driving side, tokens to CPOs, also those of an OTHER."""
    driving = {role: hub.connect(f"DE/{role[:3]}", role) for role in ("EMSP", "NSP", "SCSP", "NAP", "OTHER")}
    cpo, rival = hub.connect("NL/CPO", "CPO"), hub.connect("NL/RIV", "CPO")
    push(cpo)
    hub.work()
    assert {role: told(partner) for role, partner in driving.items()} == {
        role: ["PUT NL/CPO/LOC1"] for role in driving
    }  # fmt: skip
    assert told(rival) == []
    for role in ("EMSP", "OTHER"):
        sender = driving[role]
        token = samples.token(party_id=sender.party[3:], uid=role)
        assert sender.call("PUT", sender.at("tokens", "RECEIVER", "DE", sender.party[3:], role), token).status == 1000
    hub.work()
    for partner in (cpo, rival):
        assert told(partner, "tokens") == ["PUT DE/EMS/EMSP", "PUT DE/OTH/OTHER"]
    assert not [partner for partner in driving.values() if partner.pushed("tokens")]


def test_whoever_is_not_there_or_does_not_offer_the_module_gets_nothing(hub: Any, cpo: Partner) -> None:
    """HUB-08, HUB-25, HCI-06: nothing is sent to who is suspended or offline, nor does it wait for them."""
    without = hub.connect("DE/WIT", "EMSP", modules=("tokens", "commands"))
    suspended, offline = hub.connect("DE/SUS", "EMSP"), hub.connect("DE/OFF", "EMSP")
    platforms.suspend(hub.platform(suspended), hub.platform(suspended).created_at)
    for _ in range(3):
        presence.timed_out(hub.platform(offline))
    push(cpo)
    hub.work()
    assert [told(one) for one in (without, suspended, offline)] == [[], [], []]
    waiting = Delivery.objects.filter(module="locations").values_list("platform__name", "state")
    assert set(waiting) == {("DE/SUS", "MUST_PULL"), ("DE/OFF", "MUST_PULL")}


def test_the_sender_hears_the_hubs_answer_and_nothing_of_receivers(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HUB-11, HUB-16: from the hub, at once; a receiver's refusal stays between it and the hub."""
    emsp.answers["*", "/odd/receiver/locations"] = Said(http_status=401, status=2000)
    answer = push(cpo)
    assert answer.both == (201, 1000)
    assert (answer.headers["OCPI-from-party-id"], answer.headers["OCPI-to-party-id"]) == ("HUB", "CPO")
    hub.work()
    assert told(emsp) == ["PUT NL/CPO/LOC1"]
    assert push(cpo, samples.location(name="New", last_updated=LATER)).both == (200, 1000)


def test_receivers_see_the_hub_as_sender_and_the_owner_in_the_url(hub: Any, emsp: Partner) -> None:
    """HUB-10, HUB-20: as the owner wrote it, with its last_updated."""
    cpo = hub.connect("nl/cpo", "CPO")
    push(cpo)
    hub.work()
    (seen,) = emsp.pushed("locations")
    headers = [seen.headers[f"ocpi-{way}-{what}"] for way in ("from", "to") for what in ("country-code", "party-id")]
    assert headers == ["NL", "HUB", "DE", "EMX"]
    assert seen.path.endswith("/locations/NL/CPO/LOC1")
    assert seen.body["last_updated"] == samples.LAST_UPDATED


def test_never_back_to_where_it_came_from(hub: Any) -> None:
    """HUB-35, S35: not to the eMSP on the CPO's own platform; a party with two such roles is told once."""
    cpo = hub.connect("NL/CPO", "CPO", more=("EMSP NL/OWN",))
    double = hub.connect("LU/DBL", "OTHER", more=("EMSP LU/DBL",))
    push(cpo)
    hub.work()
    assert (told(cpo), told(double)) == ([], ["PUT NL/CPO/LOC1"])


def test_changes_arrive_in_their_order(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HUB-36: of one EVSE, first the whole, then what changed; each is the state at that moment."""
    push(cpo)
    hub.work()
    for minute, status in enumerate(("CHARGING", "BLOCKED", "AVAILABLE")):
        stamp = f"2026-11-21T11:0{minute}:00Z"
        assert push(cpo, {"status": status, "last_updated": stamp}, "PATCH", "/EVSE1").status == 1000
        hub.work()
    assert told(emsp) == ["PUT NL/CPO/LOC1", *["PATCH NL/CPO/LOC1/EVSE1"] * 3]
    assert [one.body["status"] for one in emsp.pushed("locations")[1:]] == ["CHARGING", "BLOCKED", "AVAILABLE"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_cannot_be_broadcast(hub: Any, cpo: Partner, emsp: Partner, method: str) -> None:
    """HUB-12: a GET on the Receiver interface names the party; locations know no DELETE."""
    at = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    assert cpo.call(method, at, to="NL/HUB").both == ((200, 2001) if method == "GET" else (405, 2000))
    assert emsp.requests() == []


def test_get_all_is_one_list_of_all_owners(hub: Any, emsp: Partner) -> None:
    """HUB-18: objects keep their owner; the answer is the hub's."""
    for party in ("CPA", "CPB", "CPC"):
        cpo = hub.connect(f"NL/{party}", "CPO")
        at = cpo.at("locations", "RECEIVER", "NL", party, "LOC1")
        cpo.call("PUT", at, samples.location(party_id=party), to="NL/HUB")
    answer = emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/HUB")
    assert [one["party_id"] for one in answer.data] == ["CPA", "CPB", "CPC"]
    assert answer.headers["OCPI-from-party-id"] == "HUB"
    one = emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/HUB", sender="de/emx")
    assert len(one.data) == 3  # HUB-03
    assert Platform.objects.count() == 4


def test_one_party_may_be_cpo_here_and_emsp_there(hub: Any, emsp: Partner) -> None:
    """HUB-07: tokens for NL/ABC go to the platform where it is CPO, sessions to where it is eMSP."""
    charging, driving = hub.connect("NL/ABC", "CPO"), hub.connect("NL/ABC", "EMSP")
    cpo = hub.connect("NL/CPO", "CPO")
    uid = samples.token()["uid"]
    emsp.call("PUT", emsp.at("tokens", "RECEIVER", "DE", "EMX", uid), samples.token(), to="NL/ABC")
    session = samples.session(cdr_token=samples.cdr_token(country_code="NL", party_id="ABC"))
    cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), session, to="NL/ABC")
    assert ([one.path for one in charging.requests("PUT")], len(driving.requests("PUT"))) == (
        [f"/odd/receiver/tokens/DE/EMX/{uid}"], 1,
    )  # fmt: skip
    assert driving.requests("PUT")[0].path == "/odd/receiver/sessions/NL/CPO/S1"
