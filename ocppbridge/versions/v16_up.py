"""OCPP 1.6: what a station says → the domain's messages.

Rule: connectorId n is EVSE n (OCP-01). Transaction ids are ours; zero and negative ones, which stations make up after
an offline start (field quirk 7), mean "none that we gave". Every reader takes what a lenient station may leave out or
overdo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.messages import (
    AuthorizeAsked,
    Beat,
    Booted,
    CertificateRequested,
    DataReceived,
    Ended,
    Message,
    Metered,
    SecurityEventSeen,
    Started,
    StateChanged,
)
from ocppbridge.charging.readings import ENERGY_IMPORT, Reading, Sample, Signed, normalised, number
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.versions import moments

Payload = Mapping[str, Any]


@lru_cache(1000)
def place(connector: int) -> Place:
    """Where a connectorId is."""
    return Place(connector, 1) if connector > 0 else STATION


def transaction(number: int | None) -> str | None:
    """A transaction id that we may have given, as text."""
    return str(number) if number is not None and number > 0 else None


def readings(values: Iterable[Payload] | None) -> tuple[Reading, ...]:
    """The meter values, normalised."""
    if not values:
        return ()
    return tuple(
        Reading(moments.read(value["timestamp"]), tuple(filter(None, map(_sample, value["sampledValue"]))))
        for value in values
    )


def _sample(sample: Payload) -> Sample | None:
    measurand = sample.get("measurand", ENERGY_IMPORT)
    context = sample.get("context", "Sample.Periodic")
    place = sample.get("phase"), sample.get("location")
    if sample.get("format") == "SignedData":  # field quirk 14: the text is the signed data, byte for byte
        return Sample(measurand, None, "", *place, context, Signed(sample["value"]))
    value = number(sample["value"])
    if value is None:
        return None
    measurand, value, unit = normalised(measurand, value, sample.get("unit"))
    return Sample(measurand, value, unit, *place, context)


def _wh(value: object) -> Decimal | None:
    return None if value is None else number(value)


def _boot(payload: Payload) -> Booted:
    return Booted(
        vendor=payload["chargePointVendor"],
        model=payload["chargePointModel"],
        serial_number=payload.get("chargePointSerialNumber") or None,
        firmware_version=payload.get("firmwareVersion") or None,
        iccid=payload.get("iccid") or None,
        imsi=payload.get("imsi") or None,
        box_serial_number=payload.get("chargeBoxSerialNumber") or None,
        meter_type=payload.get("meterType") or None,
        meter_serial_number=payload.get("meterSerialNumber") or None,
    )


def _status(payload: Payload) -> StateChanged:
    at = payload.get("timestamp")
    return StateChanged(
        place=place(payload["connectorId"]),
        state=payload["status"],
        at=moments.read(at) if at else None,
        error_code=payload["errorCode"],
        info=payload.get("info") or None,
        vendor_id=payload.get("vendorId") or None,
        vendor_error_code=payload.get("vendorErrorCode") or None,
    )


def _start(payload: Payload) -> Started:
    return Started(
        transaction=None,
        at=moments.read(payload["timestamp"]),
        place=place(payload["connectorId"]),
        token=IdToken(payload["idTag"]),
        reservation_id=payload.get("reservationId"),
        meter_start=_wh(payload.get("meterStart")),
    )


def _stop(payload: Payload) -> Ended:
    token = payload.get("idTag")
    return Ended(
        transaction=transaction(payload["transactionId"]),
        at=moments.read(payload["timestamp"]),
        token=IdToken(token) if token else None,
        readings=readings(payload.get("transactionData")),
        meter_stop=_wh(payload.get("meterStop")),
        reason=payload.get("reason", "Local"),  # 1.6 §7.37: left out only when it is Local
    )


def _meter(payload: Payload) -> Metered:
    return Metered(
        place=place(payload["connectorId"]),
        readings=readings(payload["meterValue"]),
        transaction=transaction(payload.get("transactionId")),
    )


UPS: Final[Mapping[str, Callable[[Payload], Message]]] = MappingProxyType(
    {
        "Authorize": lambda payload: AuthorizeAsked(IdToken(payload["idTag"])),
        "BootNotification": _boot,
        "DataTransfer": lambda payload: DataReceived(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        ),
        "Heartbeat": lambda payload: Beat(),
        "MeterValues": _meter,
        "SecurityEventNotification": lambda payload: SecurityEventSeen(
            payload["type"], moments.read(payload["timestamp"]), payload.get("techInfo")
        ),
        "SignCertificate": lambda payload: CertificateRequested(payload["csr"]),
        "StartTransaction": _start,
        "StatusNotification": _status,
        "StopTransaction": _stop,
    }
)
