"""Local lists as rows: one step of each at a time, a call to its station, whose answer makes the next step due.

Nothing is kept of a plan: after every answer it is made anew out of what the station holds and what it should hold, so
losing a process in between loses nothing. `charging.local_list` decides what is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from ocppbridge.charging import local_list as pure
from ocppbridge.charging.intents import AskListVersion, NotOffered, SendList, Variable
from ocppbridge.charging.local_list import Held, Next, Tokens, after, applied, plan
from ocppbridge.charging.outcomes import Accepted, Outcome, Unsupported
from ocppbridge.models import LocalList, Setting, Station
from ocppbridge.services import alerts, calls, variables

State = LocalList.State
PURPOSE: Final = "local list"
COMPARED_EVERY: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(minutes=5)
MOST_FAILURES: Final = 5
UNTOLD: Final = 50  # entries a message for a station whose limit is not known
LIMITS: Final = (Variable("SendLocalListMaxLength"), Variable("LocalAuthListMaxLength"))
FULL, CLEAR = "full", "clear"


def of(station: Station) -> LocalList:
    """Its row, made if need be."""
    row, _ = LocalList.objects.get_or_create(station=station)
    return row


def want(row: LocalList, what: str, now: datetime) -> None:
    """Staff's wish: the whole list anew, an empty one for as long as they say nothing else, or ("") what differs."""
    row.state, row.failures, row.problem, row.due_at, row.wanted = State.UNKNOWN, 0, "", now, what
    row.save()


def step(row: LocalList, tokens: Tokens, left_out: int, now: datetime, reported: int | None = None) -> bool:
    """Do what is due for a locked row; False if its list is as it should be. `reported`: the station has just said."""
    if row.call is not None and row.call.state in calls.OPEN:
        row.due_at = now + PATIENCE
        row.save(update_fields=["due_at"])
        return True
    if reported is None and _must_ask(row):
        return _ask(row, now)
    held = pure.load(row.tokens)
    row.drift, row.left_out = pure.drift(tokens, held), left_out
    anew = row.state == State.DOUBTFUL or row.wanted == FULL or (row.wanted == CLEAR and held)
    believed = Held(0) if anew else Held(row.version, held)
    calls_due = plan(tokens, believed, reported if reported is not None else row.reported_version, per_message(row))
    if not calls_due:
        row.state, row.stale_since, row.due_at, row.problem = State.SAME, None, now + COMPARED_EVERY, ""
        row.save()
        return False
    return _send(row, calls_due[0], now)


def per_message(row: LocalList) -> int:
    """What one message may carry: as staff say, as the station says, or few."""
    return row.per_message or _told(row.station, "ItemsPerMessage", "SendLocalListMaxLength") or UNTOLD


def longest(row: LocalList) -> int | None:
    """How many entries the station can hold, as far as anybody knows."""
    if row.longest:
        return row.longest
    most = Setting.objects.filter(station=row.station, component="LocalAuthListCtrlr", name="Entries", attribute="")
    limit = most.exclude(most="").values_list("most", flat=True).first()
    return _number(limit) or _told(row.station, "", "LocalAuthListMaxLength")


def sent(row: LocalList, piece: SendList, outcome: Outcome | None, now: datetime) -> None:
    """The station has answered a piece, or has not."""
    follows = Next.RESYNC if outcome is None else after(outcome)
    row.call = None
    if follows is Next.GO_ON:
        holds = applied(pure.load(row.tokens), piece)
        row.tokens, row.entries, row.version = pure.dump(holds), len(holds), piece.version
        row.reported_version, row.failures, row.problem, row.state = piece.version, 0, "", State.SENDING
        row.wanted = row.wanted if row.wanted == CLEAR else ""
        row.due_at = now
        row.save()
    elif follows is Next.NEVER:
        _none(row, outcome)
    else:
        _doubt(row, "no answer" if outcome is None else f"{outcome.status} {outcome.reason}".strip(), now)


