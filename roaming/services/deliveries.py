"""The outbox, writing side: marking (receiver, object) as to be told, in the transaction that changed the object.

One row for each receiver and object; a change only lifts `wanted_version` (TRA-08: no replay of old states). Who is
marked is `visibility.readers`, and the drain asks it again before it sends. Objects of hosted parties wait for a
receiver that is away (a window); what we merely relay does not: the partner must pull it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from roaming import nudges, postgres
from roaming.hub.addressing import DRIVING_SIDE, Role
from roaming.models import Cdr, Delivery, Party, Platform, Session, StoredObject, Tariff, Token
from roaming.ocpi import json
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.postgres.questions import Question
from roaming.services.decisions import choices
from roaming.services.visibility import acquainted, readers

TASK = "roaming.deliver"
_AWAY = (Platform.Status.OFFLINE, Platform.Status.SUSPENDED)
_PREFERRED = [*DRIVING_SIDE, Role.CPO, Role.HUB]

# What stands in the question for the values that differ from object to object.
_OWNER, _PAYER, _TARIFF, _SOURCE = ("<o", "o>"), ("<p", "p>"), "<tariff>", -1
_NOW = datetime(1, 1, 1, tzinfo=UTC)
_Seat = tuple[Any, ...]  # platform, party, status of the platform, country code, party id, role
_questions: dict[tuple[ModuleID, str], Question] = {}
_batch = threading.local()

_UPSERT = """
INSERT INTO roaming_delivery (
    platform_id, receiver_id, module, country_code, party_id, object_key, token_type, state, deletion, wanted_version,
    accepted_version, accepted_document, needs_put, due_at, attempts, last_error, remote_url, correlation_id,
    changed_at, ambiguous)
SELECT platform, receiver, %(module)s, %(country)s, %(party)s, %(key)s, %(type)s, state, %(deletion)s, %(version)s,
    0, '', away, %(now)s, 0, '', '', %(correlation)s, %(now)s, false
FROM jsonb_to_recordset(%(marked)s::jsonb) AS marked (platform bigint, receiver bigint, state text, away boolean)
ON CONFLICT (receiver_id, module, country_code, party_id, object_key, token_type) DO UPDATE SET
    platform_id = excluded.platform_id, state = excluded.state, deletion = excluded.deletion,
    wanted_version = CASE WHEN excluded.module = 'hubclientinfo' -- counted in seconds: two changes may share one
        THEN GREATEST(excluded.wanted_version, roaming_delivery.wanted_version + 1) ELSE excluded.wanted_version END,
    changed_at = excluded.changed_at,
    correlation_id = excluded.correlation_id, needs_put = roaming_delivery.needs_put OR excluded.needs_put,
    due_at = CASE WHEN roaming_delivery.state = 'PENDING' THEN roaming_delivery.due_at ELSE excluded.due_at END,
    attempts = CASE WHEN roaming_delivery.state = 'PENDING' THEN roaming_delivery.attempts ELSE 0 END,
    first_failed_at = CASE WHEN roaming_delivery.state = 'PENDING' THEN roaming_delivery.first_failed_at END
"""


class _Marked(NamedTuple):
    platform: int
    receiver: int
    state: str
    away: bool


class _Object(NamedTuple):
    module: ModuleID
    country: str
    party: str
    key: str
    version: int
    type: str = ""
    deletion: bool = False


def mark(
    module: ModuleID, obj: StoredObject, now: datetime, *, deletion: bool = False, correlation_id: str = ""
) -> int:
    """Everyone who may see the object is to be told; the number of receivers. Call inside the storing transaction."""
    kind = obj.type if isinstance(obj, Token) else ""
    what = _Object(module, obj.country_code, obj.party_id, obj.object_key, obj.version, kind, deletion)
    return _write(what, _receivers(module, obj, now), now, correlation_id)


@contextmanager
def asking_once() -> Iterator[None]:
    """Within it, who may see the objects of one owner (and payer) is asked once: for many objects in one transaction.

    That somebody may see them from the middle of it on is met where he reads the lists, as between mark and COMMIT.
    """
    _batch.seats = {}
    try:
        yield
    finally:
        del _batch.seats


def announce(party: Party, now: datetime, to: Party | None = None) -> int:
    """A ClientInfo changed: every platform with a party that may talk to this one is to be told, once (HCI-03).

    `to`: only that one's, for whom it is another from now on.
    """
    version = int((party.last_updated if to is None else now).timestamp())
    what = _Object(ModuleID.HUBCLIENTINFO, party.country_code, party.party_id, party.role, version)
    known = acquainted(party, now) if to is None else Party.objects.filter(pk=to.pk)
    found = _offering(known, ModuleID.HUBCLIENTINFO, party.platform_id)
    chosen: dict[int, _Marked] = {}
    for platform, receiver, status, *_ in found:
        chosen.setdefault(platform, _Marked(platform, receiver, Delivery.State.PENDING, status in _AWAY))
    return _write(what, list(chosen.values()), now, "")


def _write(what: _Object, marked: list[_Marked], now: datetime, correlation_id: str) -> int:
    if not marked:
        return 0
    values = {
        "module": what.module.value,
        "country": what.country,
        "party": what.party,
        "key": what.key,
        "type": what.type,
        "deletion": what.deletion,
        "version": what.version,
        "now": now,
        "correlation": correlation_id or str(uuid.uuid4()),
        "marked": json.dumps([one._asdict() for one in marked]),
    }
    postgres.later(_UPSERT, values)
    wake(one.platform for one in marked if one.state == Delivery.State.PENDING and not one.away)
    return len(marked)


def send_again(delivery: Delivery, now: datetime) -> None:
    """Staff's wish: the whole object, now, whatever was accepted before."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.PENDING, due_at=now, needs_put=True, attempts=0, first_failed_at=None, changed_at=now
    )
    Platform.objects.filter(pk=delivery.platform_id).update(retry_at=None)
    wake([delivery.platform_id])


