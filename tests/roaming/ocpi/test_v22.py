"""OCPI 2.2 as 2.2.1 and back: only what differs changes."""

from __future__ import annotations

from typing import Any

import pytest

from roaming.ocpi.party import PartyId
from roaming.ocpi.v22 import down, up
from tests.personas import samples

OLD_TOKEN = {name: value for name, value in samples.cdr_token().items() if name not in ("country_code", "party_id")}
EMX = PartyId("DE", "EMX")


def test_a_token_gets_the_owner_that_2_2_leaves_out() -> None:
    """VER-10: and keeps the rest as it came."""
    asked = []

    def owner(uid: str, kind: str) -> PartyId:
        asked.append((uid, kind))
        return EMX

    session = samples.session(cdr_token={**OLD_TOKEN, "x": 1})
    assert up(session, owner) == samples.session(cdr_token={**samples.cdr_token(), "x": 1})
    assert asked == [(samples.token()["uid"], "RFID")]


@pytest.mark.parametrize("document", [
    samples.session(), {"kwh": 3, "last_updated": samples.LAST_UPDATED}, {"cdr_token": "odd"}, samples.location(),
])  # fmt: skip
def test_what_needs_nothing_stays(document: dict[str, Any]) -> None:
    """VER-10: a 2.2.1 token, a PATCH without one, what is no session at all."""
    assert up(document, lambda uid, kind: EMX) == document


def test_a_token_that_nobody_knows_stays_incomplete() -> None:
    assert up(samples.session(cdr_token=OLD_TOKEN), lambda uid, kind: None)["cdr_token"] == OLD_TOKEN


NEW = samples.connector(id="2", standard="CHAOJI")
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("VER-10", samples.session(), samples.session(cdr_token=OLD_TOKEN)),
    ("VER-10", samples.connector(power_type="AC_2_PHASE"), samples.connector(power_type="AC_1_PHASE")),
    ("VER-10", samples.evse(connectors=[NEW, samples.connector()]), samples.evse()),
    ("VER-10", samples.location(evses=[samples.evse(connectors=[NEW])]), samples.location(evses=[])),
    ("VER-10", samples.evse(capabilities=["RFID_READER", "START_SESSION_CONNECTOR_REQUIRED"]),
     samples.evse(capabilities=["RFID_READER"])),
    ("VER-10", {"token": {}, "location_id": "L", "response_url": "u", "evse_uid": "E", "connector_id": "1"},
     {"token": {}, "location_id": "L", "response_url": "u", "evse_uid": "E"}),
    ("VER-10", samples.tariff(), samples.tariff()),
    ("VER-10", {"status": "CHARGING", "last_updated": samples.LAST_UPDATED},
     {"status": "CHARGING", "last_updated": samples.LAST_UPDATED}),
]  # fmt: skip


@pytest.mark.parametrize(("requirement", "document", "expected"), TABLE)
def test_what_2_2_does_not_know(requirement: str, document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert down(document) == expected


def test_a_cdr_as_2_2_knows_it() -> None:
    """VER-10: a postal code is required there, a state unknown."""
    cdr = samples.cdr(home_charging_compensation=True)
    cdr["cdr_location"] |= {"state": "Utrecht", "connector_power_type": "AC_2_PHASE_SPLIT"}
    shown = down(cdr)
    assert (shown["cdr_token"], "home_charging_compensation" in shown) == (OLD_TOKEN, False)
    place = shown["cdr_location"]
    assert (place["postal_code"], place["connector_power_type"], "state" in place) == ("", "AC_1_PHASE", False)
    assert down({**cdr, "cdr_location": {**place, "postal_code": "3511ED"}})["cdr_location"]["postal_code"] == "3511ED"
