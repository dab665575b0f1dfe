"""From findings to a verdict: one table, worst finding first (the CDR desk).

REJECTED: it contradicts the specification or itself, and no look at it can make it right; its sender has to send
another. ON HOLD: a person looks, and what was missing may still come (a session, an original, a credit). Anything else
is ACCEPTED with its findings. An error that the table does not know holds: nothing is billed by oversight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from roaming.pricing.findings import Finding, Severity


class Verdict(StrEnum):
    """In order of weight."""

    ACCEPTED = "ACCEPTED"
    ON_HOLD = "ON_HOLD"
    REJECTED = "REJECTED"


A, H, R = Verdict.ACCEPTED, Verdict.ON_HOLD, Verdict.REJECTED

TABLE: Mapping[str, Verdict] = {
    # form (CDR-08 to CDR-16)
    "schema": R,
    "unreadable": R,
    "missing_field": R,
    "id_too_long": R,
    "no_charging_periods": R,
    "period_without_dimensions": R,
    "currency_mismatch": R,
    "charged_nowhere": H,
    # identity and credits (CDR-04, CDR-05, CDR-09 to CDR-12)
    "cdr_id_conflict": H,
    "replayed_cdr": A,
    "session_billed_twice": H,
    "looks_like_another": H,
    "credit_without_reference": R,
    "credit_of_unknown_cdr": H,
    "credit_of_credit": R,
    "credited_twice": R,
    "partial_credit": R,
    "over_credited": R,
    "credit_not_negated": R,
    "credit_differs": H,
    "credit_negates_parts": A,
    # what it adds up to, and by its own tariffs (CDR-17, CDR-20, CDR-27)
    "total_energy_mismatch": H,
    "total_time_mismatch": A,
    "total_parking_time_mismatch": A,
    "period_time_differs_from_clock": A,
    "parts_do_not_add_up": H,
    "total_cost_mismatch": H,
    "within_tolerance": A,
    "other_reading": A,
    "reading_changed": H,
    "rounding_profile": A,
    "rounding_profile_changed": A,
    "cannot_be_priced": H,
    "no_tariff": H,
    "period_spans_price_change": A,
    # session and published tariff (CDR-22, CDR-23)
    "session_missing": H,
    "session_mismatch": H,
    "tariff_not_held": H,
    "tariff_differs_from_held": A,
    "differs_from_published": H,
    "published_not_comparable": H,
    # what the meter signed (CDR-26)
    "signed_energy_mismatch": H,
    # absurd figures (S42)
    "absurd_energy": H,
    "absurd_power": H,
    "absurd_cost": H,
    "absurd_vat": H,
    "absurd_duration": H,
    "ends_in_the_future": H,
    "ends_before_start": R,
    "negative_cost": H,
    "negative_time": R,
}
"""Each code that has a word of its own; session_mismatch holds as an error only, see `of`."""

_BY_SEVERITY = {Severity.ERROR: Verdict.ON_HOLD, Severity.WARNING: Verdict.ACCEPTED, Severity.NOTE: Verdict.ACCEPTED}
_AS_SEVERE = frozenset({"session_mismatch"})  # an error in one figure, odd in another


def of(finding: Finding, otherwise: Mapping[str, Verdict] | None = None) -> Verdict:
    """What one finding comes to; `otherwise` is what staff have decided of some codes."""
    if otherwise and finding.code in otherwise:
        return otherwise[finding.code]
    if finding.code in _AS_SEVERE:
        return _BY_SEVERITY[finding.severity]
    return TABLE.get(finding.code, _BY_SEVERITY[finding.severity])


def verdict(findings: Iterable[Finding], otherwise: Mapping[str, Verdict] | None = None) -> Verdict:
    """The worst of them."""
    order = list(Verdict)
    return max((of(one, otherwise) for one in findings), key=order.index, default=Verdict.ACCEPTED)


def deciding(findings: Iterable[Finding], otherwise: Mapping[str, Verdict] | None = None) -> list[Finding]:
    """Those that are why it is not accepted, the worst first."""
    order = list(Verdict)
    worse = [one for one in findings if of(one, otherwise) is not Verdict.ACCEPTED]
    return sorted(worse, key=lambda one: -order.index(of(one, otherwise)))
