"""Pulling partners' lists: at first everything, then what changed, now and then (TRA-04 to TRA-09, COO-10, PAG-16).

A crawl goes on page by page through `ocpi.crawl`, which knows the ways in which peers break their Links. After each
page it stands in the row, so another worker can go on after a kill. An object that cannot be taken is counted and the
rest is (TRA-06). What a complete full crawl has not seen is gone: a location's EVSEs become REMOVED, a tariff is
deleted; sessions, CDRs and tokens never go that way.

Another hub is asked once for the parties behind it (HCI-12), then for what they have, in one list a module (HUB-18).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from roaming import nudges
from roaming.client import Answer, CallFailed
from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Location, Party, Platform, Pull, PulledKey, Tariff
from roaming.ocpi import json
from roaming.ocpi.crawl import Crawl, CrawlStopped
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.headers import Routing
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role, format_datetime
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import cdrs, locations, neighbours, objects, parties, partners, sessions, tariffs, tokens
from roaming.services.decisions import choices
from roaming.services.locks import Lock, held
from roaming.services.objects import Stored

BUDGET = 20.0  # seconds of one task
AGAIN = timedelta(minutes=10)  # after a failure
OVERLAP = timedelta(minutes=5)  # clocks differ, and what is asked for twice costs nothing
TASK = "roaming.pull"

_CPO_MODULES = (ModuleID.TARIFFS, ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.CDRS)
_STORES: dict[ModuleID, Callable[..., Stored[Any]]] = {
    ModuleID.LOCATIONS: locations.store,
    ModuleID.TARIFFS: tariffs.store,
    ModuleID.SESSIONS: sessions.store,
    ModuleID.CDRS: cdrs.store,
    ModuleID.TOKENS: tokens.store,
}
_HUB_MODULES = (ModuleID.HUBCLIENTINFO, *_CPO_MODULES, ModuleID.TOKENS)


def plan(platform: Platform, now: datetime) -> None:
    """After a handshake: a row for each list that the partner offers, due now; withdrawn lists are not pulled."""
    offered = set(platform.endpoints.filter(role=InterfaceRole.SENDER.value).values_list("module", flat=True))
    kept = []
    for party in parties.of_platform(platform):
        for module in _modules_of(party):
            if module.value not in offered:
                continue
            due = _first(party, module, offered, now) if interval(platform) else None
            row, _ = Pull.objects.update_or_create(
                party=party, module=module.value, defaults={"platform": platform, "next_at": due}
            )
            kept.append(row.pk)
    Pull.objects.filter(platform=platform).exclude(pk__in=kept).delete()


def _first(party: Party, module: ModuleID, offered: set[str], now: datetime) -> datetime | None:
    """What a hub's parties have makes sense once they are known."""
    waits = party.role == Role.HUB.value and module is not ModuleID.HUBCLIENTINFO
    return None if waits and ModuleID.HUBCLIENTINFO.value in offered else now


def _modules_of(party: Party) -> tuple[ModuleID, ...]:
    if party.role == Role.HUB.value:
        return _HUB_MODULES
    if party.hub_says:
        return ()
    if party.role in CHARGING_SIDE:
        return _CPO_MODULES
    return (ModuleID.TOKENS,) if party.role in DRIVING_SIDE else ()


def interval(platform: Platform) -> timedelta | None:
    value = choices().value("PULL-INTERVAL", partner=str(platform.pk))  # decision: PULL-INTERVAL
    return None if value == "none" else timedelta(hours=float(value))


def ask_now(pull: Pull, *, full: bool = False) -> None:
    """Staff's wish, or a partner that is back: go on with a crawl under way, begin one otherwise."""
    values: dict[str, Any] = {"next_at": timezone.now()}
    if full:
        values |= {"known_until": None, "url": "", "state": Pull.State.IDLE}
    Pull.objects.filter(pk=pull.pk).update(**values)
    nudges.nudge_each(TASK, [pull.pk], nudges.BULK)


def due(now: datetime) -> QuerySet[Pull]:
    return Pull.objects.filter(next_at__lte=now, platform__status=Platform.Status.CONNECTED)


