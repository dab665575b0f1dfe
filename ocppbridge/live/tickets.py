"""Who may watch: a signed ticket of half a minute, got in a session of the admin, shown as a socket's first message.

So the sockets' host needs no cookie, and no foreign page can open one in a member of staff's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.utils.crypto import constant_time_compare

MAX_AGE: Final = 30  # seconds
SALT: Final = "ocppbridge.live"
SEEN: Final = {
    "stations": "ocppbridge.view_station",
    "sessions": "roaming.view_session",
    "commands": "roaming.view_command",
    "partners": "roaming.view_platform",
    "alerts": "ocppbridge.view_alert",
    "frames": "ocppbridge.view_frame",
    "exchanges": "roaming.view_exchange",
}
"""Section of the page → the permission that shows it."""


class BadTicket(Exception):
    """It is not one of ours, too old, or its owner may not watch."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member of staff, and the sections that are shown to them."""

    name: str
    sections: frozenset[str]


def sections_of(user: Any) -> frozenset[str]:
    """What this user may see of the page; nothing: no page."""
    if not (user.is_active and user.is_staff):
        return frozenset()
    return frozenset(name for name, permission in SEEN.items() if user.has_perm(permission))


def issue(user: AbstractUser) -> str:
    """For one socket."""
    return signing.dumps([user.pk, user.get_session_auth_hash()], salt=SALT)


def redeem(text: str) -> Viewer:
    """Whose it is, as they are now. Raises BadTicket."""
    try:
        pk, digest = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadTicket from None
    user = get_user_model()._default_manager.filter(pk=pk).first()
    if not isinstance(user, AbstractUser) or not constant_time_compare(digest, user.get_session_auth_hash()):
        raise BadTicket
    sections = sections_of(user)
    if not sections:
        raise BadTicket
    return Viewer(user.get_username(), sections)
