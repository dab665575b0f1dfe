"""What a partner is sent about an object, and what follows from how that went (TRA-08, S34).

Theory: a mark says "this partner has to hear about this object"; what it is sent is decided when it is sent, from the
version it last accepted and the present one. Up to date: the difference. After anything but acceptance: the present
whole, by PUT, never the old PATCH. Success is HTTP 2xx and OCPI 1xxx, both. An attempt that may have arrived is
ambiguous; for a CDR "I know that one" after an ambiguous attempt is acceptance, for it has one id and one body.

Whose fault a failure is decides what follows: the partner's or the line's (no answer, 401, 408, 425, 429, 5xx, OCPI
3xxx and 4xxx) is tried again, later and later, within the window; what is wrong with the object itself is not tried
again until the object changes. Jitter comes as an argument between 0 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from roaming.ocpi.difference import Write, difference
from roaming.ocpi.status import accepted
from roaming.ocpi.versions import ModuleID

_LATER = frozenset({401, 408, 425, 429})
_KNOWN = re.compile(r"already|duplicate|exists|known", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Policy:
    delays: Sequence[timedelta] = (
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(minutes=30),
        timedelta(hours=1),
    )
    window: timedelta | None = timedelta(hours=24)  # None: a failed write is not repeated (TRA-08 by the letter)
    cdr_window: timedelta = timedelta(days=14)  # money is asked for longer; afterwards it can still be pulled (CDR-33)


@dataclass(frozen=True, slots=True)
class State:
    """Of one mark, before the attempt."""

    module: ModuleID
    attempts: int = 0
    first_failed_at: datetime | None = None
    ambiguous: bool = False  # an earlier attempt may have arrived


@dataclass(frozen=True, slots=True)
class Answered:
    http_status: int
    ocpi_status: int | None  # None: the answer was no envelope
    message: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    sent: bool = True  # False only where the partner certainly saw nothing


Outcome = Answered | Unanswered


@dataclass(frozen=True, slots=True)
class Done:
    """The partner has it."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The present whole, at that time."""

    at: datetime
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The partner will not have this object as it is; wait for it to change, and show the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class PartnerMustPull:
    """It was away for too long."""


Verdict = Done | RetryAt | GiveUp | PartnerMustPull
DEFAULT = Policy()


def payload(
    module: ModuleID, accepted: Mapping[str, Any] | None, current: Mapping[str, Any] | None, *, whole: bool = False
) -> tuple[Write, ...]:
    """The writes that bring the partner up to date, in order. `accepted` is None if it never had the object, `current`
    is None if it is gone (tariffs). `whole` after anything but acceptance."""
    if current is None:
        return (Write("DELETE", {}),)
    if module is ModuleID.CDRS:
        return (Write("POST", dict(current)),) if accepted is None or whole else ()
    if accepted is None or whole:
        return (Write("PUT", dict(current)),)
    return difference(accepted, current, module)


def after_attempt(
    state: State, write: Write, outcome: Outcome, now: datetime, jitter: float, policy: Policy = DEFAULT
) -> Verdict:
    if isinstance(outcome, Unanswered):
        return _later(state, now, jitter, policy, ambiguous=state.ambiguous or outcome.sent)
    if _took_it(state, write, outcome):
        return Done()
    if _try_again(outcome):
        return _later(state, now, jitter, policy, ambiguous=state.ambiguous, at_least=outcome.retry_after)
    if write.method == "PATCH" or write.path:
        return RetryAt(now, ambiguous=state.ambiguous)  # COO-06: it may not have the object at all
    return GiveUp(_reason(outcome))


def _took_it(state: State, write: Write, outcome: Answered) -> bool:
    if accepted(outcome.http_status, outcome.ocpi_status):
        return True
    if write.method == "DELETE":
        return outcome.http_status == 404  # gone is gone (TAR-05)
    known = outcome.http_status == 409 or _KNOWN.search(outcome.message) is not None
    return state.module is ModuleID.CDRS and state.ambiguous and known and not _try_again(outcome)


def _try_again(outcome: Answered) -> bool:
    if outcome.http_status >= 500 or outcome.http_status in _LATER:
        return True
    if 200 <= outcome.http_status < 300:
        return outcome.ocpi_status is None or not 2000 <= outcome.ocpi_status < 3000
    return 300 <= outcome.http_status < 400  # we follow no redirects (S3)


def _later(
    state: State, now: datetime, jitter: float, policy: Policy, *, ambiguous: bool, at_least: timedelta | None = None
) -> Verdict:
    window = _window(state.module, policy)
    delay = policy.delays[min(state.attempts, len(policy.delays) - 1)] * (0.75 + jitter / 2)
    at = now + max(delay, min(at_least or timedelta(0), policy.delays[-1]))
    if window is None or at - (state.first_failed_at or now) > window:
        return PartnerMustPull()
    return RetryAt(at, ambiguous)


def _window(module: ModuleID, policy: Policy) -> timedelta | None:
    return policy.cdr_window if module is ModuleID.CDRS else policy.window


def _reason(outcome: Answered) -> str:
    code = "no OCPI answer" if outcome.ocpi_status is None else f"OCPI {outcome.ocpi_status}"
    return f"HTTP {outcome.http_status}, {code}{': ' if outcome.message else ''}{outcome.message[:500]}"
