"""Every folder of tests/vectors/tariffs is a test: tariff.json, session.json and the expected figures of the bill.

Those with `example` are the worked examples of OCPI 2.2.1 (branch release-2.2.1-bugfixes); the others were calculated
by hand. Figures are compared to the last of their four decimals.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from roaming.pricing import price

VECTORS = sorted((Path(__file__).parents[2] / "vectors" / "tariffs").iterdir())
ABOUT = {"shows", "example", "findings"}


@pytest.mark.parametrize("folder", VECTORS, ids=lambda folder: folder.name)
def test_the_bill_says_what_was_expected(folder: Path) -> None:
    expected = _json(folder / "expected.json")
    session, tariff = ((folder / name).read_text() for name in ("session.json", "tariff.json"))
    told = json.loads(price(session, tariff, look_for_spans=True).to_json(), parse_float=Decimal)
    for name, value in expected.items():
        if name in ABOUT:
            continue
        if isinstance(value, dict):
            assert {key: told[name][key] for key in value} == value, name
        else:
            assert told[name] == value, name
    if "findings" in expected:
        assert [finding["code"] for finding in told["findings"]] == expected["findings"]


def test_no_vector_is_lost() -> None:
    assert len(VECTORS) >= 62


def _json(path: Path) -> Any:
    return json.loads(path.read_text(), parse_float=Decimal)
