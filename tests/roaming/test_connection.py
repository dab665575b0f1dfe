"""What holds for a connection as a whole: versions, credentials, tokens each way, transport, lists, where pushes go."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.db import IntegrityError, transaction
from django.utils import timezone

from roaming.models import IssuedToken, Notice, Party, Platform
from roaming.ocpi.errors import MissingEndpoints
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import ModuleID
from roaming.services import cdrs, decisions, locations, pulls, registration, sessions, tariffs, tokens
from tests.personas import samples
from tests.personas.partner import Answer, Partner, Said, Seen
from tests.personas.receiving import accepting

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MODULES = {"cdrs", "chargingprofiles", "commands", "credentials", "hubclientinfo", "locations", "sessions", "tariffs",
           "tokens"}  # fmt: skip


def details(hub: Any, partner: Partner) -> Any:
    return partner.call("GET", f"{hub.url}/ocpi/2.2.1", routed=False).data


# --- versions ---------------------------------------------------------------------------------------------------------


def test_versions_list_absolute_urls_of_version_details(hub: Any, emsp: Partner) -> None:
    """VER-01, CRE-22, TRA-16: the URL in our credentials leads there; the version stands in every endpoint's URL."""
    ours = emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False).data
    listed = emsp.call("GET", ours["url"], routed=False).data
    assert listed
    for one in listed:
        assert set(one) == {"version", "url"}
        assert urlsplit(one["url"]).scheme in ("http", "https")
        said = emsp.call("GET", one["url"], routed=False).data
        assert said["version"] == one["version"]
        assert all("/2.2.1/" in endpoint["url"] for endpoint in said["endpoints"])


def test_deprecated_versions_are_not_offered(hub: Any, emsp: Partner) -> None:
    """VER-10."""
    listed = emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False).data
    assert not {"2.1", "2.2"} & {one["version"] for one in listed}


def test_every_endpoint_has_a_known_module_a_role_and_a_url(hub: Any, emsp: Partner) -> None:
    """VER-02, VER-03, VER-11; custom modules: none."""
    endpoints = details(hub, emsp)["endpoints"]
    assert all(set(one) == {"identifier", "role", "url"} for one in endpoints)
    assert {one["identifier"] for one in endpoints} <= MODULES == {module.value for module in ModuleID}
    assert {one["role"] for one in endpoints} == {"SENDER", "RECEIVER"}


def test_the_owner_of_data_is_the_sender(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """VER-04: lists are read at SENDER, pushes go to RECEIVER; commands go to the CPO's, so to RECEIVER."""
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)
    assert cpo.call("PUT", cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1"), samples.tariff()).both == (201, 1000)
    assert emsp.call("POST", emsp.at("commands", "RECEIVER", "START_SESSION"), {}, to="NL/CPO").status == 2001


def test_asking_for_versions_changes_nothing_and_needs_a_token(hub: Any, emsp: Partner) -> None:
    """VER-09, AUT-05: it is the still-alive check."""
    token_a = hub.invite(hub.stranger("FR/EMY", "EMSP"))
    kept = ("pk", "status", "token_out", "versions_url", "announced", "token_encoding")
    before = list(Platform.objects.order_by("pk").values(*kept)), list(IssuedToken.objects.order_by("pk").values())
    for token in (emsp.token_for_hub, token_a):
        assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False, token=token).both == (200, 1000)
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False, token="unknown").both == (401, 2000)
    assert requests.get(f"{hub.url}/ocpi/versions", timeout=60).status_code == 401
    after = list(Platform.objects.order_by("pk").values(*kept)), list(IssuedToken.objects.order_by("pk").values())
    assert [{**row, "token_encoding": ""} for row in after[0]] == [{**row, "token_encoding": ""} for row in before[0]]
    assert [row["revoked_at"] for row in after[1]] == [row["revoked_at"] for row in before[1]]


