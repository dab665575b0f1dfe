"""`manage.py up`: the hub with all its processes in one terminal, or some of them (`--only web`).

Without DATABASE_URL the engines are embedded. In production each process is started on its own, as often as needed:
`up --only web`, `--only ocpp`, `--only worker` (or one queue: `worker-drain`), `--only beat`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from config import start_check
from config.children import Spec, hub_specs
from config.connections import embedded
from config.datadir import DataDirError
from config.embedded import attached, owned
from config.engines import Engine, EngineError
from config.supervisor import CannotStart, StopRequested, Supervisor, listen_for_signals, refuse_taken_ports
from roaming.console.operating import Error

PORT_VARIABLES = {"web": "HUB_WEB_PORT", "ocpp": "HUB_OCPP_PORT"}


class Command(BaseCommand):
    help = "Run the hub: web, ocpp, the workers and beat, with embedded engines unless DATABASE_URL is set."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", metavar="NAME", help="web, ocpp, worker, worker-QUEUE or beat")

    def handle(self, *args: Any, **options: Any) -> None:
        specs = chosen(hub_specs(), options["only"])
        listen_for_signals()
        try:
            with running(specs, alone=not options["only"]) as hub:
                print(welcome(specs), flush=True)  # noqa: T201  # also when a file or a pipe listens
                raise SystemExit(hub.watch())
        except StopRequested as request:
            self.stdout.write(f"stopped ({request})")


@contextmanager
def running(specs: list[Spec], *, alone: bool = True) -> Iterator[Supervisor]:
    """Engines, schema, checks and processes for the length of a block. `demo` uses this with specs of its own."""
    try:
        refuse_taken_ports(settings.HUB_BIND, specs, PORT_VARIABLES)
        with _engines(alone) as engines:
            prepare(alone)
            with Supervisor(specs, host=settings.HUB_BIND, engines=engines) as hub:
                yield hub
    except CannotStart as error:
        raise Error(str(error), returncode=error.status) from error
    except (EngineError, DataDirError) as error:
        raise Error(str(error), returncode=1) from error


def prepare(alone: bool) -> None:
    try:
        start_check.refuse_missing_classes()
        if alone:
            start_check.migrate()
        start_check.refuse_old_schema()
        start_check.refuse_open_decisions()
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # psycopg's pool, new in Django 5.1, unknown to the stubs


@contextmanager
def _engines(alone: bool) -> Iterator[list[Engine]]:
    if not embedded():
        yield []
    elif alone:
        with owned(settings.HUB_DATA) as engines:
            yield engines
    else:
        with attached(settings.HUB_DATA):
            yield []


def chosen(specs: list[Spec], only: list[str] | None) -> list[Spec]:
    if not only:
        return specs
    found = [spec for spec in specs if spec.name in only or spec.name.split("-")[0] in only]
    unknown = [name for name in only if name not in {n for spec in specs for n in (spec.name, spec.name.split("-")[0])}]
    if unknown:
        raise Error(f"there is no {unknown[0]}; there are {', '.join(spec.name for spec in specs)} and worker")
    return found


def welcome(specs: list[Spec]) -> str:
    names = {spec.name for spec in specs}
    lines = [f"\n{settings.HUB_NAME} ({settings.HUB_PARTY}) is up: {', '.join(sorted(names))}"]
    if "web" in names:
        lines += [
            f"  OCPI      {settings.HUB_PUBLIC_URL}/ocpi/versions",
            f"  Admin     {settings.HUB_PUBLIC_URL}/admin/  (a login: manage.py createsuperuser, in a second terminal)",
            f"  API       {settings.HUB_PUBLIC_URL}/api/docs/",
        ]
    if "ocpp" in names:
        lines.append(f"  Stations  {settings.HUB_OCPP_PUBLIC_URL}/ocpp/<identity>")
    return "\n".join([*lines, "Ctrl-C stops it.\n"])