def run(pull_id: int) -> None:
    """Some pages of a crawl; the next task goes on where this one stopped."""
    started = time.monotonic()
    with held(Lock.PULL, pull_id) as free:
        pull = due(timezone.now()).filter(pk=pull_id).select_related("platform", "party").first() if free else None
        if pull is None:
            return
        if not pull.url:
            _begin(pull)
        while pull.state == Pull.State.RUNNING and time.monotonic() - started < BUDGET:
            _page(pull)
    if pull.state == Pull.State.RUNNING:
        nudges.nudge_each(TASK, [pull.pk], nudges.BULK)


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
    query = {"date_from": format_datetime(pull.date_from)} if pull.date_from else {}
    pull.url = partners.join(endpoint, (), query)
    pull.offset = pull.pages = pull.objects_seen = pull.stored = pull.invalid = 0
    pull.total, pull.error, pull.finished_at = None, "", None
    pull.state, pull.started_at = Pull.State.RUNNING, now
    pull.save()


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
    keys = []
    for document in found:
        try:
            key, changed = _store(pull, document)
        except OcpiError as error:
            pull.invalid += 1
            pull.error = error.message[:2000]
            continue
        keys.append(key)
        pull.stored += changed
    if pull.full and keys:
        PulledKey.objects.bulk_create(PulledKey(pull=pull, object_key=key) for key in keys)


def _store(pull: Pull, document: Any) -> tuple[str, bool]:
    """Only the party's own objects: whoever else's the list holds is not its to give (COO-10). (key, new or changed)"""
    if not isinstance(document, dict):
        raise OcpiError("an object of the list is no object")
    module = ModuleID(pull.module)
    if module is ModuleID.HUBCLIENTINFO:
        return "", neighbours.take(pull.platform, document, timezone.now())
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
        _finish(pull)
        return
    pull.url, pull.offset, pull.total = following.url, following.offset, following.total
    pull.save()


def _finish(pull: Pull) -> None:
    now = timezone.now()
    if pull.full:
        _forget_gone(pull, now)
    pull.state, pull.url, pull.finished_at = Pull.State.IDLE, "", now
    pull.known_until = pull.started_at
    every = interval(pull.platform)
    pull.next_at = now + every * random.uniform(0.9, 1.1) if every else None  # noqa: S311  # splay (TRA-05)
    if pull.module == ModuleID.HUBCLIENTINFO:
        pull.next_at = None  # HCI-12: what changes is pushed
        if every:  # now that it is known who is behind the hub
            Pull.objects.filter(party=pull.party).exclude(pk=pull.pk).update(next_at=now)
    pull.save()
    PulledKey.objects.filter(pull=pull).delete()


def _fail(pull: Pull, reason: str) -> None:
    """What was read is good; the crawl begins anew later, and nothing is taken for gone."""
    pull.state, pull.url, pull.error = Pull.State.FAILED, "", reason[:2000]
    pull.next_at = timezone.now() + AGAIN * random.uniform(0.8, 1.2)  # noqa: S311  # splay
    pull.finished_at = timezone.now()
    pull.save()


def _forget_gone(pull: Pull, now: datetime) -> None:
    """Only what came from this partner, and only after every page was read (PAG-16)."""
    if pull.module == ModuleID.TARIFFS:
        for gone in _unseen(pull, Tariff.objects.filter(deleted_at=None)):
            owner = PartyId(gone.country_code, gone.party_id)
            tariffs.delete(owner, gone.object_id, source=pull.platform, now=now)
    if pull.module == ModuleID.LOCATIONS:
        for gone in _unseen(pull, Location.objects.filter(evses__isnull=False).exclude(evses__status="REMOVED")):
            _remove_evses(pull, gone, now)


def _unseen(pull: Pull, rows: QuerySet[Any]) -> QuerySet[Any]:
    seen = PulledKey.objects.filter(pull=pull, object_key=OuterRef("object_key"))
    from_there = rows.filter(~Exists(seen), source=pull.platform, created_at__lt=pull.started_at).distinct()
    if pull.party.role == Role.HUB.value:
        return from_there
    return from_there.filter(country_code=pull.party.country_code, party_id=pull.party.party_id)


def _remove_evses(pull: Pull, gone: Location, now: datetime) -> None:
    owner = PartyId(gone.country_code, gone.party_id)
    stamp = format_datetime(max(now, gone.last_updated))

    def edit(location: dict[str, Any]) -> dict[str, Any]:
        removed = [{**evse, "status": "REMOVED", "last_updated": stamp} for evse in location.get("evses") or []]
        return {**location, "evses": removed, "last_updated": stamp}

    objects.change(locations.LOCATIONS, owner, gone.object_id, edit, source=pull.platform, now=now)
