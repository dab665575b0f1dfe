"""Tokens through the front door: pushed by an eMSP, read by CPOs, authorized in real time."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from roaming.models import Agreement, Party, Platform, Token
from roaming.modules.tokens import GUESSES
from roaming.ocpi.party import PartyId
from roaming.services import limits, tokens
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"
UID = samples.token()["uid"]


def push(emsp: Partner, body: Any = None, *, method: str = "PUT", query: str = "", **more: Any) -> Any:
    return emsp.call(method, emsp.at("tokens", "RECEIVER", "DE", "EMX", UID) + query, body, **more)


def authorize(cpo: Partner, uid: str = UID, body: Any = None, query: str = "", **more: Any) -> Any:
    return cpo.call("POST", cpo.at("tokens", "SENDER", uid, "authorize") + query, body, **more)


def info(allowed: str = "ALLOWED", **more: Any) -> Said:
    return Said({"allowed": allowed, "token": samples.token(), **more})


def test_two_types_of_one_uid_are_two_tokens(hub: Any, emsp: Partner) -> None:
    """TOK-01 to TOK-04: the parameter defaults to RFID, the body's type decides on PUT."""
    assert push(emsp, samples.token(type="APP_USER"), query="?type=APP_USER").both == (201, 1000)
    assert push(emsp, method="GET").both == (404, 2000)
    assert push(emsp, samples.token()).both == (201, 1000)
    assert push(emsp, method="GET").data["type"] == "RFID"
    assert push(emsp, method="GET", query="?type=APP_USER").data["type"] == "APP_USER"
    assert push(emsp, method="GET", query="?type=CARD").both == (200, 2001)


