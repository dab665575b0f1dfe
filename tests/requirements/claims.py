"""What tests say they show, read from their source: docstrings, tables with a `requirement` column, vectors."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
COLUMN = "requirement"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def claims(root: Path = TESTS) -> Iterator[tuple[str, str]]:
    """(test, what it says), as paths below the tests and pytest's own names."""
    for path in sorted(root.rglob("test_*.py")):
        where = path.relative_to(root).as_posix()
        for name, text in of_module(path.read_text()):
            yield f"{where}::{name}", text
    for path in sorted((root / "vectors").rglob("expected.json")):
        shown = json.loads(path.read_text())
        yield path.parent.relative_to(root).as_posix(), shown.get("shows", "") if isinstance(shown, dict) else ""


def of_module(source: str) -> Iterator[tuple[str, str]]:
    module = ast.parse(source)
    tables = dict(_tables(module))
    for node in module.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            for test in _tests(node.body):
                shared = ast.get_docstring(node) or ""
                yield f"{node.name}::{test.name}", "\n".join([shared, *_said(test, tables)])
    for test in _tests(module.body):
        yield test.name, "\n".join(_said(test, tables))


def _tests(body: list[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def _tables(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _said(test: Function, tables: dict[str, ast.expr]) -> Iterator[str]:
    yield ast.get_docstring(test) or ""
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) >= 2:
            names = _names(decorator.args[0])
            if COLUMN in names:
                yield from _column(decorator.args[1], names.index(COLUMN), len(names), tables)


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [name.strip() for name in node.value.split(",")]
    if isinstance(node, ast.Tuple | ast.List):
        return [str(one.value) for one in node.elts if isinstance(one, ast.Constant)]
    return []


def _column(table: ast.expr, at: int, width: int, tables: dict[str, ast.expr]) -> Iterator[str]:
    """The texts that stand in one column of a table of rows."""
    if isinstance(table, ast.Name) and table.id in tables:
        yield from _column(tables[table.id], at, width, tables)
    elif isinstance(table, ast.List | ast.Tuple):
        for row in table.elts:
            if isinstance(row, ast.Starred):
                yield from _column(row.value, at, width, tables)
            else:
                yield from _text(row, at, width)


def _text(row: ast.expr, at: int, width: int) -> Iterator[str]:
    cells = row.args if isinstance(row, ast.Call) else row.elts if isinstance(row, ast.Tuple) and width > 1 else [row]
    cell = cells[at] if at < len(cells) else None
    if isinstance(cell, ast.Constant) and isinstance(cell.value, str):
        yield cell.value
