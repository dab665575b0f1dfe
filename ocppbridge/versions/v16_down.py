"""OCPP 1.6: our replies and intents → what a station understands, and what its answers mean.

Rule: an idTag has at most 20 characters, so a longer token cannot be used on a 1.6 station at all (OCP-05):
NotOffered, which OCPI hears as NOT_SUPPORTED. What is merely lost stands in `v16_loss.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import intents, replies
from ocppbridge.charging.intents import CertificateUse, NotOffered, When
from ocppbridge.charging.replies import AuthorizationStatus
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.versions import moments, profiles
from ocppbridge.versions.payloads import Called, present

MAX_ID_TAG: Final = 20

_STATUS_16: Final = {
    AuthorizationStatus.NO_CREDIT: "Blocked",
    AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE: "Invalid",
    AuthorizationStatus.NOT_AT_THIS_LOCATION: "Invalid",
    AuthorizationStatus.NOT_AT_THIS_TIME: "Invalid",
    AuthorizationStatus.UNKNOWN: "Invalid",
}
_USES: Final = {
    CertificateUse.CSMS: "CentralSystemRootCertificate",
    CertificateUse.MANUFACTURER: "ManufacturerRootCertificate",
}
_TRIGGERS: Final = {
    "BootNotification": ("TriggerMessage", "BootNotification"),
    "DiagnosticsStatusNotification": ("TriggerMessage", "DiagnosticsStatusNotification"),
    "FirmwareStatusNotification": ("TriggerMessage", "FirmwareStatusNotification"),
    "Heartbeat": ("TriggerMessage", "Heartbeat"),
    "MeterValues": ("TriggerMessage", "MeterValues"),
    "StatusNotification": ("TriggerMessage", "StatusNotification"),
    "LogStatusNotification": ("ExtendedTriggerMessage", "LogStatusNotification"),
    "SignChargingStationCertificate": ("ExtendedTriggerMessage", "SignChargePointCertificate"),
}


# Replies


def id_tag_info(authorization: replies.Authorization) -> dict[str, Any]:
    """idTagInfo: a group that is too long for a parentIdTag is left out, the verdict stands."""
    group = authorization.group
    status = _STATUS_16.get(authorization.status, authorization.status.value)
    expires = authorization.expires
    return present(
        status=status,
        expiryDate=moments.write(expires) if expires else None,
        parentIdTag=group.value if group and len(group.value) <= MAX_ID_TAG else None,
    )


def _event_taken(reply: replies.EventTaken) -> dict[str, Any]:
    return {"idTagInfo": id_tag_info(reply.authorization)} if reply.authorization else {}


def _data_taken(reply: replies.DataTaken) -> dict[str, Any]:
    return present(status=reply.status.value, data=as_text(reply.data))


def as_text(data: Any) -> str | None:
    """1.6 carries text only; anything else travels as JSON in it."""
    return data if data is None or isinstance(data, str) else json.dumps(data, separators=(",", ":"))


REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {
        replies.Acknowledged: lambda reply: {},
        replies.Authorization: lambda reply: {"idTagInfo": id_tag_info(reply)},
        replies.Clock: lambda reply: {"currentTime": moments.write(reply.now)},
        replies.DataTaken: _data_taken,
        replies.EventTaken: _event_taken,
        replies.Registered: lambda reply: {
            "status": reply.status.value,
            "currentTime": moments.write(reply.now),
            "interval": reply.interval,
        },
        replies.StartTaken: lambda reply: {
            "transactionId": reply.transaction,
            "idTagInfo": id_tag_info(reply.authorization),
        },
        replies.Verdict: lambda reply: {"status": "Accepted" if reply.accepted else "Rejected"},
    }
)

# Intents


def id_tag(token: IdToken) -> str:
    """The token as an idTag."""
    if len(token.value) > MAX_ID_TAG:
        raise NotOffered(f"an OCPP 1.6 idTag has at most {MAX_ID_TAG} characters")
    return token.value


def connector(place: Place) -> int:
    """The connectorId of an EVSE that has only connector 1."""
    if place.connector not in (None, 1):
        raise NotOffered("an OCPP 1.6 connector is an EVSE of its own")
    return place.evse


def _start(intent: intents.StartCharging) -> Called:
    where = connector(intent.place) if intent.place else 0
    return "RemoteStartTransaction", present(
        idTag=id_tag(intent.token), connectorId=where or None,
        chargingProfile=profiles.profile_16(intent.profile) if intent.profile else None,
    )  # fmt: skip


def _stop(intent: intents.StopCharging) -> Called:
    if not intent.transaction.isdecimal():
        raise NotOffered("an OCPP 1.6 transaction id is a number")
    return "RemoteStopTransaction", {"transactionId": int(intent.transaction)}


def _unlock(intent: intents.Unlock) -> Called:
    if intent.place.is_station:
        raise NotOffered("an OCPP 1.6 station unlocks one connector at a time")
    return "UnlockConnector", {"connectorId": connector(intent.place)}


def _reset(intent: intents.Reset) -> Called:
    if intent.evse:
        raise NotOffered("an OCPP 1.6 station is reset as a whole")
    if intent.when is When.RESUME:
        raise NotOffered("an OCPP 1.6 station does not resume transactions")
    return "Reset", {"type": "Hard" if intent.when is When.NOW else "Soft"}


def _trigger(intent: intents.Trigger) -> Called:
    if intent.what not in _TRIGGERS:
        raise NotOffered(f"an OCPP 1.6 station cannot be triggered to send {intent.what}")
    action, message = _TRIGGERS[intent.what]
    return action, present(requestedMessage=message, connectorId=connector(intent.place) or None)


def _availability(intent: intents.ChangeAvailability) -> Called:
    kind = "Operative" if intent.operative else "Inoperative"
    return "ChangeAvailability", {"connectorId": connector(intent.place), "type": kind}


def _read(intent: intents.ReadVariables) -> Called:
    keys = [variable.name for variable in intent.variables]
    return "GetConfiguration", {"key": keys} if keys else {}  # TC_019_1: all keys are asked for by naming none


def _write(intent: intents.WriteVariables) -> Called:
    if len(intent.values) != 1:
        raise NotOffered("an OCPP 1.6 station takes one setting at a time")
    ((variable, value),) = intent.values
    return "ChangeConfiguration", {"key": variable.name, "value": value}


def _reserve(intent: intents.Reserve) -> Called:
    if intent.connector_type:
        raise NotOffered("an OCPP 1.6 station does not reserve by connector type")
    return "ReserveNow", present(
        connectorId=connector(intent.place) if intent.place else 0,
        expiryDate=moments.write(intent.until),
        idTag=id_tag(intent.token),
        parentIdTag=id_tag(intent.group) if intent.group else None,
        reservationId=intent.reservation_id,
    )


def _list(intent: intents.SendList) -> Called:
    entries = [
        present(idTag=id_tag(entry.token), idTagInfo=id_tag_info(entry.authorization) if entry.authorization else None)
        for entry in intent.entries
    ]
    return "SendLocalList", present(
        listVersion=intent.version,
        updateType="Full" if intent.full else "Differential",
        localAuthorizationList=entries or None,
    )


def _use(use: CertificateUse) -> str:
    if use not in _USES:
        raise NotOffered(f"an OCPP 1.6 station has no {use.value}")
    return _USES[use]


def _certificates(intent: intents.ListCertificates) -> Called:
    if len(intent.uses) != 1:
        raise NotOffered("an OCPP 1.6 station lists the certificates of one use at a time")
    return "GetInstalledCertificateIds", {"certificateType": _use(intent.uses[0])}


def _log(intent: intents.FetchLog) -> Called:
    since = moments.write(intent.since) if intent.since else None
    until = moments.write(intent.until) if intent.until else None
    again = present(retries=intent.retries, retryInterval=intent.retry_interval)
    if intent.kind == "DiagnosticsLog":  # every 1.6 station has GetDiagnostics, GetLog came with the security extension
        return "GetDiagnostics", present(location=intent.location, startTime=since, stopTime=until) | again
    log = present(remoteLocation=intent.location, oldestTimestamp=since, latestTimestamp=until)
    return "GetLog", {"logType": intent.kind, "requestId": intent.request_id, "log": log} | again


DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {
        **profiles.downs_16(connector),
        intents.AskListVersion: lambda intent: ("GetLocalListVersion", {}),
        intents.CancelReservation: lambda intent: ("CancelReservation", {"reservationId": intent.reservation_id}),
        intents.ChangeAvailability: _availability,
        intents.ChangePassword: lambda intent: (
            "ChangeConfiguration",
            {"key": "AuthorizationKey", "value": intent.password},
        ),
        intents.ClearCache: lambda intent: ("ClearCache", {}),
        intents.DeleteCertificate: lambda intent: (
            "DeleteCertificate",
            {"certificateHashData": dict(intent.hashes)},
        ),
        intents.DeliverCertificate: lambda intent: ("CertificateSigned", {"certificateChain": intent.chain}),
        intents.FetchLog: _log,
        intents.InstallCertificate: lambda intent: (
            "InstallCertificate",
            {"certificateType": _use(intent.use), "certificate": intent.certificate},
        ),
        intents.ListCertificates: _certificates,
        intents.RaiseProfile: lambda intent: (
            "ChangeConfiguration",
            {"key": "SecurityProfile", "value": str(intent.profile)},
        ),
        intents.ReadVariables: _read,
        intents.Reserve: _reserve,
        intents.Reset: _reset,
        intents.SendData: lambda intent: (
            "DataTransfer",
            present(vendorId=intent.vendor, messageId=intent.message, data=as_text(intent.data)),
        ),
        intents.SendList: _list,
        intents.StartCharging: _start,
        intents.StopCharging: _stop,
        intents.Trigger: _trigger,
        intents.Unlock: _unlock,
        intents.WriteVariables: _write,
    }
)
