"""The pure packages take time and chance as arguments. Import contracts see imports; this sees the calls."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = [
    "roaming/ocpi",
    "roaming/hub",
    "roaming/pricing",
    "roaming/decisions",
    "ocppbridge/rpc",
    "ocppbridge/versions",
    "ocppbridge/charging",
]
IMPURE = {"now", "utcnow", "today", "uuid4", "uuid7", "token_urlsafe", "urlopen", "getenv"}


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_asks_neither_clock_nor_chance(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, package
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.func.attr}()"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE
    ]
    assert found == []


@pytest.mark.parametrize("package", ["config", "roaming", "ocppbridge"])
def test_no_file_is_longer_than_its_ceiling(package: str) -> None:
    """A file over 300 lines is two nouns."""
    lengths = {file: len(file.read_text().splitlines()) for file in (ROOT / package).rglob("*.py")}
    generated = "migrations"
    assert {str(file) for file, lines in lengths.items() if lines > 300 and generated not in file.parts} == set()
