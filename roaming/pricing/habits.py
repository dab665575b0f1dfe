"""What a partner's CDRs teach of its ways (judging.py): those that fitted every one so far.

Until a first CDR has been priced nothing is known and nothing is a change. A CDR that no known way fits teaches
nothing: it is a finding until staff reset the habit or release the CDR as the partner's new one.
"""

from __future__ import annotations

from collections.abc import Iterable

from roaming.pricing.judging import Ways
from roaming.pricing.profiles import Profile


def learn(known: Ways, shown: Ways) -> Ways:
    """The habit after one more CDR; a CDR that fits in no way, or in none that is known, leaves it as it is."""
    if not known:
        return shown
    return known & shown or known


def written(ways: Ways) -> list[str]:
    """For a column: `reading/rounding`, in a fixed order."""
    return sorted(f"{reading}/{profile}" for reading, profile in ways)


def read(texts: Iterable[str]) -> Ways:
    """Back again; what an older version called otherwise is forgotten."""
    pairs = (text.rpartition("/") for text in texts)
    known = {profile.value for profile in Profile}
    return frozenset((reading, Profile(profile)) for reading, _, profile in pairs if profile in known)


def likeliest(ways: Ways) -> tuple[str, str]:
    """(rounding, reading) to show of several that fit: our own reading first, then the plainest rounding."""
    if not ways:
        return "", ""
    order = list(Profile)
    reading, profile = min(ways, key=lambda way: (way[0] != "", way[0], order.index(way[1])))
    return profile.value, reading
