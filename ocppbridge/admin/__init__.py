"""The stations as staff see them: one file a noun, on pages of `console`; what changes data goes through services."""

from ocppbridge.admin import (
    alerts,
    calls,
    connections,
    evses,
    frames,
    home,
    inbox,
    local_lists,
    menu,
    reports,
    reservations,
    security,
    stations,
    transactions,
)

__all__ = [
    "alerts",
    "calls",
    "connections",
    "evses",
    "frames",
    "home",
    "inbox",
    "local_lists",
    "menu",
    "reports",
    "reservations",
    "security",
    "stations",
    "transactions",
]
