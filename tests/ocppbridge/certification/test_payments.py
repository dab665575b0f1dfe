"""Certification, ad hoc payments (C18 to C25), limits of transactions (E16) and battery swaps (block S) of OCPP 2.1."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge.charging import one_time
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import Alert, BatterySwap, Call, Settlement, Station, Transaction, TransactionLimit, WebPayment
from ocppbridge.services import battery_swaps, transaction_limits, web_payments
from roaming.services import decisions
from tests.ocppbridge.certification.cards import card, id_token, world
from tests.ocppbridge.certification.events import at, event, metered
from tests.ocppbridge.certification.talking import boot, drained, settled
from tests.ocppbridge.door import Door, Talk, eventually

PSP = {"idToken": "psp-4711", "type": "DirectPayment"}


@pytest.fixture
def station(transactional_db: None) -> Station:
    made = world()
    card()
    return made


def told(talk: Talk, action: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The next call of the hub."""
    frame = talk.called()
    assert frame[2] == action, frame
    talk.answer(frame, answer)
    settled(Call.objects.get(pk=frame[1]))
    payload: dict[str, Any] = frame[3]
    return payload


def settlement(**more: Any) -> dict[str, Any]:
    return {"pspRef": "psp-4711", "status": "Settled", "settlementAmount": 12.1, "settlementTime": at(60), **more}


def test_a_payment_that_the_terminal_has_authorized_may_charge_and_is_settled_with_our_receipt(
    station: Station, door: Door
) -> None:
    """TC_C_117_CSMS, TC_C_118_CSMS: settled at the end; the receipt is the CSMS's."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        start = talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=PSP, meterValue=metered(0, 0)))
        assert start["idTokenInfo"]["status"] == "Accepted"
        last = metered(60, 10_000, "Transaction.End")
        talk.call("TransactionEvent", event("Ended", 60, "StopAuthorized", stoppedReason="Local", meterValue=last))
        answers = [talk.call("NotifySettlement", settlement(transactionId="T1")) for _ in range(2)]
        drained()
    row = Settlement.objects.get()
    assert (row.amount, row.status, row.transaction) == (Decimal("12.1"), "Settled", Transaction.objects.get())
    assert answers[0] == answers[1]  # repeated, it is the same settlement
    assert answers[0]["receiptId"] == f"R{row.pk:08d}"
    assert answers[0]["receiptUrl"].endswith(f"/receipts/{row.key}")


def test_a_receipt_of_the_terminal_stands(station: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert talk.call("NotifySettlement", settlement(receiptUrl="https://psp.example/r/1")) == {}
        assert talk.call("NotifySettlement", settlement()) == {}, "a repetition that says less takes nothing away"
    assert Settlement.objects.get().receipt_url == "https://psp.example/r/1"


def test_a_cancelled_payment_has_no_transaction_and_no_receipt(station: Station, door: Door) -> None:
    """TC_C_113_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert talk.call("NotifySettlement", settlement(status="Canceled", settlementAmount=0)) == {}
    assert (Settlement.objects.get().status, Settlement.objects.get().transaction) == ("Canceled", None)


@pytest.mark.parametrize("status", ["Failed", "Rejected"])
def test_what_could_not_be_settled_is_for_staff(station: Station, door: Door, status: str) -> None:
    """TC_C_119_CSMS, TC_C_120_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert talk.call("NotifySettlement", settlement(status=status, statusInfo="declined")) == {}
        drained()
    assert Alert.objects.get(code="SETTLEMENT-FAILED").text == f"psp-4711: {status} 12.1 declined"


def test_direct_payments_can_be_refused(station: Station, door: Door) -> None:
    decisions.choose("DIRECT-PAYMENT", "web")
    eventually(lambda: decisions.choices().value("DIRECT-PAYMENT") == "web")
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        eventually(lambda: talk.call("Authorize", {"idToken": PSP})["idTokenInfo"]["status"] == "Invalid")


@pytest.mark.parametrize(
    ("number", "status"), [("DE136695976", "Accepted"), ("DE123456789", "Rejected"), ("nonsense", "Rejected")]
)
def test_a_vat_number_is_checked_by_its_country_s_rules(station: Station, door: Door, number: str, status: str) -> None:
    """TC_C_108_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        answer = talk.call("VatNumberValidation", {"vatNumber": number, "evseId": 1})
    assert (answer["vatNumber"], answer["evseId"], answer["status"]) == (number, 1, status)
    assert ("statusInfo" in answer) == (status == "Rejected")