def versioned(row: LocalList, outcome: Outcome | None, now: datetime) -> int | None:
    """The station has named its version, or not; the version."""
    row.call = None
    if isinstance(outcome, Accepted):
        row.reported_version, row.asked_at = int(outcome.data["version"]), now
        row.save()
        return row.reported_version
    if isinstance(outcome, Unsupported):
        _none(row, outcome)
    else:
        _doubt(row, "it does not name its version" if outcome else "no answer", now)
    return None


def _must_ask(row: LocalList) -> bool:
    """After every doubt, boot and new connection: a station may have been exchanged or reset meanwhile."""
    if row.state in (State.UNKNOWN, State.DOUBTFUL) or row.asked_at is None:
        return True
    station = row.station
    since = station.booted_at, station.connection.opened_at if station.connection else None
    return any(row.asked_at < moment for moment in since if moment is not None)


def _ask(row: LocalList, now: datetime) -> bool:
    station = row.station
    if row.asked_at is None:
        for limit in LIMITS:
            try:
                variables.read(station, [limit], purpose=PURPOSE)
            except (NotOffered, calls.InvalidPayload):
                continue
    row.call = calls.queue(station, AskListVersion(), purpose=PURPOSE, reference=str(row.pk))
    row.due_at = now + PATIENCE
    row.save()
    return True


def _send(row: LocalList, piece: SendList, now: datetime) -> bool:
    try:
        row.call = calls.queue(row.station, piece, purpose=PURPOSE, reference=str(row.pk))
    except (NotOffered, calls.InvalidPayload) as problem:
        row.state, row.problem, row.due_at = State.FAILED, str(problem)[:255], now + COMPARED_EVERY
        row.save()
        return True
    if row.state != State.DOUBTFUL:
        row.state = State.SENDING
    row.due_at = now + PATIENCE
    row.save()
    return True


def _doubt(row: LocalList, problem: str, now: datetime) -> None:
    row.state, row.problem, row.failures = State.DOUBTFUL, problem[:255], row.failures + 1
    row.due_at = now + timedelta(seconds=5 * 4 ** min(row.failures, 5))
    if row.failures == MOST_FAILURES:
        row.state, row.due_at = State.FAILED, now + COMPARED_EVERY
        alerts.raise_alert(row.station_id, "LOCAL-LIST-FAILED", f"its local list: {problem}", now)
    row.save()


def _none(row: LocalList, outcome: Outcome | None) -> None:
    row.state, row.due_at, row.wanted = State.NONE, None, ""
    row.tokens, row.entries, row.version, row.drift = [], 0, 0, 0
    row.problem = f"the station says {outcome.status}" if outcome else ""
    row.save()


def stale(newest: datetime, now: datetime, debounce: timedelta) -> int:
    """Tokens have changed: lists that do not have that yet are due when the changes have been collected."""
    rows = LocalList.objects.filter(seen_until__lt=newest, stale_since=None, state=State.SAME)
    return rows.update(stale_since=now, due_at=now + debounce)


def rebooted(station: Station, now: datetime) -> None:
    """What it held may be gone: it is asked at once, not at the next comparison."""
    LocalList.objects.filter(station=station, state=State.SAME, due_at__isnull=False).update(due_at=now)


def due(now: datetime, most: int) -> list[int]:
    """Lists to look at, of stations that are there."""
    rows = LocalList.objects.filter(due_at__lte=now, station__connection__isnull=False)
    return list(rows.order_by(F("due_at")).values_list("pk", flat=True)[:most])


def locked(pk: int) -> LocalList | None:
    """For a step; None while somebody else is at it."""
    rows = LocalList.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.select_related("station__connection", "call").filter(pk=pk).first()


def put_off(pk: int, problem: str, now: datetime) -> None:
    """Something of ours is wrong with it: staff see what, and the others go on."""
    rows = LocalList.objects.filter(pk=pk)
    rows.update(state=State.FAILED, problem=problem[:255], due_at=now + COMPARED_EVERY)


def _told(station: Station, variable: str, key: str) -> int | None:
    names = Setting.objects.filter(station=station, attribute="")
    here = names.filter(component="LocalAuthListCtrlr", name=variable) | names.filter(component="", name=key)
    return next(filter(None, map(_number, here.values_list("value", flat=True))), None)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and int(value) else None
