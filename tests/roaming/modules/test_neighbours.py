"""Another hub beside ours: the parties that it announces, requests to them, and no way round between the two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Announcement, Location, Party, Platform, Pull, Session, Tariff
from roaming.services import decisions, parties, presence, pulls, registration
from tests.personas import samples
from tests.personas.partner import Partner, Said
from tests.personas.receiving import accepting


def info(party: str, role: str, status: str = "CONNECTED", at: str = "2026-11-21T10:00:00Z") -> dict[str, Any]:
    country, _, code = party.partition("/")
    return {"country_code": country, "party_id": code, "role": role, "status": status, "last_updated": at}


def tell(hub: Partner, document: dict[str, Any], owner: str = "") -> Any:
    owner = owner or f"{document['country_code']}/{document['party_id']}"
    return hub.call("PUT", hub.at("hubclientinfo", "RECEIVER", *owner.split("/")), document, routed=False)


def clients(reader: Partner) -> dict[str, str]:
    data = reader.call("GET", reader.at("hubclientinfo", "SENDER"), routed=False).data
    return {f"{one['country_code']}/{one['party_id']} {one['role']}": one["status"] for one in data}


@pytest.fixture
def neighbour(hub: Any) -> Partner:
    """A hub with a CPO and an eMSP behind it."""
    found: Partner = hub.connect("SE/XHB", "HUB")
    for document in (info("SE/CPS", "CPO"), info("SE/EMS", "EMSP")):
        assert tell(found, document).both == (200, 1000)
    return found


def test_a_hub_tells_of_its_parties_and_reads_back_what_it_told(hub: Any, neighbour: Partner) -> None:
    """HCI-04: GET and PUT, nothing else."""
    at = neighbour.at("hubclientinfo", "RECEIVER", "SE", "CPS")
    assert neighbour.call("GET", at, routed=False).data == info("SE/CPS", "CPO")
    assert neighbour.call("GET", neighbour.at("hubclientinfo", "RECEIVER", "SE", "NOP")).both == (404, 2000)
    for method in ("POST", "PATCH", "DELETE"):
        assert neighbour.call(method, at, info("SE/CPS", "CPO"), routed=False).both == (405, 2000)


@pytest.mark.parametrize("document", [
    {**info("SE/CPS", "CPO"), "status": "GONE"},
    {**info("SE/CPS", "CPO"), "role": "DRIVER"},
    {name: value for name, value in info("SE/CPS", "CPO").items() if name != "last_updated"},
    info("SE/OTH", "CPO"),
])  # fmt: skip
def test_what_is_no_client_info_of_that_party_is_2001(hub: Any, document: dict[str, Any]) -> None:
    """HCI-02, E11: the URL names the party that the info is about."""
    neighbour = hub.connect("SE/XHB", "HUB")
    assert tell(neighbour, document, "SE/CPS").both == (200, 2001)
    assert not Announcement.objects.exists()


def test_who_is_no_hub_has_nobody_to_tell_of(hub: Any, cpo: Partner) -> None:
    """S21."""
    assert tell(cpo, info("SE/EMS", "EMSP")).both == (404, 2000)
    assert not Party.objects.filter(party_id="EMS").exists()


def test_our_clients_are_told_of_the_parties_behind_another_hub(
    hub: Any, cpo: Partner, emsp: Partner, neighbour: Partner
) -> None:
    """HCI-03, HCI-06, HCI-10: CPOs of eMSPs and the other way round; the hub itself of ours, never of its own."""
    hub.work()
    assert clients(cpo) == {"DE/EMX EMSP": "CONNECTED", "SE/EMS EMSP": "CONNECTED"}
    assert clients(emsp) == {"NL/CPO CPO": "CONNECTED", "SE/CPS CPO": "CONNECTED"}
    assert clients(neighbour) == {"NL/CPO CPO": "CONNECTED", "DE/EMX EMSP": "CONNECTED"}
    assert [one.path for one in cpo.pushed("hubclientinfo")][-1] == "/odd/receiver/hubclientinfo/SE/EMS"
    assert not [one for one in neighbour.pushed("hubclientinfo") if "/SE/" in one.path]
    tell(neighbour, info("SE/EMS", "EMSP", "SUSPENDED", "2026-11-21T11:00:00Z"))
    hub.work()
    assert cpo.pushed("hubclientinfo")[-1].body["status"] == "SUSPENDED"
    assert clients(cpo)["SE/EMS EMSP"] == "SUSPENDED"
    late = tell(neighbour, info("SE/EMS", "EMSP", "CONNECTED", "2026-11-21T10:30:00Z"))
    assert late.both == (200, 1000)  # COO-13: taken note of, and older
    assert clients(cpo)["SE/EMS EMSP"] == "SUSPENDED"


def test_a_hub_is_told_of_our_clients_as_they_come(hub: Any) -> None:
    """HCI-03."""
    neighbour = hub.connect("SE/XHB", "HUB")
    hub.connect("NL/CPO", "CPO")
    hub.host("NL/VLT")
    hub.work()
    (put,) = neighbour.pushed("hubclientinfo")
    assert (put.path, put.body["status"]) == ("/odd/receiver/hubclientinfo/NL/CPO", "CONNECTED")


def test_with_a_hub_its_parties_go_offline(hub: Any, cpo: Partner, neighbour: Partner) -> None:
    """HCI-09, HUB-25."""
    platform = hub.platform(neighbour)
    for _ in range(3):
        presence.timed_out(platform)
    assert clients(cpo) == {"SE/EMS EMSP": "OFFLINE"}
    answer = cpo.call("GET", cpo.at("tokens", "SENDER"), to="SE/EMS")
    assert answer.both == (200, 4003)
    presence.answered(Platform.objects.get(pk=platform.pk))
    assert clients(cpo) == {"SE/EMS EMSP": "CONNECTED"}


def test_a_request_to_a_party_behind_a_hub_goes_through_it(hub: Any, emsp: Partner, neighbour: Partner) -> None:
    """HUB-28: party headers unchanged, the hub's own token and a fresh request id on this leg."""
    neighbour.answers["GET", "/odd/sender/locations"] = Said([samples.location(country_code="SE", party_id="CPS")])
    answer = emsp.call("GET", emsp.at("locations", "SENDER"), to="SE/CPS", X_Request_ID="mine", X_Correlation_ID="c")
    assert (answer.both, answer.data[0]["party_id"]) == ((200, 1000), "CPS")
    (seen,) = neighbour.requests("GET", "/odd/sender/locations")
    headers = [seen.headers[f"ocpi-{way}-{what}"] for way in ("from", "to") for what in ("country-code", "party-id")]
    assert headers == ["DE", "EMX", "SE", "CPS"]
    assert (seen.headers["x-correlation-id"], answer.headers["X-Request-ID"]) == ("c", "mine")
    assert seen.headers["x-request-id"] != "mine"
    assert seen.token == neighbour.token_b


