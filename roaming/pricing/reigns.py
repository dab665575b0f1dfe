"""Which of a connector's tariffs holds when: what a time line of validity windows shows.

For one kind of session (TariffType) the first in the connector's list that is valid at the start of the session, one
of that kind or of none before others (TAR-27, TAR-28).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from roaming.pricing.clock import moment

REGULAR = "REGULAR"


class Reign(NamedTuple):
    """From `start` until before `end` (None: open), `holds` is what a session is priced by; `valid` are all that are
    valid then. Both are places in the list.
    """

    start: datetime | None
    end: datetime | None
    holds: int | None
    valid: tuple[int, ...]


def reigns(tariffs: Sequence[Mapping[str, Any]]) -> list[Reign]:
    """From the beginning of time to its end."""
    windows = [(moment(one.get("start_date_time")), moment(one.get("end_date_time"))) for one in tariffs]
    borders = sorted({border for window in windows for border in window if border is not None})
    found: list[Reign] = []
    for start, end in pairwise([None, *borders, None]):
        valid = tuple(
            at
            for at, (begins, ends) in enumerate(windows)
            if (begins is None or (start is not None and begins <= start)) and (ends is None or _before(start, ends))
        )
        holds = min(valid, key=lambda at: tariffs[at].get("type") not in (None, "", REGULAR), default=None)
        if found and (found[-1].holds, found[-1].valid) == (holds, valid):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Reign(start, end, holds, valid))
    return found


def rivals(reign: Reign, tariffs: Sequence[Mapping[str, Any]]) -> list[int]:
    """Tariffs of the same kind as the one that holds, valid at the same time and never used in it."""
    if reign.holds is None:
        return []
    kind = tariffs[reign.holds].get("type") or None
    return [at for at in reign.valid if at != reign.holds and (tariffs[at].get("type") or None) == kind]


def _before(start: datetime | None, end: datetime) -> bool:
    return start is None or start < end
