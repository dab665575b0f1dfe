"""A transaction becomes an OCPI Session while it runs, and one CDR when it has ended; one path prices both.

Called in the transaction that records what the station said, so Session, CDR and their deliveries commit with it.
Nothing is published for a transaction without a known token owner or outside the OCPI locations of its party: there is
nobody to tell. The CDR carries the session's own id, so it can never exist twice; one whose figures are in doubt (S42)
or that our own validator does not accept waits at the CDR desk, and one that late news contradict is corrected
(corrections.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ocppbridge.bridge import corrections, costs, direct_payments, places, station_costs, station_tariffs
from ocppbridge.bridge.places import Shelf
from ocppbridge.bridge.signed import meter_id, signed_data
from ocppbridge.bridge.tariff_switches import switches_of
from ocppbridge.charging import stored
from ocppbridge.charging.progress import progress
from ocppbridge.models import Transaction
from ocppbridge.services import readings as told
from roaming.models import Session
from roaming.ocpi import json
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.types import format_datetime
from roaming.postgres import rows
from roaming.pricing import Bill, MeterPoint, SessionFacts, cut, price, session_document
from roaming.pricing.facts import StateName
from roaming.pricing.findings import Finding, error
from roaming.services import desk, desk_own, prices, sessions
from roaming.services.decisions import choices

WATT_HOURS = Decimal(1000)
RATE = timedelta(minutes=15)  # a Session's periods are no longer (SES-22)
RATE_DC = timedelta(minutes=5)
FREE_OF_CURRENCY = "EUR"  # Session.currency is required even where no price is known


@dataclass(frozen=True)
class Account:
    """What a transaction comes to so far. ``bill`` is None where no tariff is known: then the price is unknown."""

    start: str
    end: str
    periods: list[dict[str, Any]]  # of the CDR
    told: list[dict[str, Any]]  # of the Session
    tariffs: list[dict[str, Any]]
    currency: str
    bill: Bill | None


def begin(row: Transaction, shelf: Shelf | None = None) -> None:
    """Fix location and tariff as they are at the start (CDR-13, TAR-26). The caller saves the row."""
    place = places.find(row.station, row.evse_number, row.connector_number, row.started_at, row.cdr_token, shelf)
    if place is not None:
        row.location = json.dumps({**place.location, "time_zone": place.time_zone})
        row.tariff = json.dumps(place.tariff) if place.tariff else ""


def publish(row: Transaction, now: datetime, shelf: Shelf | None = None) -> bool:
    """Store the Session as it stands and, when the transaction has ended, its CDR; False if nobody is to be told."""
    changed = set[str]()
    new = not row.location
    if new:
        begin(row, shelf)
        changed |= {"location", "tariff"} if row.location else set()
    if row.location and row.cdr_token:
        _tell(row, now, new, changed, shelf or Shelf())
    elif row.location and row.id_token_type == direct_payments.DIRECT:
        _show(row, account_of(row, None), now, changed, shelf or Shelf())
    if changed:
        rows.write(row, changed)
    return bool(row.location and row.cdr_token)


def _tell(row: Transaction, now: datetime, new: bool, changed: set[str], shelf: Shelf) -> None:
    """`new`: it has no Session yet, unless a reservation has begun one. Adds to `changed` what the caller saves."""
    owner = places.owner(row.station)
    held = None if new else sessions.find(owner, str(row.session_id))
    account = account_of(row, held)
    if held is None or held.status not in sessions.FINAL:
        sessions.store(owner, _session(row, account, now), source=None, now=now, alone=True, fresh=new)
    _show(row, account, now, changed, shelf)
    switched = held is not None and held.switched
    if switched and station_tariffs.switch(row, switches_of(row, owner, held)):
        changed.add("station_tariff")
    if row.state != Transaction.State.RUNNING and _billable(row, now):
        if row.cdr_id:
            _correct(row, account, now, shelf)
        else:
            _close_account(row, account, now, changed, shelf)


def _show(row: Transaction, account: Account, now: datetime, changed: set[str], shelf: Shelf) -> None:
    """The price on the station's display, also of a payment that nobody roams with; what it calculated itself."""
    if account.bill is not None and costs.tell(row, account.bill, now, shelf):
        changed.update(costs.COLUMNS)
    if station_costs.judge(row, account.bill):
        changed.add("findings")


