"""Lint of tariffs: what will surprise driver or partner, each finding with pointer, code and a case that shows it.

lint (one tariff) and lint_together (several, and the connectors that name them).
"""

from roaming.pricing.linting.across import Connector, lint_together
from roaming.pricing.linting.rules import lint

__all__ = ["Connector", "lint", "lint_together"]
