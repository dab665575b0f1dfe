"""Decisions on money: where the tariff texts are silent or contradict each other."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Kind
from roaming.decisions.registry import register

register(
    Decision(
        id="MONEY-ROUNDING",
        kind=Kind.SPEC_SILENT,
        title="Rounding of amounts",
        section="OCPI 2.2.1 tariffs, note on rounding (TAR-25)",
        question="With how many decimals do amounts leave the hub? Inside, they are exact.",
        options={"exact": "four decimals", "cents": "the digits of the currency, half up, once at the end"},
        default="exact",
        applied_in="roaming.pricing.bill",
    )
)
register(
    Decision(
        id="FLAT-PER",
        kind=Kind.SPEC_SILENT,
        title="What a FLAT price is due for",
        section="OCPI 2.2.1 tariffs, TariffDimensionType FLAT (TAR-22)",
        question="Is a FLAT component due once in each phase (reservation, charging) or once in a session?",
        options={"phase": "once per phase in which it is active", "session": "once per session"},
        default="phase",
        applied_in="roaming.pricing.bill",
    )
)
