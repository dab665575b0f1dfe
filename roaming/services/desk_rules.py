"""What staff have decided of the desk: limits of absurd figures (S42) and findings that they take otherwise."""

from __future__ import annotations

from roaming.decisions import Choices
from roaming.pricing.sanity import Limits
from roaming.pricing.verdicts import Verdict

_ALSO_ACCEPTED = {"accept": Verdict.ACCEPTED, "hold": Verdict.ON_HOLD}


def limits(choices: Choices, partner: str | None) -> Limits:
    """Of one CDR; a partner may have others."""
    return Limits(
        energy_kwh=choices.number("CDR-LIMIT-ENERGY", partner=partner),  # decision: CDR-LIMIT-ENERGY
        power_kw=choices.number("CDR-LIMIT-POWER", partner=partner),  # decision: CDR-LIMIT-POWER
        cost=choices.number("CDR-LIMIT-COST", partner=partner),  # decision: CDR-LIMIT-COST
        hours=choices.number("CDR-LIMIT-DURATION", partner=partner),  # decision: CDR-LIMIT-DURATION
        ahead_minutes=int(choices.number("CDR-LIMIT-AHEAD", partner=partner)),  # decision: CDR-LIMIT-AHEAD
    )


def otherwise(choices: Choices, partner: str | None) -> dict[str, Verdict]:
    """Where the table of verdicts leaves it to staff."""

    def chosen(decision_id: str) -> Verdict:
        return _ALSO_ACCEPTED[choices.value(decision_id, partner=partner)]

    return {
        "no_tariff": chosen("CDR-NO-TARIFF"),  # decision: CDR-NO-TARIFF
        "session_missing": chosen("CDR-WITHOUT-SESSION"),  # decision: CDR-WITHOUT-SESSION
        "tariff_not_held": chosen("CDR-TARIFF-NOT-PUBLISHED"),  # decision: CDR-TARIFF-NOT-PUBLISHED
    }
