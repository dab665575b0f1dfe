"""Which colour a state has: one table for lists, pages and the home page."""

from __future__ import annotations

from django.utils.safestring import SafeString

from ocppbridge.models import Frame, Station
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, badge

EVSE = {
    "AVAILABLE": GOOD,
    "CHARGING": NOTE,
    "RESERVED": NOTE,
    "BLOCKED": WARN,
    "INOPERATIVE": BAD,
    "OUTOFORDER": BAD,
    "UNKNOWN": WARN,
}
CALL = {"queued": NOTE, "sent": NOTE, "answered": GOOD, "refused": BAD, "unanswered": WARN}
TRANSACTION = {"running": NOTE, "ended": GOOD, "closed": WARN}
SEVERITY = {"info": NOTE, "warning": WARN, "critical": BAD}
RESERVATION = {"asked": NOTE, "held": GOOD, "used": PLAIN, "expired": PLAIN, "cancelled": PLAIN, "refused": BAD}
LOCAL_LIST = {"unknown": PLAIN, "sending": NOTE, "same": GOOD, "doubtful": WARN, "none": PLAIN, "failed": BAD}
AVAILABILITY = {"accepted": GOOD, "scheduled": NOTE, "refused": BAD, "unanswered": WARN}
BOOT = {"Accepted": GOOD, "Pending": WARN, "Rejected": BAD}
_FINE = ("accepted", "answered", "unlocked", "scheduled", "cleared")


def state(value: str, tones: dict[str, str], words: str = "") -> SafeString:
    """A state as a label; one that the table does not know stays plain."""
    return badge(words or value.lower() or "–", tones.get(value, PLAIN))


def online(station: Station) -> SafeString:
    """Whether it has a socket."""
    if station.blocked:
        return badge("blocked", BAD)
    return badge("online", GOOD) if station.online else badge("offline", PLAIN)


def outcome(status: str) -> SafeString | str:
    """The status that an answer carries."""
    if not status:
        return "–"
    return badge(status, GOOD if status.lower() in _FINE else WARN)


def way(direction: int) -> SafeString:
    """Seen from the hub."""
    return badge("in", NOTE) if direction == Frame.Direction.IN else badge("out", "way-out")


def kind(frame: Frame) -> SafeString:
    """Message type; refusals stand out."""
    bad = frame.kind in (Frame.Kind.INVALID, Frame.Kind.ERROR, Frame.Kind.RESULT_ERROR)
    return badge(frame.get_kind_display(), BAD if bad else PLAIN)
