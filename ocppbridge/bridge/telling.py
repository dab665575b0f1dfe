"""What the partners are told after a station has been heard: sessions, CDRs, the statuses of EVSEs.

In the transaction that recorded it, in savepoints of their own: a tariff that cannot be priced is for staff to mend
and no reason to stop hearing the station. The sweep tries again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction

from ocppbridge.bridge import budgets, locations, reservations, sessions
from ocppbridge.bridge.places import Shelf
from ocppbridge.models import Evse, Transaction
from ocppbridge.services import alerts
from ocppbridge.services.turns import Turn
from roaming.services import deliveries

log = logging.getLogger(__name__)

LOOKED_AT_FOR: Final = timedelta(days=1)
AT_ONCE: Final = 50
NOT_HELD: Final = ("OUTOFORDER", "INOPERATIVE")


def tell_turn(turn: Turn) -> None:
    """Everything that a station's turn has changed."""
    _use_reservations([turn])
    _share_anew([turn])
    for row in turn.touched.values():
        tell_transaction(row, turn.now)
    tell_statuses(turn.changed_evses, turn.now)


def tell_turns(turns: Sequence[Turn]) -> None:
    """The same for many stations at once; raises where one of them cannot be told of."""
    _use_reservations(turns)
    _share_anew(turns)
    shelf = Shelf(turn.station.pk for turn in turns)
    with deliveries.asking_once():
        for turn in turns:
            for row in turn.touched.values():
                if row.cdr_token:
                    sessions.publish(row, turn.now, shelf)
        if turns:
            tell_statuses([evse for turn in turns for evse in turn.changed_evses], turns[0].now)


def _use_reservations(turns: Sequence[Turn]) -> None:
    """What has begun uses what was held for it; what a fault hits is held no more."""
    held = reservations.stations_with_open([turn.station.pk for turn in turns])
    for turn in turns:
        if turn.station.pk not in held:
            continue
        for pk in turn.began:
            reservations.used_by(turn.touched[pk], turn.now)
        if turn.speaks_numbers:
            reservations.lost((evse for evse in turn.changed_evses if evse.status in NOT_HELD), turn.now)


def _share_anew(turns: Sequence[Turn]) -> None:
    """A car has come, or gone: what its site has is shared among others."""
    running = Transaction.State.RUNNING
    changed = {
        turn.station.pk for turn in turns if turn.began or any(row.state != running for row in turn.touched.values())
    }
    if changed:
        budgets.touched(changed)


def tell_transaction(row: Transaction, now: datetime) -> bool:
    """Its Session and, when it is time, its CDR; False if that failed."""
    if not row.cdr_token:  # nobody is known who would pay, so there is nobody to tell
        return True
    try:
        with transaction.atomic():
            sessions.publish(row, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("cannot publish %s", row)
        alerts.raise_alert(row.station_id, "SESSION-NOT-PUBLISHED", f"{row}: {error}", now)
        return False
    return True


def tell_statuses(evses: Iterable[Evse], now: datetime) -> None:
    """The statuses as they stand, a location at a time."""
    locations.tell(evses, now)


def close_accounts(now: datetime) -> None:
    """CDRs that waited (decision CDR-DELAY), or that could not be made at first."""
    rows = Transaction.objects.exclude(state=Transaction.State.RUNNING).filter(
        cdr_id="", cdr_token__isnull=False, ended_at__gt=now - LOOKED_AT_FOR
    )
    for row in rows.exclude(location="").select_related("station").order_by("ended_at")[:AT_ONCE]:
        with transaction.atomic():
            locked = Transaction.objects.select_for_update(of=("self",)).select_related("station").get(pk=row.pk)
            if not locked.cdr_id:
                tell_transaction(locked, now)
