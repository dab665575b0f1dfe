"""Certification, block J: clock-aligned and sampled meter values, signed ones among them, wherever they are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.bridge.signed import signed_data
from ocppbridge.models import MeterReading, Transaction
from tests.ocppbridge.certification.cards import card, id_token, world
from tests.ocppbridge.certification.events import event, metered
from tests.ocppbridge.certification.talking import boot, drained, state
from tests.ocppbridge.door import Door

CLOCK, PERIODIC, FIRST, LAST = "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End"
SIGNED = {
    "signedMeterValue": {
        "signedMeterData": "T0NNRnx7fXx7fQ==", "signingMethod": "ECDSA-secp256r1-SHA256", "encodingMethod": "OCMF",
        "publicKey": "MFkw",
    }
}  # fmt: skip
START = event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 1000, FIRST))


def row() -> Transaction:
    drained()
    return Transaction.objects.get()


def contexts() -> list[str]:
    return list(MeterReading.objects.order_by("at").values_list("context", flat=True))


def test_clock_aligned_values_outside_a_transaction_are_taken_and_belong_to_nobody(door: Door) -> None:
    """TC_J_01_CSMS: of an EVSE, and of the station's main meter."""
    world()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        state(talk, "Available")
        for evse in (0, 1, 1):
            assert talk.call("MeterValues", {"evseId": evse, "meterValue": metered(0, 1000, CLOCK)}) == {}
    drained()
    assert not MeterReading.objects.exists()


def test_clock_aligned_values_during_a_transaction_are_its_own(door: Door) -> None:
    """TC_J_02_CSMS: in MeterValues of its EVSE and in its events."""
    world()
    card()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        talk.call("TransactionEvent", START)
        assert talk.call("MeterValues", {"evseId": 1, "meterValue": metered(1, 1200, CLOCK)}) == {}
        for minute in (2, 3):
            said = event("Updated", minute - 1, "MeterValueClock", meterValue=metered(minute, 1200 + minute, CLOCK))
            assert talk.call("TransactionEvent", said) == {}
    assert row().energy_import == Decimal(203)
    assert contexts() == [FIRST, CLOCK, CLOCK, CLOCK]


@pytest.mark.parametrize(
    ("requirement", "context"), [("TC_J_03_CSMS", CLOCK), ("TC_J_10_CSMS", PERIODIC), ("TC_J_09_CSMS", PERIODIC)]
)
def test_what_was_collected_is_told_with_the_event_or_at_the_end(door: Door, requirement: str, context: str) -> None:
    """J02.FR.03: all of a transaction's values, also those that come only with Ended."""
    world()
    card()
    trigger = "MeterValueClock" if context == CLOCK else "MeterValuePeriodic"
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        talk.call("TransactionEvent", START)
        talk.call("TransactionEvent", event("Updated", 1, trigger, meterValue=metered(1, 1400, context)))
        all_of_it = [*metered(2, 1700, context), *metered(3, 2000, LAST)]
        gone = event("Ended", 2, "EVDeparted", stoppedReason="Local", meterValue=all_of_it)
        assert isinstance(talk.call("TransactionEvent", gone), dict)
    assert (row().state, row().energy_import) == ("ended", Decimal(1000))
    assert contexts() == [FIRST, context, context, LAST]


@pytest.mark.parametrize(("requirement", "context"), [("TC_J_04_CSMS", CLOCK), ("TC_J_11_CSMS", PERIODIC)])
def test_signed_values_are_kept_as_the_meter_signed_them(door: Door, requirement: str, context: str) -> None:
    """J02.FR.21."""
    world()
    card()
    signed: dict[str, Any] = SIGNED
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        begun = {**START, "meterValue": metered(0, 1000, FIRST, **signed)}
        talk.call("TransactionEvent", begun)
        talk.call("TransactionEvent", event("Updated", 1, "SignedDataReceived", meterValue=metered(1, 1500, context)))
        gone = event("Ended", 2, "EVDeparted", stoppedReason="Local", meterValue=metered(2, 2000, LAST, **signed))
        talk.call("TransactionEvent", gone)
    told = signed_data(row())
    assert told is not None
    assert [one["signed_data"] for one in told["signed_values"]] == [SIGNED["signedMeterValue"]["signedMeterData"]] * 2
    assert told["encoding_method"] == "OCMF"
    assert row().energy_import == Decimal(1000)


@pytest.mark.parametrize(("requirement", "evse"), [("TC_J_07_CSMS", 1), ("TC_J_08_CSMS", None)])
def test_the_first_value_counts_whether_or_not_the_evse_is_known_yet(
    door: Door, requirement: str, evse: int | None
) -> None:
    """J02.FR.02: a card before the cable, and the EVSE said only later."""
    world()
    card()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        begun = event("Started", 0, "Authorized", evse=evse, idToken=id_token(), meterValue=metered(0, 1000, FIRST))
        assert talk.call("TransactionEvent", begun)["idTokenInfo"]["status"] == "Accepted"
        plugged = event("Updated", 1, "CablePluggedIn", evse=1, meterValue=metered(1, 1300))
        assert talk.call("TransactionEvent", plugged) == {}
    assert (row().evse_number, row().meter_start, row().energy_import) == (1, Decimal(1000), Decimal(300))
    assert contexts() == [FIRST, PERIODIC]