def test_a_party_behind_a_hub_speaks_through_it(hub: Any, emsp: Partner, neighbour: Partner) -> None:
    """HUB-28, HCI-11, COO-07: a session of its CPO reaches our eMSP; its location is stored at once."""
    session = samples.session(country_code="SE", party_id="CPS")
    at = neighbour.at("sessions", "RECEIVER", "SE", "CPS", "S1")
    assert neighbour.call("PUT", at, session, sender="SE/CPS", to="DE/EMX").both == (200, 1000)
    assert emsp.pushed("sessions")[-1].headers["ocpi-from-party-id"] == "CPS"
    assert Session.objects.get().party_id == "CPS"
    location = samples.location(country_code="SE", party_id="CPS")
    at = neighbour.at("locations", "RECEIVER", "SE", "CPS", "LOC1")
    assert neighbour.call("PUT", at, location, sender="SE/XHB", to="NL/HUB").both == (201, 1000)
    hub.work()
    assert [one.path for one in emsp.pushed("locations")] == ["/odd/receiver/locations/SE/CPS/LOC1"]


def read_list(neighbour: Partner, module: str, *objects: dict[str, Any]) -> None:
    neighbour.answers["GET", f"/odd/sender/{module}"] = Said(list(objects))
    row = Pull.objects.get(party__party_id="XHB", module=module)
    pulls.ask_now(row, full=True, nudge=False)
    pulls.run(row.pk)


