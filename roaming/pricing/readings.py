"""Other readings of the same tariff, tried when a CDR's totals do not fit ours: each policy turned once.

The step_size of 2.2.1 as first printed, no step_size at all, every FLAT once, export (not) credited, periods without
a tariff_id priced, and received periods split in proportion where the price changes inside them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from roaming.pricing.options import Export, Flat, PricingOptions, Steps, WithoutTariff


def alternatives(options: PricingOptions) -> Iterator[tuple[str, PricingOptions]]:
    """(name, options), the likeliest first. A name is policy:value."""
    for policy, values in (("steps", Steps), ("flat", Flat), ("export", Export), ("without_tariff", WithoutTariff)):
        for value in values:
            if value != getattr(options, policy):
                yield f"{policy}:{value.value}", msgspec.structs.replace(options, **{policy: value})
