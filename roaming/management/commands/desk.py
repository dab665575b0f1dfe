"""The CDR desk on the command line: list what waits, show one, settle it, assess again (S42, S48).

manage.py desk list --verdict ON_HOLD --partner NL/CPO --month 2026-11 --reason total_cost_mismatch
manage.py desk show NL/CPO/CDR1
manage.py desk release NL/CPO/CDR1 --note "agreed with them by telephone"
manage.py desk reassess NL/CPO/CDR1          (or --all --partner NL/CPO --month 2026-11)
"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from rich.console import Console
from rich.markup import escape

from roaming.console.operating import Error, OperatorCommand, said, table
from roaming.models import Assessment, Cdr
from roaming.ocpi.party import PartyId
from roaming.services import cdrs, desk, desk_corrections, desk_queue
from roaming.services.desk_lists import BadSelection, Selection, select

Act = Callable[[Assessment, str, str, datetime], Assessment]
ACTS: dict[str, Act] = {
    "release": desk.release,
    "dispute": desk.dispute,
    "reject": desk.reject,
    "annotate": desk.annotate,
    "reopen": desk.reopen,
}


class Command(OperatorCommand):
    """Verbs as on the desk's page."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A verb, and what it is done to."""
        super().add_arguments(parser)
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="what waits, the newest first")
        _selecting(listing)
        listing.add_argument("--limit", type=int, default=50)
        verbs.add_parser("show", help="why, and who did what").add_argument("cdr", help="COUNTRY/PARTY/ID")
        for name in ACTS:
            acting = verbs.add_parser(name)
            acting.add_argument("cdr", help="COUNTRY/PARTY/ID")
            acting.add_argument("--note", required=True, help="why: it stays in the trail")
        replacing = verbs.add_parser("replace", help="credit a CDR of ours and compute it anew")
        replacing.add_argument("cdr", help="COUNTRY/PARTY/ID")
        replacing.add_argument("--note", required=True, help="why: it stays in the trail")
        replacing.add_argument("--credit-only", action="store_true", help="nothing comes instead")
        again = verbs.add_parser("reassess", help="look again, at one now or at many by the workers")
        again.add_argument("cdr", nargs="?", help="COUNTRY/PARTY/ID")
        again.add_argument("--all", action="store_true", help="everything that the options below select")
        _selecting(again)
        for each in verbs.choices.values():  # also after the verb
            each.add_argument("--json", action="store_true", default=False, help="print one JSON document")

    def run(self, **options: Any) -> Any:
        """One method a verb."""
        verb = options["verb"]
        if verb == "list":
            return [_brief(row) for row in _selected(options)[: options["limit"]]]
        if verb == "reassess":
            return self._reassess(options)
        row = _found(options["cdr"])
        if verb == "show":
            return _whole(row)
        return self._settle(verb, row, options)

    def _settle(self, verb: str, row: Assessment, options: dict[str, Any]) -> dict[str, Any]:
        by, now = f"{getpass.getuser()} (command)", timezone.now()
        try:
            if verb == "replace":
                back, anew = desk_corrections.take_back(row, by, options["note"], now, anew=not options["credit_only"])
                return {"credit": back.object_id, "replacement": anew.object_id if anew else None}
            return _brief(ACTS[verb](row, by, options["note"], now))
        except desk.CannotSettle as problem:
            raise Error(f"{problem}.") from None

    def _reassess(self, options: dict[str, Any]) -> dict[str, Any]:
        if bool(options["cdr"]) == options["all"]:
            raise Error("Name one CDR, or say --all with what to select.")
        if options["cdr"]:
            return _brief(desk.assess(_cdr(options["cdr"]), timezone.now(), by=f"{getpass.getuser()} (command)"))
        count = Cdr.objects.filter(pk__in=_selected(options).values("cdr_id")).update(desk_due=True)
        desk_queue.nudge()
        return {"will_be_assessed": count}

    def show(self, result: Any, out: Console) -> None:
        """Tables; a CDR with its reasons and its trail."""
        if isinstance(result, list):
            rows = [(one["cdr"], one["verdict"], one["total"], one["ended"], one["why"]) for one in result]
            out.print(table(("CDR", "Verdict", "Excl. VAT", "Ended", "Why"), rows) if rows else "Nothing.")
            return
        reasons, trail = result.pop("reasons", None), result.pop("trail", None)
        super().show(result, out)
        if reasons is not None:
            told = [(one["verdict"], one["code"], one["pointer"], one["message"]) for one in reasons]
            out.print(table(("Comes to", "Reason", "Where", "What was found"), told) if told else "Nothing was found.")
        for one in trail or []:
            note = f": {said(one['note'])}" if one["note"] else ""
            out.print(f"{said(one['at'])}  {escape(one['by'])}  {escape(one['did'])}{note}")


def _selecting(parser: ArgumentParser) -> None:
    parser.add_argument("--verdict", help="ON_HOLD, REJECTED or ACCEPTED")
    parser.add_argument("--partner", help="COUNTRY/PARTY that made it")
    parser.add_argument("--reason", help="a code, such as total_cost_mismatch")
    parser.add_argument("--month", help="in which it ended, such as 2026-11 (UTC)")
    parser.add_argument("--waiting", action="store_true", help="on hold, and nobody has looked")


def _selected(options: dict[str, Any]) -> Any:
    names = ("verdict", "partner", "reason", "month", "waiting")
    try:
        return select(Selection(**{name: options[name] for name in names}))
    except BadSelection as problem:
        raise Error(f"{problem}.") from None


def _cdr(named: str) -> Cdr:
    country, _, rest = named.partition("/")
    party, _, identifier = rest.partition("/")
    try:
        owner = PartyId(country, party)
    except ValueError:
        raise Error(f"{named!r} is no CDR: name it as COUNTRY/PARTY/ID, such as NL/CPO/CDR1.") from None
    found = cdrs.find(owner, identifier) if identifier else None
    if found is None:
        raise Error(f"There is no CDR {named!r}.")
    return found


def _found(named: str) -> Assessment:
    cdr = _cdr(named)
    row = Assessment.objects.filter(cdr=cdr).select_related("cdr").first()
    if row is None:
        raise Error(f"CDR {named!r} has not been assessed yet: reassess it.")
    return row


def _brief(row: Assessment) -> dict[str, Any]:
    cdr = row.cdr
    why = [one["message"] for one in row.reasons if one.get("verdict") in ("ON_HOLD", "REJECTED")]
    return {
        "cdr": str(cdr),
        "verdict": row.verdict,
        "total": f"{cdr.total_cost_excl_vat:f} {cdr.currency}",
        "ended": cdr.end_date_time,
        "stands": row.stands,
        "withheld": cdr.withheld,
        "settled": f"{row.settled_as} by {row.settled_by}" if row.settled_as else None,
        "why": "; ".join(why),
    }


def _whole(row: Assessment) -> dict[str, Any]:
    trail = [
        {"at": one.at, "by": one.by, "did": one.get_act_display(), "verdict": one.to_verdict, "note": one.note}
        for one in row.entries.order_by("pk")
    ]
    more = {"rounding": row.rounding, "reading": row.reading or "ours", "session": row.cdr.session_key}
    return {**_brief(row), **more, "reasons": row.reasons, "trail": trail}
