"""Whether a platform is there: CONNECTED or OFFLINE, and when to ask (HCI-06, HCI-08).

Theory: every answer counts as life. So many time-outs in a row make a platform OFFLINE, and then nothing is sent to it
but the still-alive check (GET versions), whose success makes it CONNECTED again. What a platform sends shows that it
lives, not that we can reach it: that resets the timer, and makes an OFFLINE one be checked at once. A platform in any
other state (invited, suspended, unregistered) is none of this file's business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from roaming.ocpi.hubclientinfo import ConnectionStatus

CONNECTED, OFFLINE = ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE


@dataclass(frozen=True, slots=True)
class Policy:
    offline_after: int = 3  # time-outs in a row
    silence: timedelta = timedelta(minutes=5)  # without a sign of life: check (HCI-08)
    first_check: timedelta = timedelta(seconds=15)  # after it went OFFLINE; doubled each time
    slowest_check: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Presence:
    status: ConnectionStatus
    since: datetime
    last_seen: datetime | None = None
    timeouts: int = 0
    next_check: datetime | None = None


DEFAULT = Policy()


def answered(presence: Presence, now: datetime, policy: Policy = DEFAULT) -> Presence:
    """It answered one of our requests, whatever the answer; the still-alive check among them."""
    if presence.status not in (CONNECTED, OFFLINE):
        return replace(presence, last_seen=now)
    since = presence.since if presence.status is CONNECTED else now
    return Presence(CONNECTED, since, last_seen=now, timeouts=0, next_check=now + policy.silence)


def heard(presence: Presence, now: datetime, policy: Policy = DEFAULT) -> Presence:
    """It sent us something."""
    if presence.status is CONNECTED:
        return replace(presence, last_seen=now, next_check=now + policy.silence)
    if presence.status is OFFLINE:
        return replace(presence, last_seen=now, next_check=now)
    return replace(presence, last_seen=now)


def unanswered(presence: Presence, now: datetime, policy: Policy = DEFAULT, *, check: bool = False) -> Presence:
    """A time-out or no connection. A failed still-alive check is enough by itself (HCI-08)."""
    timeouts = presence.timeouts + 1
    if presence.status is CONNECTED and not check and timeouts < policy.offline_after:
        return replace(presence, timeouts=timeouts)
    if presence.status not in (CONNECTED, OFFLINE):
        return presence
    since = now if presence.status is CONNECTED else presence.since
    return Presence(OFFLINE, since, presence.last_seen, timeouts, now + _pause(timeouts, policy))


def check_due(presence: Presence, now: datetime, policy: Policy = DEFAULT) -> bool:
    """Whether to GET its versions now."""
    if presence.status not in (CONNECTED, OFFLINE):
        return False
    if presence.next_check is not None:
        return now >= presence.next_check
    return now - (presence.last_seen or presence.since) >= policy.silence


def _pause(timeouts: int, policy: Policy) -> timedelta:
    doublings = min(max(0, timeouts - policy.offline_after), 16)
    return min(policy.first_check * (1 << doublings), policy.slowest_check)
