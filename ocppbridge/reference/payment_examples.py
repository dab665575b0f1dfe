"""Worked examples of tariffs on stations (block I), of contracts of vehicles (block M) and of payments."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from ocppbridge.bridge.tariff_words import translated
from ocppbridge.charging.costing import Span, cost, details
from ocppbridge.reference.conversations import DOWN, UP, Shown, example

START: Final = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
TOKEN: Final = {"idToken": "04AABBCC", "type": "ISO14443"}
EMAID: Final = {"idToken": "DE8AACA2B3C4D51", "type": "eMAID"}
PAID: Final = {"idToken": "psp-4711", "type": "DirectPayment"}
HASHES: Final = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "7e1c6a6be2a3f0a5c1b2d3e4f5061728394a5b6c7d8e9f00112233445566778a",
    "issuerKeyHash": "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "serialNumber": "2a",
}
OCPI: Final[dict[str, Any]] = {
    "id": "EVENING",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [{"type": "ENERGY", "price": Decimal("0.40"), "vat": Decimal(21), "step_size": 0}],
            "restrictions": {"start_time": "18:00", "end_time": "22:00"},
        },
        {
            "price_components": [
                {"type": "ENERGY", "price": Decimal("0.30"), "vat": Decimal(21), "step_size": 0},
                {"type": "PARKING_TIME", "price": Decimal("6.00"), "vat": Decimal(21), "step_size": 0},
            ]
        },
    ],
}


def _tariff() -> dict[str, Any]:
    said = translated(OCPI).tariff
    return dict(said or {})


@example("tariff", "An OCPI tariff on a station, and what the station makes of it", "2.1 I07, I12")
def tariff() -> Iterator[Shown]:
    """Half an hour before the evening price, half an hour in it, ten minutes parked."""
    said = _tariff()
    ocpi = json.dumps(OCPI["elements"], default=float)
    yield Shown(
        DOWN, "SetDefaultTariff", {"evseId": 1, "tariff": said},
        f"from the OCPI elements {ocpi}: per dimension, in the same order; an hour's price by the minute; the id"
        " ends in a digest of the content",
    )  # fmt: skip
    yield Shown(DOWN, "SetDefaultTariff", {"status": "Accepted"}, "held from now on", answer=True)
    half, wh = Fraction(1800), Fraction(5500)
    spans = [
        Span(START, half, wh),
        Span(START + timedelta(minutes=30), half, wh),
        Span(START + timedelta(minutes=60), Fraction(600), idle=True),
    ]
    made = details(cost(said, spans, UTC), said, START)
    event = {
        "eventType": "Ended", "timestamp": "2026-11-21T18:40:00Z", "triggerReason": "EVDeparted", "seqNo": 9,
        "transactionInfo": {"transactionId": "T1", "stoppedReason": "EVDisconnected"}, "costDetails": made,
    }  # fmt: skip
    why = "5.5 kWh × 0.30 + 5.5 kWh × 0.40 + 10 min × 0.10, each + 21 %: compared with the bill when the CDR is made"
    yield Shown(UP, "TransactionEvent", event, why)
    held = [{"tariffId": said["tariffId"], "tariffKind": "DefaultTariff", "evseIds": [1]}]
    yield Shown(DOWN, "GetTariffs", {"evseId": 0}, "asked after every reconnect")
    yield Shown(
        DOWN, "GetTariffs", {"status": "Accepted", "tariffAssignments": held}, "another id is drift", answer=True
    )


@example("driver tariff", "A driver whose eMSP pays another tariff", "2.1 I08, I11; OCPI agreements")
def driver_tariff() -> Iterator[Shown]:
    """The agreement names a substitute."""
    said = _tariff()
    yield Shown(UP, "Authorize", {"idToken": TOKEN}, "no EVSE is named: the tariff must be the driver's at all of them")
    answer = {"idTokenInfo": {"status": "Accepted"}, "tariff": said}
    yield Shown(UP, "Authorize", answer, "left out where everybody's tariff holds", answer=True)
    change = {"transactionId": "T1", "tariff": said}
    yield Shown(DOWN, "ChangeTransactionTariff", change, "charging preferences have switched the session (TAR-28)")
    yield Shown(DOWN, "ChangeTransactionTariff", {"status": "Accepted"}, "else its sums will differ", answer=True)


@example("contract", "A vehicle gets a contract and charges by it", "2.x M01, M06, C07; ISO 15118")
def contract() -> Iterator[Shown]:
    """Hash data only: the station has checked the signatures."""
    asked = {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": "Install", "exiRequest": "gJgBAA=="}
    yield Shown(UP, "Get15118EVCertificate", asked, "EXI that only the provider reads (EV_CERTIFICATES)")
    yield Shown(
        UP, "Get15118EVCertificate", {"status": "Accepted", "exiResponse": "gJgCAA=="}, "his answer", answer=True
    )
    request = {**HASHES, "responderURL": "http://ocsp.example/"}
    yield Shown(UP, "GetCertificateStatus", {"ocspRequestData": request}, "asked at public addresses only (S41)")
    told = {"status": "Accepted", "ocspResult": b64encode(b"the responder's answer, DER").decode()}
    yield Shown(UP, "GetCertificateStatus", told, "as the responder signed it; kept until its nextUpdate", answer=True)
    shown = {"idToken": EMAID, "iso15118CertificateHashData": [request]}
    yield Shown(UP, "Authorize", shown, "the eMAID is the OCPI contract_id")
    answer = {"idTokenInfo": {"status": "Accepted"}, "certificateStatus": "Accepted"}
    yield Shown(UP, "Authorize", answer, "CertificateRevoked and Invalid if the responder says so", answer=True)


@example("web payment", "A driver scans the code on the station and pays", "2.1 C25, E16, C18")
def web_payment() -> Iterator[Shown]:
    """The page is the operator's; it tells the Operator API."""
    yield Shown(DOWN, "NotifyWebPaymentStarted", {"evseId": 1, "timeout": 300}, "POST /api/v1/web-payments/: held")
    start = {"remoteStartId": 5, "idToken": PAID, "evseId": 1}
    yield Shown(DOWN, "RequestStartTransaction", start, "…/paid/: the provider's reference is the token")
    event = {
        "eventType": "Started", "timestamp": "2026-11-21T17:30:00Z", "triggerReason": "RemoteStart", "seqNo": 0,
        "transactionInfo": {"transactionId": "T1", "remoteStartId": 5}, "idToken": PAID,
    }  # fmt: skip
    yield Shown(UP, "TransactionEvent", event, "it names our request")
    answer = {"idTokenInfo": {"status": "Accepted"}, "transactionLimit": {"maxCost": 20}}
    yield Shown(UP, "TransactionEvent", answer, "no further than was paid for", answer=True)
    settled = {
        "pspRef": "psp-4711", "status": "Settled", "settlementAmount": 5.38, "transactionId": "T1",
        "settlementTime": "2026-11-21T18:41:00Z",
    }  # fmt: skip
    yield Shown(UP, "NotifySettlement", settled, "once, whatever is repeated")
    receipt = {"receiptId": "R00000001", "receiptUrl": "https://hub.example/receipts/5f0c…"}
    yield Shown(UP, "NotifySettlement", receipt, "the station shows it as a code", answer=True)


@example("battery swap", "A driver leaves a weak battery and takes a full one", "2.1 S01, S03")
def battery_swap() -> Iterator[Shown]:
    """Asked by staff, settled by staff."""
    yield Shown(DOWN, "RequestBatterySwap", {"requestId": 7, "idToken": TOKEN}, "the id ties the events together")
    for kind, slot, charge in (("BatteryIn", 1, 12), ("BatteryOut", 2, 98)):
        battery = {"evseId": slot, "serialNumber": f"B{slot}", "soC": charge, "soH": 96}
        said = {"eventType": kind, "requestId": 7, "idToken": TOKEN, "batteryData": [battery]}
        yield Shown(UP, "BatterySwap", said, "86 points more in all" if kind == "BatteryOut" else "at slot 1")
