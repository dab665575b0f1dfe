"""The name of a setting as one text, and what OCPP 1.6's configuration keys are called in 2.x (and back).

    HeartbeatInterval                                a configuration key
    OCPPCommCtrlr.HeartbeatInterval                  component and variable
    DeviceDataCtrlr.ItemsPerMessage[GetVariables]    with an instance
    Connector@1.2.AvailabilityState#Target           at EVSE 1, connector 2; another attribute than Actual

Rule: what has a counterpart is one setting, so that one template serves stations of every version.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from ocppbridge.charging.setting_intents import Variable
from ocppbridge.charging.tokens import STATION, Place

_TEXT: Final = re.compile(
    r"(?P<component>[^.\[\]@#]+)(\[(?P<component_instance>[^\]]+)\])?(@(?P<evse>\d{1,9})(\.(?P<connector>\d{1,9}))?)?"
    r"\.(?P<name>[^.\[\]@#]+)(\[(?P<instance>[^\]]+)\])?(#(?P<attribute>Actual|Target|MinSet|MaxSet))?"
)

# 1.6 key → 2.x component, variable, instance (OCPP 2.0.1 part 2, appendix of referenced components and variables).
_KEYS: Final[dict[str, tuple[str, str] | tuple[str, str, str]]] = {
    "AllowOfflineTxForUnknownId": ("AuthCtrlr", "OfflineTxForUnknownIdEnabled"),
    "AuthorizationCacheEnabled": ("AuthCacheCtrlr", "Enabled"),
    "AuthorizationKey": ("SecurityCtrlr", "BasicAuthPassword"),
    "AuthorizeRemoteTxRequests": ("AuthCtrlr", "AuthorizeRemoteStart"),
    "ClockAlignedDataInterval": ("AlignedDataCtrlr", "Interval"),
    "ConnectionTimeOut": ("TxCtrlr", "EVConnectionTimeOut"),
    "CpoName": ("SecurityCtrlr", "OrganizationName"),
    "GetConfigurationMaxKeys": ("DeviceDataCtrlr", "ItemsPerMessage", "GetVariables"),
    "HeartbeatInterval": ("OCPPCommCtrlr", "HeartbeatInterval"),
    "LocalAuthListEnabled": ("LocalAuthListCtrlr", "Enabled"),
    "LocalAuthorizeOffline": ("AuthCtrlr", "LocalAuthorizeOffline"),
    "LocalPreAuthorize": ("AuthCtrlr", "LocalPreAuthorize"),
    "MaxEnergyOnInvalidId": ("TxCtrlr", "MaxEnergyOnInvalidId"),
    "MeterValueSampleInterval": ("SampledDataCtrlr", "TxUpdatedInterval"),
    "MeterValuesAlignedData": ("AlignedDataCtrlr", "Measurands"),
    "MeterValuesSampledData": ("SampledDataCtrlr", "TxUpdatedMeasurands"),
    "ResetRetries": ("OCPPCommCtrlr", "ResetRetries"),
    "SecurityProfile": ("SecurityCtrlr", "SecurityProfile"),
    "SendLocalListMaxLength": ("LocalAuthListCtrlr", "ItemsPerMessage"),
    "StopTransactionOnEVSideDisconnect": ("TxCtrlr", "StopTxOnEVSideDisconnect"),
    "StopTransactionOnInvalidId": ("TxCtrlr", "StopTxOnInvalidId"),
    "StopTxnAlignedData": ("AlignedDataCtrlr", "TxEndedMeasurands"),
    "StopTxnSampledData": ("SampledDataCtrlr", "TxEndedMeasurands"),
    "TransactionMessageAttempts": ("OCPPCommCtrlr", "MessageAttempts", "TransactionEvent"),
    "TransactionMessageRetryInterval": ("OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent"),
    "UnlockConnectorOnEVSideDisconnect": ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"),
    "WebSocketPingInterval": ("OCPPCommCtrlr", "WebSocketPingInterval"),
}
TO_2: Final = MappingProxyType(
    {key: Variable(names[1], names[0], names[2] if len(names) > 2 else None) for key, names in _KEYS.items()}
)
TO_KEY: Final = MappingProxyType({variable: key for key, variable in TO_2.items()})


def for_version(variable: Variable, version: str) -> Variable | None:
    """The setting as a station of that version calls it; None if it has no such thing."""
    if version == "1.6":
        if variable.component is None:
            return variable
        key = TO_KEY.get(variable)
        return Variable(key) if key else None
    return variable if variable.component is not None else TO_2.get(variable.name)


def text(variable: Variable) -> str:
    """Its name as one text."""
    name = _with(variable.name, variable.instance)
    if variable.component is not None:
        place = variable.place
        at = "" if place.is_station else f"@{place.evse}" + (f".{place.connector}" if place.connector else "")
        name = f"{_with(variable.component, variable.component_instance)}{at}.{name}"
    return f"{name}#{variable.attribute}" if variable.attribute else name


def named(name: str) -> Variable:
    """The setting of that name; what has not the form of component and variable is a configuration key."""
    found = _TEXT.fullmatch(name.strip())
    if found is None:
        return Variable(name.strip())
    evse, connector, attribute = found["evse"], found["connector"], found["attribute"]
    return Variable(
        name=found["name"],
        component=found["component"],
        instance=found["instance"],
        component_instance=found["component_instance"],
        place=Place(int(evse), int(connector) if connector else None) if evse else STATION,
        attribute=attribute if attribute != "Actual" else None,
    )


def _with(name: str, instance: str | None) -> str:
    return f"{name}[{instance}]" if instance else name
