"""What this eMSP knows of OCPI 2.2.1: the token header, and which fields an object must have. From the specification's
tables, on purpose not from `roaming`: a mistake there must not be repeated here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")

VERSION = "2.2.1"
# The class tables of the modules: fields of cardinality 1 and +.
REQUIRED: dict[str, Sequence[str]] = {
    "locations": (
        "country_code", "party_id", "id", "publish", "address", "city", "country", "coordinates", "time_zone",
        "last_updated",
    ),
    "evses": ("uid", "status", "connectors", "last_updated"),
    "connectors": ("id", "standard", "format", "power_type", "max_voltage", "max_amperage", "last_updated"),
    "sessions": (
        "country_code", "party_id", "id", "start_date_time", "kwh", "cdr_token", "auth_method", "location_id",
        "evse_uid", "connector_id", "currency", "status", "last_updated",
    ),
    "cdrs": (
        "country_code", "party_id", "id", "start_date_time", "end_date_time", "cdr_token", "auth_method",
        "cdr_location", "currency", "charging_periods", "total_cost", "total_energy", "total_time", "last_updated",
    ),
    "cdr_location": (
        "id", "address", "city", "country", "coordinates", "evse_uid", "evse_id", "connector_id",
        "connector_standard", "connector_format", "connector_power_type",
    ),
    "cdr_token": ("country_code", "party_id", "uid", "type", "contract_id"),
    "tariffs": ("country_code", "party_id", "id", "currency", "elements", "last_updated"),
    "command_result": ("result",),
    "clientinfo": ("party_id", "country_code", "role", "status", "last_updated"),
    "credentials": ("token", "url", "roles"),
}  # fmt: skip
_DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z?$")


def header(token: str) -> str:
    """AUT-02: Base64 of the token's bytes."""
    return "Token " + base64.b64encode(token.encode()).decode()


def presented(authorization: str) -> str:
    """The token inside an Authorization header; empty if it is none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme != "Token":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""


def loads(text: str | bytes) -> Any:
    """JSON whose fractions stay exact."""
    return _DECODER.decode(text)


def dumps(found: Any) -> str:
    return _ENCODER.encode(found).decode()


def stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def complaints(kind: str, found: Mapping[str, Any]) -> list[str]:
    """What is wrong with an object that somebody sent us; empty if nothing is."""
    wrong = [f"{kind}.{name} is missing" for name in REQUIRED[kind] if found.get(name) in (None, "", [], {})]
    for name, value in found.items():
        if (name == "last_updated" or name.endswith("date_time")) and not _DATE_TIME.match(str(value)):
            wrong.append(f"{kind}.{name} is no DateTime: {value}")
    for name in ("cdr_token", "cdr_location"):
        if isinstance(found.get(name), Mapping):
            wrong += complaints(name, found[name])
    for inner, singular in (("evses", "evses"), ("connectors", "connectors")):
        for item in found.get(inner) or []:
            wrong += complaints(singular, item)
    for period in found.get("charging_periods") or []:
        if not period.get("dimensions"):
            wrong.append(f"{kind}.charging_periods without dimensions (CDR-15)")
    return wrong
