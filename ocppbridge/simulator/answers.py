"""Answers that the versions give in nearly the same way: lists, reservations, reports, certificates, files.

A table by action; `old` says whether 1.6 is spoken. What goes on after the answer (a report, an upload) is put on the
station's agenda.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ocppbridge.simulator import certificates, displays, files, lists, monitors, power, reports, reserving
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

Answer = Callable[["Station", Payload, datetime], Payload]


def _accept(station: Station, asked: Payload, now: datetime) -> Payload:
    return {"status": "Accepted"}


def _status(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetTransactionStatus (E14)."""
    queued = {"messagesInQueue": not station.wire.idle}
    if "transactionId" not in asked:
        return queued
    return queued | {"ongoingIndicator": station.find_charge(asked["transactionId"]) is not None}


def _cost(station: Station, asked: Payload, now: datetime) -> Payload:
    """What the driver sees on the display (I02)."""
    station.note("cost_shown", now, transaction_id=asked["transactionId"], cost=asked["totalCost"])
    return {}


def _data(station: Station, asked: Payload, now: datetime) -> Payload:
    return {"status": "UnknownVendorId"}


ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        **power.ANSWERS,
        "ClearCache": _accept,
        "SetNetworkProfile": _accept,
        "GetTransactionStatus": _status,
        "CostUpdated": _cost,
        "DataTransfer": _data,
        "GetLocalListVersion": lists.tell_version,
        "SendLocalList": lists.take,
        "ReserveNow": reserving.reserve,
        "CancelReservation": reserving.cancel,
        "GetBaseReport": reports.report_all,
        "GetReport": reports.report_some,
        "InstallCertificate": certificates.install,
        "DeleteCertificate": certificates.delete,
        "GetInstalledCertificateIds": certificates.tell,
        "CertificateSigned": certificates.take_signed,
        "GetLog": files.upload_log,
        "GetDiagnostics": files.upload_diagnostics,
        "UpdateFirmware": files.update,
        "SignedUpdateFirmware": files.update,
        "PublishFirmware": files.publish,
        "UnpublishFirmware": files.unpublish,
        "SetVariableMonitoring": monitors.set_some,
        "ClearVariableMonitoring": monitors.clear,
        "GetMonitoringReport": monitors.report,
        "SetMonitoringBase": monitors.set_base,
        "SetMonitoringLevel": monitors.set_level,
        "AdjustPeriodicEventStream": monitors.adjust,
        "GetPeriodicEventStream": monitors.list_streams,
        "CustomerInformation": monitors.tell_customer,
        "SetDisplayMessage": displays.show,
        "GetDisplayMessages": displays.report,
        "ClearDisplayMessage": displays.hide,
    }
)


def answered(station: Station, action: str, asked: Payload, now: datetime) -> Payload | None:
    """The answer; None for what this station does not know, or what its version has not."""
    if action == "ExtendedTriggerMessage":
        return station.answer("TriggerMessage", asked, now)
    known = ANSWERS.get(action)
    return known(station, asked, now) if known is not None else None


def triggered(station: Station, what: str, now: datetime) -> Payload:
    """Messages that the versions trigger alike."""
    match what:
        case "SignChargingStationCertificate" | "SignChargePointCertificate":
            certificates.ask_for_one(station)
        case "LogStatusNotification":
            station.wire.ask("LogStatusNotification", {"status": "Idle"})
        case "FirmwareStatusNotification":
            station.wire.ask("FirmwareStatusNotification", {"status": "Idle"})
        case "DiagnosticsStatusNotification":
            station.wire.ask("DiagnosticsStatusNotification", {"status": "Idle"})
        case _:
            return {"status": "NotImplemented"}
    return {"status": "Accepted"}
