"""`manage.py reconcile [--partner NL/CPO] [--side payer|owner] [--month 2026-11] [--kind …] [--csv FILE]`.

Holds sessions, CDRs and deliveries of a month (UTC) against each other, as the page in the admin does. Exit 0: all
of it fits; 1: something does not; 2: the question makes no sense.
"""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console

from roaming.console.operating import Error, OperatorCommand, table
from roaming.ocpi.party import PartyId
from roaming.services import reconciliation as services
from roaming.services import reconciliation_rows as rows
from roaming.services.balance_sql import KINDS
from roaming.services.reconciliation import WORDS, Selection, Side

CATCH_UP = 60.0  # seconds of settling before the month is read

SUMS = {
    "payer": "Pays", "owner": "Is owed", "currency": "Currency", "sessions": "Sessions", "cdrs": "CDRs",
    "energy_import": "kWh taken", "energy_export": "kWh given back", "cost": "Stands excl. VAT",
}  # fmt: skip
WRONG = {
    "kind": "What", "payer": "Pays", "owner": "Is owed", "rows": "Rows", "session_energy": "Session kWh",
    "energy": "CDR kWh", "session_cost": "Session money", "cost": "CDR money", "currency": "Currency",
}  # fmt: skip


class Command(OperatorCommand):
    help = "Reconcile a month: sessions without CDR, CDRs without session, differences, never delivered, on hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--partner", help="a party such as DE/EMX; default: all")
        parser.add_argument("--side", choices=[*map(str, Side)], default=str(Side.PAYER),
                            help="whether the partner pays (eMSP) or is owed (CPO)")  # fmt: skip
        parser.add_argument("--month", help="such as 2026-11, by UTC; default: this month")
        parser.add_argument("--kind", choices=[*KINDS], help="only this kind of trouble")
        parser.add_argument("--csv", metavar="FILE", help="write every row there; - is standard output")

    def run(self, **options: Any) -> dict[str, Any]:
        selection = _selection(options)
        services.current(CATCH_UP)
        sums = [one._asdict() for one in services.sums(selection)]
        wrong = [one._asdict() for one in services.wrong(selection) if selection.kind in (None, one.kind)]
        self.exit_code = 1 if wrong else 0
        if options["csv"]:
            _write(options["csv"], rows.table(selection))
        return {"month": f"{selection.month:%Y-%m}", "partner": str(selection.party or "") or None,
                "side": str(selection.side), "sums": sums, "wrong": wrong, "csv": options["csv"]}  # fmt: skip

    def show(self, result: dict[str, Any], out: Console) -> None:
        if result["csv"] == "-":
            return
        _print(out, result["sums"], SUMS)
        if not result["wrong"]:
            out.print("Everything fits.")
            return
        _print(out, [{**row, "kind": WORDS[row["kind"]]} for row in result["wrong"]], WRONG)
        if not result["csv"]:
            out.print("Row by row, with what can be done: --csv, or the page Reconciliation of the admin.")


def _selection(options: dict[str, Any]) -> Selection:
    try:
        month = options["month"]
        chosen = services.month_named(month) if month else services.month_of(timezone.now())
    except ValueError:
        raise Error(f"“{options['month']}” is no month; write it like 2026-11.") from None
    try:
        party = PartyId.parse(options["partner"]) if options["partner"] else None
    except ValueError as problem:
        raise Error(f"{problem}.") from None
    return Selection(chosen, party, Side(options["side"]), options["kind"])


def _write(where: str, lines: Iterable[Iterable[str]]) -> None:
    if where == "-":
        csv.writer(sys.stdout).writerows(lines)
        return
    try:
        with Path(where).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
    except OSError as problem:
        raise Error(f"{where} cannot be written: {problem.strerror}.") from None


def _print(out: Console, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    out.print(table(list(columns.values()), [[str(row[name]) for name in columns] for row in rows]))
