"""Tariffs together, and the connectors that name them: unknown ids, two at once, gaps in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from roaming.pricing.clock import moment
from roaming.pricing.credit import folded
from roaming.pricing.findings import Finding, error, note, warning


class Connector(NamedTuple):
    """A connector and the tariffs that it names; `name` says which one it is."""

    name: str
    tariff_ids: Sequence[str]


class Validity(NamedTuple):
    place: int
    id: str
    type: str
    start: datetime | None
    end: datetime | None


def lint_together(tariffs: Sequence[Mapping[str, Any]], connectors: Sequence[Connector] | None = None) -> list[Finding]:
    """Pointers start at the list of tariffs. Without connectors all tariffs are taken to be for one."""
    known: dict[str, int] = {}
    for at, tariff in enumerate(tariffs):
        known.setdefault(folded(tariff, "id"), at)
    found: list[Finding] = []
    if connectors is None:
        found += succession(list(range(len(tariffs))), tariffs, "these tariffs")
    for connector in connectors or ():
        for at, name in enumerate(connector.tariff_ids):
            if name.casefold() not in known:
                message = f"connector {connector.name} names tariff {name!r}, which is not known"
                found.append(error("unknown_tariff_id", f"/connectors/{connector.name}/tariff_ids/{at}", message))
        own = [known[name.casefold()] for name in connector.tariff_ids if name.casefold() in known]
        found += succession(own, tariffs, f"connector {connector.name}")
    for at, tariff in enumerate(tariffs):
        if known[folded(tariff, "id")] != at:
            found.append(error("duplicate_tariff_id", f"/{at}/id", f"tariff {tariff.get('id')!r} is there twice"))
    return found


def succession(own: Sequence[int], tariffs: Sequence[Mapping[str, Any]], where: str) -> Iterator[Finding]:
    """Of one type, one tariff follows the other without overlap or gap (TAR-27)."""
    spans = [_validity(at, tariffs[at]) for at in own]
    for kind in dict.fromkeys(span.type for span in spans):
        same = sorted((span for span in spans if span.type == kind), key=_begins)
        for before, after in pairwise(same):
            label = kind or "no type"
            if before.end is None or (after.start is not None and after.start < before.end) or after.start is None:
                since = f"{after.start:%FT%TZ}" if after.start else "any time before"
                both = f"{before.id} and {after.id} ({label})"
                message = f"tariffs {both} of {where} are valid at once: the first in the list wins"
                yield warning("overlapping_tariffs", f"/{after.place}", message, witness={"at": since})
            elif after.start > before.end:
                message = f"no tariff ({label}) of {where} is valid between {before.id} and {after.id}"
                witness = {"from": f"{before.end:%FT%TZ}", "until": f"{after.start:%FT%TZ}"}
                yield note("gap_between_tariffs", f"/{after.place}/start_date_time", message, witness=witness)


def _begins(span: Validity) -> str:
    return "" if span.start is None else span.start.isoformat()


def _validity(at: int, tariff: Mapping[str, Any]) -> Validity:
    start, end = (moment(tariff.get(name)) for name in ("start_date_time", "end_date_time"))
    return Validity(at, str(tariff.get("id")), str(tariff.get("type") or ""), start, end)
