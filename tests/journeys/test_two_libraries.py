"""OCPI through the hub with a foreign library on either side: `extrawest-ocpi` and `py-ocpi`, as CPO and as eMSP, both
ways round. They share no code with us; each serves its interfaces, pushes its objects and reads with its own models.

What `py-ocpi` 0.3.1 cannot: it has neither HubClientInfo nor charging profiles; it does not check tokens at all; it
answers our PUT of credentials with a crash, for it takes version details for a list; its push finds no endpoint for the
same reason, and is given them. `extrawest-ocpi` 2025.7.16 has all modules. As CPO neither names its commands endpoint,
so the operator does; neither sends routing headers with what it pushes; both write CDRs without `evse_uid`, which are
passed on and not kept.

The tests stand in the order of a partnership; the last one ends it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from config.demo.stage import Actor, Event, Stage
from tests.foreign.environments import HERE, python
from tests.hub import Hub, eventually, free_port
from tests.personas import samples

PEER = HERE / "peers" / "ocpi_party.py"
TOKEN_A = "token-a-of-the-library"
_numbers = count(1)


@dataclass(frozen=True)
class Side:
    """A party out of a library."""

    library: str
    role: str
    country: str
    party: str
    actor: Actor
    port: int

    @property
    def name(self) -> str:
        return f"{self.country}/{self.party}"

    @property
    def owner(self) -> dict[str, str]:
        return {"country_code": self.country, "party_id": self.party}

    def ask(self, do: str, **words: Any) -> Any:
        return self.actor.ask(do=do, **words)


@dataclass(frozen=True)
class Pair:
    """A CPO and an eMSP with the hub between them."""

    hub: Hub
    stage: Stage
    cpo: Side
    emsp: Side
    card: str

    def hears(self, side: Side, what: str, since: int = 0, **facts: Any) -> Event:
        """The first event that this side tells with these facts; `document` holds some fields of the document."""
        wanted = {name: value for name, value in facts.items() if name != "document"}
        fields = facts.get("document", {})

        def fits(event: Event) -> bool:
            if event["who"] != side.actor.name or any(event.get(name) != value for name, value in wanted.items()):
                return False
            return all(_same(event["document"].get(name), value) for name, value in fields.items())

        return self.stage.wait(fits, f"{side.name} {what}", since=since)

    def location(self) -> dict[str, Any]:
        """A location of the CPO that nobody knows yet."""
        place = f"LOC-{next(_numbers)}"
        return samples.location(**self.cpo.owner, id=place, evses=[samples.evse(uid=f"{place}-1")])


@pytest.fixture(scope="module", params=[("extrawest", "pyocpi"), ("pyocpi", "extrawest")], ids="-".join)
def pair(request: pytest.FixtureRequest, hub: Hub) -> Iterator[Pair]:
    """Registered: the eMSP asked the hub, the CPO was asked by it, with a location that the hub is to find."""
    of_cpo, of_emsp = request.param
    with Stage() as stage:
        cpo = _enter(stage, of_cpo, "CPO", "BE", {"extrawest": "XCP", "pyocpi": "PCP"}[of_cpo])
        emsp = _enter(stage, of_emsp, "EMSP", "AT", {"extrawest": "XEM", "pyocpi": "PEM"}[of_emsp])
        invitation = hub.operate("invite", emsp.name)
        roles = emsp.ask("register", versions_url=invitation["versions_url"], token_a=invitation["token_a"])["roles"]
        assert [role.upper() for role in roles] == ["NL/HUB HUB"]
        found = Pair(hub, stage, cpo, emsp, f"04CA4D{of_cpo.upper()}")
        cpo.ask("offer", module="locations", document=found.location() | {"id": "OFFERED"})
        commands = f"http://127.0.0.1:{cpo.port}/ocpi/cpo/2.2.1/commands"
        hub.operate("register", cpo.ask("expect", token_a=TOKEN_A), TOKEN_A, cpo.name, commands)
        found.hears(cpo, "was asked to register", event="registered")
        yield found


def _enter(stage: Stage, library: str, role: str, country: str, party: str) -> Side:
    port = free_port()
    interpreter: Path = python(library)
    actor = stage.enter_command(party, [str(interpreter), str(PEER), str(port), f"{country}/{party}", role])
    eventually(lambda: _listens(port), f"{library} listens", every=0.1)
    return Side(library, role, country, party, actor, port)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_what_the_cpo_offers_is_found_and_told(pair: Pair) -> None:
    """TRA-04: after the handshake the hub reads the library's list, and the eMSP hears of it."""
    pair.hears(pair.emsp, "is told of the location", module="locations", document={"id": "OFFERED"})


