"""Who asks about many things that nobody has is guessing: staff are told (S25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol, TypeVar

from roaming.models import Platform
from roaming.ocpi.errors import NotFound, UnknownToken
from roaming.services import limits, notices

SPAN = 3600  # seconds
LEAST = 20  # fewer unknown ones say nothing
SHARE = 30  # per cent of all that may be unknown


class Answered(Protocol):
    """What was said."""

    @property
    def http_status(self) -> int: ...


A = TypeVar("A", bound=Answered)


@contextmanager
def watched(platform: Platform, now: datetime) -> Iterator[Callable[[A], A]]:
    """Around one question; give it the answer, if there is one."""

    def told(answer: A) -> A:
        _count(platform, answer.http_status == 404, now)
        return answer

    try:
        yield told
    except (UnknownToken, NotFound):
        _count(platform, True, now)
        raise


def _count(platform: Platform, unknown: bool, now: datetime) -> None:
    asked = limits.tally(f"asked:{platform.pk}", SPAN)
    if not unknown:
        return
    missed = limits.tally(f"unknown:{platform.pk}", SPAN)
    if missed >= LEAST and missed % LEAST == 0 and missed * 100 > asked * SHARE:
        text = f"It asked about {asked} cards within an hour, and nobody has {missed} of them: it may be guessing."
        notices.notice(platform, "guessing", text, now)