def _correct(row: Transaction, account: Account, now: datetime, shelf: Shelf) -> None:
    document = cdr_of(row, account, now, shelf)
    out = corrections.due(row, document)
    if out is not None:
        corrections.make(row, out, document, desk.explained(account.bill), doubts(row), now)


def _close_account(row: Transaction, account: Account, now: datetime, changed: set[str], shelf: Shelf) -> None:
    """A CDR that is no CDR at all is a finding for staff, never a reason to stop hearing the station."""
    owner, bill = places.owner(row.station), desk.explained(account.bill)
    try:
        found = [*doubts(row), *station_costs.doubts(row, account.bill)]
        desk_own.issue(owner, cdr_of(row, account, now, shelf), now, bill=bill, findings=found, alone=True)
    except InvalidObject as error:
        row.findings = [*row.findings, ["CDR_REFUSED", str(error)]]
        changed.add("findings")
        return
    row.cdr_id = str(row.session_id)
    changed.add("cdr_id")


def doubts(row: Transaction) -> list[Finding]:
    """What holds its CDR back: findings about its figures that nobody has looked at (S42)."""
    if row.released_at is not None:
        return []
    found = [one for one in stored.load(row.course).findings if one.holds]
    return [
        error(one.code.lower(), "/total_energy", one.text or "what the station told of it is in doubt") for one in found
    ]


def _billable(row: Transaction, now: datetime) -> bool:
    if row.ended_at is None:
        return False
    seconds = int(choices().number("CDR-DELAY", station=row.station.identity))  # decision: CDR-DELAY
    return now >= row.ended_at + timedelta(seconds=seconds)


def account_of(row: Transaction, held: Session | None) -> Account:
    """As it stands now; `held` is its Session, which knows of switched tariffs."""
    return _account(row, switches_of(row, places.owner(row.station), held))


def _account(row: Transaction, chosen: list[tuple[datetime, dict[str, Any]]]) -> Account:
    """`chosen`: the tariffs that it was switched to, and when (TAR-28, I11)."""
    location = json.loads(row.location)
    first = [json.loads(row.tariff)] if row.tariff else []
    tariffs = list(
        {str(tariff["id"]).upper(): tariff for tariff in [*first, *(tariff for _, tariff in chosen)]}.values()
    )
    facts = _facts(row, location["time_zone"], [(at, str(tariff["id"])) for at, tariff in chosen])
    timeline = session_document(facts, tariffs)
    begun, ended, periods = (timeline[name] for name in ("start_date_time", "end_date_time", "charging_periods"))
    told = _told(row, facts, tariffs, periods, RATE_DC if location["connector_power_type"] == "DC" else RATE)
    if not tariffs:
        return Account(begun, ended, periods, told, [], FREE_OF_CURRENCY, None)
    bill = price(timeline, tariffs, time_zone=location["time_zone"], options=prices.options(choices()))
    return Account(begun, ended, periods, told, tariffs, tariffs[0]["currency"], bill)


def _told(
    row: Transaction, facts: SessionFacts, tariffs: list[dict[str, Any]], periods: list[dict[str, Any]], rate: timedelta
) -> list[dict[str, Any]]:
    """The periods of the Session: those that are over, for receivers append what they are sent (SES-13, SES-14).

    Where the meter counts export, each tells import and export apart, which only a Session can (TAR-31).
    """
    both = row.export_start is not None or row.energy_export > 0
    if both or (facts.known_end or row.started_at) - row.started_at > rate:
        periods = cut(facts, tariffs, longest=rate, for_session=both)
    return periods[:-1] if row.state == Transaction.State.RUNNING else periods


def _until(row: Transaction) -> datetime:
    """The end, or the last news of a session that still runs."""
    return row.ended_at or max(row.last_news_at, row.started_at)


