"""Schedules drawn as inline SVG, steps over time in a tone for each: limits, or setpoints where there are any.

Only figures and fixed words go into the picture, so nothing that came over a wire is in it unescaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ocppbridge.charging.charging_profiles import Period

WIDTH, HEIGHT = 720, 160
LEFT, TOP, BOTTOM = 44, 8, 22
TONES: Final = ("#2563eb", "#d97706", "#16a34a")
TICKS: Final = 6
Across = Callable[[int], float]
Up = Callable[[Decimal], float]


def drawn(lines: Sequence[tuple[str, Sequence[Period]]], start: datetime, duration: int, unit: str) -> SafeString | str:
    """One line for each (name, periods); a stretch without a limit is left open."""
    figures = [due for _, periods in lines for period in periods if (due := period.due) is not None]
    if not figures or duration <= 0:
        return "–"
    low = min([*figures, Decimal(0)])
    top = max([*figures, Decimal(0 if low < 0 else 1)])

    def x(second: int) -> float:
        return LEFT + (WIDTH - LEFT) * second / duration

    def y(amount: Decimal) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * float((top - amount) / (top - low))

    paths = []
    for tone, (name, periods) in zip(TONES, lines, strict=False):
        path = " ".join(_steps(periods, duration, x, y))
        paths.append((tone, path, name))
    shapes = format_html_join(
        "", '<path d="{1}" fill="none" stroke="{0}" stroke-width="2"><title>{2}</title></path>', paths
    )
    legend = format_html_join(
        " ", '<tspan fill="{}">{}</tspan>', ((tone, name) for tone, _, name in paths if len(paths) > 1)
    )
    ticks = format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', _ticks(start, duration, x))
    above: SafeString | str = ""
    if top > 0:
        words = f"{top.normalize():f} {unit}"
        above = format_html('<text x="{}" y="{}" text-anchor="end">{}</text>', LEFT - 6, TOP + 8, words)
    below: SafeString | str = ""
    if low < 0:
        place = f"{y(low):.1f}"  # format_html makes texts of figures, then formats them
        words = f"{low.normalize():f}" if top > 0 else f"{low.normalize():f} {unit}"
        below = format_html('<text x="{}" y="{}" text-anchor="end">{}</text>', LEFT - 6, place, words)
    return format_html(
        '<svg viewBox="0 0 {w} {h}" role="img" style="max-width:{w}px;width:100%" font-size="10" fill="currentColor">'
        '<line x1="{l}" y1="{z}" x2="{w}" y2="{z}" stroke="currentColor" stroke-opacity=".3"/>'
        '{above}<text x="{e}" y="{z}" text-anchor="end">0</text>'
        '{below}{shapes}{ticks}<text x="{l}" y="{t}" dx="8">{legend}</text></svg>',
        w=WIDTH, h=HEIGHT, l=LEFT, e=LEFT - 6, z=f"{y(Decimal(0)):.1f}", t=TOP + 8, above=above,
        below=below, shapes=shapes, ticks=ticks, legend=legend,
    )  # fmt: skip


def _steps(periods: Sequence[Period], duration: int, x: Across, y: Up) -> Iterator[str]:
    """Move, across, up or down, across."""
    pen = False
    for n, period in enumerate(periods):
        end = periods[n + 1].start if n + 1 < len(periods) else duration
        due = period.due
        if due is None:
            pen = False
            continue
        yield f"{'L' if pen else 'M'}{x(max(period.start, 0)):.1f} {y(due):.1f}"
        yield f"H{x(min(end, duration)):.1f}"
        pen = True


def _ticks(start: datetime, duration: int, x: Across) -> Iterator[tuple[str, int, str]]:
    for n in range(1, TICKS):
        second = duration * n // TICKS
        at = start + timedelta(seconds=second)
        yield f"{x(second):.1f}", HEIGHT - 6, f"{at:%H:%M}"
