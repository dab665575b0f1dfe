"""What must hold before a hub starts: the schema and the classes are there, a strict hub has taken its decisions."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from config.supervisor import CannotStart
from roaming.decisions import Decision
from roaming.services import decisions

# What a setting names must be there with these methods: a station that asks for it would be the first to learn.
CLASSES = {
    "STATION_AUTHORITY": ("sign", "anchors"),
    "EV_CERTIFICATES": ("certificate",),
    "VAT_REGISTER": ("look_up",),
}
REMOTE = "ocppbridge.bridge.ev_certificates.Remote"
MIGRATION_LOCK = 0x6875_626D  # "hubm": two machines that start at once migrate one after the other


def migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            if pending():
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def refuse_old_schema() -> None:
    names = [f"{migration.app_label}.{migration.name}" for migration in pending()]
    if names:
        raise CannotStart(f"the database lacks migrations ({', '.join(names)}): run `manage.py migrate` first")


def pending() -> list[Migration]:
    executor = MigrationExecutor(connection)
    return [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def refuse_missing_classes() -> None:
    for setting, methods in CLASSES.items():
        path = getattr(settings, setting)
        try:
            found = import_string(path)
        except ImportError as problem:
            raise CannotStart(f"{setting}: there is no class {path} ({problem})") from None
        lacking = [name for name in methods if not callable(getattr(found, name, None))]
        if lacking:
            raise CannotStart(f"{setting}: {path} has no {' and no '.join(lacking)}")
    if settings.EV_CERTIFICATES == REMOTE and not settings.EV_CERTIFICATES_URL.startswith(("https://", "http://")):
        raise CannotStart("EV_CERTIFICATES_URL: the http(s) address that EV_CERTIFICATES asks must be set")


def refuse_open_decisions() -> None:
    """ESCALATION=strict (the default): a shipped default does not count as decided."""
    broken = decisions.broken()
    if broken:
        lines = [f"  {decision_id} for {scope} {key}".rstrip() for scope, key, decision_id in broken]
        raise CannotStart("\n".join(["these chosen values are not allowed (any more); set them again:", *lines]))
    undecided = decisions.open_questions()
    if settings.ESCALATION == "strict" and undecided:
        raise CannotStart("\n".join([*_HEAD, *(line for one in undecided for line in _asked(one))]))


_HEAD = [
    "the specifications leave these to the operator, and ESCALATION is strict, so the hub does not start until they",
    "are decided: `manage.py decisions set ID VALUE`. ESCALATION=pragmatic starts with the defaults instead.",
]


def _asked(decision: Decision) -> list[str]:
    numeric = [f"    a number; default {decision.default}"] if decision.free else []
    options = [f"    {value}: {meaning}" for value, meaning in decision.options.items()]
    return [f"  {decision.id} (default {decision.default}): {decision.question}", *options, *numeric]
