"""The stations as staff see them: one file a noun, on pages of `console`; what changes data goes through services."""

from ocppbridge.admin import (
    alerts,
    calls,
    configuration,
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
    settings,
    stations,
    transactions,
)

__all__ = [
    "alerts",
    "calls",
    "configuration",
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
    "settings",
    "stations",
    "transactions",
]
