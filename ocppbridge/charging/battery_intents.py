"""What we want of a station that swaps batteries (block S)."""

from __future__ import annotations

from dataclasses import dataclass

from ocppbridge.charging.tokens import IdToken


@dataclass(frozen=True, slots=True)
class SwapBatteries:
    """Take in this driver's batteries and hand out others (S03). `request_id` is ours."""

    request_id: int
    token: IdToken
