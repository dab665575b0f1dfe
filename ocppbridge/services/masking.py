"""Secrets in frames and calls: one table of where they stand, masked before anything is stored (DESIGN: journal).

Both directions. URLs that stations are given for uploads and downloads keep host and path; user, password and query go.
A call of ours keeps its unmasked payload encrypted (`seal`) until it has settled.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import orjson
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

MASK: Final = "•••"
# Names of settings whose value is a secret, in any spelling that stations use, compared folded.
SECRET_SETTINGS: Final = frozenset(
    {"authorizationkey", "basicauthpassword", "password", "apnpassword", "vpnpassword", "simpin"}
)

Masker = Callable[[dict[str, Any]], dict[str, Any]]


def _url(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return MASK
    user = f"{MASK}@" if "@" in parts.netloc else ""
    return urlunsplit((parts.scheme, user + host, parts.path, MASK if parts.query else "", ""))


def _urls(*paths: str) -> Masker:
    """Mask the URLs at dotted paths."""

    def mask(payload: dict[str, Any]) -> dict[str, Any]:
        for path in paths:
            payload = _at(payload, path.split("."), _url)
        return payload

    return mask


def _at(value: Any, steps: list[str], change: Callable[[Any], Any]) -> Any:
    if not steps:
        return change(value)
    if not isinstance(value, dict) or steps[0] not in value:
        return value
    return {**value, steps[0]: _at(value[steps[0]], steps[1:], change)}


def _setting(key: str, value: str) -> Masker:
    """{key: "AuthorizationKey", value: …}"""

    def mask(payload: dict[str, Any]) -> dict[str, Any]:
        return _entry(payload, payload.get(key), value)

    return mask


def _entry(entry: dict[str, Any], name: Any, value: str) -> dict[str, Any]:
    if not isinstance(name, str) or name.casefold() not in SECRET_SETTINGS or value not in entry:
        return entry
    return {**entry, value: MASK}


def _each(field: str, change: Masker) -> Masker:
    """Mask every object of a list."""

    def mask(payload: dict[str, Any]) -> dict[str, Any]:
        entries = payload.get(field)
        if not isinstance(entries, list):
            return payload
        return {**payload, field: [change(entry) if isinstance(entry, dict) else entry for entry in entries]}

    return mask


def _variable(value: str) -> Masker:
    """{component: …, variable: {name: "BasicAuthPassword"}, <value>: …}"""

    def mask(entry: dict[str, Any]) -> dict[str, Any]:
        variable = entry.get("variable")
        return _entry(entry, variable.get("name") if isinstance(variable, dict) else None, value)

    return mask


def _reported(entry: dict[str, Any]) -> dict[str, Any]:
    """{variable: …, variableAttribute: [{value: …}]}"""
    variable = entry.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else None
    if not isinstance(name, str) or name.casefold() not in SECRET_SETTINGS:
        return entry
    return _each("variableAttribute", lambda one: {**one, "value": MASK} if "value" in one else one)(entry)


def _network(payload: dict[str, Any]) -> dict[str, Any]:
    for path in ("apn.apnPassword", "apn.simPin", "vpn.password", "vpn.key", "basicAuthPassword"):
        payload = _at(payload, ["connectionData", *path.split(".")], lambda _: MASK)
    return payload


REQUESTS: Final[Mapping[str, Masker]] = {
    "ChangeConfiguration": _setting("key", "value"),
    "SetVariables": _each("setVariableData", _variable("attributeValue")),
    "SetNetworkProfile": _network,
    "NotifyReport": _each("reportData", _reported),
    "GetDiagnostics": _urls("location"),
    "UpdateFirmware": _urls("location", "firmware.location"),
    "SignedUpdateFirmware": _urls("firmware.location"),
    "PublishFirmware": _urls("location"),
    "GetLog": _urls("log.remoteLocation"),
}
RESPONSES: Final[Mapping[str, Masker]] = {
    "GetConfiguration": _each("configurationKey", _setting("key", "value")),
    "GetVariables": _each("getVariableResult", _variable("attributeValue")),
    "SetVariables": _each("setVariableResult", _variable("attributeValue")),
}


def mask_request(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a call without its secrets; the very same object if there are none."""
    return _masked(REQUESTS.get(action), payload)


def mask_response(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of an answer without its secrets; the very same object if there are none."""
    return _masked(RESPONSES.get(action), payload)


def _masked(masker: Masker | None, payload: dict[str, Any]) -> dict[str, Any]:
    if masker is None:
        return payload
    masked = masker(payload)
    return payload if masked == payload else masked


def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it will stand on the wire, of JSON's own types only."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(payload, default=_number))
    return read


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no place in a payload")


def seal(payload: Mapping[str, Any]) -> str:
    """A payload as text that only this hub can read."""
    return _cipher().encrypt(orjson.dumps(plain(payload))).decode()


def unseal(text: str) -> dict[str, Any]:
    """What `seal` was given."""
    payload: dict[str, Any] = orjson.loads(_cipher().decrypt(text.encode()))
    return payload


@cache
def _cipher() -> MultiFernet:
    keys = [settings.SERVER_KEY, *getattr(settings, "SERVER_KEY_FALLBACKS", [])]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key[:32])) for key in keys])
