"""Locations out of a file: OCPI JSON or a table with a line a connector. A bad entry is named, the rest is taken.

JSON replaces a location as a partner's PUT would. A table sets the columns that it has: other members, other EVSEs
and the statuses of stations stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.ocpi import evses as words
from roaming.ocpi import json
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.services import hosting, locations, objects
from roaming.services.tables import Line, documents

Entry = tuple[str, Mapping[str, Any] | str, bool]  # where in the file, the document or what is wrong, from a table?


class Unreadable(ValueError):
    """The file as a whole; the text says why."""


@dataclass
class Report:
    """What came of it."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many were good."""
        return len(self.created) + len(self.changed) + len(self.unchanged)


def take(text: str, now: datetime, *, table: bool, owner: str = "") -> Report:
    """Everything in the file that fits. `owner` is for entries that do not name theirs. Raises Unreadable."""
    report = Report()
    for place, entry, merge in read_table(text) if table else read_json(text):
        if isinstance(entry, str):
            report.errors.append(f"{place}: {entry}")
            continue
        try:
            with transaction.atomic():
                _take(entry, now, merge, owner, report)
        except OcpiError as problem:
            report.errors.append(f"{place}: {problem.message}")
        except ValueError as problem:
            report.errors.append(f"{place}: {problem}")
    return report


def read_json(text: str) -> Iterable[Entry]:
    """A location, a list of them, or either in an OCPI envelope."""
    try:
        found = json.loads(text)
    except OcpiError as problem:
        raise Unreadable(problem.message) from None
    if isinstance(found, dict) and "data" in found and "status_code" in found:
        found = found["data"]
    entries = found if isinstance(found, list) else [found]
    for number, entry in enumerate(entries, start=1):
        named = f" ({entry['id']})" if isinstance(entry, dict) and "id" in entry else ""
        fits = isinstance(entry, dict)
        yield f"entry {number}{named}", entry if fits else "is no object", False


def read_table(text: str) -> Iterable[Entry]:
    """One line a connector; lines of one location need not stand together."""
    dialect = csv.Sniffer().sniff(text.partition("\n")[0], ",;\t") if text.strip() else csv.excel
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    lines = [
        Line(reader.line_num, {key.strip().lower(): (value or "").strip() for key, value in row.items() if key})
        for row in reader
    ]
    try:
        for first, document in documents(lines, reader.fieldnames or ()):
            yield first, document, True
    except ValueError as problem:
        raise Unreadable(str(problem)) from None


def _take(entry: Mapping[str, Any], now: datetime, merge: bool, owner: str, report: Report) -> None:
    document = dict(entry)
    party = _owner(document, owner, report)
    stamp = format_datetime(now)
    _check_figures(document)
    if merge and locations.find(party, str(document.get("id", ""))) is not None:
        stored = objects.change(
            locations.LOCATIONS,
            party,
            document["id"],
            lambda present: merged(present, document, stamp),
            source=None,
            now=now,
        )
    else:
        stored = locations.store(party, dated(document, stamp), source=None, now=now)
    name = f"{party}/{stored.obj.object_id}"
    # A station's state lifts last_updated, so a file that was written out and edited is easily older than what is here.
    if not (stored.created or stored.changed) and _earlier(document, stored.obj.last_updated):
        raise ValueError(f"{name}: its last_updated is older than what is stored; left out, it counts as of now")
    (report.created if stored.created else report.changed if stored.changed else report.unchanged).append(name)


def _earlier(document: Mapping[str, Any], stored: datetime) -> bool:
    return "last_updated" in document and parse_datetime(document["last_updated"]) < stored


def _check_figures(document: Mapping[str, Any]) -> None:
    """Our own connectors say what they mean (LOC-31); what is missing or of another form is found when it is stored."""
    for evse in _objects(document, "evses"):
        for each in _objects(evse, "connectors"):
            figures = [each.get(name) for name in ("max_voltage", "max_amperage", "max_electric_power")]
            voltage, amperage, power = (figure if type(figure) is int else None for figure in figures)
            if voltage is None or amperage is None:
                continue
            if said := words.misstated(str(each.get("power_type")), voltage, amperage, power):
                raise ValueError(f"EVSE {evse.get('uid')}, connector {each.get('id')}: {said}")


def _objects(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = document.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _owner(document: dict[str, Any], owner: str, report: Report) -> PartyId:
    if not document.get("country_code") and not document.get("party_id") and owner:
        named = PartyId.parse(owner)
        document["country_code"], document["party_id"] = named.country, named.party
    party = PartyId.parse(f"{document.get('country_code', '')}/{document.get('party_id', '')}")
    _, created = hosting.ensure(party)
    if created:
        report.notes.append(f"Added {party} as a hosted CPO.")
    return party


def dated(document: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    """With the dates that a hand-written file leaves out, on all three levels."""
    result = {**document, "last_updated": document.get("last_updated") or stamp}
    if isinstance(document.get("evses"), list):
        result["evses"] = [_dated_evse(evse, stamp) if isinstance(evse, dict) else evse for evse in document["evses"]]
    return result


def _dated_evse(evse: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    result = {"status": "UNKNOWN", **evse, "last_updated": evse.get("last_updated") or stamp}
    if isinstance(evse.get("connectors"), list):
        result["connectors"] = [
            {**each, "last_updated": each.get("last_updated") or stamp} if isinstance(each, dict) else each
            for each in evse["connectors"]
        ]
    return result


def merged(present: Mapping[str, Any], table: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    """A table's location laid over the present one: its columns win, the rest stays."""
    stamp = format_datetime(max(parse_datetime(stamp), parse_datetime(present["last_updated"])))  # never back (COO-13)
    evses = {str(one["uid"]).upper(): one for one in present.get("evses") or []}
    for evse in table.get("evses", []):
        known = evses.get(evse["uid"].upper(), {})
        evses[evse["uid"].upper()] = _dated_evse(_merged_evse(known, evse), stamp)
    return {**present, **table, "evses": list(evses.values()), "last_updated": stamp}


def _merged_evse(known: Mapping[str, Any], evse: Mapping[str, Any]) -> dict[str, Any]:
    held = {str(one["id"]).upper(): one for one in known.get("connectors") or []}
    for connector in evse["connectors"]:
        held[connector["id"].upper()] = {**held.get(connector["id"].upper(), {}), **connector}
    return {**known, **evse, "connectors": list(held.values()), "last_updated": None}