# --- credentials ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [
    {"role": "EMSP", "country_code": "DE", "party_id": "EMX"},
    {"role": "EMSP", "country_code": "DE", "party_id": "EMX", "business_details": {}},
    {"role": "EMSP", "country_code": "DE", "party_id": "EMXX", "business_details": {"name": "x"}},
    {"role": "EMSP", "country_code": "DEU", "party_id": "EMX", "business_details": {"name": "x"}},
    {"role": "BOSS", "country_code": "DE", "party_id": "EMX", "business_details": {"name": "x"}},
])  # fmt: skip
def test_a_role_without_a_name_or_with_a_bad_id_is_2001(hub: Any, role: dict[str, Any]) -> None:
    """CRE-16: and nothing has changed."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    said = {**emsp.credentials(), "roles": [role]}
    url = f"{hub.url}/ocpi/2.2.1/credentials"
    assert emsp.call("POST", url, said, routed=False, token=hub.invite(emsp)).both == (200, 2001)
    assert Party.objects.count() == 0


def test_roles_are_at_least_one_and_each_once(hub: Any) -> None:
    """CRE-15, AUT-08: the same role may come with another party; a token is short and has no blanks."""
    emsp = hub.stranger("DE/EMX", "EMSP", more=("EMSP DE/EMY",))
    token_a, url, good = hub.invite(emsp), f"{hub.url}/ocpi/2.2.1/credentials", emsp.credentials()
    wrong: list[dict[str, Any]] = [
        {"roles": []}, {"roles": [good["roles"][0], good["roles"][0]]}, {"token": "x" * 65}, {"token": "a b"},
        {"token": ""}, {"url": "not a url"}, {"roles": None},
    ]  # fmt: skip
    for bad in wrong:
        assert emsp.call("POST", url, {**good, **bad}, routed=False, token=token_a).both == (200, 2001), bad
    assert emsp.call("POST", url, good, routed=False, token=token_a).both == (200, 1000)
    assert Party.objects.filter(role="EMSP").count() == 2


def test_other_operators_evse_ids_and_contract_ids_are_none_of_our_business(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """CRE-17."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    assert cpo.call("PUT", url, samples.location(evses=[samples.evse(evse_id="FR*OTH*E1")])).both == (201, 1000)
    url = emsp.at("tokens", "RECEIVER", "DE", "EMX", "U1")
    assert emsp.call("PUT", url, samples.token(uid="U1", contract_id="FR-OTH-C1")).both == (201, 1000)


def test_our_credentials_show_the_hub_and_nobody_behind_it(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """CRE-23, HUB-33: hosted parties and other platforms are told by HubClientInfo."""
    hub.host("NL/VLT")
    (role,) = emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False).data["roles"]
    assert (role["role"], role["country_code"], role["party_id"]) == ("HUB", "NL", "HUB")
    assert role["business_details"]["name"]


def test_a_peer_that_lacks_what_its_role_is_for_is_3003_if_the_operator_says_so(hub: Any) -> None:
    """CRE-13, STA-15: as the Receiver we answer 3003; as the Sender nothing is posted; staff are told either way."""
    emsp = hub.stranger("DE/EMX", "EMSP", modules=("locations", "tokens"))
    token_a = hub.invite(emsp)
    decisions.choose("REQUIRED-ENDPOINTS", "roles")
    answer = emsp.register(hub.url, token_a)
    assert answer.both == (200, 3003)
    assert "cdrs RECEIVER" in Notice.objects.get(code="handshake").text
    other = hub.stranger("NL/CPO", "CPO", modules=("tariffs",))
    accepting(other)
    with pytest.raises(MissingEndpoints, match="cdrs SENDER, locations SENDER"):
        registration.register_with(f"{other.url}/versions", "a", name="x", expected=roles(other))
    assert other.requests("POST") == []
    emsp.modules = ("locations", "tokens", "cdrs")
    assert emsp.register(hub.url, token_a).both == (200, 1000)


def roles(partner: Partner) -> Any:
    return [(PartyId.parse(party), Role(role)) for role, party in partner.roles]