def test_what_a_hub_has_pushed_to_a_party_by_name_is_no_news_to_it_when_we_read_it(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner, neighbour: Partner
) -> None:
    """HUB-28, HUB-19, LOC-14: only who was not named hears of it, and each hears of a change once."""
    owner = {"country_code": "SE", "party_id": "CPS"}
    place, price = samples.location(**owner), samples.tariff(**owner)
    at = neighbour.at("locations", "RECEIVER", "SE", "CPS", "LOC1")
    tariff = neighbour.at("tariffs", "RECEIVER", "SE", "CPS", "T1")
    for url, body in ((at, place), (tariff, price)):
        assert neighbour.call("PUT", url, body, to="DE/EMX").both == (200, 1000)
    change = {"status": "CHARGING", "last_updated": "2026-11-21T11:00:00Z"}
    assert neighbour.call("PATCH", f"{at}/EVSE1", change, to="DE/EMX").both == (200, 1000)
    assert neighbour.call("DELETE", tariff, to="DE/EMX").both == (200, 1000)
    odd = neighbour.at("tokens", "RECEIVER", "SE", "EMS", "T" * 60)
    assert neighbour.call("PUT", f"{odd}?type={'X' * 20}", {"uid": 1}, to="NL/CPO").both == (200, 1000)  # not looked at
    emsp.seen.clear()
    changed = {**place, "evses": [samples.evse(**change)], "last_updated": change["last_updated"]}
    for _ in range(2):
        read_list(neighbour, "locations", changed)
        read_list(neighbour, "tariffs", price)
        hub.work()
    assert [one.body["evses"][0]["status"] for one in other_emsp.pushed("locations")] == ["CHARGING"]
    assert emsp.pushed("locations") == []
    assert [one.method for one in emsp.pushed("tariffs")] == ["PUT"]  # it had taken it away
    again = {"name": "The square", "last_updated": "2026-11-21T12:00:00Z"}
    read_list(neighbour, "locations", {**changed, **again})
    hub.work()
    for one in (emsp, other_emsp):
        assert one.pushed("locations")[-1].body == again


def test_a_hub_speaks_for_nobody_else(hub: Any, cpo: Partner, emsp: Partner, neighbour: Partner) -> None:
    """S20, S35, HUB-27: not for a client of ours, whatever it announces; a party is where it was first."""
    tell(neighbour, info("NL/CPO", "CPO"))
    tell(neighbour, info("NL/VLT", "CPO"))
    hub.host("NL/VLT")
    tell(neighbour, info("NL/VLT", "CPO", at="2026-11-21T12:00:00Z"))
    tell(neighbour, info("NL/HUB", "HUB"))
    second = hub.connect("DK/YHB", "HUB")
    tell(second, info("SE/CPS", "CPO"))
    for hub_partner, owner in ((neighbour, "NL/CPO"), (neighbour, "NL/VLT"), (second, "SE/CPS")):
        country, _, party = owner.partition("/")
        location = samples.location(country_code=country, party_id=party)
        at = hub_partner.at("locations", "RECEIVER", country, party, "LOC1")
        answer = hub_partner.call("PUT", at, location, sender=hub_partner.party, to="NL/HUB")
        assert answer.both == (404, 2000), owner
        said = hub_partner.call("PUT", at, location, sender=owner, to="NL/HUB")
        assert said.both == (200, 2001), owner
    assert not Location.objects.exists()
    assert {str(row): row.platform_id for row in Party.objects.filter(role="CPO")} == {
        "NL/CPO CPO": hub.platform(cpo).pk, "NL/VLT CPO": None, "SE/CPS CPO": hub.platform(neighbour).pk,
    }  # fmt: skip


def test_who_comes_by_itself_needs_no_hub_any_more(hub: Any, emsp: Partner, neighbour: Partner) -> None:
    """S14: what a hub says of a party shuts nobody out."""
    direct = hub.connect("SE/CPS", "CPO")
    party = Party.objects.get(party_id="CPS", role="CPO")
    assert (party.platform_id, party.hub_says) == (hub.platform(direct).pk, "")
    tell(neighbour, info("SE/CPS", "CPO", "OFFLINE", "2026-11-21T12:00:00Z"))
    assert clients(emsp) == {"SE/CPS CPO": "CONNECTED"}
    direct.call("DELETE", direct.at("credentials", "SENDER"), routed=False)
    tell(neighbour, info("SE/CPS", "CPO", "CONNECTED", "2026-11-21T13:00:00Z"))
    assert clients(emsp) == {"SE/CPS CPO": "CONNECTED"}
    assert Party.objects.get(pk=party.pk).platform_id == hub.platform(neighbour).pk


