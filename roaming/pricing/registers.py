"""ENERGY_IMPORT and ENERGY_EXPORT of a Session: the net energy of each period where ENERGY itself is absent.

The specification does not say whether they are per period or cumulative (ocpi/ocpi#539): per period is taken, unless
the values only grow, their sum is not the session's kwh and the last value is.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from roaming.pricing.amounts import ZERO
from roaming.pricing.findings import Finding, note, warning

SLACK = Decimal("0.001")  # kWh
Volumes = dict[str, Decimal]


def net_energy(periods: Sequence[Volumes], kwh: Decimal | None) -> tuple[list[Decimal | None], list[Finding]]:
    imported = [volumes.get("ENERGY_IMPORT") for volumes in periods]
    exported = [volumes.get("ENERGY_EXPORT") for volumes in periods]
    findings = [note("energy_from_registers", "/charging_periods", "no ENERGY: net of ENERGY_IMPORT and ENERGY_EXPORT")]
    if cumulative(imported, exported, kwh):
        imported, exported = steps(imported), steps(exported)
        message = (
            "ENERGY_IMPORT and ENERGY_EXPORT grow up to the session's kwh: read as meter registers, not per period"
        )
        findings.append(warning("cumulative_registers", "/charging_periods", message))
    net: list[Decimal | None] = []
    for taken, given in zip(imported, exported, strict=True):
        net.append(None if taken is None and given is None else (taken or ZERO) - (given or ZERO))
    return net, findings


def cumulative(imported: list[Decimal | None], exported: list[Decimal | None], kwh: Decimal | None) -> bool:
    if kwh is None or not (grows(imported) and grows(exported)):
        return False
    as_registers = last(imported) - last(exported)
    as_periods = sum((value for value in imported if value is not None), ZERO) - sum(
        (value for value in exported if value is not None), ZERO
    )
    near = {abs(as_registers - kwh) <= SLACK, abs(last(imported) - kwh) <= SLACK}
    return abs(as_periods - kwh) > SLACK and True in near


def grows(values: list[Decimal | None]) -> bool:
    told = [value for value in values if value is not None]
    return all(before <= after for before, after in pairwise(told))


def last(values: list[Decimal | None]) -> Decimal:
    return next((value for value in reversed(values) if value is not None), ZERO)


def steps(values: list[Decimal | None]) -> list[Decimal | None]:
    """Registers to what each period added."""
    before = ZERO
    added: list[Decimal | None] = []
    for value in values:
        added.append(None if value is None else value - before)
        before = before if value is None else value
    return added
