"""A CDR against what we hold ourselves: its Session and the tariff published before it; sessions and CDRs that miss
each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from roaming.pricing.clock import moment, seconds
from roaming.pricing.credit import folded, is_credit, price
from roaming.pricing.figures import number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.flows import flow_check

Json = Mapping[str, Any]
ENERGY_SLACK = Decimal("0.01")  # kWh between Session.kwh and total_energy
TIME_SLACK = 60  # s
# (field of the CDR, field of the Session); texts compare without case.
TEXTS = (
    ("/currency", "/currency"),
    ("/cdr_token/uid", "/cdr_token/uid"),
    ("/cdr_token/contract_id", "/cdr_token/contract_id"),
    ("/cdr_location/id", "/location_id"),
    ("/cdr_location/evse_uid", "/evse_uid"),
    ("/cdr_location/connector_id", "/connector_id"),
    ("/authorization_reference", "/authorization_reference"),
    ("/meter_id", "/meter_id"),
)
IGNORED = frozenset(
    {"id", "last_updated", "country_code", "party_id", "tariff_alt_text", "tariff_alt_url", "energy_mix"}
)


def session_check(cdr: Json, sessions: Iterable[Json], tolerance: Decimal) -> Iterator[Finding]:
    name = folded(cdr, "session_id")
    if not name:
        yield note(
            "no_session_id",
            "/session_id",
            "the CDR names no session: allowed for reservations and CPOs without Sessions",
        )
        return
    session = next((one for one in sessions if folded(one, "id") == name), None)
    if session is None:
        yield warning("session_missing", "/session_id", f"no session {cdr['session_id']!r} is known")
        return
    yield from _texts(cdr, session)
    yield from _figures(cdr, session, tolerance)
    yield from flow_check(cdr, session)


def _texts(cdr: Json, session: Json) -> Iterator[Finding]:
    for ours, theirs in TEXTS:
        one, other = at(cdr, ours), at(session, theirs)
        if one is not None and other is not None and str(one).casefold() != str(other).casefold():
            yield error("session_mismatch", ours, f"is {one!r}, in the session {theirs} is {other!r}")


def _figures(cdr: Json, session: Json, tolerance: Decimal) -> Iterator[Finding]:
    energy, kwh = number(cdr.get("total_energy")), number(session.get("kwh"))
    if energy is not None and kwh is not None and abs(energy - kwh) > ENERGY_SLACK:
        amounts = {"cdr": energy, "session": kwh}
        yield error("session_mismatch", "/total_energy", "differs from the session's kwh", amounts=amounts)
    for field in ("start_date_time", "end_date_time"):
        ours, theirs = moment(cdr.get(field)), moment(session.get(field))
        if ours is not None and theirs is not None:
            apart = abs(Decimal(seconds(ours - theirs)))
            if apart > TIME_SLACK:
                yield warning("session_mismatch", f"/{field}", f"lies {abs(ours - theirs)} from the session's")
    for side in ("excl_vat", "incl_vat"):
        claimed, running = price(cdr, "total_cost", side), price(session, "total_cost", side)
        if claimed is not None and running is not None and abs(claimed - running) > tolerance and not is_credit(cdr):
            amounts = {"cdr": claimed, "session": running}
            yield warning("session_mismatch", f"/total_cost/{side}", "differs from the session's", amounts=amounts)


def held_check(embedded: Sequence[Json], held: Sequence[Json]) -> Iterator[Finding]:
    """The tariffs inside the CDR against those that were published for the connector (ocpi/ocpi#273, #543)."""
    for index, tariff in enumerate(embedded):
        ours = next((one for one in held if folded(one, "id") == folded(tariff, "id")), None)
        if ours is None:
            yield warning(
                "tariff_not_held", f"/tariffs/{index}/id", f"tariff {tariff.get('id')!r} was not published to us"
            )
            continue
        for pointer, theirs, mine in differences(tariff, ours, ""):
            message = f"is {theirs!r} in the CDR, {mine!r} in the tariff we hold"
            yield warning("tariff_differs_from_held", f"/tariffs/{index}{pointer}", message)


def differences(one: Any, other: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ, from the outside in; an absent field and null are the same."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other} - (IGNORED if not pointer else frozenset())):
            yield from differences(one.get(name), other.get(name), f"{pointer}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, theirs, f"{pointer}/{index}")
    elif one != other and not (number(one) is not None and number(one) == number(other)):
        yield pointer, one, other


def reconcile(sessions: Iterable[Json], cdrs: Iterable[Json]) -> list[Finding]:
    """Completed sessions without a CDR and CDRs without a session; pointers name them by place."""
    sessions, cdrs = list(sessions), list(cdrs)
    billed = {folded(cdr, "session_id") for cdr in cdrs}
    known = {folded(session, "id") for session in sessions}
    found = [
        warning("missing_cdr", f"/sessions/{at}", f"session {session.get('id')!r} is completed and has no CDR")
        for at, session in enumerate(sessions)
        if session.get("status") == "COMPLETED" and folded(session, "id") not in billed
    ]
    return found + [
        warning("missing_session", f"/cdrs/{at}", f"CDR {cdr.get('id')!r} is of a session that is not known")
        for at, cdr in enumerate(cdrs)
        if folded(cdr, "session_id") and folded(cdr, "session_id") not in known
    ]


def at(document: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document
