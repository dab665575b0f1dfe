"""`manage.py erase_contract CONTRACT [--yes]`: a driver's contract gives way to a pseudonym everywhere (S49).

Without --yes it says what it is known by and changes nothing. Exit 2: not known, still valid, or still charging.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from roaming.console.operating import Error, OperatorCommand
from roaming.services import erasure


class Command(OperatorCommand):
    help = "Take a contract's id, tokens and visual numbers out of objects, bills, outbox and journals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("contract", help="contract id such as DE-EMX-C00000001-1, with or without separators")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            if not options["yes"]:
                return {"known_by": erasure.known_by(options["contract"]), "changed": "nothing; say --yes to erase"}
            done = erasure.erase(options["contract"], timezone.now())
        except erasure.CannotErase as problem:
            raise Error(str(problem)) from None
        rows = [f"{table}: {count}" for table, count in sorted(done.rows.items())]
        return {"pseudonyms": list(done.pseudonyms), "changed": rows}
