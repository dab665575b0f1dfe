"""`manage.py import_locations FILE`: OCPI JSON or CSV; bad entries are named, the rest is taken.

Exit 0: all taken; 1: some were not; 2: the file cannot be read, or nothing in it fits.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console

from roaming.console.operating import Error, OperatorCommand
from roaming.ocpi.party import PartyId
from roaming.services import imports


class Command(OperatorCommand):
    help = "Import locations of hosted parties from OCPI JSON or a table (CSV) with a line for each connector."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", help="a .json or .csv file, or - for standard input")
        parser.add_argument("--format", choices=["json", "csv"], help="where the file's name does not tell")
        parser.add_argument("--party", default="", help="owner of entries that do not name theirs, such as NL/VLT")

    def run(self, **options: Any) -> dict[str, Any]:
        text = _text(options["file"])
        table = _format(options) == "csv"
        try:
            if options["party"]:
                PartyId.parse(options["party"])
            report = imports.take(text, timezone.now(), table=table, owner=options["party"])
        except ValueError as problem:
            raise Error(f"{options['file']}: {problem}.") from None
        if report.errors:
            self.exit_code = 1 if report.taken else 2
        return {**vars(report), "taken": report.taken}

    def show(self, result: Any, out: Console) -> None:
        for note in result["notes"]:
            out.print(note, markup=False)
        for error in result["errors"]:
            out.print(f"Not taken: {error}", markup=False, style="red")
        counts = ", ".join(f"{len(result[name])} {name}" for name in ("created", "changed", "unchanged"))
        out.print(f"{result['taken']} locations taken ({counts}); {len(result['errors'])} not.", markup=False)


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")
    except OSError as problem:
        raise Error(f"{name} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise Error(f"{name} is not UTF-8.") from None


def _format(options: dict[str, Any]) -> str:
    given: str | None = options["format"] or {".json": "json", ".csv": "csv"}.get(Path(options["file"]).suffix.lower())
    if given is None:
        raise Error("The file's name does not tell what it is: say --format json or --format csv.")
    return given