def _facts(row: Transaction, time_zone: str, switches: Sequence[tuple[datetime, str]] = ()) -> SessionFacts:
    readings = told.of(row)
    end = _until(row)
    imported = _course(readings, "energy_import", row.meter_start, row.energy_import, row, end)
    exported = _course(readings, "energy_export", row.export_start, row.energy_export, row, end)
    by_moment = {reading.at: reading for reading in readings}
    instants = sorted({*imported, *exported, *(at for at in by_moment if row.started_at <= at <= end)})
    points, taken, given = [], Decimal(), Decimal()
    for at in instants:
        taken, given = imported.get(at, taken), exported.get(at, given)
        reading = by_moment.get(at)
        points.append(
            MeterPoint(
                at=at,
                import_wh=taken,
                export_wh=given,
                power_w=reading.power if reading else None,
                current_a=reading.current if reading else None,
                soc=reading.soc if reading else None,
            )
        )
    reserved = (row.reserved_from, row.started_at) if row.reserved_from and row.reserved_from < row.started_at else None
    return SessionFacts(
        start=row.started_at, end=end, time_zone=time_zone, readings=points, states=_states(row), reservation=reserved,
        switches=switches,
    )  # fmt: skip


def _course(
    readings: list[told.Figures], field: str, first: Decimal | None, total: Decimal, row: Transaction, end: datetime
) -> dict[datetime, Decimal]:
    registers = [(reading.at, value) for reading in readings if (value := getattr(reading, field)) is not None]
    if not registers and not total:
        return {}
    return dict(progress(registers, first, total, row.started_at, end))


def _states(row: Transaction) -> list[tuple[datetime, StateName]]:
    """The course keeps `charging.states.activity`'s words, which are those of the facts."""
    return [(max(datetime.fromisoformat(at), row.started_at), word) for at, word in row.states]


def _session(row: Transaction, account: Account, now: datetime) -> dict[str, Any]:
    location = json.loads(row.location)
    running = row.state == Transaction.State.RUNNING
    document: dict[str, Any] = {
        "country_code": row.station.country_code,
        "party_id": row.station.party_id,
        "id": str(row.session_id),
        "start_date_time": account.start,
        "kwh": _kwh(row),
        "cdr_token": row.cdr_token,
        "auth_method": row.auth_method or "WHITELIST",
        "location_id": location["id"],
        "evse_uid": location["evse_uid"],
        "connector_id": location["connector_id"],
        "currency": account.currency,
        "charging_periods": account.told,
        "status": "ACTIVE" if running else "COMPLETED",
        "last_updated": format_datetime(now),
    }
    if row.authorization_reference:
        document["authorization_reference"] = row.authorization_reference
    if not running:
        document["end_date_time"] = account.end
    if account.bill is not None:
        document["total_cost"] = account.bill.total_cost.document()
    return document


def cdr_of(row: Transaction, account: Account, now: datetime, shelf: Shelf | None = None) -> dict[str, Any]:
    location = json.loads(row.location)
    del location["time_zone"]
    document: dict[str, Any] = {
        "country_code": row.station.country_code,
        "party_id": row.station.party_id,
        "id": str(row.session_id),
        "start_date_time": account.start,
        "end_date_time": account.end,
        "session_id": str(row.session_id),
        "cdr_token": row.cdr_token,
        "auth_method": row.auth_method or "WHITELIST",
        "cdr_location": location,
        "currency": account.currency,
        "charging_periods": account.periods,
        "last_updated": format_datetime(now),
    }
    if row.authorization_reference:
        document["authorization_reference"] = row.authorization_reference
    if account.tariffs:
        document["tariffs"] = account.tariffs
    if meter := meter_id(row, shelf):
        document["meter_id"] = meter
    if signed := signed_data(row, shelf):
        document["signed_data"] = signed
    return document | (account.bill.totals() if account.bill else _unpriced(row))


def _unpriced(row: Transaction) -> dict[str, Any]:
    """Without a tariff there is no price to ask: 0, and the remark says that it is not a free session."""
    hours = Decimal((_until(row) - row.started_at).total_seconds().__floor__()) / 3600
    return {
        "total_cost": {"excl_vat": 0},
        "total_energy": _kwh(row),
        "total_time": round(hours, 4),
        "remark": "No tariff was published for this connector; the price is unknown.",
    }


def _kwh(row: Transaction) -> Decimal:
    """Import less export, in kWh (TAR-31)."""
    return (row.energy_import - row.energy_export) / WATT_HOURS
