"""How a tariff looks while it is being edited, and a partner's as it stands: lint, words for drivers, what typical
sessions cost, and who is touched by the change.

Everything is asked of `roaming.pricing`; this file only says where on the page a remark belongs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roaming.admin.tariff_costs import Cost, OwnSession, costs
from roaming.admin.tariff_form import TariffForm, asked_for, changed
from roaming.admin.tariff_timeline import Timeline, timelines
from roaming.models import Tariff
from roaming.ocpi import json
from roaming.pricing import BadInput, Finding, explain, lint
from roaming.pricing.findings import Severity
from roaming.services import prices, tariff_use
from roaming.services.decisions import choices

TONES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "note"}
NAMES = {"bad": ("error", "errors"), "warn": ("warning", "warnings"), "note": ("note", "notes")}
WITHOUT_A_PLACE = "__all__"


@dataclass(frozen=True)
class Remark:
    """One thing that is wrong or will surprise; `cell` is the name of the field it is about."""

    tone: str
    place: str
    text: str
    cell: str = ""
    example: str = ""
    fix: str = ""

    @property
    def anchor(self) -> str:
        """The id of that field on the page."""
        return self.cell if self.cell.count("-") == 1 else f"id_{self.cell}" if self.cell else ""


@dataclass
class Look:
    """What stands beside the form."""

    currency: str
    own: OwnSession
    remarks: list[Remark] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    unreadable: str = ""
    costs: list[Cost] = field(default_factory=list)
    timelines: list[Timeline] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    agreement: str = ""  # what the check box of the change stands for
    agreed: bool = False
    edited: bool = False
    blank: bool = False
    """Nothing typed yet: nothing to complain about."""

    @property
    def tally(self) -> list[tuple[str, str]]:
        """2 errors, 1 note."""
        counts = {tone: sum(one.tone == tone for one in self.remarks) for tone in NAMES}
        return [(tone, f"{count} {NAMES[tone][count != 1]}") for tone, count in counts.items() if count]


def look_at_form(form: TariffForm, own: OwnSession, now: datetime) -> Look:
    """At what stands in the form, half typed or as stored."""
    document = form.draft() if form.is_bound else dict(form.whole)
    if not form.instance.pk and form.cards.blank and (form.sketching or not form.is_bound):
        return Look("", own, blank=True, edited=True)
    stored = form.whole if form.instance.pk else None
    wrong = list(_wrong(form)) if form.is_bound else []
    found = _look(document, stored, own, now)
    covered = {one.cell for one in wrong}
    lints = [_remark(one, form) for one in lint(document, at=now)]
    found.remarks = wrong + [one for one in lints if not (one.tone == "bad" and one.cell in covered)]
    found.edited = True
    if stored is not None:
        found.timelines = timelines(form.instance, document, now)
    if stored is not None and form.is_bound:
        found.changes, found.agreement = list(consequences(form.instance, stored, document, now)), asked_for(document)
        found.agreed = form.data.get("agreed") == found.agreement
    return found


def look_at(tariff: Tariff, own: OwnSession, now: datetime) -> Look:
    """At one that is only shown."""
    document: dict[str, Any] = json.loads(tariff.document)
    found = _look(document, None, own, now)
    found.remarks = [_remark(one, None) for one in lint(document, at=now)]
    found.timelines = timelines(tariff, document, now)
    return found


def _look(document: Mapping[str, Any], stored: Mapping[str, Any] | None, own: OwnSession, now: datetime) -> Look:
    found = Look(str(document.get("currency") or ""), own)
    try:
        found.words = list(_words(explain(dict(document))))
    except BadInput as problem:
        found.unreadable = f"{_place(problem.pointer)}: {problem.reason}"
        return found
    before = stored if stored is not None and changed(stored, document) else None
    found.costs = costs(document, before, own, now, prices.options(choices()))
    return found


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Lines with what they are: a heading, a rule, or a sentence."""
    for line in text.splitlines()[1:]:
        if line.startswith("  "):
            yield "rule", line.strip().removeprefix("- ")
        else:
            yield ("heading", line.removesuffix(":")) if line.endswith(":") else ("line", line)


