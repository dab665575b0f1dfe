"""The drain: turns what the journal holds into transactions, states and settled calls, in each station's own order.

One drain runs for a shard at a time (advisory lock). It takes inbox rows in order (station, connection, n), stations
with more than meter values first, applies them by `@records` and deletes them in the same transaction. A batch is
applied together, its rows written in few statements; if any frame raises, that is undone and done again station by
station, and where a station's raise, one by one, each in a savepoint, up to the one that raises. That one is tried
again later, and after some tries put aside: a transaction message parks its station. It never reads by `id > last`:
ids are handed out before COMMIT, so late commits would be skipped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from ocppbridge import nudges
from ocppbridge.bridge import decisions, telling
from ocppbridge.handlers.applying import Journalled, Unreadable, apply, parks
from ocppbridge.handlers.settling import Answers
from ocppbridge.models import Frame, InboxItem, Quarantined, Station
from ocppbridge.services import alerts, shards, transactions
from ocppbridge.services.stations import whole_ones
from ocppbridge.services.turns import Turn
from ocppbridge.services.writes import Writes
from roaming import postgres

log = logging.getLogger(__name__)

BATCH: Final = 1000
STATIONS: Final = 200
TURN: Final = 0.2  # seconds; then other shards have theirs, for whose drains there may be no thread

_WAITING = """ocppbridge_inboxitem i
    WHERE i.shard = %(shard)s AND i.station_id <> ALL (%(skipped)s) AND NOT EXISTS (
        SELECT 1 FROM ocppbridge_quarantined q
        WHERE q.station_id = i.station_id AND q.parks AND q.resolved_at IS NULL)"""
MORE = f"SELECT EXISTS (SELECT 1 FROM {_WAITING} AND (i.priority = 0 OR i.frame_at < %(hurried)s))"  # noqa: S608  # our own words
PICK = f"""
WITH waiting AS (
    SELECT i.station_id FROM {_WAITING}
    GROUP BY i.station_id ORDER BY min(i.priority), min(i.id) LIMIT %(stations)s
), picked AS (
    SELECT i.id, i.station_id, i.connection_id, i.n, i.frame_id, i.frame_at, i.attempts
    FROM ocppbridge_inboxitem i JOIN waiting USING (station_id) WHERE i.shard = %(shard)s
    ORDER BY i.station_id, i.connection_id, i.n LIMIT %(batch)s
)
SELECT p.id, p.station_id, p.connection_id, p.n, p.frame_id, p.frame_at, p.attempts,
    f.kind, f.message_id, f.action, f.body, f.error, c.subprotocol
FROM picked p
LEFT JOIN ocppbridge_frame f ON f.id = p.frame_id AND f.at = p.frame_at
LEFT JOIN ocppbridge_connection c ON c.id = p.connection_id
ORDER BY p.station_id, p.connection_id, p.n
"""  # noqa: S608  # our own words


class Item(NamedTuple):
    """One inbox row with its frame."""

    id: int
    station_id: int
    connection_id: int
    n: int
    frame_id: int
    frame_at: datetime
    attempts: int
    kind: int
    message_id: str
    action: str
    body: str
    error: str
    subprotocol: str

    @property
    def frame(self) -> Journalled:
        """What there is to understand."""
        return Journalled(
            self.connection_id, self.frame_at, self.kind, self.message_id, self.action, self.body, self.error,
            self.subprotocol,
        )  # fmt: skip


def drain(shard: int) -> int:
    """Apply what waits in the shard; how many rows were done. Does nothing if another drain is at it.

    What comes meanwhile has no nudge of its own: it is met by the look after the mark is gone.
    """
    done, skipped, until = 0, set[int](), time.monotonic() + TURN
    while True:
        try:
            with transaction.atomic():
                free = shards.taken(shard)
                if free:
                    done += _apply_all(_pick(shard, skipped), skipped)
        finally:
            nudges.drain_begun(shard)  # also where the database was lost: the sweep's nudge is not to find the mark
        if not free or not _more(shard, skipped):
            return done
        if not skipped and time.monotonic() > until:
            nudges.drain([shard])
            return done


def rerun(quarantined: Quarantined, by: str) -> bool:
    """Staff's wish: apply a frame that was put aside. True if it went well; then its station goes on."""
    with transaction.atomic():
        row = Quarantined.objects.select_for_update().get(pk=quarantined.pk)
        station = Station.objects.get(pk=row.station_id)
        shards.wait_for(station.shard)
        item = _read(row)
        problem = "its frame is not in the journal any more" if item is None else _try(station, [item])
        if problem:
            row.attempts, row.error = row.attempts + 1, problem
        else:
            row.resolved_at, row.resolution = timezone.now(), f"run again by {by}"[:200]
        row.save()
        transaction.on_commit(lambda: nudges.drain([station.shard]))
        return not problem


def discard(quarantined: Quarantined, by: str, reason: str = "") -> None:
    """Staff's wish: let a frame go; what waits behind it goes on without it."""
    with transaction.atomic():
        row = Quarantined.objects.select_for_update().select_related("station").get(pk=quarantined.pk)
        row.resolved_at, row.resolution = timezone.now(), f"discarded by {by}: {reason}"[:200]
        row.save()
        transaction.on_commit(lambda: nudges.drain([row.station.shard]))


