"""OCPP 2.0.1 and 2.1: our replies and intents → what a station understands.

Rule: these writers speak 2.1; a 2.0.1 dialect replaces the few that differ (`v201.py`). What the schema then refuses
is NotOffered, so a limit stands in one place: the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import intents, replies
from ocppbridge.charging.intents import NotOffered, Variable, When
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.versions import moments, profiles
from ocppbridge.versions.payloads import Called, amount, present, status_info
from ocppbridge.versions.v2_networks import network_21

# What a token is that came without a type: one that we, the central system, vouch for (C05).
_TYPELESS: Final = "Central"
_WHEN: Final = {When.NOW: "Immediate", When.IDLE: "OnIdle", When.RESUME: "ImmediateAndResume"}


def id_token(token: IdToken | None) -> dict[str, Any] | None:
    """An IdTokenType."""
    if token is None:
        return None
    additional = [{"additionalIdToken": value, "type": kind} for value, kind in token.additional]
    return present(idToken=token.value, type=token.type or _TYPELESS, additionalInfo=additional or None)


def evse(place: Place) -> dict[str, Any] | None:
    """An EVSEType; None for the station as a whole."""
    return None if place.is_station else present(id=place.evse, connectorId=place.connector)


# Replies


def id_token_info(authorization: replies.Authorization) -> dict[str, Any]:
    """IdTokenInfo."""
    expires = authorization.expires
    return present(
        status=authorization.status.value,
        cacheExpiryDateTime=moments.write(expires) if expires else None,
        chargingPriority=authorization.priority,
        groupIdToken=id_token(authorization.group),
        language1=authorization.language,
        personalMessage=message(authorization.message),
    )


def message(text: str | None) -> dict[str, str] | None:
    """A text for the station's display, within what both versions take."""
    return {"format": "UTF8", "content": text[:512]} if text else None


def authorized(reply: replies.Authorization) -> dict[str, Any]:
    """AuthorizeResponse, 2.1."""
    return authorized_201(reply) | present(
        allowedEnergyTransfer=list(reply.allowed_transfer) or None, tariff=reply.tariff
    )


def authorized_201(reply: replies.Authorization) -> dict[str, Any]:
    """AuthorizeResponse, 2.0.1."""
    return present(idTokenInfo=id_token_info(reply), certificateStatus=reply.certificate_status)


def event_taken(reply: replies.EventTaken) -> dict[str, Any]:
    """TransactionEventResponse, 2.1."""
    if reply is replies.TAKEN:
        return {}
    return event_taken_201(reply) | present(transactionLimit=reply.limits)


def event_taken_201(reply: replies.EventTaken) -> dict[str, Any]:
    """TransactionEventResponse, 2.0.1."""
    if reply is replies.TAKEN:
        return {}
    return present(
        idTokenInfo=id_token_info(reply.authorization) if reply.authorization else None,
        totalCost=None if reply.total_cost is None else amount(reply.total_cost),
        chargingPriority=reply.priority,
        updatedPersonalMessage=message(reply.message),
    )


def _verdict(reply: replies.Verdict) -> dict[str, Any]:
    return present(status="Accepted" if reply.accepted else "Rejected", statusInfo=status_info(reply.reason))


REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {
        replies.Acknowledged: lambda reply: {},
        replies.Authorization: authorized,
        replies.Clock: lambda reply: {"currentTime": moments.write(reply.now)},
        replies.DataTaken: lambda reply: present(status=reply.status.value, data=reply.data),
        replies.EventTaken: event_taken,
        replies.Registered: lambda reply: {
            "currentTime": moments.write(reply.now),
            "interval": reply.interval,
            "status": reply.status.value,
        },
        replies.Verdict: _verdict,
    }
)

# Intents


def _start(intent: intents.StartCharging) -> Called:
    return "RequestStartTransaction", present(
        remoteStartId=intent.remote_start_id,
        idToken=id_token(intent.token),
        evseId=intent.place.evse or None if intent.place else None,
        groupIdToken=id_token(intent.group),
        chargingProfile=profiles.profile_2(intent.profile) if intent.profile else None,
    )


def _unlock(intent: intents.Unlock) -> Called:
    if intent.place.is_station:
        raise NotOffered("an OCPP 2.x station unlocks one connector at a time")
    return "UnlockConnector", {"evseId": intent.place.evse, "connectorId": intent.place.connector or 1}


def _trigger(intent: intents.Trigger) -> Called:
    return "TriggerMessage", present(requestedMessage=intent.what, evse=evse(intent.place), customTrigger=intent.custom)


def component(variable: Variable) -> dict[str, Any]:
    """The component and variable of a setting; 2.x has no setting without a component."""
    if variable.component is None:
        raise NotOffered(f"an OCPP 2.x setting has a component, {variable.name} was named without one")
    return {
        "component": present(name=variable.component, instance=variable.component_instance, evse=evse(variable.place)),
        "variable": present(name=variable.name, instance=variable.instance),
    }


