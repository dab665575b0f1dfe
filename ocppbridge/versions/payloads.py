"""What the writers of every version make payloads with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ocppbridge.charging.readings import number
from ocppbridge.rpc.errors import Code, SchemaFault

Called = tuple[str, dict[str, Any]]
"""(action, payload)."""


def present(**fields: Any) -> dict[str, Any]:
    """A payload of the fields that have something to say."""
    return {name: value for name, value in fields.items() if value is not None}


def amount(value: Decimal) -> int | float:
    """A figure as JSON writes it. Up to 15 digits a float prints as the same digits, so nothing is lost."""
    return int(value) if value == value.to_integral_value() else float(value)


def figure(value: Any) -> Decimal:
    """A figure of a station, exact as it was written."""
    read = number(value)
    if read is None:
        raise SchemaFault("not a figure of any use", Code.PROPERTY_CONSTRAINT)
    return read


def status_info(reason: str | None) -> dict[str, str] | None:
    """A StatusInfoType that says why."""
    return {"reasonCode": "NotOffered", "additionalInfo": reason[:512]} if reason else None