def _apply_all(items: Sequence[Item], skipped: set[int]) -> int:
    """Apply a batch, at first all together; stations that have failed are added to `skipped`."""
    groups = {station_id: list(group) for station_id, group in groupby(items, lambda item: item.station_id)}
    applied = [item.id for item in items]
    if groups and not _together(groups):
        applied = _each(groups, skipped)
    if applied:
        postgres.later("DELETE FROM ocppbridge_inboxitem WHERE id = ANY(%s)", [applied])
    return len(applied)


def _together(groups: Mapping[int, Sequence[Item]]) -> bool:
    """All stations in one go, their rows written together; False if any frame of any has failed, and nothing is done.

    A station that staff have deleted has nobody to apply its frames to.
    """
    stations = whole_ones(groups)
    running, out, turns, now = transactions.running(stations), Writes(), list[Turn](), timezone.now()
    try:
        with transaction.atomic():
            answers = _answers(item for items in groups.values() for item in items)
            for station_id, station in stations.items():
                turn = Turn(station, now, running[station_id], out)
                for item in groups[station_id]:
                    apply(item.frame, turn, answers)
                turn.finish()
                turns.append(turn)
            out.flush()
            answers.settle()
            telling.tell_turns(turns)
    except (OperationalError, InterfaceError):
        raise  # the database, not a frame: the whole batch comes again
    except Exception as error:  # noqa: BLE001  # whatever it is, it is met again station by station
        log.warning("a batch is applied station by station: %s: %s", type(error).__name__, error)
        return False
    return True


def _answers(items: Iterable[Item]) -> Answers:
    return Answers(item.message_id for item in items if item.kind in (Frame.Kind.RESULT, Frame.Kind.ERROR))


def _each(groups: Mapping[int, Sequence[Item]], skipped: set[int]) -> list[int]:
    """Station by station, so that none suffers from another's frames; the rows that are done."""
    stations = whole_ones(groups)
    applied: list[int] = []
    for station_id, rows in groups.items():
        station = stations.get(station_id)
        if station is None or _try(station, rows) is None:
            applied += [item.id for item in rows]
        else:
            applied += _one_by_one(station_id, rows, skipped)
    return applied


def _one_by_one(station_id: int, rows: Sequence[Item], skipped: set[int]) -> list[int]:
    """Up to the row that raises; a row put aside that does not park its station is stepped over."""
    applied = []
    for item in rows:
        station = Station.objects.prefetch_related("evses__connectors").get(pk=station_id)
        problem = _try(station, [item])
        if problem is None:
            applied.append(item.id)
        elif _put_aside(station, item, problem):
            applied.append(item.id)
            if parks(item.frame):
                break
        else:
            skipped.add(station_id)
            break
    return applied


def _try(station: Station, items: Sequence[Item]) -> str | None:
    """Apply rows of one station, all or nothing; what went wrong."""
    try:
        with transaction.atomic():
            turn, answers = Turn(station, timezone.now()), _answers(items)
            for item in items:
                apply(item.frame, turn, answers)
            turn.finish()
            turn.out.flush()
            answers.settle()
            telling.tell_turn(turn)
    except (OperationalError, InterfaceError):
        raise  # the database, not the frame: the whole batch comes again
    except Unreadable as error:
        return str(error)
    except Exception as error:
        log.exception("cannot apply %s of %s", ", ".join({item.action for item in items}), station)
        return f"{type(error).__name__}: {error}"
    return None


def _put_aside(station: Station, item: Item, problem: str) -> bool:
    """Count the try; True if it was the last."""
    tries = int(decisions.choices().number("DRAIN-ATTEMPTS"))  # decision: DRAIN-ATTEMPTS
    if item.attempts + 1 < tries:
        InboxItem.objects.filter(pk=item.id).update(attempts=F("attempts") + 1, error=problem)
        return False
    parked = parks(item.frame)
    Quarantined.objects.create(
        station=station,
        connection_id=item.connection_id,
        n=item.n,
        frame_id=item.frame_id,
        frame_at=item.frame_at,
        action=item.action or "",
        parks=parked,
        attempts=item.attempts + 1,
        error=problem,
    )
    text = f"{item.action}: {problem}"
    alerts.raise_alert(station.pk, "STATION-PARKED" if parked else "FRAME-QUARANTINED", text, timezone.now())
    return True


def _pick(shard: int, skipped: set[int]) -> list[Item]:
    words = {"shard": shard, "skipped": list(skipped), "stations": STATIONS, "batch": BATCH}
    return [Item(*row) for row in postgres.fetch(PICK, words)]


def _read(row: Quarantined) -> Item | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 0, f.station_id, f.connection_id, f.n, f.id, f.at, 0, f.kind, f.message_id, f.action, f.body,"
            " f.error, c.subprotocol FROM ocppbridge_frame f JOIN ocppbridge_connection c ON c.id = f.connection_id"
            " WHERE f.id = %s AND f.at = %s",
            (row.frame_id, row.frame_at),
        )
        found = cursor.fetchone()
    return Item(*found) if found else None


def _more(shard: int, skipped: set[int]) -> bool:
    """Whether there is more to be done here, or something has come while we were at it. What may wait for company
    still and has come before the look has its nudge before it."""
    hurried = timezone.now() - timedelta(seconds=nudges.PATIENCE)
    return bool(postgres.fetch(MORE, {"shard": shard, "skipped": list(skipped), "hurried": hurried})[0][0])