def _wrong(form: TariffForm) -> Iterator[Remark]:
    """What stands in the way of saving. Cells tell their own; the field of all of them only repeats it. What is only
    empty while somebody types is no mistake yet.
    """
    cells = list(form.cards.wrong())
    for name, text, empty in cells:
        yield _wanting(name) if empty and form.sketching else Remark("bad", _place_of_cell(name), text, name)
    for name, told in form.errors.items():
        if name == "agreed" or (name == "elements" and cells):
            continue
        if form.sketching and form.has_error(name, "required"):
            continue
        label = form.fields[name].label or name.replace("_", " ").capitalize() if name in form.fields else "Tariff"
        for one in told:
            cell, text = name if name in form.fields else "", str(one)
            if name == "elements" and text.startswith("/elements/"):
                pointer, _, text = text.partition(": ")
                yield Remark("bad", _place(pointer), text, form.cell(pointer) or "")
            else:
                yield Remark("bad", str(label), text, cell)


def _wanting(name: str) -> Remark:
    return Remark("note", _place_of_cell(name), "still to be filled in", name)


def _remark(one: Finding, form: TariffForm | None) -> Remark:
    cell = form.cell(one.pointer) if form is not None else None
    example = ", ".join(f"{name} {value}" for name, value in one.witness.items() if name != "found")
    return Remark(TONES[one.severity], _place(one.pointer), one.message, cell or "", example, one.fix)


def _place(pointer: str) -> str:
    """/elements/0/price_components/1/vat as people say it."""
    parts = pointer.strip("/").split("/")
    match parts:
        case ["elements", at, "price_components", place, *more] if at.isdecimal() and place.isdecimal():
            words = [f"Element {int(at) + 1}", f"price {int(place) + 1}", *more]
        case ["elements", at, "restrictions", *more] if at.isdecimal():
            words = [f"Element {int(at) + 1}", *more[:1]]
        case ["elements", at, *more] if at.isdecimal():
            words = [f"Element {int(at) + 1}", *more[:1]]
        case _:
            words = [parts[0]] if parts[0] else ["Tariff"]
    text = ", ".join(word.replace("_", " ") for word in words)
    return text[:1].upper() + text[1:]


def _place_of_cell(name: str) -> str:
    parts = name.split("-")
    words = [f"Element {int(parts[1]) + 1}"]
    if len(parts) == 5:
        words.append(f"price {int(parts[3]) + 1}")
    if len(parts) > 2:
        words.append(parts[-1].replace("_", " "))
    return ", ".join(words)


def consequences(
    tariff: Tariff, stored: Mapping[str, Any], document: Mapping[str, Any], now: datetime
) -> Iterator[str]:
    """What saving means for sessions and partners; nothing where no price changes or nobody uses it."""
    names = changed(stored, document)
    used = tariff_use.use(tariff, now)
    if not names or not used.is_used:
        return
    if used.evses:
        where = f"{_count(used.evses, 'EVSE')} at {_count(used.sites, 'location')}"
        yield f"Sessions that begin from now on at {where} are priced by what stands here."
    running = _count(used.running, "session") if used.running else "No session"
    is_are = "is" if used.running < 2 else "are"
    kept = ": they keep the prices that they began with (TAR-26)." if used.running else "."
    yield f"{running} {is_are} running there now{kept}"
    for one in used.in_place_of:
        yield f"Drivers of {one.agreement.emsp} pay it in the place of {one.tariff_id}."
    for one in used.instead:
        yield f"Drivers of {one.agreement.emsp} are not touched: they pay {one.substitute_id} instead."
    if used.told:
        yield f"{_count(used.told, 'partner')} {'is' if used.told == 1 else 'are'} told at once."
    if {"start_date_time", "end_date_time"} & set(names):
        yield "Where it does not hold any more, another tariff of the connector does, or charging there is free."


def hints(form: TariffForm) -> dict[str, str]:
    """Words beside cells: what a step means, when an element counts, what a price is with VAT."""
    found: dict[str, str] = {}
    for card in form.cards.cards:
        found[f"elements-{card.at}"] = card.when or "always"
        for one in card.prices:
            found[one.add_prefix("step_size")] = one.step_text
    return found


def marks(remarks: Sequence[Remark]) -> dict[str, list[tuple[str, str]]]:
    """By the id of the field that they are about."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in remarks:
        if one.anchor:
            found.setdefault(one.anchor, []).append((one.tone, one.text))
    return found


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
