"""Prices of OCPI tariffs, exact and explained. Pure: no database, no network, no clock, no float.

price (a bill for a CDR or Session), cut (our own charging periods), audit (a received CDR), lint, explain and
simulate (a tariff).
"""

from roaming.pricing.auditing import Learned, audit
from roaming.pricing.bill import Bill
from roaming.pricing.cutting import cut, session_document
from roaming.pricing.errors import BadInput
from roaming.pricing.facts import MeterPoint, SessionFacts
from roaming.pricing.findings import Finding
from roaming.pricing.linting import lint, lint_together
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import price
from roaming.pricing.simulation import simulate
from roaming.pricing.words import explain

__all__ = [
    "BadInput",
    "Bill",
    "Finding",
    "Learned",
    "MeterPoint",
    "PricingOptions",
    "SessionFacts",
    "audit",
    "cut",
    "explain",
    "lint",
    "lint_together",
    "price",
    "session_document",
    "simulate",
]
