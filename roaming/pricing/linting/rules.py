"""lint: every rule over one tariff. Works on what was sent, also where it cannot be priced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from roaming.pricing.clock import moment
from roaming.pricing.documents import read_tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.figures import listed, number, require_fit
from roaming.pricing.findings import Finding, Severity, error, note, warning
from roaming.pricing.linting.components import Found, components
from roaming.pricing.linting.form import form
from roaming.pricing.linting.reach import reach
from roaming.pricing.linting.windows import windows
from roaming.pricing.rates import ENERGY, EXPIRES, PARKING_TIME, RESERVATION, plan

RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
USE = tuple(f"{side}_{name}" for name in ("kwh", "power", "current") for side in ("min", "max"))


def lint(tariff: Mapping[str, Any], *, at: datetime | None = None) -> list[Finding]:
    """All findings, errors first. `at` is the time to judge `expired` by; None: not judged."""
    found = [*form(tariff), *elements(tariff), *limits(tariff), *validity(tariff, at)]
    try:
        (source,) = read_tariffs(dict(tariff))
        require_fit("tariff", source)
        found += reach(plan(source))
    except BadInput as failure:
        if not any(one.severity is Severity.ERROR and one.pointer == failure.pointer for one in found):
            found.append(error("unreadable", failure.pointer, failure.reason))
    found = [one if one.witness else _shown(one, tariff) for one in found]
    return sorted(found, key=lambda one: RANK[one.severity])  # stable: document order inside


def _shown(finding: Finding, tariff: Mapping[str, Any]) -> Finding:
    """Where nothing has to be made up, what stands at the pointer is the witness."""
    value: Any = tariff
    for name in finding.pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    text = "nothing" if value is None else str(value)
    return msgspec.structs.replace(finding, witness={"found": text if len(text) <= 60 else f"{text[:57]}..."})


def elements(tariff: Mapping[str, Any]) -> Iterator[Finding]:
    priced: list[Found] = []
    if isinstance(tariff.get("elements"), list) and not tariff["elements"]:
        yield error("no_elements", "/elements", "a tariff has at least one element (TAR-06)")
    for index, element in enumerate(listed(tariff.get("elements"))):
        if not isinstance(element, Mapping):
            continue
        restrictions = element.get("restrictions")
        reservation = restrictions.get("reservation") if isinstance(restrictions, Mapping) else None
        own = [
            Found(index, at, component, reservation is not None)
            for at, component in enumerate(listed(element.get("price_components")))
            if isinstance(component, Mapping)
        ]
        priced += own
        yield from shape(index, element, own)
        if isinstance(restrictions, Mapping):
            yield from windows(index, restrictions)
            if reservation is not None:
                yield from reserved(index, restrictions, own)
    yield from components(priced, str(tariff.get("currency")))
    kinds = [_reservation(element) for element in listed(tariff.get("elements"))]
    if EXPIRES in kinds and RESERVATION not in kinds:
        message = "an expired reservation is priced and a used one is not: rarely meant"
        pointer = f"/elements/{kinds.index(EXPIRES)}/restrictions/reservation"
        yield note("expires_without_reservation", pointer, message)


def shape(index: int, element: Mapping[str, Any], own: list[Found]) -> Iterator[Finding]:
    pointer = f"/elements/{index}"
    if not own:
        yield error("element_without_components", f"{pointer}/price_components", "prices nothing", fix="remove it")
    seen: dict[str, int] = {}
    for one in own:
        if one.kind in seen:
            message = f"a second {one.kind} in one element: the first one counts, this one never (ocpi/ocpi#402)"
            witness = {"active": f"component {seen[one.kind] + 1}"}
            yield error("duplicate_dimension", one.pointer, message, witness=witness)
        seen.setdefault(one.kind, one.place)
    restrictions = element.get("restrictions")
    if isinstance(restrictions, Mapping) and not any(value not in (None, []) for value in restrictions.values()):
        yield note("empty_restrictions", f"{pointer}/restrictions", "restricts nothing", fix="leave it out")


def reserved(index: int, restrictions: Mapping[str, Any], own: list[Found]) -> Iterator[Finding]:
    for one in own:
        if one.kind in (ENERGY, PARKING_TIME):
            message = f"{one.kind} never happens in a reservation: only TIME and FLAT do (TAR-16)"
            yield error("reservation_dimension", one.pointer, message)
    for name in USE:
        if restrictions.get(name) is not None:
            message = "a reservation uses no energy: such a restriction never or always holds in it"
            yield error("reservation_restriction", f"/elements/{index}/restrictions/{name}", message)


def limits(tariff: Mapping[str, Any]) -> Iterator[Finding]:
    bounds = {
        (name, side): number(price.get(side))
        for name in ("min_price", "max_price")
        if isinstance(price := tariff.get(name), Mapping)
        for side in ("excl_vat", "incl_vat")
    }
    for side in ("excl_vat", "incl_vat"):
        least, most = bounds.get(("min_price", side)), bounds.get(("max_price", side))
        if least is not None and most is not None and least > most:
            message = f"the minimum {least:f} is above the maximum {most:f}"
            witness = {"minimum": f"{least:f}", "maximum": f"{most:f}"}
            yield error("price_limits_cross", f"/min_price/{side}", message, witness=witness)
    for name in ("min_price", "max_price"):
        excl, incl = bounds.get((name, "excl_vat")), bounds.get((name, "incl_vat"))
        if excl is not None and incl is None:
            message = "has no incl_vat: it is taken in proportion to the VAT of the session"
            yield note("limit_without_incl", f"/{name}", message)
        if excl is not None and incl is not None and incl < excl:
            witness = {"excl_vat": f"{excl:f}", "incl_vat": f"{incl:f}"}
            yield error(f"{name}_incl_lower_than_excl", f"/{name}/incl_vat", "is below excl_vat", witness=witness)


def validity(tariff: Mapping[str, Any], at: datetime | None) -> Iterator[Finding]:
    start, end = (moment(tariff.get(name)) for name in ("start_date_time", "end_date_time"))
    if start is not None and end is not None and end <= start:
        witness = {"start": f"{start:%FT%TZ}", "end": f"{end:%FT%TZ}"}
        yield error("never_active", "/end_date_time", "ends before it starts", witness=witness)
    elif end is not None and at is not None and end <= at:
        yield warning("expired", "/end_date_time", f"ended at {end:%FT%TZ}", witness={"now": f"{at:%FT%TZ}"})


def _reservation(element: Any) -> Any:
    restrictions = element.get("restrictions") if isinstance(element, Mapping) else None
    return restrictions.get("reservation") if isinstance(restrictions, Mapping) else None
