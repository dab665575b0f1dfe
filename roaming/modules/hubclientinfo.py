"""HubClientInfo. Sender: the parties that the caller may talk to, with their status (HCI-01, HCI-02, HCI-10).
Receiver: what another hub, behind or beside which we stand, tells of its own (HCI-04)."""

from __future__ import annotations

from django.conf import settings

from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, owned
from roaming.ocpi import json, paging
from roaming.ocpi.errors import NotFound
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import announcements, neighbours


def _list(asked: Asked) -> Reply:
    page = paging.parse(asked.query, max_limit=settings.OCPI_PAGE_LIMIT)
    known = announcements.known_to(asked.platform, asked.now)
    if page.date_from is not None:
        known = known.filter(announcements.changed_since(asked.platform, page.date_from))
    if page.date_to is not None:
        known = known.filter(last_updated__lt=page.date_to)
    total = known.count()
    rows = list(known.select_related("platform").order_by("pk")[page.offset : page.offset + page.limit])
    more = page.offset + len(rows) < total and bool(rows)
    url = asked.interface.url.rstrip("/")
    headers = paging.page_headers(page, total, paging.next_url(url, page) if more else None)
    return Reply(json.dump_bytes([announcements.client_info(row) for row in rows]), headers=headers, listed=len(rows))


def _told(asked: Asked) -> Reply:
    """What this hub told last."""
    told = neighbours.find(asked.platform, owned(asked))
    if told is None:
        raise NotFound()
    return Reply(neighbours.client_info(told))


def _take(asked: Asked) -> Reply:
    """Only a hub has parties to tell of (S21)."""
    if not neighbours.is_hub(asked.platform):
        raise NotFound()
    neighbours.take(asked.platform, asked.document, asked.now, owned(asked))
    return Reply()


INTERFACES = (
    Interface(ModuleID.HUBCLIENTINFO, InterfaceRole.SENDER, (Operation("GET", (), _list),), routed=False),
    Interface(
        ModuleID.HUBCLIENTINFO,
        InterfaceRole.RECEIVER,
        (Operation("GET", OWNER, _told), Operation("PUT", OWNER, _take)),
        routed=False,
    ),
)
