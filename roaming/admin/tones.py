"""Which colour a state has: one table for lists, pages and the home page."""

from __future__ import annotations

from django.utils.safestring import SafeString

from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, badge

PLATFORM = {"CONNECTED": GOOD, "OFFLINE": BAD, "SUSPENDED": WARN, "INVITED": NOTE}
CONNECTION = {"CONNECTED": GOOD, "OFFLINE": BAD, "SUSPENDED": WARN, "PLANNED": NOTE}
EVSE = {
    "AVAILABLE": GOOD,
    "CHARGING": NOTE,
    "RESERVED": NOTE,
    "BLOCKED": WARN,
    "PLANNED": PLAIN,
    "REMOVED": PLAIN,
    "INOPERATIVE": BAD,
    "OUTOFORDER": BAD,
    "UNKNOWN": WARN,
}
SESSION = {"ACTIVE": NOTE, "COMPLETED": GOOD, "INVALID": BAD, "PENDING": WARN, "RESERVATION": NOTE}
DELIVERY = {"PENDING": NOTE, "DELIVERED": GOOD, "MUST_PULL": WARN, "REFUSED": BAD, "WITHDRAWN": PLAIN}
HANDSHAKE = {"WAITING": NOTE, "RUNNING": NOTE, "DONE": GOOD, "FAILED": BAD}
PULL = {"IDLE": GOOD, "RUNNING": NOTE, "FAILED": BAD}
RESULT_STATE = {"NONE": PLAIN, "WAITING": NOTE, "DUE": NOTE, "SENT": GOOD, "FAILED": BAD}
ANSWER = {"ACCEPTED": GOOD, "REJECTED": BAD, "FAILED": BAD, "TIMEOUT": BAD}
PREFERENCE = {"ACCEPTED": GOOD, "NOT_POSSIBLE": BAD, "PROFILE_TYPE_NOT_SUPPORTED": BAD}
VERDICT = {"ACCEPTED": GOOD, "ON_HOLD": WARN, "REJECTED": BAD}
SETTLED = {"RELEASED": GOOD, "DISPUTED": WARN, "REJECTED": BAD}
ALLOWED = {"ALLOWED": GOOD, "BLOCKED": BAD, "EXPIRED": WARN, "NO_CREDIT": WARN, "NOT_ALLOWED": BAD}


def state(value: str, tones: dict[str, str], words: str = "") -> SafeString:
    """A state as a label; one that the table does not know stays plain."""
    return badge(words or value.replace("_", " ").lower() or "–", tones.get(value, PLAIN))


def http(status: int | None, ocpi: int | None) -> SafeString:
    """Both status codes of an exchange: fine only if HTTP says 2xx and OCPI 1xxx."""
    if status is None:
        return badge("no answer", BAD)
    good = 200 <= status < 300 and (ocpi is None or 1000 <= ocpi < 2000)
    return badge(f"{status} · {ocpi}" if ocpi else str(status), GOOD if good else BAD)
