"""Tariffs: replaced as a whole, never patched (TAR-02); a deleted one stays for old sessions (TAR-05)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.models import Platform, Tariff
from roaming.ocpi import json
from roaming.ocpi import tariffs as words
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime
from roaming.ocpi.versions import ModuleID
from roaming.services import agreements, deliveries, objects
from roaming.services.contents import Document
from roaming.services.objects import Kind, Stored, key


def store(
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    addressee: PartyId | None = None,
) -> Stored[Tariff]:
    """PUT. One that was deleted comes back to life."""
    with transaction.atomic():
        stored = objects.store(
            TARIFFS, owner, document, source=source, now=now, identifier=identifier, addressee=addressee
        )
        if stored.obj.deleted_at is None:
            return stored
        row = Tariff.objects.select_for_update().get(pk=stored.obj.pk)  # what is the same was not locked
        if row.deleted_at is None:
            return Stored(row, created=False, changed=stored.changed)
        row.deleted_at = None
        row.version += 1
        row.listed_at = max(now, row.last_updated)
        row.save(update_fields=["deleted_at", "version", "listed_at"])
        deliveries.mark(ModuleID.TARIFFS, row, now)
        return Stored(row, created=True, changed=True)


def find(owner: PartyId, tariff_id: str) -> Tariff | None:
    """Deleted ones too: an old session may still need its price."""
    return objects.find(TARIFFS, owner, tariff_id)


def delete(owner: PartyId, tariff_id: str, *, source: Platform | None, now: datetime) -> bool:
    """Withdraw it everywhere (HUB-14); False if there is none."""
    with transaction.atomic():
        rows = Tariff.objects.select_for_update().filter(country_code=owner.country, party_id=owner.party)
        row = rows.filter(object_key=key(tariff_id), deleted_at=None).first()
        if row is None:
            return False
        row.deleted_at = now
        row.version += 1
        row.source = source
        row.save(update_fields=["deleted_at", "version", "source"])
        deliveries.mark(ModuleID.TARIFFS, row, now, deletion=True)
        return True


def succeed(tariff: Tariff, identifier: str, begins: datetime | None, *, now: datetime) -> Tariff:
    """A copy under another id. With `begins` it holds from then on and the first one until then (TAR-27)."""
    owner = PartyId(tariff.country_code, tariff.party_id)
    with transaction.atomic():
        document: dict[str, Any] = json.loads(tariff.document)
        stamp = format_datetime(max(now, tariff.last_updated))
        copy = {**document, "id": identifier, "last_updated": stamp}
        if begins is not None:
            copy["start_date_time"] = format_datetime(begins)
            ended = {**document, "end_date_time": format_datetime(begins), "last_updated": stamp}
            store(owner, ended, source=None, now=now)
        return store(owner, copy, source=None, now=now).obj


def columns(tariff: words.Tariff) -> dict[str, Any]:
    return {
        "currency": tariff.currency,
        "type": tariff.type.value if tariff.type else "",
        "start_date_time": tariff.start_date_time,
        "end_date_time": tariff.end_date_time,
    }


TARIFFS = Kind(ModuleID.TARIFFS, Tariff, words.Tariff, columns, kept_for=agreements.exclusive_to)
