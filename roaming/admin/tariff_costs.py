"""What typical sessions, and one that staff describe, cost by a tariff: amounts for a page, bill lines on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from roaming.admin.tariff_rows import KINDS, Figure, Span
from roaming.pricing.amounts import exact, money
from roaming.pricing.bill import Bill
from roaming.pricing.errors import BadInput
from roaming.pricing.examples import Example, around, bill, typical
from roaming.pricing.lines import Unpriced
from roaming.pricing.options import PricingOptions
from roaming.pricing.rendering import amount, groups, told

OWN = "own"


class OwnSession(forms.Form):
    """A session that staff want to know the price of; without energy and time there is none."""

    time_zone = forms.ChoiceField(label="Clock of")
    start = forms.DateTimeField(
        label="Starts (local time)",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    kwh = Figure(label="kWh", required=False)
    power_kw = Figure(label="at kW", required=False)
    connected = Span(label="Connected for")
    reserved = Span(label="Reserved before")
    unused = forms.BooleanField(label="nobody comes", required=False)

    def __init__(self, data: Any, zones: Sequence[str], form_id: str = "") -> None:
        """`form_id`: the form on the page that its fields belong to, where it is not the one around them."""
        clock = f"{OWN}-time_zone"
        mine = data if data is not None and clock in data else None
        if mine is not None and mine[clock] not in zones:  # of an owner that was chosen before
            mine = {**dict(mine.items()), clock: zones[0]}
        super().__init__(mine, prefix=OWN, initial={"time_zone": zones[0]})
        if isinstance(zone := self.fields["time_zone"], forms.ChoiceField):
            zone.choices = [(one, one) for one in zones]
        self.zones = zones
        for one in self.fields.values():
            one.widget.attrs |= {"form": form_id} if form_id else {}
        self.is_valid()

    @property
    def zone(self) -> str:
        """By whose clock all examples are told."""
        return str(self.said.get("time_zone") or self.zones[0])

    @property
    def said(self) -> dict[str, Any]:
        """What could be read."""
        return getattr(self, "cleaned_data", {})

    def example(self, at: datetime) -> Example | None:
        """The session, if one is described. One that does not say when begins where the typical ones do."""
        said = self.said
        if not any(said.get(name) is not None for name in ("kwh", "connected", "reserved")) or self.errors:
            return None
        start, kwh = said.get("start"), said.get("kwh")
        seconds = said.get("connected")
        power = said.get("power_kw") or Decimal(11)
        first = typical(at, self.zone)[0]
        comes = not (said["unused"] and said.get("reserved"))
        needed = (kwh or Decimal(0)) * 3600 / power
        return Example(
            "Your own session",
            first.start if start is None else start.replace(tzinfo=None),
            kwh or Decimal(0),
            power,
            timedelta(seconds=int(needed) + 1 if seconds is None else seconds),
            timedelta(seconds=said["reserved"]) if said.get("reserved") else None,
            comes,
        )


@dataclass
class Cost:
    """One session: what it costs, what it cost by the tariff as it is stored, and why."""

    name: str
    when: str
    excl: str = ""
    incl: str = ""
    was: str = ""
    dearer: bool = False
    problem: str = ""
    limit: str = ""
    lines: list[tuple[str, ...]] = field(default_factory=list)
    free: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """For the page to know it again."""
        return "cost-" + "-".join("".join(one if one.isalnum() else " " for one in self.name.lower()).split())


def costs(
    document: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
    own: OwnSession,
    now: datetime,
    options: PricingOptions,
) -> list[Cost]:
    """Of the typical sessions and of the own one, which comes first."""
    at = around(document, now)
    mine = own.example(at)
    examples: Iterable[Example] = [*([mine] if mine else []), *typical(at, own.zone)]
    return [_cost(one, document, stored, own.zone, options) for one in examples]


def _cost(
    one: Example, document: Mapping[str, Any], stored: Mapping[str, Any] | None, zone: str, options: PricingOptions
) -> Cost:
    found = Cost(one.name, f"{one.start:%a %d %b, %H:%M}")
    try:
        told_by = bill(one, document, zone, options)
        before = bill(one, stored, zone, options) if stored is not None else None
    except BadInput as problem:
        found.problem = f"{problem.pointer.strip('/').replace('/', ', ')}: {problem.reason}".removeprefix(": ")
        return found
    excl, incl = told_by.due
    found.excl, found.incl = figure(excl), figure(incl)
    if before is not None and before.due != told_by.due:
        found.was, found.dearer = figure(before.due[1]), before.due[1] < incl
    found.lines, found.limit = _lines(told_by), (told_by.limit_applied or "").replace("_", " ")
    found.free = [_free(each) for each in told_by.unpriced]
    return found


def _lines(of: Bill) -> list[tuple[str, ...]]:
    with exact():
        rows = [told(group) for group in groups(of.lines, detail=False)]
        return [
            (_what(one.what), one.quantity, one.price, figure(money(one.excl)), figure(money(one.incl)), one.because)
            for one in rows
        ]


def _what(text: str) -> str:
    phase, _, kind = text.rpartition(" ")
    name = KINDS[kind][0] if kind in KINDS else kind
    return f"{name}, {phase}" if phase else name


def _free(one: Unpriced) -> str:
    return f"{KINDS.get(one.dimension, (one.dimension,))[0]}, {amount(one.measured, one.dimension)}"


def figure(value: Decimal | None) -> str:
    """With two decimals, or with as many as it needs."""
    if value is None:
        return "–"
    text = f"{value:f}".rstrip("0") if "." in f"{value:f}" else f"{value:f}."
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits:0<2}"
