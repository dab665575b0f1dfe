"""Local authorization lists out of the OCPI tokens (D01, D02): who stands in them, and when they are brought in line.

A sweep looks at the lists that are due; a token that changes makes all of them due once changes have been collected.
What a transaction is worth is still decided when it begins: a list only lets a station start without asking.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from ocppbridge.bridge import places
from ocppbridge.charging.intents import SendList
from ocppbridge.charging.local_list import Candidate, Tokens, wanted
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.models import Call, LocalList, Station
from ocppbridge.services import calls, local_lists
from roaming.decisions import Choices
from roaming.ocpi.party import PartyId
from roaming.services import tokens
from roaming.services.decisions import choices

log = logging.getLogger(__name__)

AT_ONCE: Final = 20
ID_TAG: Final = 20  # characters, OCPP 1.6
ID_TOKEN: Final = 36
# A token that was stored in a transaction which took this long to commit is seen all the same.
SLOW_COMMIT: Final = timedelta(seconds=90)
WHITELISTS: Final = {"offline": ("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE"), "whitelist": ("ALWAYS", "ALLOWED")}

UNSETTLED: Final = (LocalList.State.UNKNOWN, LocalList.State.DOUBTFUL, LocalList.State.SENDING)

Wanted = tuple[Tokens, int]


@dataclass
class Cards:
    """What stations should hold, asked once for all that want the same."""

    now: datetime
    choices: Choices
    newest: datetime | None
    _found: dict[tuple[PartyId, str], list[Candidate]] = field(default_factory=dict)
    _wanted: dict[tuple[PartyId, str, int, int | None], Wanted] = field(default_factory=dict)

    def of(self, row: LocalList) -> Wanted:
        """For one station."""
        if row.wanted == local_lists.CLEAR:
            return {}, 0
        station = row.station
        which = self.choices.value("LOCAL-LIST-TOKENS", station=station.identity)  # decision: LOCAL-LIST-TOKENS
        longest_uid = ID_TAG if station.subprotocol == "ocpp1.6" else ID_TOKEN
        key = (places.owner(station), which, longest_uid, local_lists.longest(row))
        if key not in self._wanted:
            self._wanted[key] = wanted(self._candidates(key[0], which), longest_uid, key[3])
        return self._wanted[key]

    def _candidates(self, cpo: PartyId, which: str) -> list[Candidate]:
        if (cpo, which) not in self._found:
            cards = tokens.cards(cpo, now=self.now, whitelists=WHITELISTS[which])
            self._found[cpo, which] = [Candidate(uid, valid, group) for uid, valid, group in cards]
        return self._found[cpo, which]


def sweep(now: datetime) -> int:
    """Everything that is due; how many lists were looked at."""
    found, newest = choices(), tokens.last_change()
    _begin(found, now)
    if newest is not None:
        seconds = float(found.number("LOCAL-LIST-DEBOUNCE"))  # decision: LOCAL-LIST-DEBOUNCE
        local_lists.stale(newest, now, timedelta(seconds=seconds))
    cards, due = Cards(now, found, newest), local_lists.due(now, AT_ONCE)
    for pk in due:
        try:
            with transaction.atomic():
                row = local_lists.locked(pk)
                if row is not None:
                    look_at(row, cards)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("cannot bring local list %s in line", pk)
            local_lists.put_off(pk, f"{type(error).__name__}: {error}", now)
    return len(due)


def look_at(row: LocalList, cards: Cards, reported: int | None = None) -> None:
    """One step of one list, in the transaction that has locked it."""
    wished = bool(row.wanted) or row.state in UNSETTLED
    if not wished and not _kept(row.station, cards.choices):
        row.due_at = None
        row.save(update_fields=["due_at"])
        return
    listed, left_out = cards.of(row)
    if local_lists.step(row, listed, left_out, cards.now, reported):
        return
    row.seen_until = cards.newest or cards.now
    if cards.newest is not None and cards.now - cards.newest < SLOW_COMMIT:
        row.due_at = cards.now + SLOW_COMMIT
    row.save(update_fields=["seen_until", "due_at"])


def sent(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The answer to SendLocalList; the next piece follows at once."""
    row, piece = _row(call), calls.intent_of(call)
    if row is not None and isinstance(piece, SendList):
        local_lists.sent(row, piece, outcome, now)
        if row.due_at == now:
            look_at(row, Cards(now, choices(), tokens.last_change()))


def versioned(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The answer to GetLocalListVersion; what follows from it is sent at once."""
    row = _row(call)
    if row is not None:
        reported = local_lists.versioned(row, outcome, now)
        if reported is not None:
            look_at(row, Cards(now, choices(), tokens.last_change()), reported)


def _begin(found: Choices, now: datetime) -> None:
    """Stations that are to have a list and have none yet, or had none to have."""
    everywhere, others = found.holding("LOCAL-LIST", "keep")
    if not everywhere and not others:
        return
    asleep = Q(local_list=None) | (Q(local_list__due_at=None) & ~Q(local_list__state=LocalList.State.NONE))
    stations = Station.objects.filter(asleep, connection__isnull=False)
    chosen = stations.exclude(identity__in=others) if everywhere else stations.filter(identity__in=others)
    for station in chosen.order_by("pk")[:AT_ONCE]:
        row = local_lists.of(station)
        LocalList.objects.filter(pk=row.pk, due_at=None).update(due_at=now)


def _kept(station: Station, found: Choices) -> bool:
    return found.value("LOCAL-LIST", station=station.identity) == "keep"  # decision: LOCAL-LIST


def _row(call: Call) -> LocalList | None:
    """The list that a call was for, unless the call was somebody else's."""
    rows = LocalList.objects.select_for_update(of=("self",)).select_related("station__connection")
    return rows.filter(station=call.station, call=call).first()
