"""Operator commands: rich output for people, ``--json`` for machines, errors as a sentence with exit code 2."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from rich.console import Console
from rich.markup import escape
from rich.table import Table


class Error(CommandError):
    """What was asked for cannot be done; Django prints the class's name before the sentence."""

    def __init__(self, sentence: str, returncode: int = 2) -> None:
        super().__init__(sentence, returncode=returncode)


class OperatorCommand(BaseCommand):
    """``run`` does it and returns what ``--json`` prints, ``show`` says it to people; run may set ``exit_code``."""

    exit_code = 0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Every one of them has it."""
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do, then say."""
        result = self.run(**options)
        if options["json"]:
            self.stdout.write(json.dumps(result, indent=2, ensure_ascii=False, default=_plain))
        else:
            self.show(result, _console(self.stdout))
        if self.exit_code:
            sys.exit(self.exit_code)

    def run(self, **options: Any) -> Any:
        """Overridden by each command."""
        raise CommandError("this command does nothing")

    def show(self, result: Any, out: Console) -> None:
        """Names and values; overridden where that is not enough."""
        for name, value in result.items():
            out.print(f"[bold]{escape(name.replace('_', ' ').capitalize())}[/bold]: {said(value)}")


def _console(stdout: OutputWrapper) -> Console:
    """On what Django writes to. Into a pipe, tables are as wide as they are."""
    file = cast(IO[str], stdout._out)
    return Console(file=file, highlight=False, soft_wrap=True, width=None if stdout.isatty() else 240)


def said(value: Any) -> str:
    """A value for people; whatever came over a wire is no markup."""
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S %Z}"
    return escape(str(value))


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table without frills."""
    drawn = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(said(cell) for cell in row))
    return drawn


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