def test_a_payment_on_the_web_starts_with_the_provider_s_reference_and_its_limit(station: Station, door: Door) -> None:
    """TC_C_131_CSMS: QR code; TC_C_125_CSMS and TC_C_126_CSMS: a stand-alone terminal does the same."""
    now = timezone.now()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        here = drained()
        web_payments.enable(here, "https://pay.example/{chargingstationid}/{evse}?totp={totp}&v={version}", by="me")
        frame = talk.called()
        said = {one["variable"]["name"]: one["attributeValue"] for one in frame[3]["setVariableData"]}
        results = [
            {"attributeStatus": "Accepted", "component": one["component"], "variable": one["variable"]}
            for one in frame[3]["setVariableData"]
        ]
        talk.answer(frame, {"setVariableResult": results})
        given = one_time.password(said["SharedSecret"], now, int(said["ValidityTime"]), int(said["Length"]))
        assert web_payments.password_holds(here, given, now)
        payment = web_payments.begin(here, 1, 300, by="shop", now=now)
        assert told(talk, "NotifyWebPaymentStarted", {}) == {"evseId": 1, "timeout": 300}
        web_payments.paid(payment, "psp-4711", {"maxCost": 20}, by="shop", now=now)
        start = told(talk, "RequestStartTransaction", {"status": "Accepted"})
        assert start["idToken"] == PSP
        web_payments.follow(now)
        begun = event("Started", 0, "RemoteStart", idToken=PSP, remoteStartId=start["remoteStartId"])
        answer = talk.call("TransactionEvent", begun)
        assert answer["idTokenInfo"]["status"] == "Accepted"
        assert answer["transactionLimit"] == {"maxCost": 20}
    payment.refresh_from_db()
    assert payment.state == WebPayment.State.STARTED


def test_who_has_paid_for_a_start_that_the_station_refuses_is_told_to_staff(station: Station, door: Door) -> None:
    """The money is taken, the energy is not."""
    now = timezone.now()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        payment = web_payments.begin(drained(), 1, 300, by="shop", now=now)
        told(talk, "NotifyWebPaymentStarted", {})
        web_payments.paid(payment, "psp-4711", {}, by="shop", now=now)
        told(talk, "RequestStartTransaction", {"status": "Rejected"})
        web_payments.follow(now)
        web_payments.follow(now)
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (WebPayment.State.FAILED, "Rejected")
    alert = Alert.objects.get(code="PAID-NOT-STARTED")
    assert (alert.count, alert.text) == (
        1, "web payment at CP1 EVSE 1: psp-4711 is paid, but nothing was started: Rejected",
    )  # fmt: skip


def test_a_wrong_password_is_none(station: Station) -> None:
    """TC_C_132_CSMS, TC_C_133_CSMS: nothing is started."""
    now = timezone.now()
    right = one_time.password(web_payments.secret(station), now, web_payments.SECONDS, web_payments.LENGTH)
    assert web_payments.password_holds(station, right, now)
    assert not web_payments.password_holds(station, right, now + timedelta(minutes=5))
    assert not web_payments.password_holds(station, "", now)
    assert not web_payments.password_holds(station, "A" * 8, now)
    assert not Call.objects.exists()


def test_one_pays_at_a_time_and_not_for_ever(station: Station, door: Door) -> None:
    now = timezone.now()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        here = drained()
        first = web_payments.begin(here, 1, 60, by="shop", now=now)
        with pytest.raises(web_payments.NotNow, match="already"):
            web_payments.begin(here, 1, 60, by="shop", now=now)
        later = now + timedelta(minutes=2)
        with pytest.raises(web_payments.NotNow, match="out of time"):
            web_payments.paid(first, "psp-1", {}, by="shop", now=later)
        second = web_payments.begin(here, 1, 60, by="shop", now=later)
        assert web_payments.cancel(second, "the card was refused", later)
        assert not web_payments.cancel(second, "again", later)
    first.refresh_from_db()
    assert first.state == WebPayment.State.EXPIRED


