"""Energy as staff read it: one figure, or both where a car gave some back (TAR-31)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.console.text import number, whole


def kwh(total: Decimal, taken: Decimal, given: Decimal) -> SafeString:
    """`taken` and `given` are both positive; their difference is the total."""
    if not given:
        return whole(f"{number(total, 3)} kWh")
    return format_html("{} {}", whole(f"{number(taken, 3)} kWh taken,"), whole(f"{number(given, 3)} given back"))
