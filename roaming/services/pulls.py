"""Pulling partners' lists: at first everything, then what changed, now and then (TRA-04 to TRA-09, COO-10, PAG-16).

A crawl goes on page by page through `ocpi.crawl`, which knows the ways in which peers break their Links. After each
page it stands in the row, so another worker can go on after a kill. An object that cannot be taken is counted and the
rest is (TRA-06). What a complete full crawl has not seen is gone: see `vanished`.

Another hub is asked once for the parties behind it (HCI-12), then for what they have, in one list a module (HUB-18).
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from roaming import nudges
from roaming.client import Answer, CallFailed
from roaming.models import Party, Platform, Pull, PulledKey
from roaming.ocpi import json
from roaming.ocpi.crawl import Crawl, CrawlStopped, total_told
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.headers import Routing
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role, format_datetime
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import (
    cdrs,
    dialects,
    locations,
    neighbours,
    objects,
    parties,
    partners,
    plans,
    sessions,
    tariffs,
    tokens,
    vanished,
)
from roaming.services.locks import Lock, held
from roaming.services.objects import Stored

logger = logging.getLogger(__name__)

BUDGET = 20.0  # seconds of one task
AGAIN = timedelta(minutes=10)  # after a failure
# A peer that has just registered may not have stored what it was told: its first answers may be 401.
SOON_AGAIN, NEW_FOR = timedelta(seconds=5), timedelta(minutes=2)
OVERLAP = timedelta(minutes=5)  # clocks differ, and what is asked for twice costs nothing
MOST = 2**31 - 1  # objects; who says more is not believed (S8)
CATCH_UP = timedelta(minutes=1)
LIMIT = 100  # objects in a page: a peer whose own limit is none would send its whole list at once
TASK = "roaming.pull"

_CRAWL = (
    "url", "offset", "pages", "objects_seen", "total", "stored", "invalid", "error", "page_at", "state",
)  # fmt: skip
_STORES: dict[ModuleID, Callable[..., Stored[Any]]] = {
    ModuleID.LOCATIONS: locations.store,
    ModuleID.TARIFFS: tariffs.store,
    ModuleID.SESSIONS: sessions.store,
    ModuleID.CDRS: cdrs.store,
    ModuleID.TOKENS: tokens.store,
}


def ask_now(pull: Pull, *, full: bool = False, nudge: bool = True) -> None:
    """Staff's wish, or a partner that is back: go on with a crawl under way, begin one otherwise.

    A full one is asked for by forgetting what is known; while a delta runs, it comes after it.
    """
    values: dict[str, Any] = {"next_at": timezone.now()}
    if full:
        values |= {"known_until": None, "url": "", "state": Pull.State.IDLE}
    Pull.objects.filter(pk=pull.pk).update(**values)
    if nudge:
        nudges.nudge_each(TASK, [pull.pk], nudges.BULK)


def catch_up(now: datetime, away: timedelta) -> int:
    """We were away: every list is asked for what we missed, not all at the same moment (TRA-05, TRA-09)."""
    at_start = Q(next_at=None, module=ModuleID.HUBCLIENTINFO.value)  # HCI-12
    rows = list(Pull.objects.filter(Q(next_at__gt=now) | at_start))
    for row in rows:
        soon = now + min(away, CATCH_UP) * random.random()  # noqa: S311  # splay
        Pull.objects.filter(Q(next_at__gt=soon) | at_start, pk=row.pk).update(next_at=soon)
    return len(rows)


def due(now: datetime) -> QuerySet[Pull]:
    return Pull.objects.filter(next_at__lte=now, platform__status=Platform.Status.CONNECTED)


def run(pull_id: int, *, told: Callable[[Pull], None] = lambda pull: None, budget: float | None = None) -> Pull | None:
    """Some pages of a crawl; the next task goes on where this one stopped. `told` hears of every page.

    None where there was nothing to do, or somebody else is at it.
    """
    started, budget = time.monotonic(), BUDGET if budget is None else budget
    with held(Lock.PULL, pull_id) as free:
        pull = due(timezone.now()).filter(pk=pull_id).select_related("platform", "party").first() if free else None
        if pull is None:
            return None
        if not pull.url:
            _begin(pull)
        while pull.state == Pull.State.RUNNING and time.monotonic() - started < budget:
            _page_or_failure(pull)
            told(pull)
    if pull.state == Pull.State.RUNNING:
        nudges.nudge_each(TASK, [pull.pk], nudges.BULK)
    return pull


def _begin(pull: Pull) -> None:
    now = timezone.now()
    PulledKey.objects.filter(pull=pull).delete()
    try:
        endpoint = partners.endpoint(pull.platform, ModuleID(pull.module), InterfaceRole.SENDER)
    except OcpiError as error:
        _fail(pull, error.message)
        return
    pull.full = pull.known_until is None
    pull.date_from = None if pull.known_until is None else pull.known_until - OVERLAP
    query = {"limit": str(LIMIT)} | ({"date_from": format_datetime(pull.date_from)} if pull.date_from else {})
    pull.url = partners.join(endpoint, (), query)
    pull.offset = pull.pages = pull.objects_seen = pull.stored = pull.invalid = 0
    pull.total, pull.error, pull.finished_at = None, "", None
    pull.state, pull.started_at = Pull.State.RUNNING, now
    pull.save()


def _page_or_failure(pull: Pull) -> None:
    try:
        _page(pull)
    except Exception as error:  # ours: the list must not come again every second
        logger.exception("a page of %s on platform %s could not be taken", pull, pull.platform_id)
        pull.refresh_from_db()
        _fail(pull, f"the hub failed: {type(error).__name__}")


def _page(pull: Pull) -> None:
    try:
        answer = _get(pull)
        envelope = answer.envelope()
        if not envelope.accepted(answer.status):
            _fail(pull, f"HTTP {answer.status}, OCPI {envelope.status_code}: {envelope.status_message}")
            return
        found = envelope.many()
    except CallFailed as error:
        _fail(pull, f"{type(error).__name__}: {error}")
        return
    except OcpiError as error:
        _fail(pull, error.message)
        return
    _take(pull, found)
    _go_on(pull, answer, len(found))


def _get(pull: Pull) -> Answer:
    routed = pull.module != ModuleID.HUBCLIENTINFO.value  # HCI-07
    return partners.send(
        pull.platform,
        "GET",
        pull.url,
        ids=partners.ids(),
        module=pull.module,
        routing=Routing(to=parties.party_id(pull.party), sender=parties.hub()) if routed else None,
        reason="pull",
    )


def _take(pull: Pull, found: list[Any]) -> None:
    keys, others = [], _others(pull)
    for document in found:
        if isinstance(document, dict) and _named(document) in others:
            continue  # of a list of its own: some peers do not look at whom they are asked as
        try:
            key, changed = _store(pull, document)
        except OcpiError as error:
            key, changed = _not_taken(pull, document, error.message), False
        except Exception as error:  # ours: it must not stop the others, nor come again every second
            logger.exception("an object of %s could not be stored", pull)
            key, changed = _not_taken(pull, document, f"the hub failed: {type(error).__name__}"), False
        if key:
            keys.append(key)
        pull.stored += changed
    if pull.full and keys:
        PulledKey.objects.bulk_create(PulledKey(pull=pull, object_key=key) for key in keys)


def _others(pull: Pull) -> set[tuple[str, str]]:
    """The other parties of the platform."""
    rows = Party.objects.filter(platform=pull.platform).exclude(role=Role.HUB.value)
    own = (pull.party.country_code, pull.party.party_id)
    return set(rows.values_list("country_code", "party_id")) - {own} if pull.party.role != Role.HUB.value else set()


def _named(document: dict[str, Any]) -> tuple[str, str]:
    return str(document.get("country_code", "")).upper(), str(document.get("party_id", "")).upper()


def _not_taken(pull: Pull, document: Any, reason: str) -> str:
    """TRA-06: logged, and the rest of the page is taken. Its key, for it is on the list: an older one is not gone."""
    named = document.get("id") or document.get("uid") if isinstance(document, dict) else None
    named = named[:39] if isinstance(named, str) else ""
    pull.invalid += 1
    pull.error = f"{named + ': ' if named else ''}{reason}"[:2000]
    logger.warning("%s on platform %s: object not taken: %s", pull, pull.platform_id, pull.error)
    return objects.key(named)


def _store(pull: Pull, document: Any) -> tuple[str, bool]:
    """Only the party's own objects: whoever else's the list holds is not its to give (COO-10). (key, new or changed)"""
    if not isinstance(document, dict):
        raise OcpiError("an object of the list is no object")
    module = ModuleID(pull.module)
    if module is ModuleID.HUBCLIENTINFO:
        return "", neighbours.take(pull.platform, document, timezone.now())
    document = dialects.taken(pull.platform, module, document)
    stored = _STORES[module](_owner(pull, document), json.dumps(document), source=pull.platform, now=timezone.now())
    return stored.obj.object_key, stored.changed


def _owner(pull: Pull, document: dict[str, Any]) -> PartyId:
    if pull.party.role == Role.HUB.value:
        return neighbours.owner_of(pull.platform, document)
    return parties.party_id(pull.party)


def _go_on(pull: Pull, answer: Answer, count: int) -> None:
    crawl = Crawl(pull.url, offset=pull.offset, pages=pull.pages, objects=pull.objects_seen, total=pull.total)
    try:
        following = crawl.after(answer.headers, count)
    except CrawlStopped as error:
        pull.pages, pull.objects_seen = pull.pages + 1, pull.objects_seen + count
        _fail(pull, str(error))
        return
    pull.pages, pull.objects_seen, pull.page_at = pull.pages + 1, pull.objects_seen + count, timezone.now()
    if following is None:
        _finish(pull, total_told(answer.headers))
        return
    if following.offset > MOST:
        _fail(pull, f"its Link leads to offset {following.offset}")
        return
    pull.url, pull.offset = following.url, following.offset
    pull.total = None if following.total is None else min(following.total, MOST)
    pull.save(update_fields=_CRAWL)  # not what staff asked for meanwhile


def _finish(pull: Pull, told: int | None) -> None:
    """`told`: how many the list has. One that ends before is not all of it, and nothing is taken for gone (PAG-16)."""
    now = timezone.now()
    if pull.full and told is not None and pull.objects_seen < told:
        pull.error = f"The list ended after {pull.objects_seen} objects of {told}: nothing is taken for gone."
    elif pull.full:
        vanished.forget(pull, now)
    pull.state, pull.url, pull.finished_at = Pull.State.IDLE, "", now
    pull.total = pull.objects_seen if pull.total is None else pull.total
    every = plans.interval(pull.platform)
    pull.next_at = now + every * random.uniform(0.9, 1.1) if every else None  # noqa: S311  # splay (TRA-05)
    if not pull.full and Pull.objects.filter(pk=pull.pk, known_until=None).exists():
        pull.known_until, pull.next_at = None, now  # a full one was asked for while this delta ran
    else:
        pull.known_until = pull.started_at
    if pull.module == ModuleID.HUBCLIENTINFO:
        pull.next_at = None  # HCI-12: what changes is pushed
        if every:  # now that it is known who is behind the hub
            Pull.objects.filter(party=pull.party).exclude(pk=pull.pk).update(next_at=now)
    pull.save()
    PulledKey.objects.filter(pull=pull).delete()


def _fail(pull: Pull, reason: str) -> None:
    """What was read is good; the crawl begins anew later, and nothing is taken for gone."""
    pull.state, pull.url, pull.error = Pull.State.FAILED, "", reason[:2000]
    now, platform = timezone.now(), pull.platform
    new = platform.status_since is not None and now - platform.status_since < NEW_FOR
    pull.next_at = now + (SOON_AGAIN if new else AGAIN) * random.uniform(0.8, 1.2)  # noqa: S311  # splay
    pull.finished_at = now
    pull.save()