def test_a_location_and_its_changes_go_through_the_hub(pair: Pair) -> None:
    """LOC-04, LOC-11: the library always sends the whole location; the hub tells what changed, at its level."""
    location = pair.location()
    pair.cpo.ask("push", module="locations", document=location)
    pair.hears(pair.emsp, "gets it", module="locations", method="PUT", document={"id": location["id"]})
    evse = location["evses"][0] | {"status": "CHARGING", "last_updated": "2026-11-21T10:05:00Z"}
    pair.cpo.ask(
        "push", module="locations", document=location | {"evses": [evse], "last_updated": evse["last_updated"]}
    )
    known = {"id": location["id"]}
    told = pair.hears(pair.emsp, "gets the change", module="locations", method="PATCH", document=known)
    assert [one["status"] for one in told["document"]["evses"]] == ["CHARGING"]
    listed = {one["id"]: one for one in pair.emsp.ask("pull", module="locations")}
    assert listed[location["id"].lower()]["evses"][0]["status"] == "CHARGING"


def test_a_tariff_goes_from_the_cpo_to_the_emsp(pair: Pair) -> None:
    """TAR-01, TAR-02."""
    tariff = samples.tariff(**pair.cpo.owner, id="DAY")
    pair.cpo.ask("push", module="tariffs", document=tariff)
    told = pair.hears(pair.emsp, "gets the tariff", module="tariffs", document={"id": "DAY"})
    assert told["document"]["elements"][0]["price_components"][0]["price"] == Decimal("0.25")
    mine = [one for one in pair.emsp.ask("pull", module="tariffs") if _same(one["party_id"], pair.cpo.party)]
    assert [one["id"] for one in mine] == ["day"]


def test_a_token_goes_from_the_emsp_to_the_cpo_and_is_asked_for(pair: Pair) -> None:
    """TOK-01, TOK-14 to TOK-17: whoever the CPO asks, the eMSP answers at that moment."""
    pair.emsp.ask("card", uid=pair.card)
    pair.hears(pair.cpo, "gets the token", module="tokens", document={"uid": pair.card})
    location = pair.location()
    pair.cpo.ask("push", module="locations", document=location)
    since = pair.stage.mark()
    assert pair.cpo.ask("authorize", uid=pair.card, location_id=location["id"])["allowed"] == "ALLOWED"
    pair.hears(pair.emsp, "was asked", event="asked", uid=pair.card.lower(), since=since)
    pair.emsp.ask("allow", uid=pair.card, allowed="BLOCKED")
    assert pair.cpo.ask("authorize", uid=pair.card)["allowed"] == "BLOCKED"
    pair.emsp.ask("allow", uid=pair.card, allowed="ALLOWED")


def test_a_session_from_the_command_to_the_cdr(pair: Pair) -> None:
    """CMD-01, SES-01, CDR-01: start, the session as it grows, stop, the bill."""
    location, number = pair.location(), next(_numbers)
    pair.cpo.ask("push", module="locations", document=location)
    place = {"location_id": location["id"], "evse_uid": location["evses"][0]["uid"]}
    _commanded(pair, "start", uid=pair.card, reference=f"REF-{number}", **place)
    token = samples.cdr_token(**pair.emsp.owner, uid=pair.card, contract_id=f"C-{pair.card}")
    session = samples.session(**pair.cpo.owner, id=f"S-{number}", cdr_token=token, **place) | {"kwh": Decimal("1.5")}
    session |= {
        "authorization_reference": f"REF-{number}",
        "charging_periods": [samples.period("2026-11-21T10:00:00Z")],
    }
    pair.cpo.ask("push", module="sessions", document=session)
    pair.hears(pair.emsp, "sees it begin", module="sessions", document={"id": session["id"], "kwh": Decimal("1.5")})
    grown = session | {"kwh": Decimal("7.25"), "last_updated": "2026-11-21T10:20:00Z"}
    pair.cpo.ask("push", module="sessions", document=grown)
    pair.hears(pair.emsp, "sees it grow", module="sessions", document={"id": session["id"], "kwh": Decimal("7.25")})
    _commanded(pair, "stop", session_id=session["id"])
    bill = samples.cdr(**pair.cpo.owner, id=f"B-{number}", session_id=session["id"], cdr_token=token)
    answer = pair.cpo.ask("push", module="cdrs", document=bill)
    assert answer["location"].startswith(f"{pair.hub.url}/ocpi/")
    told = pair.hears(pair.emsp, "gets the bill", event="cdr", document={"id": bill["id"]})
    assert told["document"]["total_cost"] == bill["total_cost"]
    seen = [one["kwh"] for one in pair.emsp.ask("pull", module="sessions") if _same(one["id"], session["id"])]
    assert seen == [Decimal("7.25")]


