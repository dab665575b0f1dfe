"""`manage.py ocpp [Message | block X | type X | sequence X | example X] [--version 1.6]`: what becomes of it here.

Without a name it lists every name. Each section says where it comes from: the schema, the specification, our code or
our decision.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ocppbridge.reference import DEFAULT, NotFound, index, look_up
from roaming.console.operating import Error, OperatorCommand


class Command(OperatorCommand):
    help = "Look up an OCPP message, block, type, sequence or worked example: fields, who handles it here, decisions."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """`--version` is OCPP's here, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "name",
            nargs="*",
            help="such as Heartbeat, block A, type IdTokenType, sequence offline replay, example tariff",
        )
        parser.add_argument("--version", help=f"1.6, 2.0.1 or 2.1; default {DEFAULT}, or the first that has the name")

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            words = " ".join(options["name"])
            return (look_up(words, options["version"]) if words else index(options["version"])).as_dict()
        except NotFound as problem:
            raise Error(problem.sentence) from None

    def show(self, result: Any, out: Console) -> None:
        out.print(Text(result["title"], style="bold"))
        if result["note"]:
            out.print(Text(result["note"]))
        for section in result["sections"]:
            out.print(Text.assemble("\n", (section["title"], "bold"), f"  [{section['source']}]  {section['note']}"))
            out.print(_table(section["rows"]) if section["rows"] else Text("  –"))


def _table(rows: list[dict[str, str]]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in rows[0]:
        drawn.add_column(name.replace("_", " ").capitalize(), overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(value) for value in row.values()))
    return drawn
