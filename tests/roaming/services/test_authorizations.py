"""Real-time authorization as a station side asks for it: a row, a worker, an answer within the budget."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from roaming.models import Agreement, AuthorizationRequest, Party
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import authorizations
from tests.personas import samples
from tests.personas.partner import Partner, Said

PATH = "/odd/sender/tokens"


def info(allowed: str = "ALLOWED", **more: Any) -> Said:
    return Said({"allowed": allowed, "token": samples.token(), **more})


@pytest.fixture
def cpo_party(hub: Any) -> PartyId:
    found: PartyId = hub.host("NL/VLT")
    return found


def ask(cpo: PartyId, *parties: str, seconds: float = 30, **more: Any) -> AuthorizationRequest:
    deadline = timezone.now() + timedelta(seconds=seconds)
    candidates = [PartyId.parse(party) for party in parties]
    return authorizations.ask("CARD", cpo=cpo, candidates=candidates, deadline=deadline, **more)


def test_the_owner_is_asked_with_the_place_and_its_answer_is_kept(hub: Any, cpo_party: PartyId, emsp: Partner) -> None:
    """TOK-14, TOK-18 to TOK-20, MID-09."""
    emsp.answers["POST", PATH] = info(authorization_reference="REF", **{"x-odd": 1})
    row = ask(cpo_party, "DE/EMX", location_id="LOC1", evse_uids=["EVSE1"], correlation_id="c7")
    assert authorizations.answer(row.pk)
    row.refresh_from_db()
    assert (row.state, row.allowed, row.answered_by) == ("ANSWERED", "ALLOWED", "DE/EMX")
    assert json.loads(row.info)["authorization_reference"] == "REF"
    assert json.loads(row.info)["x-odd"] == 1
    (seen,) = emsp.requests("POST", PATH)
    assert (seen.path, seen.query) == (f"{PATH}/CARD/authorize", {"type": ["RFID"]})
    assert seen.body == {"location_id": "LOC1", "evse_uids": ["EVSE1"]}
    assert (seen.headers["ocpi-from-party-id"], seen.headers["x-correlation-id"]) == ("VLT", "c7")
    assert not authorizations.answer(row.pk)  # once


@pytest.mark.parametrize("reaction", [
    Said(http_status=404, status=2004), Said(status=2002), Said(status=3000), Said(raw=b"{"),
    Said({"allowed": "PERHAPS"}), Said(http_status=500, raw=b""),
])  # fmt: skip
def test_nonsense_is_no_answer(hub: Any, cpo_party: PartyId, emsp: Partner, reaction: Said) -> None:
    emsp.answers["POST", PATH] = reaction
    row = ask(cpo_party, "DE/EMX")
    authorizations.answer(row.pk)
    row.refresh_from_db()
    assert (row.state, row.allowed) == ("UNREACHABLE", "")


def test_the_first_allowed_wins_over_a_refusal_and_over_one_that_hangs(
    hub: Any, cpo_party: PartyId, emsp: Partner, other_emsp: Partner
) -> None:
    """HUB-17."""
    third = hub.connect("BE/EMZ", "EMSP")
    emsp.answers["POST", PATH] = info("BLOCKED")
    other_emsp.answers["POST", PATH] = Said({"allowed": "ALLOWED", "token": samples.token()}, delay=0.2)
    third.answers["POST", PATH] = Said(delay=60)
    row = ask(cpo_party, "DE/EMX", "FR/EMY", "BE/EMZ")
    started = time.monotonic()
    authorizations.answer(row.pk)
    assert time.monotonic() - started < 10
    row.refresh_from_db()
    assert (row.allowed, row.answered_by) == ("ALLOWED", "FR/EMY")


def test_a_refusal_is_an_answer_where_nobody_allows(
    hub: Any, cpo_party: PartyId, emsp: Partner, other_emsp: Partner
) -> None:
    """TOK-17."""
    emsp.answers["POST", PATH] = info("EXPIRED")
    other_emsp.answers["POST", PATH] = Said(http_status=404, status=2004)
    row = ask(cpo_party, "DE/EMX", "FR/EMY")
    authorizations.answer(row.pk)
    row.refresh_from_db()
    assert (row.state, row.allowed) == ("ANSWERED", "EXPIRED")


def test_the_budget_holds_against_an_emsp_that_hangs(hub: Any, cpo_party: PartyId, emsp: Partner) -> None:
    """TOK-22: whoever waits has its word in time."""
    emsp.answers["POST", PATH] = Said(delay=60)
    row = ask(cpo_party, "DE/EMX", seconds=0.5)
    started = time.monotonic()
    authorizations.answer(row.pk)
    assert time.monotonic() - started < 10
    row.refresh_from_db()
    assert row.state == "UNREACHABLE"


def test_a_question_past_its_deadline_is_not_asked_any_more(hub: Any, cpo_party: PartyId, emsp: Partner) -> None:
    row = ask(cpo_party, "DE/EMX", seconds=-1)
    authorizations.answer(row.pk)
    row.refresh_from_db()
    assert (row.state, emsp.requests("POST")) == ("UNREACHABLE", [])


def test_two_workers_write_one_answer(hub: Any, cpo_party: PartyId, emsp: Partner) -> None:
    """A task may come twice."""
    emsp.answers["POST", PATH] = Said({"allowed": "ALLOWED", "token": samples.token()}, delay=0.2)
    row = ask(cpo_party, "DE/EMX")
    said: list[bool] = []

    def work() -> None:
        said.append(authorizations.answer(row.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, True]


def test_only_connected_emsps_that_agreed_are_candidates(
    hub: Any, cpo_party: PartyId, emsp: Partner, other_emsp: Partner
) -> None:
    """TOK-27, S25: open_auth is a consent, and it ends with the agreement."""
    assert authorizations.open_candidates(cpo_party, timezone.now()) == []
    pair = {"cpo": Party.objects.get(party_id="VLT"), "emsp": Party.objects.get(party_id="EMX")}
    agreement = Agreement.objects.create(**pair, open_auth=True)
    assert authorizations.open_candidates(cpo_party, timezone.now()) == [PartyId("DE", "EMX")]
    agreement.valid_until = timezone.now()
    agreement.save()
    assert authorizations.open_candidates(cpo_party, timezone.now()) == []
