"""Times on the wire: read in every RFC 3339 form that stations use, written in UTC with `Z` (field quirks 1, 5)."""

from __future__ import annotations

from datetime import UTC, datetime

from ocppbridge.rpc.errors import Code, SchemaFault


def read(text: str) -> datetime:
    """An aware time; one without a zone is taken as UTC, a leap second as the second before it."""
    try:
        moment = datetime.fromisoformat(text.replace(":60", ":59", 1) if ":60" in text[-10:] else text)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SchemaFault("not a date-time", Code.PROPERTY_CONSTRAINT) from None


def write(moment: datetime) -> str:
    """UTC, whole seconds, `Z`: strict stations refuse `+00:00`, and 2.x allows no more than three decimals."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat()[:19] + "Z"
