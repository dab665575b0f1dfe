"""What the writers of every version make payloads with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Called = tuple[str, dict[str, Any]]
"""(action, payload)."""


def present(**fields: Any) -> dict[str, Any]:
    """A payload of the fields that have something to say."""
    return {name: value for name, value in fields.items() if value is not None}


def amount(value: Decimal) -> int | float:
    """A figure as JSON writes it. Up to 15 digits a float prints as the same digits, so nothing is lost."""
    return int(value) if value == value.to_integral_value() else float(value)
