"""A drawing of which tariff holds when on the connectors that name this one, with overlaps and gaps in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from roaming.models import Tariff
from roaming.pricing import lint_together
from roaming.pricing.clock import moment
from roaming.pricing.reigns import reigns, rivals
from roaming.services import objects, tariff_use

MOST = 4  # different lists of tariffs that are drawn
LEFT, WIDTH, ROW = 84, 276, 22  # units of the drawing


@dataclass(frozen=True)
class Bar:
    """From x over some width; `tone` is a class of the stylesheet."""

    x: int
    y: int
    width: int
    tone: str
    text: str
    title: str


@dataclass(frozen=True)
class Row:
    """A name at the left and what is drawn beside it."""

    name: str
    y: int
    bars: list[Bar]
    own: bool


@dataclass(frozen=True)
class Timeline:
    """For all EVSEs that name the same tariffs."""

    evses: int
    rows: list[Row]
    ticks: list[tuple[int, str, int]]  # where, what it says, in which of two lines
    now: int
    height: int
    remarks: list[tuple[str, str]]  # tone and text

    @property
    def words(self) -> str:
        """For those who cannot see it."""
        told = [f"{bar.title}" for bar in self.rows[0].bars]
        return "; ".join(told)


def timelines(tariff: Tariff, document: Mapping[str, Any], now: datetime) -> list[Timeline]:
    """With `document` in the place of what is stored of this tariff."""
    lists = tariff_use.beside(tariff, MOST)
    named = {one for ids, _ in lists for one in ids}
    known = tariff_use.documents(tariff.country_code, tariff.party_id, named)
    known[tariff.object_key] = dict(document)
    found = []
    for ids, count in lists:
        held = [known[objects.key(one)] for one in ids if objects.key(one) in known]
        missing = [("bad", f"names {one}, which is not known here") for one in ids if objects.key(one) not in known]
        found.append(_timeline(tariff, held, count, missing, now))
    return found


def _timeline(
    tariff: Tariff, held: Sequence[Mapping[str, Any]], count: int, missing: list[tuple[str, str]], now: datetime
) -> Timeline:
    borders = sorted(
        {
            at
            for one in held
            for name in ("start_date_time", "end_date_time")
            if (at := moment(one.get(name))) is not None
        }
    )
    scale = _Scale([*borders, now])
    spans = [(moment(one.get("start_date_time")), moment(one.get("end_date_time"))) for one in held]
    rows = [Row("holds", 0, list(_reigning(held, scale)), own=False)]
    for place, (one, (start, end)) in enumerate(zip(held, spans, strict=True), start=1):
        mine = str(one.get("id", "")).upper() == tariff.object_key
        empty = start is not None and end is not None and end <= start
        bars = [] if empty else [scale.bar(start, end, place * ROW, "own" if mine else "other", "", str(one.get("id")))]
        rows.append(Row(str(one.get("id", "")), place * ROW, bars, mine))
    ticks = [(scale.x(at), f"{at:%d %b %Y}" + (f" {at:%H:%M}" if at.hour or at.minute else ""), number % 2)
             for number, at in enumerate(borders)]  # fmt: skip
    remarks = [*missing, *_remarks(held)]
    return Timeline(count, rows, ticks, scale.x(now), len(rows) * ROW, remarks)


def _reigning(held: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[Bar]:
    for one in reigns(held):
        name = "" if one.holds is None else str(held[one.holds].get("id", ""))
        tone = "gap" if one.holds is None else "overlap" if rivals(one, held) else "holds"
        yield scale.bar(one.start, one.end, 0, tone, name or "free", name or "nothing")


def _remarks(held: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Overlaps and gaps, as the lint of several tariffs tells them."""
    for one in lint_together(held):
        since = one.witness.get("at") or one.witness.get("from")
        tone = "warn" if one.severity == "warning" else "note" if one.severity == "note" else "bad"
        yield tone, f"{one.message}{f' (from {since})' if since else ''}".replace(" of these tariffs", "")


class _Scale:
    """Time to units of the drawing."""

    def __init__(self, moments: Sequence[datetime]) -> None:
        first, last = min(moments), max(moments)
        room = max((last - first) / 6, timedelta(days=15))
        self.first, self.last = first - room, last + room

    def x(self, at: datetime) -> int:
        part = (at - self.first) / (self.last - self.first)
        return LEFT + int(min(max(part, 0), 1) * WIDTH)

    def bar(self, start: datetime | None, end: datetime | None, y: int, tone: str, text: str, title: str) -> Bar:
        left = LEFT if start is None else self.x(start)
        right = LEFT + WIDTH if end is None else self.x(end)
        since = f" from {start:%d %b %Y %H:%M}" if start else ""
        until = f" until {end:%d %b %Y %H:%M}" if end else ""
        width = max(right - left, 2)
        return Bar(left, y, width, tone, text if width > 8 * len(text) else "", f"{title}{since}{until}" or title)
