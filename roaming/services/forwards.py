"""Passing a request on to another platform and its answer back (HUB-06, HUB-20 to HUB-26, HUB-31).

The body goes as it came, with the receiver's token, a fresh request id and the same correlation id. One receiving
platform may hold at most a quarter of this process's threads; who comes after that gets 4003 at once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from roaming import client
from roaming.client import Answer
from roaming.hub.routing import Forward
from roaming.models import Platform
from roaming.ocpi import json
from roaming.ocpi.envelope import Envelope
from roaming.ocpi.errors import HubError, ReceiverTimeout, ReceiverUnreachable
from roaming.ocpi.headers import Routing
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import partners

PATIENCE = 25.0  # seconds, below what clients usually wait (HUB-24)

_held: dict[int, threading.BoundedSemaphore] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Passing:
    """What is passed on: where below the endpoint, with which query and body."""

    module: ModuleID
    interface: InterfaceRole
    method: str
    segments: Sequence[str]
    query: str
    body: bytes | None
    correlation_id: str
    url: str = ""  # instead of the endpoint: the next page of a list, as the receiver named it


@dataclass(frozen=True)
class Passed:
    """What came back, from whom, and what was asked."""

    answer: Answer
    envelope: Envelope
    receiver: Platform
    url: str


def pass_on(to: Forward, what: Passing) -> Passed:
    """The receiver's answer, whatever it is, if it is one. Raises HubError of the right kind."""
    platform, known = partners.with_endpoints(to.platform)
    url = what.url or partners.join(
        partners.endpoint(platform, what.module, what.interface, known), what.segments, what.query
    )
    seat = _seat(platform.pk)
    if not seat.acquire(blocking=False):
        raise ReceiverUnreachable("The receiver has too many requests under way")
    try:
        answer = partners.send(
            platform,
            what.method,
            url,
            ids=partners.ids(what.correlation_id),
            module=what.module.value,
            routing=Routing(to=to.party, sender=to.sender),
            body=what.body,
            reason="forward",
            seconds=PATIENCE,
            known=known,
        )
    except client.Timeout as error:
        raise (ReceiverTimeout() if error.sent else ReceiverUnreachable()) from None
    except client.Broken:  # it may have done what it was asked
        raise ReceiverUnreachable("The connection to the receiver broke before it had answered") from None
    except (client.Unreachable, client.Forbidden):
        raise ReceiverUnreachable() from None
    except client.CallFailed as error:
        raise HubError(f"The receiver's answer could not be used: {error}") from None
    finally:
        seat.release()
    return Passed(answer, _envelope(answer), platform, url)


def unwrapped(body: bytes, envelope: Envelope) -> tuple[bytes, Envelope]:
    """A single object inside a list, where one is due, is some receivers' habit (peers 4): callers do not see it."""
    if not isinstance(envelope.data, list) or len(envelope.data) != 1:
        return body, envelope
    return json.dump_bytes({**json.loads(body), "data": envelope.one()}), replace(envelope, data=envelope.one())


def _envelope(answer: Answer) -> Envelope:
    if answer.status in (401, 403):
        raise HubError("The receiver refused the hub's token")  # the caller's own is right: not his 401
    if 300 <= answer.status < 400:
        raise HubError("The receiver redirects, and redirects are not followed")
    return answer.envelope()


def _seat(platform: int) -> threading.BoundedSemaphore:
    with _lock:
        if platform not in _held:
            _held[platform] = threading.BoundedSemaphore(max(1, settings.HUB_WEB_THREADS // 4))
        return _held[platform]
