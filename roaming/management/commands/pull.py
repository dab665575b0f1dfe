"""`manage.py pull PARTNER [--module …] [--full]`: pull a partner's lists now, with a bar (TRA-09, PAG-16).

The command crawls itself; where a worker is at it already, it watches. Stopped or killed, the crawl goes on from its
last page with the next task or the next `pull`. Exit 0: complete; 1: a list failed; 2: there is nothing to pull.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from roaming.console.operating import Error, OperatorCommand, table
from roaming.management.naming import platform_called
from roaming.models import Platform, Pull
from roaming.ocpi.party import PartyId
from roaming.services import pulls

WATCH = 0.3  # seconds between looks at a crawl that a worker does


class Command(OperatorCommand):
    help = "Pull a partner's lists: what changed since the last time, or everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("partner", help="a party such as NL/CPO, or the platform's name or number")
        parser.add_argument(
            "--module", action="append", default=[], help="such as locations; may be repeated; default: all"
        )
        parser.add_argument(
            "--full", action="store_true", help="from the beginning; what the list lacks is taken for gone"
        )

    def run(self, **options: Any) -> list[dict[str, Any]]:
        rows = _rows(platform_called(options["partner"]), options["partner"], options["module"])
        with _progress(quiet=options["json"]) as progress:
            done = [_pull(row, options["full"], progress) for row in rows]
        if any(row.state == Pull.State.FAILED for row in done):
            self.exit_code = 1
        return [_told(row) for row in done]

    def show(self, result: Any, out: Console) -> None:
        headers = ("List", "Objects", "New or changed", "Not taken", "Pages", "Trouble")
        names = ("list", "objects", "stored", "invalid", "pages", "error")
        out.print(table(headers, [[row[name] if row[name] != 0 else "0" for name in names] for row in result]))


def _rows(platform: Platform, named: str, modules: list[str]) -> list[Pull]:
    if platform.status != Platform.Status.CONNECTED:
        raise Error(f"{platform} is {platform.get_status_display()}: nothing can be pulled.")
    rows = platform.pulls.select_related("party").order_by("party", "pk")
    if "/" in named:
        party = PartyId.parse(named)
        rows = rows.filter(party__country_code=party.country, party__party_id=party.party)
    offered = sorted({row.module for row in rows})
    if unknown := [module for module in modules if module not in offered]:
        raise Error(f"{platform} offers no list of {', '.join(unknown)}; it offers {', '.join(offered) or 'none'}.")
    found = [row for row in rows if not modules or row.module in modules]
    if not found:
        raise Error(f"{platform} offers no list.")
    return found


def _progress(quiet: bool) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(file=sys.stderr), disable=quiet)


def _pull(row: Pull, full: bool, progress: Progress) -> Pull:
    bar, asked = progress.add_task(str(row), total=None), timezone.now()
    pulls.ask_now(row, full=full, nudge=False)

    def told(pull: Pull) -> None:
        progress.update(bar, completed=pull.objects_seen, total=pull.total)

    while True:
        pulls.run(row.pk, told=told, budget=float("inf"))
        row.refresh_from_db()
        told(row)
        if _over(row, asked):
            return row
        time.sleep(WATCH)


def _over(row: Pull, asked: datetime) -> bool:
    return row.state != Pull.State.RUNNING and row.finished_at is not None and row.finished_at >= asked


def _told(row: Pull) -> dict[str, Any]:
    return {
        "list": str(row),
        "state": row.state,
        "full": row.full,
        "date_from": row.date_from,
        "objects": row.objects_seen,
        "stored": row.stored,
        "invalid": row.invalid,
        "pages": row.pages,
        "error": row.error,
    }
