"""The decisions in force, for everything on the station side that is called with them."""

from __future__ import annotations

from roaming.decisions import Choices
from roaming.services import decisions


def choices() -> Choices:
    """At most two seconds old; may query the database."""
    return decisions.choices()


def allows_short_password(identity: str) -> bool:
    """Whether this station may have a password below 16 bytes."""
    return choices().value("SHORT-STATION-PASSWORD", station=identity) == "scrypt"  # decision: SHORT-STATION-PASSWORD