def leave(delivery: Delivery, now: datetime) -> bool:
    """Staff's wish: it is not tried again. The partner has to pull it, unless the object changes once more."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING)
    return bool(waiting.update(state=Delivery.State.MUST_PULL, needs_put=True, changed_at=now))


def wake(platforms: Iterable[int]) -> None:
    """A drain for each, unless one is already on its way."""
    nudges.nudge_each(TASK, platforms, nudges.DELIVER)


def _receivers(module: ModuleID, obj: StoredObject, now: datetime) -> list[_Marked]:
    chosen: dict[tuple[int, str, str], _Marked] = {}
    for platform, pk, status, country, party, _ in _entitled(module, obj, now):
        # A party with two such roles on one platform is told once.
        marked = _Marked(platform, pk, _state(obj, platform, status), status in _AWAY)
        chosen.setdefault((platform, country, party), marked)
    return list(chosen.values())


def _entitled(module: ModuleID, obj: StoredObject, now: datetime) -> list[_Seat]:
    payer = (obj.token_country_code, obj.token_party_id) if isinstance(obj, Session | Cdr) else ("", "")
    tariff = obj.object_key if isinstance(obj, Tariff) else ""
    owner = (obj.country_code, obj.party_id)
    if obj.addressees:  # few, and each its own rule
        return _offering(readers(owner, module, now, payer, obj.addressees, tariff), module, obj.source_id)
    seats: dict[Any, list[_Seat]] = getattr(_batch, "seats", {})
    asked = (module, owner, payer, tariff, obj.source_id)
    if asked not in seats:
        values: dict[Any, Any] = dict(zip((*_OWNER, *_PAYER), (*owner, *payer), strict=True))
        found = _question(module).ask(values | {_TARIFF: tariff, _SOURCE: obj.source_id or 0, _NOW: now})
        seats[asked] = _ordered(found)
    return seats[asked]


def _question(module: ModuleID) -> Question:
    """Made once for each module and default of the hub."""
    default = choices().value("VISIBILITY-DEFAULT")
    if (module, default) not in _questions:
        tariff = _TARIFF if module is ModuleID.TARIFFS else ""
        question = Question.of(_seats(readers(_OWNER, module, _NOW, _PAYER, (), tariff), module, _SOURCE))
        if choices().value("VISIBILITY-DEFAULT") != default:  # it changed while the rule was made
            return question
        _questions[module, default] = question
    return _questions[module, default]


def _offering(parties: QuerySet[Party], module: ModuleID, source: int | None) -> list[_Seat]:
    return _ordered(_seats(parties, module, source))


def _ordered(found: Iterable[_Seat]) -> list[_Seat]:
    return sorted(found, key=lambda row: (_PREFERRED.index(Role(row[5])), row[1]))


def _seats(parties: QuerySet[Party], module: ModuleID, source: int | None) -> QuerySet[Party, Any]:
    """Those on registered platforms with that endpoint; never back to where it came from (HUB-35, S35)."""
    return parties.filter(
        ~Q(platform=source),
        platform__status__in=[Platform.Status.CONNECTED, *_AWAY],
        platform__endpoints__module=module.value,
        platform__endpoints__role=InterfaceRole.RECEIVER.value,
    ).values_list("platform_id", "pk", "platform__status", "country_code", "party_id", "role")


def _state(obj: StoredObject, platform: int, status: str) -> str:
    if status not in _AWAY or (obj.source_id is None and window(platform)):
        return Delivery.State.PENDING
    return Delivery.State.MUST_PULL


def window(platform: int) -> timedelta | None:
    """How long the marks of a partner that is away are kept; None: not at all (TRA-08 by the letter)."""
    value = choices().value("OFFLINE-WINDOW", partner=str(platform))  # decision: OFFLINE-WINDOW
    return None if value == "none" else timedelta(hours=float(value))