def test_a_command_that_needs_no_session(pair: Pair) -> None:
    """CMD-01, CMD-07."""
    location = pair.location()
    pair.cpo.ask("push", module="locations", document=location)
    _commanded(pair, "unlock", location_id=location["id"], evse_uid=location["evses"][0]["uid"])


def test_each_sees_the_other_as_a_client_of_the_hub(pair: Pair) -> None:
    """HCI-01, HCI-03: on asking; extrawest-ocpi, which has the module, is told as well."""
    for side, other in ((pair.cpo, pair.emsp), (pair.emsp, pair.cpo)):
        seen = [one for one in side.ask("pull", module="hubclientinfo") if _same(one["party_id"], other.party)]
        assert [(one["role"], one["status"]) for one in seen] == [(other.role, "CONNECTED")]
    if pair.emsp.library == "extrawest":
        pair.hears(pair.emsp, "is told of the CPO", module="hubclientinfo", document={"party_id": pair.cpo.party})


def test_new_tokens_at_the_partners_wish(pair: Pair) -> None:
    """CRE-08, CRE-19: both ways; the old one is refused as soon as the new one was used, and nothing is lost."""
    for side in (pair.cpo, pair.emsp):
        assert side.ask("rotate") == {"old_token_refused": True}
    _still_connected(pair)


def test_new_tokens_at_our_wish(pair: Pair) -> None:
    """CRE-08, CRE-19: py-ocpi crashes over it, and then the tokens of before are good."""
    for side, platform in ((pair.cpo, pair.cpo.name), (pair.emsp, f"eMSP {pair.emsp.name}")):
        assert pair.hub.operate("rotate", platform) is (side.library == "extrawest")
        assert side.ask("whole")
    _still_connected(pair)


def test_a_partnership_ends_from_either_side(pair: Pair) -> None:
    """CRE-11: the token is dead, and the other side sees that it is gone."""
    assert pair.emsp.ask("leave") == {"token_refused": True}
    seen = [
        one["status"] for one in pair.cpo.ask("pull", module="hubclientinfo") if _same(one["party_id"], pair.emsp.party)
    ]
    assert "CONNECTED" not in seen
    assert pair.hub.operate("leave", pair.cpo.name) is True
    pair.hears(pair.cpo, "is told that we leave", event="left")


def _commanded(pair: Pair, verb: str, **words: Any) -> None:
    """The response at once, the command at the CPO with a way back through us (S5), the result at the eMSP."""
    since = pair.stage.mark()
    response = pair.emsp.ask(verb, to=pair.cpo.name, **words)
    assert response["result"] == "ACCEPTED"
    asked = pair.hears(pair.cpo, "gets the command", event="command", since=since)
    assert asked["body"]["response_url"].startswith(f"{pair.hub.url}/ocpi/")
    wanted = {"event": "command_result", "command_id": response["command_id"]}
    assert pair.hears(pair.emsp, "gets the result", since=since, **wanted)["result"] == "ACCEPTED"


def _still_connected(pair: Pair) -> None:
    location = pair.location()
    pair.cpo.ask("push", module="locations", document=location)
    pair.hears(pair.emsp, "is told as before", module="locations", document={"id": location["id"]})


def _same(one: Any, other: Any) -> bool:
    """The libraries fold identifiers to lower case (TYP-03)."""
    return bool(one == other) or (isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower())
