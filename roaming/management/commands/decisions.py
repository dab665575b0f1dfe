"""`manage.py decisions`: what the specifications leave open, what this hub does, and who chose so.

decisions [list] | show ID | set ID VALUE [--station X | --partner Y] [--reason …] | unset ID […] | undecided
"""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from roaming.console.operating import Error
from roaming.decisions import Decision, InvalidValue, Scope, UnknownDecision, every, get
from roaming.models import DecisionValue
from roaming.services import decisions


class Command(BaseCommand):
    help = "List, show and take the decisions that the specifications leave to a hub."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", nargs="?", default="list", choices=["list", "show", "set", "unset", "undecided"])
        parser.add_argument("id", nargs="?", help="the decision, such as OFFLINE-WINDOW")
        parser.add_argument("value", nargs="?")
        narrower = parser.add_mutually_exclusive_group()
        narrower.add_argument("--station", help="for one station, by its identity")
        narrower.add_argument("--partner", help="for one platform, by its number")
        parser.add_argument("--reason", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = getattr(self, f"_{options['verb']}")(options)
        except (InvalidValue, UnknownDecision) as error:
            raise Error(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(result, indent=2))
            return
        for one in result if isinstance(result, list) else [result]:
            self.stdout.write(_long(one) if options["verb"] == "show" else _line(one))

    def _list(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        return [described(decision) for decision in every()]

    def _show(self, options: dict[str, Any]) -> dict[str, Any]:
        return described(get(_needed(options, "id")))

    def _undecided(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        return [described(decision) for decision in decisions.open_questions()]

    def _set(self, options: dict[str, Any]) -> dict[str, Any]:
        decision_id, value = _needed(options, "id"), _needed(options, "value")
        scope, key = _scope(options)
        decisions.choose(decision_id, value, by=_who(), scope=scope, key=key, reason=options["reason"])
        return described(get(decision_id))

    def _unset(self, options: dict[str, Any]) -> dict[str, Any]:
        decision = get(_needed(options, "id"))
        scope, key = _scope(options)
        if not decisions.withdraw(decision.id, scope=scope, key=key):
            raise Error(f"{decision.id} has no value of its own there")
        return described(decision)


def described(decision: Decision) -> dict[str, Any]:
    rows = DecisionValue.objects.filter(decision_id=decision.id).order_by("scope", "scope_key")
    return {
        "id": decision.id,
        "kind": decision.kind,
        "title": decision.title,
        "section": decision.section,
        "question": decision.question,
        "options": dict(decision.options),
        "default": decision.default,
        "scopes": sorted(decision.scopes),
        "reached": decision.reached,
        "applied_in": decision.applied_in,
        "value": decisions.choices().value(decision.id),
        "decided": decisions.choices().decided(decision.id),
        "chosen": [
            {"scope": row.scope, "key": row.scope_key, "value": row.value, "by": row.decided_by, "reason": row.reason}
            for row in rows
        ],
    }


def _line(one: dict[str, Any]) -> str:
    narrower = "".join(f", {row['scope']} {row['key']}: {row['value']}" for row in one["chosen"] if row["key"])
    mark = "" if one["decided"] else " (default, not decided)"
    return f"{one['id']:<24} {one['value']}{mark}{narrower} - {one['title']}"


def _long(one: dict[str, Any]) -> str:
    lines = [_line(one), f"  {one['kind']}, {one['section']}", f"  {one['question']}"]
    lines += [f"    {value}: {meaning}" for value, meaning in one["options"].items()]
    lines += [f"  default {one['default']}; per {', '.join(one['scopes'])}; applied in {one['applied_in']}"]
    lines += [f"  {row['scope']} {row['key']} = {row['value']} by {row['by']} {row['reason']}" for row in one["chosen"]]
    return "\n".join(line.rstrip() for line in lines)


def _needed(options: dict[str, Any], name: str) -> str:
    if not options[name]:
        raise Error(f"{options['verb']} needs {name.upper()}")
    return str(options[name])


def _scope(options: dict[str, Any]) -> tuple[Scope, str]:
    if options["station"]:
        return Scope.STATION, options["station"]
    if options["partner"]:
        return Scope.PARTNER, options["partner"]
    return Scope.HUB, ""


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"
