"""Events in readable lines: who said what to whom, with the ids under which it stands in the admin's two journals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Event = Mapping[str, Any]
WHO = 12
WHAT = 66
HUB = "hub"


def line(event: Event) -> str | None:
    """One event as a line; None if it is not worth one."""
    tell = LINES.get(event["event"])
    return tell(event) if tell else None


def hop(sender: str, receiver: str, what: str, ids: str) -> str:
    shortened = what if len(what) <= WHAT else what[: WHAT - 1] + "…"
    return f"{sender:>{WHO}} → {receiver:<{WHO}} {shortened:<{WHAT}} {ids}".rstrip()


def _called(event: Event) -> str:
    """At the eMSP it is a request of its own; at a station a CALL of the hub."""
    if "action" in event:
        return _asked(event)
    path = urlsplit(event["url"])
    what = f"{event['method']} {path.path}{'?' + path.query if path.query else ''} ⇒ {_outcome(event)}"
    return hop(event["who"], HUB, what, _exchange(event))


def _served(event: Event) -> str:
    return hop(HUB, event["who"], f"{event['method']} {event['path']} ⇒ {_outcome(event)}", _exchange(event))


def _asked(event: Event) -> str:
    return hop(HUB, event["who"], f"{event['action']} {_words(event['payload'])}", f"message {event['message_id']}")


def _answered(event: Event) -> str:
    return hop(event["who"], HUB, f"  {_words(event['payload'])}", f"answers {event['message_id']}")


def _sent(event: Event) -> str | None:
    if event["action"] == "Heartbeat":
        return None
    return hop(event["who"], HUB, f"{event['action']} {_words(event['payload'])}", f"message {event['message_id']}")


def _acknowledged(event: Event) -> str | None:
    if not event["payload"] or event["action"] == "Heartbeat":
        return None
    return hop(HUB, event["who"], f"  {_words(event['payload'])}", f"answers {event['message_id']}")


def _rejected(event: Event) -> str:
    return hop(HUB, event["who"], f"  refuses {event['action']}: {event['error']}", f"answers {event['message_id']}")


LINES: dict[str, Callable[[Event], str | None]] = {
    "called": _called,
    "served": _served,
    "sent": _sent,
    "acknowledged": _acknowledged,
    "rejected": _rejected,
    "answered": _answered,
}


def _outcome(event: Event) -> str:
    return f"{event['http']}/{event['ocpi']}"


def _exchange(event: Event) -> str:
    return f"request {event['request_id']} correlation {event['correlation_id']}"


def _words(payload: Any) -> str:
    """A payload in a few words: nested names without their braces."""
    if isinstance(payload, Mapping):
        return " ".join(f"{name}={_inner(value)}" for name, value in payload.items())
    return str(payload)


def _inner(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + _words(value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inner(item) for item in value[:3]) + (", …" if len(value) > 3 else "") + "]"
    return str(value)


class Narrator:
    """Tells the events of those that the story is about."""

    def __init__(self, tell: Callable[[str], None], told_of: set[str]) -> None:
        self._tell, self._told_of = tell, told_of

    def rest(self) -> None:
        """From now on say nothing: what was printed last stays in sight."""
        self._told_of = set()

    def __call__(self, event: Event) -> None:
        if event["who"] in self._told_of and (found := line(event)):
            self._tell(found)