def _read(intent: intents.ReadVariables) -> Called:
    if not intent.variables:
        raise NotOffered("an OCPP 2.x station reports all its settings by ReportSettings")
    data = [component(variable) | present(attributeType=variable.attribute) for variable in intent.variables]
    return "GetVariables", {"getVariableData": data}


def _write(intent: intents.WriteVariables) -> Called:
    data = [
        component(variable) | present(attributeType=variable.attribute, attributeValue=value)
        for variable, value in intent.values
    ]
    return "SetVariables", {"setVariableData": data}


def _set(owner: str, name: str, value: str) -> Called:
    return _write(intents.WriteVariables(((Variable(name, owner), value),)))


def _report(intent: intents.ReportSome) -> Called:
    return "GetReport", present(
        requestId=intent.request_id,
        componentVariable=[component(variable) for variable in intent.variables] or None,
        componentCriteria=list(intent.criteria) or None,
    )


def _reserve(intent: intents.Reserve) -> Called:
    return "ReserveNow", present(
        id=intent.reservation_id,
        expiryDateTime=moments.write(intent.until),
        connectorType=intent.connector_type,
        idToken=id_token(intent.token),
        evseId=intent.place.evse or None if intent.place else None,
        groupIdToken=id_token(intent.group),
    )


def _list(intent: intents.SendList) -> Called:
    entries = [
        present(
            idToken=id_token(entry.token),
            idTokenInfo=id_token_info(entry.authorization) if entry.authorization else None,
        )
        for entry in intent.entries
    ]
    return "SendLocalList", present(
        versionNumber=intent.version,
        updateType="Full" if intent.full else "Differential",
        localAuthorizationList=entries or None,
    )


def _log(intent: intents.FetchLog) -> Called:
    log = present(
        remoteLocation=intent.location,
        oldestTimestamp=moments.write(intent.since) if intent.since else None,
        latestTimestamp=moments.write(intent.until) if intent.until else None,
    )
    return "GetLog", present(
        log=log,
        logType=intent.kind,
        requestId=intent.request_id,
        retries=intent.retries,
        retryInterval=intent.retry_interval,
    )


DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {
        **profiles.DOWNS_2,
        intents.AskListVersion: lambda intent: ("GetLocalListVersion", {}),
        intents.AskTransaction: lambda intent: (
            "GetTransactionStatus",
            present(transactionId=intent.transaction),
        ),
        intents.CancelReservation: lambda intent: ("CancelReservation", {"reservationId": intent.reservation_id}),
        intents.ChangeAvailability: lambda intent: (
            "ChangeAvailability",
            present(operationalStatus="Operative" if intent.operative else "Inoperative", evse=evse(intent.place)),
        ),
        intents.ChangePassword: lambda intent: _set("SecurityCtrlr", "BasicAuthPassword", intent.password),
        intents.ClearCache: lambda intent: ("ClearCache", {}),
        intents.DeleteCertificate: lambda intent: (
            "DeleteCertificate",
            {"certificateHashData": dict(intent.hashes)},
        ),
        intents.DeliverCertificate: lambda intent: (
            "CertificateSigned",
            present(
                certificateChain=intent.chain,
                certificateType=intent.certificate_type,
                requestId=intent.request_id,
            ),
        ),
        intents.FetchLog: _log,
        intents.InstallCertificate: lambda intent: (
            "InstallCertificate",
            {"certificateType": intent.use.value, "certificate": intent.certificate},
        ),
        intents.ListCertificates: lambda intent: (
            "GetInstalledCertificateIds",
            present(certificateType=[use.value for use in intent.uses] or None),
        ),
        intents.PreferNetworks: lambda intent: _set(
            "OCPPCommCtrlr", "NetworkConfigurationPriority", ",".join(map(str, intent.slots))
        ),
        intents.RaiseProfile: lambda intent: (
            "SetNetworkProfile",
            {
                "configurationSlot": intent.slot,
                "connectionData": {**intent.network, "securityProfile": intent.profile},
            },
        ),
        intents.ReadVariables: _read,
        intents.ReportSettings: lambda intent: (
            "GetBaseReport",
            {"requestId": intent.request_id, "reportBase": intent.inventory},
        ),
        intents.ReportSome: _report,
        intents.Reserve: _reserve,
        intents.Reset: lambda intent: ("Reset", present(type=_WHEN[intent.when], evseId=intent.evse)),
        intents.SendData: lambda intent: (
            "DataTransfer",
            present(vendorId=intent.vendor, messageId=intent.message, data=intent.data),
        ),
        intents.SendList: _list,
        intents.SetNetwork: network_21,
        intents.StartCharging: _start,
        intents.StopCharging: lambda intent: ("RequestStopTransaction", {"transactionId": intent.transaction}),
        intents.TellCost: lambda intent: (
            "CostUpdated",
            {"totalCost": amount(intent.total), "transactionId": intent.transaction},
        ),
        intents.Trigger: _trigger,
        intents.Unlock: _unlock,
        intents.WriteVariables: _write,
    }
)