def test_a_limit_of_a_token_is_told_with_the_answer_to_its_start(station: Station, door: Door) -> None:
    """E16: maxEnergy, maxTime, maxSoC."""
    TransactionLimit.objects.create(token="04aabbcc", max_energy=20_000, max_soc=80, set_at=timezone.now())
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        answer = talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token()))
        assert answer["transactionLimit"] == {"maxEnergy": 20_000, "maxSoC": 80}
        again = talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token()))
        assert again["transactionLimit"] == answer["transactionLimit"]


@pytest.mark.parametrize(("choice", "stops"), [("leave", False), ("stop", True)])
def test_a_limit_that_staff_impose_goes_with_an_event_that_we_trigger_and_is_told_when_reached(
    station: Station, door: Door, choice: str, stops: bool
) -> None:
    decisions.choose("LIMIT-REACHED", choice)
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token()))
        drained()
        row = Transaction.objects.select_related("station__connection").get()
        transaction_limits.impose(row, {"maxCost": 5}, by="me")
        assert told(talk, "TriggerMessage", {"status": "Accepted"})["requestedMessage"] == "TransactionEvent"
        answer = talk.call("TransactionEvent", event("Updated", 1, "Trigger"))
        assert answer == {"transactionLimit": {"maxCost": 5}}
        assert talk.call("TransactionEvent", event("Updated", 2, "Trigger")) == {}  # told once
        assert talk.call("TransactionEvent", event("Updated", 3, "CostLimitReached")) == {}
        drained()
        if stops:
            assert told(talk, "RequestStopTransaction", {"status": "Accepted"}) == {"transactionId": "T1"}
    assert Transaction.objects.get().limit_reached == "CostLimitReached"
    assert Alert.objects.get(code="LIMIT-REACHED").text.endswith("CostLimitReached (maxCost 5)")


def battery(slot: int, serial: str, soc: float) -> dict[str, Any]:
    return {"evseId": slot, "serialNumber": serial, "soC": soc, "soH": 97.5}


def test_batteries_are_swapped_by_request(station: Station, door: Door) -> None:
    """TC_S_103_CSMS: in, out; not taken in time."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        row = battery_swaps.ask(drained(), IdToken("04AABBCC", "ISO14443"), by="me", now=timezone.now())
        assert told(talk, "RequestBatterySwap", {"status": "Accepted"}) == {
            "requestId": row.request_id, "idToken": id_token(),
        }  # fmt: skip
        swap = {"requestId": row.request_id, "idToken": id_token()}
        steps = [
            ("BatteryIn", [battery(1, "B1", 12.5)]),
            ("BatteryIn", [battery(1, "B1", 12.5)]),
            ("BatteryOut", [battery(2, "B2", 98)]),
        ]
        for kind, batteries in steps:
            assert talk.call("BatterySwap", {**swap, "eventType": kind, "batteryData": batteries}) == {}
        other = {"requestId": 9, "idToken": id_token(), "eventType": "BatteryOutTimeout"}
        assert talk.call("BatterySwap", {**other, "batteryData": [battery(3, "B3", 99)]}) == {}
        drained()
    row.refresh_from_db()
    assert (row.state, len(row.taken), row.charge) == ("done", 1, Decimal("85.5"))
    assert BatterySwap.objects.get(request_id=9).state == "timeout"
    assert "slot 3" in Alert.objects.get(code="BATTERY-NOT-TAKEN").text
    battery_swaps.settle(row, Decimal("4.50"), "by card", "me", timezone.now())
    assert BatterySwap.objects.get(pk=row.pk).amount == Decimal("4.50")


def test_a_swap_that_the_station_refuses_is_refused(station: Station, door: Door) -> None:
    """TC_S_102_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        row = battery_swaps.ask(drained(), IdToken("04AABBCC", "ISO14443"), by="me", now=timezone.now())
        told(talk, "RequestBatterySwap", {"status": "Rejected", "statusInfo": {"reasonCode": "NoBattery"}})
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "Rejected NoBattery")
