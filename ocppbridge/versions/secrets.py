"""Where secrets stand in the frames of every version, and how they are masked before anything is stored.

Rule: one table for both directions and all versions; what has no secret comes back as the very same object, so the
hot path pays one look-up. URLs keep scheme, host and path: user, password, query, and the keys of our own URLs go.
What a station tells of a customer is personal and never stored in clear. Payloads are masked whether valid or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

MASK: Final = "•••"
# How the secret part of a path of ours begins (services.files).
FILE_KEY: Final = "key-"
# A setting with one of these in its name holds a secret, whatever a vendor calls it: BasicAuthPassword, WiFiPassword…
_SECRET_WORDS: Final = (
    "password", "passwd", "passphrase", "secret", "authorizationkey", "privatekey", "apikey", "presharedkey", "simpin",
)  # fmt: skip

Change = Callable[[Any], Any]


def is_secret(setting: object) -> bool:
    """Whether a configuration key or variable of this name holds a secret."""
    name = "".join(filter(str.isalnum, setting)).casefold() if isinstance(setting, str) else ""
    return any(word in name for word in _SECRET_WORDS)


def mask_request(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a call without its secrets; the very same object if there are none."""
    return _masked(REQUESTS.get(action), payload)


def mask_response(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of an answer without its secrets; the very same object if there are none."""
    return _masked(RESPONSES.get(action), payload)


def _masked(changes: tuple[Change, ...] | None, payload: dict[str, Any]) -> dict[str, Any]:
    if changes is None:
        return payload
    masked = payload
    for change in changes:
        masked = change(masked)
    return payload if masked == payload else masked


def _at(path: str, change: Change) -> Change:
    """Change what stands at a dotted path; `*` means every element of a list."""
    step, _, rest = path.partition(".")
    inner = _at(rest, change) if rest else change

    def apply(value: Any) -> Any:
        if step == "*":
            return [inner(item) for item in value] if isinstance(value, list) else value
        return {**value, step: inner(value[step])} if isinstance(value, dict) and step in value else value

    return apply


def _hidden(value: Any) -> str:
    return MASK


def _url(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return MASK
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{MASK}@{host}" if user else host
    path = "/".join(MASK if part.startswith(FILE_KEY) else part for part in parts.path.split("/"))
    return urlunsplit((parts.scheme, netloc, path, MASK if parts.query else "", ""))


def masked_url(url: str) -> str:
    """The URL without its secrets."""
    return str(_url(url))


def _where(name: Callable[[dict[str, Any]], object], change: Change) -> Change:
    """Change an entry whose setting is a secret."""
    return lambda entry: change(entry) if isinstance(entry, dict) and is_secret(name(entry)) else entry


def _key(entry: dict[str, Any]) -> object:
    return entry.get("key")


def _variable(entry: dict[str, Any]) -> object:
    variable = entry.get("variable")
    return variable.get("name") if isinstance(variable, dict) else None


def _variables(field: str, value: str) -> Change:
    return _at(f"{field}.*", _where(_variable, _at(value, _hidden)))


REQUESTS: Final[Mapping[str, tuple[Change, ...]]] = MappingProxyType(
    {
        "ChangeConfiguration": (_where(_key, _at("value", _hidden)),),
        "CustomerInformation": (_at("customerIdentifier", _hidden),),
        "GetDiagnostics": (_at("location", _url),),
        "GetLog": (_at("log.remoteLocation", _url),),
        "NotifyCustomerInformation": (_at("data", _hidden),),
        "NotifyEvent": (_variables("eventData", "actualValue"),),
        "NotifyReport": (_variables("reportData", "variableAttribute.*.value"),),
        "NotifySettlement": (_at("receiptUrl", _url),),
        "PublishFirmware": (_at("location", _url),),
        "PublishFirmwareStatusNotification": (_at("location.*", _url),),
        "SetNetworkProfile": (
            _at("connectionData.apn.apnPassword", _hidden),
            _at("connectionData.apn.simPin", _hidden),
            _at("connectionData.basicAuthPassword", _hidden),
            _at("connectionData.ocppCsmsUrl", _url),
            _at("connectionData.vpn.key", _hidden),
            _at("connectionData.vpn.password", _hidden),
        ),
        "SetVariables": (_variables("setVariableData", "attributeValue"),),
        "SignedUpdateFirmware": (_at("firmware.location", _url),),
        "UpdateFirmware": (_at("location", _url), _at("firmware.location", _url)),
    }
)
RESPONSES: Final[Mapping[str, tuple[Change, ...]]] = MappingProxyType(
    {
        "GetConfiguration": (_at("configurationKey.*", _where(_key, _at("value", _hidden))),),
        "GetVariables": (_variables("getVariableResult", "attributeValue"),),
        "NotifySettlement": (_at("receiptUrl", _url),),
        # A vendor may repeat the value that was set.
        "SetVariables": (_variables("setVariableResult", "attributeValue"),),
    }
)
