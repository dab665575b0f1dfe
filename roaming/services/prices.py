"""The policies of pricing as staff chose them in the decision register (TARIFF-…)."""

from __future__ import annotations

from roaming.decisions import Choices
from roaming.pricing.options import Export, Flat, PricingOptions, Rounding, Steps, WithoutTariff


def options(choices: Choices, *, partner: str | None = None) -> PricingOptions:
    """For our own sessions and CDRs; `partner` where one of them has agreed on something else."""
    return PricingOptions(
        export=Export(choices.value("TARIFF-EXPORT-CREDIT", partner=partner)),
        flat=Flat(choices.value("TARIFF-FLAT", partner=partner)),
        without_tariff=WithoutTariff(choices.value("TARIFF-PERIOD-WITHOUT-TARIFF", partner=partner)),
        steps=Steps(choices.value("TARIFF-STEP-SIZE", partner=partner)),
        rounding=Rounding(choices.value("TARIFF-ROUNDING", partner=partner)),
        tolerance=choices.number("CDR-TOLERANCE", partner=partner),
    )
