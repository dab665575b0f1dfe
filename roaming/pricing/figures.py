"""Which figure of the documents cannot be calculated with: NaN, infinity, or digits beyond all reason. Asked only
after a failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from roaming.pricing.documents import Document, Tariff
from roaming.pricing.errors import BadInput

LARGEST = 15  # digits before the point
FINEST = 30  # digits after it


def check_figures(document: Document, tariffs: Sequence[Tariff]) -> NoReturn:
    """Why a price came to nothing: raise BadInput with the first figure that is out of range."""
    require_fit("session", document)
    for tariff in tariffs:
        require_fit("tariff", tariff)
    raise BadInput("", "the figures cannot be added up exactly", "session")


def require_fit(name: str, source: msgspec.Struct, pointer: str = "") -> None:
    """Raise BadInput with the first figure in it that is out of range; `pointer` says where the source stands."""
    for place, value in figures(msgspec.to_builtins(source, builtin_types=(Decimal,)), pointer):
        if not fit(value):
            raise BadInput(place, f"{value} is not a number that can be priced", name)


def fit(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return value.adjusted() < LARGEST and isinstance(exponent, int) and exponent >= -FINEST


def figures(value: Any, pointer: str) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, Decimal):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from figures(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from figures(item, f"{pointer}/{at}")


def listed(value: Any) -> list[Any]:
    """What is a list; anything else is none."""
    return value if isinstance(value, list) else []


def number(value: Any) -> Decimal | None:
    """A figure that can be calculated with; anything else is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    found = Decimal(value)
    return found if fit(found) else None
