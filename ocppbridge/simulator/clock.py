"""Instants as stations say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def whole(at: datetime) -> datetime:
    """Stations keep time in whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0)


def stamp(at: datetime) -> str:
    return whole(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
