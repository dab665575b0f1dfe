"""``python ocpi_types_reader.py``: what ocpi-types says about OCPI 2.2.1 objects, {class: [object…]} on standard input.

Prints a JSON list of [class, place in its list, what is wrong]. An object is right when it is read by its class and
written back without the loss of a field, so a field that the specification does not know is found as well.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ocpi_types import v2_2_1  # type: ignore[import-not-found]


def problem(kind: str, document: Any) -> str:
    try:
        written = getattr(v2_2_1, kind).from_dict(document).to_dict()
    except (AssertionError, ValueError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error} in {json.dumps(document)[:500]}"
    return "" if written == document else f"read as {json.dumps(written)[:500]}, was {json.dumps(document)[:500]}"


def main() -> None:
    given: dict[str, list[Any]] = json.load(sys.stdin)
    found = [
        [kind, place, said]
        for kind, documents in given.items()
        for place, document in enumerate(documents)
        if (said := problem(kind, document))
    ]
    json.dump(found, sys.stdout)


main()