def test_the_list_of_a_hub_is_read_once_and_then_what_its_parties_have(hub: Any) -> None:
    """HCI-12, HUB-18, HCI-07: of the lists only what is a party's behind that hub is taken (COO-10)."""
    neighbour = hub.stranger("SE/XHB", "HUB")
    neighbour.answers["GET", "/odd/sender/hubclientinfo"] = Said([
        info("SE/CPS", "CPO"), {"role": "CPO"}, info("SE/EMS", "EMSP"),
    ])  # fmt: skip
    neighbour.answers["GET", "/odd/sender/tariffs"] = Said([
        samples.tariff(country_code="SE", party_id="CPS"), samples.tariff(country_code="NL", party_id="CPO"),
    ])  # fmt: skip
    assert neighbour.register(hub.url, hub.invite(neighbour)).both == (200, 1000)
    while due := list(pulls.due(timezone.now())):
        for pull in due:
            pulls.run(pull.pk)
    (listed,) = neighbour.requests("GET", "/odd/sender/hubclientinfo")
    assert not [name for name in listed.headers if name.startswith("ocpi-")]
    (asked,) = neighbour.requests("GET", "/odd/sender/tariffs")
    assert (asked.headers["ocpi-to-party-id"], asked.headers["ocpi-from-party-id"]) == ("XHB", "HUB")
    assert [str(row) for row in Tariff.objects.all()] == ["SE/CPS/T1"]
    pull = Pull.objects.get(module="hubclientinfo")
    assert (pull.invalid, pull.next_at) == (1, None)
    assert Party.objects.filter(hub_says="CONNECTED").count() == 2
    pulls.catch_up(timezone.now(), timedelta(hours=1))  # the hub was away
    assert Pull.objects.get(module="hubclientinfo").next_at is not None


def test_a_hub_asks_for_all_of_its_parties_and_not_for_their_own(hub: Any, cpo: Partner, neighbour: Partner) -> None:
    """HUB-18, S35, S22."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    at = neighbour.at("locations", "RECEIVER", "SE", "CPS", "LOC2")
    own = samples.location(country_code="SE", party_id="CPS", id="LOC2")
    assert neighbour.call("PUT", at, own, sender="SE/XHB", to="NL/HUB").both == (201, 1000)
    answer = neighbour.call("GET", neighbour.at("locations", "SENDER"), sender="SE/XHB", to="NL/HUB")
    assert [one["id"] for one in answer.data] == ["LOC1"]
    assert answer.headers["X-Total-Count"] == "1"
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    assert neighbour.call("GET", neighbour.at("locations", "SENDER"), sender="SE/XHB", to="NL/HUB").data == []


def test_the_same_request_round_and_round_between_hubs_ends(hub: Any, emsp: Partner, neighbour: Partner) -> None:
    """S35, HUB-28: by the correlation id that all legs share; what differs goes on."""
    at = neighbour.at("sessions", "RECEIVER", "SE", "CPS", "S1")

    def put(correlation: str, **changes: Any) -> Any:
        session = samples.session(country_code="SE", party_id="CPS", **changes)
        return neighbour.call("PUT", at, session, sender="SE/CPS", to="DE/EMX", X_Correlation_ID=correlation).status

    assert [put("one") for _ in range(6)] == [1000, 1000, 1000, 1000, 4000, 4000]
    assert put("two") == 1000
    assert put("one", kwh=2) == 1000


def test_we_may_stand_behind_the_other_hub(hub: Any, emsp: Partner) -> None:
    """HUB-28, HCI-11, HCI-12: we register there as its client; a rotation keeps the parties that it announced."""
    neighbour = hub.stranger("SE/XHB", "HUB")
    accepting(neighbour)
    neighbour.answers["GET", "/odd/sender/hubclientinfo"] = Said([info("SE/CPS", "CPO")])
    platform = registration.register_with(f"{neighbour.url}/versions", "token-a", name="Other hub")
    for pull in pulls.due(timezone.now()).filter(module="hubclientinfo"):
        pulls.run(pull.pk)
    assert clients(emsp) == {"SE/CPS CPO": "CONNECTED"}
    assert tell(neighbour, info("SE/CPS", "CPO", "OFFLINE", "2026-11-21T11:00:00Z")).both == (200, 1000)
    registration.rotate(Platform.objects.get(pk=platform.pk))
    assert clients(emsp) == {"SE/CPS CPO": "OFFLINE"}


def test_a_party_hosted_here_is_ours_whatever_a_hub_said(hub: Any, neighbour: Partner) -> None:
    """S14."""
    hub.host("SE/CPS")
    party = Party.objects.get(party_id="CPS", role="CPO")
    assert (party.platform, party.hub_says, parties.standing(party)) == (None, "", "CONNECTED")
