"""`manage.py verify PARTNER [--module …] [--repair]`: does a partner have what it accepted from us (LOC-38, CDR-33).

Each object is read back from the partner's own interface. Exit 0: all is there as we know it; 1: something is not.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from rich.console import Console

from roaming.console.operating import Error, OperatorCommand, table
from roaming.management.naming import platform_called
from roaming.services import verifying


class Command(OperatorCommand):
    help = "Read our objects back from a partner and compare them with ours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("partner", help="a party such as DE/EMX, or the platform's name or number")
        parser.add_argument(
            "--module", action="append", default=[], choices=[str(one) for one in verifying.MODULES],
            help="may be repeated; default: all",
        )  # fmt: skip
        parser.add_argument("--repair", action="store_true", help="send again, whole, what is missing or differs")

    def run(self, **options: Any) -> dict[str, Any]:
        platform, now = platform_called(options["partner"]), timezone.now()
        if platform.status != platform.Status.CONNECTED:
            raise Error(f"{platform} is {platform.get_status_display()}: nothing can be read there.")
        copies = list(verifying.verify(platform, options["module"] or verifying.MODULES, now))
        odd = [copy for copy in copies if copy.state != verifying.SAME]
        sent = [copy for copy in odd if options["repair"] and verifying.repair(copy, now)]
        self.exit_code = int(bool(odd))
        told = [{"object": str(copy.delivery), "state": copy.state, "why": copy.why} for copy in odd]
        return {"compared": len(copies), "same": len(copies) - len(odd), "sent_again": len(sent), "odd": told}

    def show(self, result: Any, out: Console) -> None:
        out.print(f"{result['same']} of {result['compared']} objects are there as we know them.")
        if result["odd"]:
            out.print(table(("Object", "There", "Why"), [list(one.values()) for one in result["odd"]]))
        if result["sent_again"]:
            out.print(f"{result['sent_again']} are sent again.")
