"""What a receiver has taken from another hub through us, although not out of our outbox (HUB-28, LOC-14).

A hub names the party that it pushes to: that is passed on and not stored (HUB-19). Later we read the same object in the
hub's list. The outbox compares it with what the receiver accepted last, so this is what it has to know, or every change
would come twice. Only noted of hubs: of others no list holds what they have pushed to one party by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.hub.routing import FOR_EVERYONE, Forward, Request
from roaming.models import Delivery, Party
from roaming.ocpi import json
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.patch import Path, merge, put_part
from roaming.ocpi.types import parse_datetime
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services.objects import key

LONGEST_ID, LONGEST_TYPE = 36, 11
Document = Mapping[str, Any]


def note(to: Forward, request: Request, path: Path, now: datetime) -> None:
    """The receiver has accepted this; `path` is what stands below the object in the URL."""
    pushed = request.interface is InterfaceRole.RECEIVER and request.method != "GET"
    if not pushed or request.module not in FOR_EVERYONE or request.owner is None or request.id is None:
        return
    kind = request.token_type if request.module is ModuleID.TOKENS else ""
    if len(request.id) > LONGEST_ID or len(kind) > LONGEST_TYPE:
        return  # no list of ours will ever hold it
    receiver = Party.objects.get(country_code=to.party.country, party_id=to.party.party, role=to.role.value)
    with transaction.atomic():
        row, _ = Delivery.objects.select_for_update().get_or_create(
            receiver=receiver, module=request.module.value, country_code=request.owner.country,
            party_id=request.owner.party, object_key=key(request.id), token_type=kind,
            defaults={
                "platform_id": to.platform, "state": Delivery.State.DELIVERED, "wanted_version": 0, "needs_put": False,
                "due_at": now,
            },
        )  # fmt: skip
        held = json.loads(row.accepted_document) if row.accepted_document else None
        has = _has(held, request, path)
        if has is not held:
            text = "" if has is None else json.dumps(has)
            Delivery.objects.filter(pk=row.pk).update(accepted_document=text)


def _has(held: Document | None, request: Request, path: Path) -> Document | None:
    """The whole object as the receiver has it now; None where that is not known, and then it is sent whole."""
    if request.method == "DELETE":
        return None
    try:
        if request.method == "PUT" and not path:
            return held if held is not None and _is_older(request.body, held) else dict(request.body)
        if held is None:
            return None
        if request.method == "PUT":
            return put_part(held, request.body, path)
        return merge(held, request.body, request.module, path)
    except (OcpiError, KeyError, TypeError, ValueError):  # it was passed on as it came, and not looked at
        return None


def _is_older(new: Document, held: Document) -> bool:
    return parse_datetime(new["last_updated"]) < parse_datetime(held["last_updated"])
