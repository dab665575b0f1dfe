"""`manage.py demo [--once]`: the hub, and beside it the story (config/demo/story.py), which plays and checks it all."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.children import Spec, hub_specs
from config.management.commands.up import running
from config.supervisor import StopRequested, listen_for_signals

ENVIRONMENT = {"DEMO": "1", "ESCALATION": "pragmatic"}


class Command(BaseCommand):
    help = "Start the hub with a small world and play one roaming session end to end; stays up until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the session; exit 0 only if all was right")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            # Settings are read from the environment when Python starts, so start again with the demo's.
            os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ENVIRONMENT})  # noqa: S606
        listen_for_signals()
        try:
            with running([*hub_specs(), story(options["once"])]) as hub:
                raise SystemExit(hub.watch())
        except StopRequested as request:
            self.stdout.write(f"stopped ({request})")


def story(once: bool) -> Spec:
    command = [sys.executable, "-m", "config.demo.story", *(["--once"] if once else [])]
    return Spec("demo", command, {"DB_POOL_SIZE": "2"}, at_exit="finish" if once else "leave")
