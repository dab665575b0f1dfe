"""OCPP 2.0.1 and 2.1: what a station says → the domain's messages. 2.1 only adds fields, so one reader serves both.

Rule: JSON numbers become Decimal through their text, never by arithmetic on a float. Empty strings count as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    EventsSeen,
    Message,
    Metered,
    ReportPart,
    ReservationChanged,
    SecurityEventSeen,
    Started,
    StateChanged,
    Updated,
)
from ocppbridge.charging.readings import ENERGY_IMPORT, Reading, Sample, Signed, normalised, number
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.versions import moments, v2_smart, v2_upkeep, v21_v2x

Payload = Mapping[str, Any]


@lru_cache(1000)
def place(evse: int, connector: int | None) -> Place:
    """Where an evseId and connectorId are; connector 0 means the EVSE as a whole (field quirk 4)."""
    return Place(evse, connector or None) if evse > 0 else STATION


def token(payload: Payload) -> IdToken:
    """An IdTokenType."""
    additional = tuple((item["additionalIdToken"], item["type"]) for item in payload.get("additionalInfo", ()))
    return IdToken(payload["idToken"], payload["type"], additional)


def readings(values: Iterable[Payload] | None) -> tuple[Reading, ...]:
    """The meter values, normalised."""
    if not values:
        return ()
    return tuple(
        Reading(moments.read(value["timestamp"]), tuple(filter(None, map(_sample, value["sampledValue"]))))
        for value in values
    )


def _sample(sample: Payload) -> Sample | None:
    value, signed = number(sample["value"]), _signed(sample.get("signedMeterValue"))
    measurand, unit = sample.get("measurand", ENERGY_IMPORT), ""
    if value is not None:
        said = sample.get("unitOfMeasure", {})
        measurand, value, unit = normalised(measurand, value, said.get("unit"), said.get("multiplier", 0))
    elif signed is None:
        return None
    context = sample.get("context", "Sample.Periodic")
    return Sample(measurand, value, unit, sample.get("phase"), sample.get("location"), context, signed)


def _signed(payload: Payload | None) -> Signed | None:
    if payload is None:
        return None
    return Signed(
        data=payload["signedMeterData"],
        encoding=payload.get("encodingMethod"),
        method=payload.get("signingMethod"),
        public_key=payload.get("publicKey"),
    )


def _authorize(payload: Payload) -> AuthorizeAsked:
    return AuthorizeAsked(
        token(payload["idToken"]), payload.get("certificate"), tuple(payload.get("iso15118CertificateHashData", ()))
    )


def _boot(payload: Payload) -> Booted:
    station = payload["chargingStation"]
    modem = station.get("modem", {})
    return Booted(
        vendor=station["vendorName"],
        model=station["model"],
        serial_number=station.get("serialNumber") or None,
        firmware_version=station.get("firmwareVersion") or None,
        reason=payload["reason"],
        iccid=modem.get("iccid") or None,
        imsi=modem.get("imsi") or None,
    )


def _status(payload: Payload) -> StateChanged:
    return StateChanged(
        place=place(payload["evseId"], payload["connectorId"]),
        state=payload["connectorStatus"],
        at=moments.read(payload["timestamp"]),
    )


def _event(payload: Payload) -> Message:
    info, evse, identified = payload["transactionInfo"], payload.get("evse"), payload.get("idToken")
    event = _EVENTS[payload["eventType"]](
        transaction=info["transactionId"],
        at=moments.read(payload["timestamp"]),
        place=place(evse["id"], evse.get("connectorId")) if evse else None,
        token=token(identified) if identified else None,
        readings=readings(payload.get("meterValue")),
        seq_no=payload["seqNo"],
        trigger=payload["triggerReason"],
        charging_state=info.get("chargingState"),
        offline=payload.get("offline", False),
        remote_start_id=info.get("remoteStartId"),
        reservation_id=payload.get("reservationId"),
        phases_used=payload.get("numberOfPhasesUsed"),
        cable_max_current=payload.get("cableMaxCurrent"),
        seconds_charging=info.get("timeSpentCharging"),
        operation_mode=info.get("operationMode"),
        preconditioning=payload.get("preconditioningStatus"),
        evse_sleep=payload.get("evseSleep"),
        tariff_id=info.get("tariffId"),
        limits=info.get("transactionLimit", {}),
        cost=payload.get("costDetails", {}),
    )
    if isinstance(event, Ended):  # E06: stoppedReason is left out only when it is Local
        event.reason = info.get("stoppedReason", "Local")
    return event


_EVENTS: Final[Mapping[str, type[Started] | type[Updated] | type[Ended]]] = MappingProxyType(
    {"Started": Started, "Updated": Updated, "Ended": Ended}
)


def _report(payload: Payload) -> ReportPart:
    return ReportPart(
        request_id=payload["requestId"],
        seq_no=payload["seqNo"],
        at=moments.read(payload["generatedAt"]),
        last=not payload.get("tbc", False),
        entries=tuple(payload.get("reportData", ())),
    )


def _events(payload: Payload) -> EventsSeen:
    return EventsSeen(
        seq_no=payload["seqNo"],
        at=moments.read(payload["generatedAt"]),
        last=not payload.get("tbc", False),
        events=tuple(payload["eventData"]),
    )


UPS: Final[Mapping[str, Callable[[Payload], Message]]] = MappingProxyType(
    {
        **v2_smart.UPS,
        **v21_v2x.UPS_201,
        **v2_upkeep.UPS,
        "Authorize": _authorize,
        "BootNotification": _boot,
        "DataTransfer": lambda payload: DataReceived(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        ),
        "Heartbeat": lambda payload: Beat(),
        "MeterValues": lambda payload: Metered(place(payload["evseId"], None), readings(payload["meterValue"])),
        "NotifyEvent": _events,
        "NotifyReport": _report,
        "ReservationStatusUpdate": lambda payload: ReservationChanged(
            payload["reservationId"], payload["reservationUpdateStatus"]
        ),
        "SecurityEventNotification": lambda payload: SecurityEventSeen(
            payload["type"], moments.read(payload["timestamp"]), payload.get("techInfo")
        ),
        "SignCertificate": lambda payload: CertificateRequested(
            payload["csr"],
            payload.get("certificateType"),
            payload.get("requestId"),
            payload.get("hashRootCertificate"),
        ),
        "StatusNotification": _status,
        "TransactionEvent": _event,
    }
)