def test_the_type_is_part_of_what_is_asked_for(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """TOK-02, TOK-03, TOK-15: RFID where nothing is said, on authorize too; a type against the body is 2001."""
    push(emsp, samples.token(type="APP_USER"), query="?type=APP_USER")
    emsp.answers["POST", "/odd/sender/tokens"] = info()
    assert authorize(cpo).both == (404, 2004)
    assert authorize(cpo, query="?type=APP_USER").both == (200, 1000)
    (asked,) = emsp.requests("POST", "authorize")
    assert asked.query == {"type": ["APP_USER"]}
    assert push(emsp, samples.token(type="APP_USER"), query="?type=RFID").both == (200, 2001)
    assert push(emsp, samples.token(), query="?type=CARD").both == (200, 2001)
    assert Token.objects.count() == 1


def test_a_partial_patch_blocks_a_token_and_nothing_else(hub: Any, emsp: Partner) -> None:
    """TOK-05, TOK-06."""
    push(emsp, samples.token())
    assert push(emsp, {"valid": False, "last_updated": LATER}, method="PATCH").both == (200, 1000)
    assert push(emsp, method="GET").data == samples.token(valid=False, last_updated=LATER)
    assert push(emsp, {"valid": False}, method="PATCH").both == (200, 2001)
    assert push(emsp, {"valid": True, "last_updated": LATER}, method="PATCH", query="?type=OTHER").both == (404, 2001)


def test_each_missing_field_is_named(hub: Any, emsp: Partner) -> None:
    """TOK-25, STA-08."""
    for name in ("type", "contract_id", "issuer", "valid", "whitelist", "last_updated"):
        body = {key: value for key, value in samples.token().items() if key != name}
        answer = push(emsp, body)
        assert answer.both == (200, 2001)
        assert name in answer.envelope["status_message"]
    assert Token.objects.count() == 0


def test_tokens_are_told_to_cpos_and_shown_to_them_only(
    hub: Any, emsp: Partner, cpo: Partner, other_emsp: Partner
) -> None:
    """HUB-09, S25: another eMSP neither hears nor reads of them."""
    push(emsp, samples.token())
    hub.work()
    (put,) = cpo.pushed("tokens")
    assert put.path == f"/odd/receiver/tokens/DE/EMX/{UID}"
    assert put.query == {"type": ["RFID"]}
    assert other_emsp.pushed("tokens") == []
    assert [one["uid"] for one in cpo.call("GET", cpo.at("tokens", "SENDER")).data] == [UID]
    assert other_emsp.call("GET", other_emsp.at("tokens", "SENDER")).both == (404, 2000)


def test_a_token_for_one_hosted_cpo_is_that_cpos_only(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """HUB-19: until it is pushed to the hub."""
    hosted = hub.host("NL/VLT")
    assert push(emsp, samples.token(), to="NL/VLT").both == (201, 1000)
    found = tokens.find(UID.lower(), hosted, now=timezone.now())
    assert found is not None
    assert tokens.find(UID, PartyId("NL", "CPO"), now=timezone.now()) is None
    assert cpo.call("GET", cpo.at("tokens", "SENDER")).data == []
    assert push(emsp, samples.token()).both == (200, 1000)
    hub.work()
    assert len(cpo.pushed("tokens")) == 1
    assert len(cpo.call("GET", cpo.at("tokens", "SENDER")).data) == 1


def test_authorize_reaches_the_tokens_owner(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """TOK-14, HUB-15, HUB-16: its answer comes back as it was, also a refusal (TOK-17)."""
    push(emsp, samples.token())
    emsp.answers["POST", "/odd/sender/tokens"] = info("BLOCKED", authorization_reference="REF")
    answer = authorize(cpo, body={"location_id": "LOC1"}, X_Correlation_ID="c9")
    assert answer.both == (200, 1000)
    assert (answer.data["allowed"], answer.data["authorization_reference"]) == ("BLOCKED", "REF")
    (asked,) = emsp.requests("POST", "authorize")
    assert asked.path == f"/odd/sender/tokens/{UID}/authorize"
    assert asked.body == {"location_id": "LOC1"}
    assert (asked.headers["ocpi-to-party-id"], asked.headers["ocpi-from-party-id"]) == ("EMX", "CPO")
    assert asked.headers["x-correlation-id"] == "c9"
    assert answer.headers["OCPI-from-party-id"] == "EMX"
    assert authorize(cpo).both == (200, 1000)  # without a body


def test_an_unknown_token_is_404_with_2004_and_nobody_is_asked(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """STA-11, TOK-15, S25: no fan-out without consent."""
    answer = authorize(cpo, "UNKNOWN")
    assert answer.both == (404, 2004)
    assert "data" not in answer.envelope
    assert emsp.requests("POST") == []


def test_an_unknown_token_is_asked_of_those_who_agreed(
    hub: Any, emsp: Partner, other_emsp: Partner, cpo: Partner
) -> None:
    """TOK-27, HUB-17: in parallel, the first ALLOWED wins, the one who hangs holds nobody up."""
    for party in Party.objects.filter(role="EMSP"):
        Agreement.objects.create(cpo=Party.objects.get(role="CPO"), emsp=party, open_auth=True)
    emsp.answers["POST", "/odd/sender/tokens"] = Said(status=2004, http_status=404)
    other_emsp.answers["POST", "/odd/sender/tokens"] = info()
    answer = authorize(cpo, "UNKNOWN")
    assert (answer.both, answer.data["allowed"]) == ((200, 1000), "ALLOWED")
    assert len(emsp.requests("POST")) == len(other_emsp.requests("POST")) == 1
    other_emsp.answers["POST", "/odd/sender/tokens"] = Said(raw=b"nonsense")
    assert authorize(cpo, "UNKNOWN").both == (404, 2004)


def test_a_receivers_own_error_comes_back_unchanged(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """STA-09, HUB-21, TOK-16."""
    push(emsp, samples.token())
    emsp.answers["POST", "/odd/sender/tokens"] = Said(status=2002, message="where?")
    answer = authorize(cpo)
    assert (answer.both, answer.envelope["status_message"]) == ((200, 2002), "where?")


def test_guessing_uids_is_slowed_down(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """S25: 50 at once, then 429; another CPO feels nothing. The first 48 are counted and not asked: a machine that took
    longer than the span for 50 would be let go on.
    """
    other = hub.connect("BE/CPX", "CPO")
    asked = f"tokens POST:{Platform.objects.get(parties__party_id='CPO').pk}"
    assert [limits.count(asked, *GUESSES) for _ in range(48)] == [None] * 48
    answers = [authorize(cpo, f"GUESS{number}") for number in range(3)]
    assert [answer.both for answer in answers] == [(404, 2004), (404, 2004), (429, 2000)]
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert authorize(other, "GUESS").both == (404, 2004)


def test_authorizing_reads_no_lists(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """TOK-08: neither a known token nor an unknown one makes the hub pull its owner's list."""
    push(emsp, samples.token())
    emsp.answers["POST", "/odd/sender/tokens"] = info()
    for uid in (UID, UID.lower(), "UNKNOWN"):
        authorize(cpo, uid)
    hub.work()
    assert len(emsp.requests("POST", "authorize")) == 2
    assert emsp.requests("GET", "/odd/sender/tokens") == []