def test_after_unregistering_nothing_is_sent_any_more(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CRE-11: both sides stop."""
    emsp.call("DELETE", emsp.at("credentials", "SENDER"), routed=False)
    emsp.seen.clear()
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    cpo.call("POST", cpo.at("tokens", "SENDER", "U1", "authorize"), to="DE/EMX")
    hub.work()
    assert emsp.seen == []
    assert [one.path for one in cpo.pushed("hubclientinfo")] == ["/odd/receiver/hubclientinfo/DE/EMX"]


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_one_platforms(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """AUT-07: the parties on it are told apart by headers and URLs."""
    token = IssuedToken.objects.filter(kind="C").first()
    assert token is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedToken.objects.create(platform=hub.platform(cpo), kind="C", digest=token.digest)
    both = hub.connect("BE/TWO", "EMSP", more=("EMSP BE/TOO",))
    for party in ("TWO", "TOO"):
        url = both.at("tokens", "RECEIVER", "BE", party, "U1")
        body = samples.token(uid="U1", country_code="BE", party_id=party)
        assert both.call("PUT", url, body, sender=f"BE/{party}").both == (201, 1000)
    assert both.call("GET", both.at("locations", "SENDER"), sender="DE/EMX").status != 1000


@pytest.mark.parametrize("way", ["they registered with us", "we registered with them"])
def test_each_direction_has_a_token_of_its_own(hub: Any, cpo: Partner, way: str) -> None:
    """AUT-10, CRE-04: theirs in our requests, ours in theirs, never the other way round."""
    if way.startswith("they"):
        emsp = hub.connect("DE/EMX", "EMSP")
        theirs = emsp.token_b
    else:
        emsp, theirs = hub.stranger("DE/EMX", "EMSP"), "their-token-c"
        accepting(emsp)
        registration.register_with(f"{emsp.url}/versions", "their-token-a", name="Emixx")
    emsp.seen.clear()
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    hub.work()
    assert {one.token for one in emsp.seen} == {theirs}
    assert emsp.call("GET", emsp.at("locations", "SENDER"), token=theirs).both == (401, 2000)
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)


def test_every_request_of_ours_has_its_token_in_base64(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """AUT-01, AUT-02, MID-01: versions, details, pushes, forwards, results: `Token`, one space, standard Base64."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    hub.work()
    cpo.call("POST", cpo.at("tokens", "SENDER", "U1", "authorize"), to="DE/EMX")
    registration.still_alive(hub.platform(emsp))
    emsp.call("PUT", emsp.at("credentials", "SENDER"), emsp.credentials("b-2"), routed=False)
    asked = {(one.method, one.path.split("/")[1]) for one in emsp.seen}
    assert {("GET", "versions"), ("GET", "details"), ("PUT", "odd"), ("POST", "odd")} <= asked
    for one in emsp.seen:
        scheme, _, written = one.headers["authorization"].partition(" ")
        assert scheme == "Token"
        assert base64.b64decode(written, validate=True).decode() in (emsp.token_b, "b-2")
        assert len(one.headers["x-request-id"]) == 36


# --- transport --------------------------------------------------------------------------------------------------------


def test_what_has_a_body_is_json_and_says_so(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TRA-02: ours in every write; theirs also with a charset."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    said = {"Content_Type": "application/json; charset=utf-8"}
    assert cpo.call("PUT", url, samples.location(name="Zoë"), **said).both == (201, 1000)  # type: ignore[arg-type]
    hub.work()
    cpo.call("PATCH", url, {"name": "Other", "last_updated": "2026-11-21T11:00:00Z"})
    cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr())
    hub.work()
    written = [one for one in emsp.seen if one.raw]
    assert {one.method for one in written} >= {"PUT", "PATCH", "POST"}
    assert {one.headers["content-type"].partition(";")[0] for one in written} == {"application/json"}
    assert {"content-type"} & set().union(*(one.headers for one in emsp.seen if not one.raw)) == set()


def test_a_request_without_a_body_needs_no_content_type(hub: Any, cpo: Partner) -> None:
    """TRA-03."""
    url = cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1")
    cpo.call("PUT", url, samples.tariff())
    token = base64.b64encode(cpo.token_for_hub.encode()).decode()
    answer = requests.delete(url, headers={"Authorization": f"Token {token}"}, timeout=60)
    assert "Content-Type" not in answer.request.headers
    assert (answer.status_code, answer.json()["status_code"]) == (200, 1000)


def everything(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """One of each in the hub, of a hosted CPO and of an eMSP."""
    owner, now = hub.host("NL/VLT"), timezone.now()
    own = {"party_id": "VLT"}
    locations.store(owner, samples.location(**own), source=None, now=now)
    tariffs.store(owner, samples.tariff(**own), source=None, now=now)
    sessions.store(owner, samples.session(**own), source=None, now=now)
    cdrs.store(owner, samples.cdr(**own), source=None, now=now)
    tokens.store(tokens_owner(emsp), samples.token(), source=hub.platform(emsp), now=now)


def tokens_owner(emsp: Partner) -> Any:
    return PartyId.parse(emsp.party)


def lists(emsp: Partner, cpo: Partner) -> dict[str, tuple[Partner, str]]:
    return {
        "locations": (emsp, emsp.at("locations", "SENDER")),
        "tariffs": (emsp, emsp.at("tariffs", "SENDER")),
        "sessions": (emsp, emsp.at("sessions", "SENDER")),
        "cdrs": (emsp, emsp.at("cdrs", "SENDER")),
        "tokens": (cpo, cpo.at("tokens", "SENDER")),
        "hubclientinfo": (cpo, cpo.at("hubclientinfo", "SENDER")),
    }


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(names_in(one) for one in value.values()))
    return set().union(*(names_in(one) for one in value)) if isinstance(value, list) else set()


def test_names_are_lower_snake_case(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TRA-11: in envelopes, objects, credentials and version details."""
    everything(hub, cpo, emsp)
    answers = [who.call("GET", url) for who, url in lists(emsp, cpo).values()]
    answers += [emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False)]
    answers += [emsp.call("GET", f"{hub.url}/ocpi/2.2.1", routed=False), emsp.call("GET", f"{hub.url}/ocpi/nothing")]
    assert all(one.data for one in answers[:-1])
    found = set().union(*(names_in(one.envelope) for one in answers))
    assert {"evse_uid", "max_voltage", "cdr_token", "status_code"} <= found
    assert [name for name in found if not NAME.fullmatch(name)] == []


def test_who_is_never_pushed_to_can_pull_everything(hub: Any, cpo: Partner) -> None:
    """TRA-04: an eMSP without a single Receiver interface."""
    emsp = hub.connect("DE/EMX", "EMSP", modules=())
    everything(hub, cpo, emsp)
    hub.work()
    assert emsp.requests("PUT") == emsp.requests("POST") == []
    for module, (who, url) in lists(emsp, cpo).items():
        answer = who.call("GET", url)
        assert (module, answer.both, len(answer.data) >= 1) == (module, (200, 1000), True)


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_header_names_in_capitals_and_in_small_letters(hub: Any, emsp: Partner, change: Any) -> None:
    """TRA-10: Authorization, X-*, OCPI-*."""
    token = base64.b64encode(emsp.token_for_hub.encode()).decode()
    said = {
        "Authorization": f"Token {token}", "X-Request-ID": "r-7", "X-Correlation-ID": "c-7",
        "OCPI-from-country-code": "DE", "OCPI-from-party-id": "EMX", "OCPI-to-country-code": "NL",
        "OCPI-to-party-id": "HUB",
    }  # fmt: skip
    headers = {change(name): value for name, value in said.items()}
    answer = requests.get(emsp.at("locations", "SENDER"), headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, "r-7")
    assert (answer.headers["OCPI-to-party-id"], answer.headers["OCPI-from-party-id"]) == ("EMX", "HUB")


def test_header_names_of_a_peers_answer_in_any_case(hub: Any, cpo: Partner) -> None:
    """TRA-10, PAG-12: Link and X-Total-Count."""
    path = "/odd/sender/locations"

    def page(seen: Seen) -> Said:
        if "offset" in seen.query:
            return Said([samples.location(id="L2")])
        return Said([samples.location(id="L1")], headers={"LINK": f'<{cpo.url}{path}?offset=1>; REL="next"'})

    cpo.answers["GET", path] = page
    row = hub.platform(cpo).pulls.get(module="locations")
    found = pulls.run(row.pk)
    assert found is not None
    assert (found.state, found.objects_seen) == ("IDLE", 2)


def test_every_endpoint_is_there_with_and_without_its_slash(hub: Any, emsp: Partner) -> None:
    """TRA-13: the same answer for every method, never a redirect."""
    for endpoint in details(hub, emsp)["endpoints"]:
        url = endpoint["url"].rstrip("/")
        for method in ("GET", "POST", "PUT", "PATCH"):
            if endpoint["identifier"] == "credentials" and method in ("POST", "PUT"):
                continue
            told = {plain(emsp.call(method, url + end, {} if method != "GET" else None)) for end in ("", "/")}
            assert (endpoint, method, len(told)) == (endpoint, method, 1)
            assert all(status < 300 or status >= 400 for status, _, _ in told)


def plain(answer: Answer) -> tuple[int, int, str]:
    return (*answer.both, str(answer.envelope.get("status_message")))


def test_urls_are_where_the_peer_says_they_are(hub: Any, cpo: Partner) -> None:
    """TRA-14, S4: another path and another host for each module, with and without a slash at the end."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    other = emsp.url.replace("127.0.0.1", "localhost")
    where = {"locations": f"{other}/here/ocpi/l/", "tariffs": f"{emsp.url}/there?key=1", "cdrs": f"{other}/bills"}
    listed = [{"identifier": name, "role": "RECEIVER", "url": url} for name, url in where.items()]
    credentials = {"identifier": "credentials", "role": "RECEIVER", "url": f"{emsp.url}/credentials"}
    emsp.answers["GET", "/details"] = Said({"version": "2.2.1", "endpoints": [credentials, *listed]})
    token_a = hub.invite(emsp)
    Platform.objects.filter(name="DE/EMX").update(allowed_hosts=["localhost"])
    assert emsp.register(hub.url, token_a).both == (200, 1000)
    emsp.seen.clear()
    everything(hub, cpo, emsp)
    hub.work()
    asked = sorted((one.method, one.path, one.headers["host"].partition(":")[0]) for one in emsp.seen)
    assert asked == [
        ("POST", "/bills", "localhost"), ("PUT", "/here/ocpi/l/NL/VLT/LOC1", "localhost"),
        ("PUT", "/there/NL/VLT/T1", "127.0.0.1"),
    ]  # fmt: skip
    assert [one.query for one in emsp.seen if one.path.startswith("/there")] == [{"key": ["1"]}]


def test_the_url_of_a_cdr_is_good_for_the_version_that_it_was_posted_under(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """TRA-15, CDR-10."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(headers={"Location": f"{emsp.url}/bills/7"})
    location = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr()).headers["Location"]
    assert location.startswith(f"{hub.url}/ocpi/2.2.1/")
    assert cpo.call("GET", location).data["id"] == "CDR1"


# --- lists ------------------------------------------------------------------------------------------------------------


def test_every_list_takes_every_parameter(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-01, PAG-05, PAG-08, PAG-09: any of the four, or none; headers are always there."""
    everything(hub, cpo, emsp)
    given = {
        "date_from": "2020-01-01T00:00:00Z", "date_to": "2099-01-01T00:00:00Z", "offset": "0", "limit": "2000",
    }  # fmt: skip
    for module, (who, url) in lists(emsp, cpo).items():
        for chosen in range(16):
            part = [f"{name}={value}" for bit, (name, value) in enumerate(given.items()) if chosen >> bit & 1]
            answer = who.call("GET", f"{url}?{'&'.join(part)}")
            assert (module, part, answer.both) == (module, part, (200, 1000))
            assert int(answer.headers["X-Total-Count"]) == len(answer.data) >= 1
            assert int(answer.headers["X-Limit"]) == 100


def test_date_from_is_inclusive_and_date_to_is_not(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-02, PAG-03: windows side by side neither overlap nor miss, to the millisecond."""
    decisions.choose("DATE-FILTER-BASIS", "last_updated")
    start = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    moments = [start + timedelta(milliseconds=step) for step in (0, 1, 500, 999, 1000)]
    for number, moment in enumerate(moments):
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        url = cpo.at("locations", "RECEIVER", "NL", "CPO", f"L{number}")
        body = samples.location(id=f"L{number}", evses=[], last_updated=stamp)
        assert cpo.call("PUT", url, body).both == (201, 1000)

    def window(first: int, last: int) -> list[str]:
        edges = [f"{moments[one]:%Y-%m-%dT%H:%M:%S}.{moments[one].microsecond // 1000:03}Z" for one in (first, last)]
        found = emsp.call("GET", f"{emsp.at('locations', 'SENDER')}?date_from={edges[0]}&date_to={edges[1]}")
        assert int(found.headers["X-Total-Count"]) == len(found.data)
        return [one["id"] for one in found.data]

    assert [window(0, 2), window(2, 3), window(3, 4)] == [["L0", "L1"], ["L2"], ["L3"]]
    assert window(1, 1) == []


# --- whose objects go where -------------------------------------------------------------------------------------------


def test_pushes_name_owner_and_object_in_the_url_and_cdrs_are_posted(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """COO-01."""
    everything(hub, cpo, emsp)
    hub.connect("BE/NEW", "CPO")
    hub.work()
    assert {(one.method, one.path) for one in emsp.seen} == {
        ("PUT", "/odd/receiver/locations/NL/VLT/LOC1"), ("PUT", "/odd/receiver/tariffs/NL/VLT/T1"),
        ("PUT", "/odd/receiver/sessions/NL/VLT/S1"), ("POST", "/odd/receiver/cdrs"),
        ("PUT", "/odd/receiver/hubclientinfo/BE/NEW"),
    }  # fmt: skip
    uid = samples.token()["uid"]
    assert ("PUT", f"/odd/receiver/tokens/DE/EMX/{uid}") in {(one.method, one.path) for one in cpo.seen}
