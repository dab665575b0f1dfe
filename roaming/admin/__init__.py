"""The OCPI side as staff see it: one file a noun, on pages of `console`; what changes data goes through services."""

from roaming.admin import (
    agreements,
    authorizations,
    cdrs,
    commands,
    decisions,
    deliveries,
    exchanges,
    home,
    locations,
    menu,
    operator_tokens,
    parties,
    platforms,
    sessions,
    tariffs,
    tokens,
)

__all__ = [
    "agreements",
    "authorizations",
    "cdrs",
    "commands",
    "decisions",
    "deliveries",
    "exchanges",
    "home",
    "locations",
    "menu",
    "operator_tokens",
    "parties",
    "platforms",
    "sessions",
    "tariffs",
    "tokens",
]
