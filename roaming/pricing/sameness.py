"""Whether two CDRs say the same, however they are written (CDR-04, CDR-05, CDR-09).

Identifiers are compared without case (TYP-03), moments as moments (TYP-01), figures as figures, and null is absent.
What was signed, and what people read, is compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roaming.pricing.clock import moment

CI_STRINGS = frozenset(
    {
        *("country_code", "party_id", "id", "session_id", "authorization_reference", "uid", "contract_id"),
        *("evse_uid", "evse_id", "connector_id", "tariff_id", "invoice_reference_id", "credit_reference_id"),
    }
)
MOMENTS = ("date_time", "last_updated")


def meaning(value: Any, field: str = "") -> Any:
    """Of the value of a field, to be compared."""
    if isinstance(value, Mapping):
        return {name: meaning(child, name) for name, child in value.items() if child is not None}
    if isinstance(value, list):
        return [meaning(child, field) for child in value]
    if isinstance(value, str) and field in CI_STRINGS:
        return value.casefold()
    if isinstance(value, str) and field.endswith(MOMENTS):
        return moment(value) or value
    return value


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The fields that say something else; when it was last touched is no content."""
    names = sorted({*one, *other} - {"last_updated"})
    return [name for name in names if meaning(one.get(name), name) != meaning(other.get(name), name)]
