"""Storing a client-owned object: the JSON as sent, beside the columns that are asked for (DESIGN: validate a copy).

One transaction locks the object, checks it against what is stored, writes it and marks its deliveries. An older
last_updated never overwrites (COO-13, S31); an object whose content is the same is acknowledged and neither dated
anew nor sent on (LOC-14). Each module's noun has a thin file of its own over this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from django.db import IntegrityError, transaction

from roaming.models import Platform, StoredObject
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject, NotFound, ServerError
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import deliveries
from roaming.services.decisions import choices

O = TypeVar("O", bound=StoredObject)  # noqa: E741  # the object's model
Document = Mapping[str, Any] | str | bytes
AHEAD = timedelta(days=1)  # a clock may be wrong, but not so that later updates are shut out (S31)

_sorted = msgspec.json.Encoder(decimal_format="number", order="deterministic")


@dataclass(frozen=True)
class Kind(Generic[O]):
    """What storing has to know of a module."""

    module: ModuleID
    model: type[O]
    struct: type[Any]
    columns: Callable[[Any], dict[str, Any]]
    id_field: str = "id"
    may_replace: Callable[[O, Any], None] = lambda row, new: None  # raises what the peer is told
    after: Callable[[O, Any], None] = lambda row, new: None  # rows derived from the document


@dataclass(frozen=True)
class Stored(Generic[O]):
    obj: O
    created: bool
    changed: bool


def key(identifier: str) -> str:
    """Identifiers are compared without regard to case (TYP-03)."""
    return identifier.upper()


def find(kind: Kind[O], owner: PartyId, identifier: str, **more: str) -> O | None:
    return kind.model._default_manager.filter(**_identity(owner, identifier), **more).first()


def store(
    kind: Kind[O],
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    more: Mapping[str, str] | None = None,
) -> Stored[O]:
    """Create or replace (PUT). `identifier` is the one in the URL, where there is one; `more` further key columns."""
    text, content = _both(document)
    new = decode(kind.struct, content)
    _check_identity(kind, owner, identifier, new)
    _check_date(new, now)
    more = more or {}
    with transaction.atomic():
        row = _locked(kind, owner, getattr(new, kind.id_field), more)
        if row is None:
            created = _create(kind, owner, text, content, new, source, now, more)
            if created is not None:
                return Stored(created, created=True, changed=True)
            row = _locked(kind, owner, getattr(new, kind.id_field), more)
        if row is None:
            raise ServerError("The object could not be stored")
        return _replace(kind, row, text, content, new, source, now)


def change(
    kind: Kind[O],
    owner: PartyId,
    identifier: str,
    edit: Callable[[dict[str, Any]], Mapping[str, Any]],
    *,
    source: Platform | None,
    now: datetime,
    more: Mapping[str, str] | None = None,
) -> Stored[O]:
    """Replace a stored object by what `edit` makes of it (PATCH, a level below). Raises NotFound."""
    with transaction.atomic():
        row = _locked(kind, owner, identifier, more or {})
        if row is None:
            raise NotFound()
        text, content = _both(edit(json.loads(row.document)))
        new = decode(kind.struct, content)
        _check_identity(kind, owner, identifier, new)
        _check_date(new, now)
        return _replace(kind, row, text, content, new, source, now)


def _create(
    kind: Kind[O],
    owner: PartyId,
    text: str,
    content: dict[str, Any],
    new: Any,
    source: Platform | None,
    now: datetime,
    more: Mapping[str, str],
) -> O | None:
    """None if another request created it in the same moment."""
    row = kind.model(
        country_code=owner.country,
        party_id=owner.party,
        object_id=getattr(new, kind.id_field),
        object_key=key(getattr(new, kind.id_field)),
        version=1,
    )
    _fill(kind, row, text, content, new, source, now)
    for name, value in more.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    kind.after(row, new)
    deliveries.mark(kind.module, row, now)
    return row


def _replace(
    kind: Kind[O], row: O, text: str, content: dict[str, Any], new: Any, source: Platform | None, now: datetime
) -> Stored[O]:
    if row.document == text or row.digest == digest(content):
        return Stored(row, created=False, changed=False)
    kind.may_replace(row, new)
    if new.last_updated < row.last_updated:
        partner = None if source is None else str(source.pk)
        if choices().value("OLDER-LAST-UPDATED", partner=partner) == "refuse":  # decision: OLDER-LAST-UPDATED
            raise InvalidObject("/last_updated", "is older than what is stored")
        return Stored(row, created=False, changed=False)
    row.version += 1
    _fill(kind, row, text, content, new, source, now)
    row.save()
    kind.after(row, new)
    deliveries.mark(kind.module, row, now)
    return Stored(row, created=False, changed=True)


def _fill(
    kind: Kind[O], row: O, text: str, content: dict[str, Any], new: Any, source: Platform | None, now: datetime
) -> None:
    row.document = text
    row.digest = digest(content)
    row.last_updated = new.last_updated
    row.listed_at = max(now, new.last_updated)
    row.source = source
    for name, value in kind.columns(new).items():
        setattr(row, name, value)


def _locked(kind: Kind[O], owner: PartyId, identifier: str, more: Mapping[str, str]) -> O | None:
    rows = kind.model._default_manager.select_for_update(of=("self",))
    return rows.filter(**_identity(owner, identifier), **more).first()


def _identity(owner: PartyId, identifier: str) -> dict[str, str]:
    return {"country_code": owner.country, "party_id": owner.party, "object_key": key(identifier)}


def _both(document: Document) -> tuple[str, dict[str, Any]]:
    """The text to keep and its content; a text stays exactly as it was sent."""
    if isinstance(document, Mapping):
        content: Any = dict(document)
        return json.dumps(content), content
    content = json.loads(document)
    if not isinstance(content, dict):
        raise InvalidObject("", "expected an object")
    text = document if isinstance(document, str) else document.decode("utf-8-sig")
    return text.strip(), content


def _check_identity(kind: Kind[O], owner: PartyId, identifier: str | None, new: Any) -> None:
    """URL and body name the same object of the same owner (COO-08, COO-09, COO-14)."""
    if new.country_code.upper() != owner.country:
        raise InvalidObject("/country_code", f"{new.country_code} in the body, {owner.country} outside it")
    if new.party_id.upper() != owner.party:
        raise InvalidObject("/party_id", f"{new.party_id} in the body, {owner.party} outside it")
    named = getattr(new, kind.id_field)
    if identifier is not None and key(named) != key(identifier):
        raise InvalidObject(f"/{kind.id_field}", "differs from the URL")


def _check_date(new: Any, now: datetime) -> None:
    if new.last_updated > now + AHEAD:
        raise InvalidObject("/last_updated", "lies in the future")


def digest(content: Mapping[str, Any]) -> str:
    """Of the content without last_updated, also on the levels below: what changed only its date did not change."""
    return hashlib.sha256(_sorted.encode(_undated(content))).hexdigest()


def _undated(content: Mapping[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in content.items() if name != "last_updated"}
    for name in ("evses", "connectors"):
        if isinstance(bare.get(name), list):
            bare[name] = [_undated(part) if isinstance(part, Mapping) else part for part in bare[name]]
    return bare
