"""Certification, block C: what a station is told about a card."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import ClearCache
from ocppbridge.models import Transaction
from tests.ocppbridge.certification.cards import (
    CARD,
    GROUP,
    OTHER,
    authorize,
    card,
    id_token,
    its_owner_says,
    world,
)
from tests.ocppbridge.certification.events import event
from tests.ocppbridge.certification.talking import asked, boot, drained, stamp, state
from tests.ocppbridge.door import Door

ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])


@ALL
def test_a_card_that_nobody_knows_is_invalid(door: Door, version: str) -> None:
    """TC_023_1_CSMS, TC_C_02_CSMS; C01.FR.07."""
    world()
    with door.station("CP1", version) as talk:
        boot(talk)
        assert authorize(talk)["status"] == "Invalid"


@ALL
def test_a_card_that_its_owner_has_blocked_is_blocked(door: Door, version: str) -> None:
    """TC_023_3_CSMS, TC_C_06_CSMS."""
    world()
    card(valid=False)
    with door.station("CP1", version) as talk:
        boot(talk)
        assert authorize(talk)["status"] == "Blocked"


@ALL
@pytest.mark.parametrize(
    ("allowed", "old", "new"),
    [("EXPIRED", "Expired", "Expired"), ("NO_CREDIT", "Blocked", "NoCredit"), ("ALLOWED", "Accepted", "Accepted")],
)
def test_a_card_whose_owner_is_asked_is_what_he_says(
    door: Door, version: str, allowed: str, old: str, new: str
) -> None:
    """TC_023_2_CSMS, TC_C_07_CSMS."""
    world()
    card(whitelist="NEVER")
    with door.station("CP1", version) as talk:
        boot(talk)
        assert its_owner_says(talk, allowed)["status"] == (old if version == "ocpp1.6" else new)


def test_a_start_out_of_the_stations_cache_is_confirmed_on_1_6(door: Door) -> None:
    """TC_007_CSMS: no Authorize comes before it."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        start = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": stamp()}
        assert talk.call("StartTransaction", start)["idTagInfo"]["status"] == "Accepted"
        assert state(talk, "Charging") == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "valid", "status"), [("TC_C_08_CSMS", True, "Accepted"), ("TC_C_20_CSMS", False, "Blocked")]
)
def test_a_start_out_of_the_stations_cache_is_confirmed_or_not(
    door: Door, version: str, requirement: str, valid: bool, status: str
) -> None:
    """C10.FR.03, C12.FR.04: with TransactionEvent, without Authorize."""
    world()
    card(valid=valid)
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Occupied")
        begun = event("Started", 0, "Authorized", idToken=id_token())
        assert talk.call("TransactionEvent", begun)["idTokenInfo"]["status"] == status


@ALL
@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_a_station_is_asked_to_forget_its_cache(door: Door, version: str, status: str) -> None:
    """TC_061_CSMS, TC_C_37_CSMS, TC_C_38_CSMS."""
    world()
    with door.station("CP1", version) as talk:
        boot(talk)
        action, payload, call = asked(talk, ClearCache(), {"status": status})
    assert (action, payload, call.outcome) == ("ClearCache", {}, status)


@V2
@pytest.mark.parametrize("second", ["valid", "blocked"])
def test_cards_of_a_group_are_told_with_their_group(door: Door, version: str, second: str) -> None:
    """TC_C_40_CSMS, TC_C_43_CSMS: whoever starts out of the local list, and whoever else of the group comes."""
    world()
    card(group_id=GROUP)
    card(OTHER, group_id=GROUP, valid=second == "valid")
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Occupied")
        begun = talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token()))["idTokenInfo"]
        assert (begun["status"], begun["groupIdToken"]["idToken"]) == ("Accepted", GROUP)
        assert authorize(talk, OTHER)["groupIdToken"]["idToken"] == GROUP
        gone = event("Ended", 1, "StopAuthorized", idToken=id_token(OTHER), stoppedReason="Local")
        assert isinstance(talk.call("TransactionEvent", gone), dict)
    drained()
    assert Transaction.objects.get().state == Transaction.State.ENDED


@V2
@pytest.mark.parametrize(
    ("requirement", "transactions", "stopped"),
    [
        ("TC_C_47_CSMS", ["T1", "T2"], ["T1", "T2"]),
        ("TC_C_48_CSMS", ["T1", "T2"], ["T1"]),
        ("TC_C_49_CSMS", ["T1", "T2"], ["T1", "T2"]),
    ],
)
def test_a_master_pass_is_told_by_its_group_and_stops_what_others_began(
    door: Door, version: str, requirement: str, transactions: list[str], stopped: list[str]
) -> None:
    """C16: the station knows the group of its master passes; ours is the answer that names it."""
    world()
    card(group_id=GROUP)
    card(OTHER, group_id="MASTERS")
    with door.station("CP1", version) as talk:
        boot(talk)
        for number, name in enumerate(transactions, 1):
            begun = event("Started", 0, "Authorized", name, evse=number, idToken=id_token())
            assert talk.call("TransactionEvent", begun)["idTokenInfo"]["groupIdToken"]["idToken"] == GROUP
        told = authorize(talk, OTHER)
        assert (told["status"], told["groupIdToken"]["idToken"]) == ("Accepted", "MASTERS")
        for number, name in enumerate(stopped, 1):
            info = {"stoppedReason": "MasterPass", "chargingState": "EVConnected"}
            ended: dict[str, Any] = event(
                "Ended", 1, "StopAuthorized", name, evse=number, idToken=id_token(OTHER), **info
            )
            assert talk.call("TransactionEvent", ended)["idTokenInfo"]["groupIdToken"]["idToken"] == "MASTERS"
    drained()
    over = Transaction.objects.filter(state=Transaction.State.ENDED)
    assert sorted(over.values_list("transaction_id", "stop_reason")) == [(name, "MasterPass") for name in stopped]
