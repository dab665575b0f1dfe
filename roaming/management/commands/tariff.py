"""`manage.py tariff`: lint, explain, price, audit and simulate, from files alone: no database, no running hub.

tariff lint FILE | explain FILE | price [--tariff T.json] --session S.json | audit CDR.json | simulate FILE
FILE may be - (standard input); an OCPI envelope around the data is taken off. Exit 0: done; 1: lint or audit found
errors; 2: the input cannot be read (which field, and why).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from roaming.console.operating import Error
from roaming.ocpi import json
from roaming.ocpi.errors import OcpiError
from roaming.pricing import BadInput, Finding, PricingOptions, audit, explain, lint, lint_together, price, simulate
from roaming.pricing.clock import instant
from roaming.pricing.findings import Severity
from roaming.pricing.options import Export, Flat, Rounding, Steps, WithoutTariff

POLICIES = {
    "export": Export,
    "flat": Flat,
    "without_tariff": WithoutTariff,
    "steps": Steps,
    "rounding": Rounding,
}
DEFAULT_START = "2026-01-05T08:00:00Z"  # a Monday


class Command(BaseCommand):
    help = "Lint, explain, price, audit and simulate tariffs. Needs no database and no running hub."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="lint|explain|price|audit|simulate")
        one = verbs.add_parser("lint", help="what is wrong or will surprise, with pointer, code and witness")
        one.add_argument("file", help="a tariff or a list of them")
        one.add_argument("--at", help="the time to judge expired tariffs by, such as 2026-02-23T10:00:00Z")
        one = verbs.add_parser("explain", help="a tariff in words")
        one.add_argument("file")
        one = verbs.add_parser("price", help="the bill of a Session or CDR")
        one.add_argument("--tariff", help="a tariff or a list of them; without it those that the CDR carries")
        one.add_argument("--session", required=True, help="a Session, a CDR, or its dates and charging_periods")
        one.add_argument("--detail", action="store_true", help="a row for each period, also where nothing changes")
        one.add_argument("--substitute", action="append", default=[], metavar="ID=FILE", help="an agreement's tariff")
        _common(one)
        one = verbs.add_parser("audit", help="a CDR against its tariff")
        one.add_argument("file")
        one.add_argument("--tariff", help="a tariff or a list of them; without it those that the CDR carries")
        one.add_argument("--sessions", help="the Sessions that we hold")
        one.add_argument("--held", help="the tariffs that were published to us")
        one.add_argument("--known", help="the CDRs that stand already: for replays, conflicts and credits")
        one.add_argument("--tolerance", default="0.01", help="per total, in currency units")
        _common(one)
        one = verbs.add_parser("simulate", help="cost over kWh and over hours, as a plot")
        one.add_argument("file")
        one.add_argument("--start", default=DEFAULT_START)
        for name, value, meaning in (("power", "11", "kW"), ("kwh", "50", "up to"), ("hours", "12", "up to")):
            one.add_argument(f"--{name}", default=value, help=f"{meaning} (default {value})")
        one.add_argument("--points", type=int, default=33)
        _common(one)
        for verb in verbs.choices.values():
            verb.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        run: Callable[[dict[str, Any]], int] = getattr(self, f"_{options['verb']}")
        try:
            status = run(options)
        except BadInput as error:
            raise Error(str(error)) from None
        if status:
            sys.exit(status)

    def _lint(self, options: dict[str, Any]) -> int:
        tariffs = _list(options["file"])
        at = instant(options["at"], "/at", "option") if options["at"] else None
        found = []
        for index, tariff in enumerate(tariffs):
            place = f"/{index}" if len(tariffs) > 1 else ""
            found += [finding.at(f"{place}{finding.pointer}") for finding in lint(_object(tariff, place), at=at)]
        if len(tariffs) > 1:
            found += lint_together(tariffs)
        return self._findings(found, options["json"])

    def _explain(self, options: dict[str, Any]) -> int:
        text = explain(_tariffs(options["file"]))
        self._say({"text": text} if options["json"] else text)
        return 0

    def _price(self, options: dict[str, Any]) -> int:
        bill = price(
            _object(_read(options["session"]), ""),
            _tariffs(options["tariff"]) if options["tariff"] else None,
            time_zone=options["time_zone"],
            options=_policies(options),
            substitutes=dict(map(_substitute, options["substitute"])),
            look_for_spans=True,
        )
        self.stdout.write(bill.to_json() if options["json"] else bill.render(detail=options["detail"]))
        return 0

    def _audit(self, options: dict[str, Any]) -> int:
        held = {name: _list(options[name]) if options[name] else None for name in ("sessions", "held", "known")}
        found = audit(
            _object(_read(options["file"]), ""),
            _tariffs(options["tariff"]) if options["tariff"] else None,
            time_zone=options["time_zone"],
            options=_policies(options, tolerance=_number(options, "tolerance")),
            sessions=held["sessions"],
            held=held["held"],
            known=held["known"] or (),
        )
        return self._findings(found, options["json"])

    def _simulate(self, options: dict[str, Any]) -> int:
        simulation = simulate(
            _tariffs(options["file"]),
            start=instant(options["start"], "/start", "option"),
            time_zone=options["time_zone"] or "UTC",
            power_kw=_number(options, "power"),
            kwh=_number(options, "kwh"),
            hours=_number(options, "hours"),
            points=options["points"],
            options=_policies(options),
        )
        self._say(simulation.document() if options["json"] else simulation.render())
        return 0

    def _findings(self, found: list[Finding], as_json: bool) -> int:
        if as_json:
            self._say([finding.document() for finding in found])
        else:
            self._say("\n".join(finding.render() for finding in found) or "Nothing found.")
        return int(any(finding.severity is Severity.ERROR for finding in found))

    def _say(self, told: Any) -> None:
        self.stdout.write(told if isinstance(told, str) else json.dumps(told))


def _common(parser: ArgumentParser) -> None:
    parser.add_argument("--time-zone", help="of the location, such as Europe/Amsterdam")
    parser.add_argument("--type", help="the wanted TariffType, such as AD_HOC_PAYMENT")
    for name, values in POLICIES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", choices=[value.value for value in values])


def _policies(options: dict[str, Any], **more: Any) -> PricingOptions:
    chosen: dict[str, Any] = {name: values(options[name]) for name, values in POLICIES.items() if options[name]}
    return PricingOptions(tariff_type=options["type"], **chosen, **more)


def _read(path: str) -> Any:
    """What the file holds, without the envelope that a platform may have put around it."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from None
    try:
        document = json.loads(data)
    except OcpiError as error:
        raise Error(f"{path}: {error}") from None
    return document["data"] if isinstance(document, dict) and {"data", "status_code"} <= document.keys() else document


def _tariffs(path: str) -> Any:
    """One tariff as it is, so that pointers into it are right, or a list."""
    found = _read(path)
    return found if isinstance(found, list) else _object(found, "")


def _list(path: str) -> list[Any]:
    found = _read(path)
    return [_object(one, f"/{at}") for at, one in enumerate(found)] if isinstance(found, list) else [_object(found, "")]


def _object(found: Any, pointer: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadInput(pointer, f"expected an object, got {json.dumps(found)[:40]}", "input")
    return found


def _substitute(text: str) -> tuple[str, Any]:
    name, _, path = text.partition("=")
    if not path:
        raise BadInput("/substitute", f"{text!r} is not ID=FILE", "option")
    return name, _tariffs(path)


def _number(options: dict[str, Any], name: str) -> Decimal:
    try:
        return Decimal(options[name])
    except InvalidOperation:
        raise BadInput(f"/{name}", f"{options[name]!r} is not a number", "option") from None
