"""Decisions on money: where the tariff texts are silent or contradict each other."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Kind, Scope, between
from roaming.decisions.registry import register

register(
    Decision(
        id="TARIFF-ROUNDING",
        kind=Kind.SPEC_SILENT,
        title="Rounding of amounts",
        section="OCPI 2.2.1 tariffs, note on rounding (TAR-25)",
        question="With how many decimals do the totals of a bill leave the hub? Inside, amounts are exact.",
        options={"four_decimals": "four decimals", "cents": "cents, half up, at each total"},
        default="four_decimals",
        applied_in="roaming.pricing.bill",
    )
)
register(
    Decision(
        id="TARIFF-FLAT",
        kind=Kind.SPEC_SILENT,
        title="What a FLAT price is due for",
        section="OCPI 2.2.1 tariffs, TariffDimensionType FLAT (TAR-22)",
        question="Is a FLAT price due once per phase (reservation, charging) or once for each component that applies?",
        options={
            "once_per_phase": "the first FLAT component that applies in a phase, once",
            "each_component_once": "every FLAT component that applies at some time, each once",
        },
        default="once_per_phase",
        applied_in="roaming.pricing.assembly",
    )
)
register(
    Decision(
        id="TARIFF-STEP-SIZE",
        kind=Kind.SPEC_SILENT,
        title="Where step_size rounds",
        section="OCPI 2.2.1 tariffs, PriceComponent.step_size",
        question="Is consumption rounded up to step_size once per session, and do TIME and PARKING_TIME count as one?",
        options={
            "once": "once per session and dimension, in the last period of the dimension (bugfix text)",
            "time_and_parking_together": "as once, with TIME and PARKING_TIME as one total (2.2.1 as first printed)",
            "off": "never: what was measured is billed",
        },
        default="once",
        applied_in="roaming.pricing.steps",
    )
)
register(
    Decision(
        id="TARIFF-PERIOD-WITHOUT-TARIFF",
        kind=Kind.SPEC_SILENT,
        title="A period without tariff_id among periods that have one",
        section="OCPI 2.2.1 CDRs, ChargingPeriod.tariff_id",
        question="Is such a period free, or priced as if no period named a tariff?",
        options={"strict": "no tariff is relevant to it: free", "lenient": "priced as if no period named one"},
        default="strict",
        applied_in="roaming.pricing.tariffs",
    )
)
register(
    Decision(
        id="TARIFF-EXPORT-CREDIT",
        kind=Kind.SPEC_SILENT,
        title="Energy that flows back (V2X)",
        section="OCPI 2.2.1 CDRs, CdrDimension ENERGY below zero",
        question="Is exported energy credited where the tariff has no element of its own for it?",
        options={"credit_at_same_price": "yes, at the price of imported energy", "no_credit": "no"},
        default="credit_at_same_price",
        applied_in="roaming.pricing.assembly",
    )
)
register(
    Decision(
        id="CDR-TOLERANCE",
        kind=Kind.POLICY_DEPENDENT,
        title="How far the totals of a received CDR may be off",
        section="OCPI 2.2.1 tariffs, note on rounding (TAR-25); CDRs, total_cost",
        question="By how much may each total differ from what the tariff gives, where no way of rounding fits?",
        options={},
        free=between("0", "100", "currency units"),
        default="0.01",
        applied_in="roaming.pricing.judging",
        scopes=frozenset({Scope.HUB, Scope.PARTNER}),
    )
)
