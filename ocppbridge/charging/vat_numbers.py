"""VAT numbers as countries write them (C20): read, checked by their check digits, never looked up. Pure.

The rules of each country are python-stdnum's. A number begins with its country's letters; Greece writes EL, and the
United Kingdom's northern part XI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

_SHAPE: Final = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,18}")
_SEPARATORS: Final = re.compile(r"[\s.\-/]")
_MODULES: Final[Mapping[str, str]] = {"EL": "gr", "XI": "gb"}
# Countries whose number for VAT goes by another name in the library.
_NAMES: Final = ("vat", "tva", "mva", "uid")
# VIES knows these.
EU: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    }
)  # fmt: skip


class BadNumber(ValueError):
    """It is no VAT number; the text says why."""


def read(text: str) -> tuple[str, str]:
    """(country, number without it), both as the country writes them. Raises BadNumber."""
    plain = _SEPARATORS.sub("", text).upper()
    if not _SHAPE.fullmatch(plain):
        raise BadNumber("it does not begin with a country's letters, or is too short or too long")
    country, number = plain[:2], plain[2:]
    country = "EL" if country == "GR" else country
    modules = _modules(country)
    if not modules:
        raise BadNumber(f"no rule is known for VAT numbers of {country}")
    problems = []
    # Some countries count their letters among the number (CHE…), most do not.
    for module in modules:
        for form in (number, plain):
            try:
                module.validate(form)
            except ValidationError as problem:
                problems.append(str(problem))
            else:
                return country, number
    raise BadNumber(f"{country}: {problems[0]}")


def _modules(country: str) -> list[Any]:
    code = _MODULES.get(country, country.lower())
    return [module for name in _NAMES if (module := get_cc_module(code, name)) is not None]
