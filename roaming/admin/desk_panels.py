"""The tables below a CDR at the desk: why, what it would be by other readings, its session's balance, the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString

from roaming.admin import signed, tones
from roaming.admin.flows import kwh
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import BAD, NOTE, WARN, badge, badges, code, dated, linked, number, short, whole
from roaming.models import Assessment, Cdr
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import balances

SEVERITY = {"error": BAD, "warning": WARN, "note": NOTE}
COLUMNS = ("dimension", "price", "measured", "billed", "unit", "excl_vat", "vat", "incl_vat", "because", "tariff_id")
HEADERS = {"excl_vat": "Excl. VAT", "vat": "VAT %", "incl_vat": "Incl. VAT", "tariff_id": "Tariff"}
MOST = 50


def of(row: Assessment) -> Iterable[Panel]:
    """All of them, in the order in which a person would look."""
    yield reasons(row)
    if (other := readings(row)) is not None:
        yield other
    if (lines := cost_lines(row.bill if row.cdr.source_id is not None else row.cdr.bill)) is not None:
        yield lines
    yield from signed.panels(row.cdr)
    if row.cdr.session_key:
        yield session(row.cdr)
    yield trail(row)


def reasons(row: Assessment) -> Panel:
    """The deciding ones first."""
    return Panel(
        "Reasons",
        ("", "Reason", "What was found", "Where", "Amounts"),
        [
            (
                _weight(one),
                linked(links.changelist("roaming.assessment", reason=one.get("code", "")), one.get("code", "")),
                one.get("message", ""),
                code(one.get("pointer", "")),
                amounts(one.get("amounts") or {}),
            )
            for one in row.reasons[:MOST]
        ],
        empty="Nothing was found: its figures follow from its tariffs.",
    )


def _weight(reason: dict[str, Any]) -> SafeString:
    verdict = str(reason.get("verdict", ""))
    if verdict in (Assessment.Verdict.ON_HOLD, Assessment.Verdict.REJECTED):
        return tones.state(verdict, tones.VERDICT)
    severity = str(reason.get("severity", ""))
    return badge(severity, NOTE if severity == "note" else WARN)


def amounts(told: dict[str, Any]) -> SafeString | str:
    """Figures by name."""
    return badges((f"{name.replace('_', ' ')} {value}", "") for name, value in told.items()) or "–"


def readings(row: Assessment) -> Panel | None:
    """What the total would be by readings of the tariff that come to something else, once for all reasons."""
    found: dict[str, dict[str, Any]] = {}
    for one in row.reasons:
        for name, total in (one.get("alternatives") or {}).items():
            found.setdefault(name, total)
    ours = ((row.bill if row.cdr.source_id is not None else row.cdr.bill) or {}).get("total_cost") or {}
    found = {name: total for name, total in found.items() if total != ours}
    if not found:
        return None
    rows = [("as claimed", number(row.cdr.total_cost_excl_vat, 4), number(row.cdr.total_cost_incl_vat, 4))]
    rows += [
        (name, total.get("excl_vat", "–"), total.get("incl_vat", "–"))
        for name, total in (("as we read it", ours), *found.items())
        if total
    ]
    return Panel("Other readings", ("Reading of the tariff", "Excl. VAT", "Incl. VAT"), rows)


def cost_lines(bill: Any, title: str = "Cost lines, as we compute them") -> Panel | None:
    """Each line of a bill with its reason; None where there is none."""
    lines = bill.get("lines") if isinstance(bill, dict) else None
    told = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    names = [name for name in COLUMNS if any(line.get(name) not in (None, "") for line in told)]
    if not told:
        return None
    headers = [HEADERS.get(name, name.replace("_", " ").capitalize()) for name in names]
    return Panel(title, headers, [[_cell(line.get(name)) for name in names] for line in told[:MOST]])


def _cell(value: Any) -> Any:
    return "–" if value in (None, "") else str(value)


def session_of(cdr: Cdr) -> SafeString | str:
    """The way to it, by its id as its owner spells it."""
    named = json.loads(cdr.document).get("session_id") or cdr.session_key or "–"
    return linked(links.jump("roaming.session", object_key=cdr.session_key), named)


def session(cdr: Cdr) -> Panel:
    """Every CDR of the session, and what stands of it."""
    rows = Cdr.objects.filter(country_code=cdr.country_code, party_id=cdr.party_id, session_key=cdr.session_key)
    beside = rows.select_related("assessment").order_by("pk")[:MOST]
    found = balances.of(PartyId(cdr.country_code, cdr.party_id), cdr.session_key)
    total = ", ".join(f"{number(one.excl_vat, 4)} {one.currency} excl. VAT, {_cdrs(one.cdrs)}" for one in found)
    return Panel(
        "CDRs of the session",
        ("CDR", "Kind", "Energy", "Excl. VAT", "Verdict", "Counts"),
        [
            (
                linked(links.change("roaming.cdr", one.pk), short(one.object_id)),
                f"credit of {one.credit_reference_id}" if one.credit else "charge",
                kwh(one.total_energy, one.total_energy_import, one.total_energy_export),
                whole(f"{number(one.total_cost_excl_vat, 4)} {one.currency}"),
                verdict(one),
                stands(one),
            )
            for one in beside
        ],
        note=f"What stands: {total or 'nothing'}",
    )


def _cdrs(count: int) -> str:
    return "1 CDR" if count == 1 else f"{count} CDRs"


def verdict(cdr: Cdr) -> SafeString:
    """As the desk or staff have it; the CDR comes with its assessment."""
    row = getattr(cdr, "assessment", None)
    return (
        badge("not assessed yet") if row is None else tones.state(row.verdict, tones.VERDICT, row.get_verdict_display())
    )


def stands(cdr: Cdr) -> str:
    """Whether it counts."""
    row = getattr(cdr, "assessment", None)
    return "–" if row is None else "yes" if row.stands else "no"


def trail(row: Assessment) -> Panel:
    """Who did what, the last first (S48)."""
    return Panel(
        "Trail",
        ("At", "By", "Did", "Verdict", "Note"),
        [
            (
                dated(one.at),
                one.by,
                one.get_act_display(),
                tones.state(one.to_verdict, tones.VERDICT) if one.to_verdict else "–",
                one.note or "–",
            )
            for one in row.entries.order_by("-at", "-pk")[:MOST]
        ],
        empty="Nobody has done anything yet.",
    )
