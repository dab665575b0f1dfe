"""Import and export apart: what a CDR or Session says of each, to be held against its own register and never as a net.

Import is the sum of what a period takes, export of what it gives back. Where periods carry ENERGY its sign tells; in a
Session ENERGY_IMPORT and ENERGY_EXPORT tell more, read as in registers.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from roaming.pricing.amounts import ZERO, plain
from roaming.pricing.figures import listed, number
from roaming.pricing.findings import Finding, error
from roaming.pricing.registers import cumulative, steps

SLACK = Decimal("0.01")  # kWh


class Flows(NamedTuple):
    """kWh, both positive."""

    imported: Decimal
    exported: Decimal


def flows(document: Mapping[str, Any]) -> Flows | None:
    """None where no period tells of energy."""
    periods = [volumes(period) for period in listed(document.get("charging_periods")) if isinstance(period, Mapping)]
    taken, given = ([told.get(f"ENERGY_{way}") for told in periods] for way in ("IMPORT", "EXPORT"))
    if "total_energy" not in document and any(value is not None for value in (*taken, *given)):  # a Session
        if cumulative(taken, given, number(document.get("kwh"))):
            taken, given = steps(taken), steps(given)
        return Flows(total(taken), total(given))
    net = [told["ENERGY"] for told in periods if "ENERGY" in told]
    if not net:
        return None
    return Flows(total([value for value in net if value > 0]), total([-value for value in net if value < 0]))


def flow_check(cdr: Mapping[str, Any], session: Mapping[str, Any]) -> Iterator[Finding]:
    one, other = flows(cdr), flows(session)
    if one is None or other is None:
        return
    for name in Flows._fields:
        ours, theirs = getattr(one, name), getattr(other, name)
        if abs(ours - theirs) > SLACK:
            amounts = {"cdr": ours, "session": theirs}
            message = f"the energy {name} differs from the session's"
            yield error("session_flow_mismatch", "/charging_periods", message, amounts=amounts)


def volumes(period: Mapping[str, Any]) -> dict[str, Decimal]:
    told: dict[str, Decimal] = {}
    for dimension in listed(period.get("dimensions")):
        if isinstance(dimension, Mapping) and (volume := number(dimension.get("volume"))) is not None:
            told[str(dimension.get("type"))] = volume
    return told


def total(values: list[Decimal | None] | list[Decimal]) -> Decimal:
    return plain(sum((value for value in values if value is not None), ZERO))
