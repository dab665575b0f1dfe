"""What each partner's CDRs teach of its ways of rounding and reading, kept per party (pricing.habits)."""

from __future__ import annotations

from datetime import datetime

from roaming.models import Cdr, Habit
from roaming.pricing.habits import learn as learned
from roaming.pricing.habits import read, written
from roaming.services.desk_look import Looked

COUNTED = 100  # more proves nothing, and each count is a write that others wait for
CHANGES = frozenset({"reading_changed", "rounding_profile_changed"})


def learn(cdr: Cdr, looked: Looked, accepted: bool, now: datetime) -> None:
    """Only what is accepted teaches; what does not fit is dated."""
    rows = Habit.objects.filter(country_code=cdr.country_code, party_id=cdr.party_id)
    row = rows.first()
    if row is not None and CHANGES & set(looked.codes):
        rows.update(changed_at=now)
        return
    if not accepted or not looked.ways:
        return
    if row is None:
        row, created = Habit.objects.get_or_create(
            country_code=cdr.country_code, party_id=cdr.party_id,
            defaults={"ways": written(looked.ways), "cdrs": 1, "since": now},
        )  # fmt: skip
        if created:
            return
    ways = written(learned(read(row.ways), looked.ways))
    if ways != row.ways or row.cdrs < COUNTED:
        rows.filter(pk=row.pk).update(ways=ways, cdrs=min(row.cdrs + 1, COUNTED))


def forget(habit: Habit) -> None:
    """The next CDR teaches anew."""
    habit.delete()
