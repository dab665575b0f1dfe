"""Who may write whose objects: every combination of URL, header and body, for every module (S20, S21, COO-09)."""

from __future__ import annotations

import itertools
from typing import Any

from roaming.models import Cdr, Location, Session, Tariff, Token
from tests.personas import samples
from tests.personas.partner import Partner

OWN, SIBLING, FOREIGN = "NL/CPO", "NL/CP2", "NL/OTH"  # of the platform: the first two


def as_party(document: dict[str, Any], party: str) -> dict[str, Any]:
    country, _, code = party.partition("/")
    return {**document, "country_code": country, "party_id": code}


def put(partner: Partner, module: str, url: str, header: str, body: dict[str, Any], identifier: str) -> Any:
    at = partner.at(module, "RECEIVER", *url.split("/"), identifier)
    return partner.call("PUT", at, body, sender=header)


def test_a_write_needs_url_header_and_body_to_agree(hub: Any) -> None:
    """27 combinations for locations and tariffs; sessions need a payer besides, and tokens have their own roles."""
    cpo = hub.connect(OWN, "CPO", more=(f"CPO {SIBLING}",))
    hub.connect(FOREIGN, "CPO")
    hub.connect("DE/EMX", "EMSP")
    for module, document, model in (
        ("locations", samples.location(), Location),
        ("tariffs", samples.tariff(), Tariff),
        ("sessions", samples.session(), Session),
    ):  # fmt: skip
        for url, header, body in itertools.product((OWN, SIBLING, FOREIGN), repeat=3):
            answer = put(cpo, module, url, header, as_party(document, body), document["id"])
            agreed = url == header == body and url != FOREIGN
            case = (module, url, header, body, answer.envelope)
            if agreed:
                assert answer.http_status in (200, 201) and answer.status == 1000, case
            else:
                assert answer.both in ((200, 2001), (404, 2000)), case
        owners = {f"{row.country_code}/{row.party_id}" for row in model.objects.all()}
        assert owners == {OWN, SIBLING}, module


def test_tokens_belong_to_their_emsp(hub: Any) -> None:
    emsp = hub.connect("DE/EMX", "EMSP", more=("EMSP DE/EM2",))
    hub.connect("DE/OTH", "EMSP")
    for url, header, body in itertools.product(("DE/EMX", "DE/EM2", "DE/OTH"), repeat=3):
        answer = put(emsp, "tokens", url, header, as_party(samples.token(), body), samples.token()["uid"])
        assert (answer.status == 1000) == (url == header == body != "DE/OTH"), (url, header, body, answer.envelope)
    assert Token.objects.count() == 2


def test_nobody_writes_in_another_role(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S21: an eMSP pushes no CPO data, a CPO no tokens, and neither reads the other's lists."""
    body = as_party(samples.location(), "DE/EMX")
    for module, document in (("locations", body), ("tariffs", as_party(samples.tariff(), "DE/EMX"))):
        assert put(emsp, module, "DE/EMX", "DE/EMX", document, document["id"]).both == (404, 2000)
    cdr = as_party(samples.cdr(), "DE/EMX")
    assert emsp.call("POST", emsp.at("cdrs", "RECEIVER"), cdr).both == (404, 2000)
    token = as_party(samples.token(), "NL/CPO")
    assert put(cpo, "tokens", "NL/CPO", "NL/CPO", token, token["uid"]).both == (404, 2000)
    assert cpo.call("GET", cpo.at("cdrs", "SENDER")).both == (404, 2000)
    assert emsp.call("GET", emsp.at("tokens", "SENDER")).both == (404, 2000)
    assert [model.objects.count() for model in (Location, Tariff, Cdr, Token)] == [0, 0, 0, 0]


def test_not_yours_and_not_there_look_alike(hub: Any, cpo: Partner) -> None:
    """S24: byte for byte, but for the time."""
    other = hub.connect("NL/OTH", "CPO")
    other.call("PUT", other.at("locations", "RECEIVER", "NL", "OTH", "L1"), samples.location(party_id="OTH", id="L1"))
    there = cpo.call("GET", cpo.at("locations", "RECEIVER", "NL", "OTH", "L1"))
    nowhere = cpo.call("GET", cpo.at("locations", "RECEIVER", "NL", "OTH", "L2"))
    for answer in (there, nowhere):
        del answer.envelope["timestamp"]
    assert (there.http_status, there.envelope) == (nowhere.http_status, nowhere.envelope)
    assert there.both == (404, 2000)


def test_a_platform_with_several_parties_says_which_one_speaks(hub: Any) -> None:
    """HUB-04, HUB-27, peers 1."""
    cpo = hub.connect(OWN, "CPO", more=(f"CPO {SIBLING}",))
    url = cpo.at("locations", "RECEIVER", *OWN.split("/"), "LOC1")
    assert cpo.call("PUT", url, samples.location(), routed=False).both == (200, 2001)
    single = hub.connect("BE/ONE", "CPO")
    at = single.at("locations", "RECEIVER", "BE", "ONE", "LOC1")
    assert single.call("PUT", at, as_party(samples.location(), "BE/ONE"), routed=False).both == (201, 1000)


def test_identifiers_that_are_no_identifiers_reach_nothing(hub: Any, cpo: Partner) -> None:
    """S27."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    base = cpo.at("locations", "RECEIVER", "NL", "CPO")
    for identifier in (
        "..%2fLOC1",
        "%00",
        "LOC1%0a",
        "LOC1%00",
        "..",
        "LOC1%0d%0aX-Evil:%201",
        "%EF%BC%ACOC1",
        "x" * 200,
    ):
        answer = cpo.call("GET", f"{base}/{identifier}")
        assert answer.both in ((404, 2000), (404, 2003)), identifier
        assert "X-Evil" not in answer.headers
