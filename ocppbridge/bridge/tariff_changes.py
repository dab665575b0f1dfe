"""Staff give a running transaction another tariff (I11): on the station that prices by itself, and on the bill.

Rule: what the driver is shown and what is billed change together. A station that shows tariffs is asked first, and the
bill follows when it has accepted; where it refuses, everything stays. Where nothing is shown it counts at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from ocppbridge.bridge import closing, places, station_tariffs, telling
from ocppbridge.bridge.places import Shelf
from ocppbridge.bridge.tariff_switches import switches_of
from ocppbridge.bridge.tariff_words import translated
from ocppbridge.charging.intents import ChangeTariff, NotOffered
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import Call, TariffChange, Transaction
from ocppbridge.services import alerts, calls
from ocppbridge.services import station_tariffs as shown
from roaming.models import Session, Tariff
from roaming.ocpi import json
from roaming.services import sessions
from roaming.services.decisions import choices

PURPOSE: Final = "tariff of a transaction"
MOST: Final = 500
State = TariffChange.State


def offered(row: Transaction, now: datetime) -> list[tuple[str, str]]:
    """Tariffs of the station's party that could price it from now on: id, and id with kind and currency."""
    owner, first = places.owner(row.station), json.loads(row.tariff) if row.tariff else {}
    rows = Tariff.objects.filter(country_code=owner.country, party_id=owner.party, deleted_at=None)
    rows = rows.filter(Q(start_date_time=None) | Q(start_date_time__lte=now))
    rows = rows.filter(Q(end_date_time=None) | Q(end_date_time__gt=now))
    found = rows.filter(currency=first["currency"]) if first else rows
    now_by = _now_by(row)
    return [
        (one.object_id, " · ".join(filter(None, (one.object_id, one.type, one.currency))))
        for one in found.order_by("object_key")[:MOST]
        if one.object_id.upper() != now_by.upper()
    ]


@transaction.atomic
def change(row: Transaction, tariff_id: str, *, by: str, now: datetime) -> TariffChange:
    """Raises NotOffered with the reason why it cannot be, InvalidPayload where the station cannot be told."""
    row = closing.locked_row(row.pk)
    tariff = _wanted(row, tariff_id, now)
    made = TariffChange(
        transaction=row, ocpi_id=str(tariff["id"]), document=json.dumps(tariff), requested_by=by[:150], asked_at=now
    )
    if shown.shows(row.station_id) and row.transaction_id:
        said = translated(tariff)
        known = station_tariffs.sayable(said, row.station, choices())
        if known is None:
            raise NotOffered("OCPP cannot say that tariff: " + "; ".join(loss.text for loss in said.losses))
        made.tariff_id = str(known["tariffId"])
        intent = ChangeTariff(row.transaction_id, known)
        made.call = calls.queue(row.station, intent, purpose=PURPOSE, reference=str(row.session_id), requested_by=by)
        made.save()
    else:
        made.save()
        _counts(made, row, now)
    return made


def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The station's answer to a change."""
    made = TariffChange.objects.filter(call=call).select_related("transaction__station").first()
    if made is None:
        _of_driver(call, outcome, now)
    elif isinstance(outcome, Accepted):
        _counts(made, made.transaction, now)
    else:
        made.state, made.reason = State.REFUSED, _why(outcome)[:255]
        made.save(update_fields=["state", "reason"])
        alerts.raise_alert(call.station_id, "TARIFF-NOT-CHANGED", f"{made}: {made.reason}; its price stays", now)


def _of_driver(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """TAR-28: where the station goes on by its old tariff its sums will differ; the bill follows the driver's wish."""
    if isinstance(outcome, Accepted):
        return
    if call.reference:
        Transaction.objects.filter(station=call.station_id, session_id=call.reference).update(station_tariff="")
    alerts.raise_alert(call.station_id, "TARIFF-NOT-CHANGED", f"a transaction keeps its tariff: {_why(outcome)}", now)


def _why(outcome: Outcome | None) -> str:
    return f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"


def _wanted(row: Transaction, tariff_id: str, now: datetime) -> dict[str, Any]:
    owner = places.owner(row.station)
    if row.state != Transaction.State.RUNNING:
        raise NotOffered(f"{row} has ended")
    if not row.location:
        raise NotOffered("it takes place at no EVSE that is published, so no tariff prices it")
    tariff = Shelf().tariff(owner, tariff_id)
    if tariff is None:
        raise NotOffered(f"{owner} has no tariff {tariff_id}")
    if not places.holds(tariff, now):
        raise NotOffered(f"{tariff['id']} does not hold now")
    priced = json.loads(row.tariff)["currency"] if row.tariff else tariff["currency"]
    if tariff["currency"] != priced:
        raise NotOffered(f"{tariff['id']} is in {tariff['currency']}; a transaction keeps its currency, {priced}")
    if row.tariff_changes.filter(state=State.ASKED).exists():
        raise NotOffered("the station has not yet answered the change before this one")
    if str(tariff["id"]).upper() == _now_by(row).upper():
        raise NotOffered(f"{tariff['id']} prices it already")
    return tariff


def _now_by(row: Transaction) -> str:
    """The id of the tariff that prices it now."""
    owner = places.owner(row.station)
    chosen = switches_of(row, owner, sessions.find(owner, str(row.session_id)))
    last = chosen[-1][1] if chosen else (json.loads(row.tariff) if row.tariff else {})
    return str(last.get("id", ""))


def _counts(made: TariffChange, row: Transaction, now: datetime) -> None:
    made.state, made.since = State.HOLDS, now
    made.save(update_fields=["state", "since"])
    row.station_tariff = made.tariff_id or row.station_tariff
    Transaction.objects.filter(pk=row.pk).update(station_tariff=row.station_tariff)
    owner = places.owner(row.station)
    held = sessions.find(owner, str(row.session_id))
    if held is not None:
        Session.objects.filter(pk=held.pk).update(switched=True)
    telling.tell_transaction(row, now)
