"""What one party sees, for staff: the same pages that the partner would read, with the same rule behind them (S22)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Party, Platform
from roaming.ocpi import paging
from roaming.ocpi.crawl import parse_link
from roaming.ocpi.headers import LINK, TOTAL_COUNT
from roaming.ocpi.versions import ModuleID
from roaming.services import copies, lists
from roaming.services.lists import ListOf, Page
from roaming.services.outgoing import KINDS

LIMIT = 500
_URL = "https://hub.invalid/"  # of the Link, which nobody follows


def modules(party: Party) -> list[ModuleID]:
    """Whose lists it may read at all."""
    if party.role in CHARGING_SIDE:
        return [ModuleID.TOKENS]
    if party.role in DRIVING_SIDE:
        return [ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.SESSIONS, ModuleID.CDRS]
    return [*KINDS]


def count(party: Party, module: ModuleID, now: datetime) -> int:
    """X-Total-Count, as the partner is told it."""
    return int(_page(party, module, [], now, 1).headers[TOTAL_COUNT])


def seen(party: Party, module: ModuleID, now: datetime) -> Iterator[bytes]:
    """A JSON array in pieces, object by object as the partner gets it."""
    yield b"["
    query: list[tuple[str, str]] = []
    before = b""
    while True:
        page = _page(party, module, query, now, LIMIT)
        if page.count:
            yield before + page.data[1:-1]
            before = b","
        following = parse_link(page.headers.get(LINK))
        if not following:
            break
        query = parse_qsl(urlsplit(following).query)
    yield b"]"


def _page(party: Party, module: ModuleID, query: list[tuple[str, str]], now: datetime, limit: int) -> Page:
    kind = KINDS[module]
    shown = copies.of(kind, party.platform or Platform(), [party], now)
    of = ListOf(kind.model, [party], module, _URL, copies=shown)
    return lists.page(paging.parse(query, max_limit=limit), of, now, limit)
