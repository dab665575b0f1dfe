"""Storing a client-owned object: the JSON as sent (but see `spelling`), beside the columns that are asked for.

The object is checked against what is stored; where that says something else, one transaction writes it, if nobody has
meanwhile (else once more, with the row locked), and marks its deliveries. An older last_updated never overwrites
(COO-13, S31); an object whose content is the same is acknowledged and neither dated anew nor sent on (LOC-14). Each
module's noun has a thin file of its own over this one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction

from roaming import postgres
from roaming.models import Platform, StoredObject
from roaming.ocpi import json, spelling
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject, NotFound, ServerError
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres import rows
from roaming.services import deliveries, object_rows
from roaming.services.contents import Content, Document
from roaming.services.decisions import choices

logger = logging.getLogger(__name__)

O = TypeVar("O", bound=StoredObject)  # noqa: E741  # the object's model
AHEAD = timedelta(days=1)  # a clock may be wrong, but not so that later updates are shut out (S31)


@dataclass(frozen=True)
class Kind(Generic[O]):
    """What storing has to know of a module."""

    module: ModuleID
    model: type[O]
    struct: type[Any]
    columns: Callable[[Any], dict[str, Any]]
    id_field: str = "id"
    may_replace: Callable[[O, Any], None] = lambda row, new: None  # raises what the peer is told
    keep: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None = None  # (stored, new) -> what to store
    after: Callable[[O, Any], None] = lambda row, new: None  # rows derived from the document
    kept_for: Callable[[PartyId, str], list[str]] = lambda owner, key: []  # the only parties that see it (TAR-30)


@dataclass(frozen=True)
class Stored(Generic[O]):
    obj: O
    created: bool
    changed: bool


def key(identifier: str) -> str:
    """Identifiers are compared without regard to case (TYP-03)."""
    return identifier.upper()


def find(kind: Kind[O], owner: PartyId, identifier: str, **more: str) -> O | None:
    return object_rows.read(kind.model, owner, key(identifier), more, lock=False)[0]


def store(
    kind: Kind[O],
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    more: Mapping[str, str] | None = None,
    addressee: PartyId | None = None,
    tell: bool = True,
    alone: bool = False,
    fresh: bool = False,
    beside: Mapping[str, Any] | None = None,
) -> Stored[O]:
    """Create or replace (PUT). `identifier` is the one in the URL, where there is one; `more` further key columns.

    An object pushed to one party by name is that party's to see (HUB-19), until it is pushed to the hub. `tell` is
    False for what its receiver has been passed already. `alone`: nobody else can be storing this object, and if it
    fails the caller's transaction may fail with it, so no savepoint is made. `fresh`: it is looked for only if it
    turns out that there is one. `beside`: columns of a new row that are not in the document.
    """
    push = _Push(kind, owner, document, source, now, more or {}, "" if addressee is None else str(addressee), tell)
    push.check(identifier)
    row = None if fresh else push.found(lock=False)
    if row is not None:
        if push.settled(row):
            return Stored(row, created=False, changed=False)
        with suppress(_Overtaken), transaction.atomic(savepoint=not alone):
            push.write(row)
            return Stored(row, created=False, changed=not push.same)
    with transaction.atomic(savepoint=not alone):
        row = None if row is None else push.found(lock=True)
        if row is None:
            created = push.create(beside or {})
            if created is not None:
                return Stored(created, created=True, changed=True)
            row = push.found(lock=True)
        if row is None:
            raise ServerError("The object could not be stored")
        return push.replace(row)


def change(
    kind: Kind[O],
    owner: PartyId,
    identifier: str,
    edit: Callable[[dict[str, Any]], Mapping[str, Any]],
    *,
    source: Platform | None,
    now: datetime,
    more: Mapping[str, str] | None = None,
    tell: bool = True,
) -> Stored[O]:
    """Replace a stored object by what `edit` makes of it (PATCH, a level below). Raises NotFound."""
    more = more or {}
    with transaction.atomic():
        row, read = object_rows.read(kind.model, owner, key(identifier), more, lock=True)
        if row is None:
            raise NotFound()
        edited = edit(json.loads(row.document))
        push = _Push(kind, owner, edited, source, now, more, row.addressees[0] if row.addressees else "", tell)
        push.read = read
        push.check(identifier)
        return push.replace(row)


class _Overtaken(Exception):
    """Somebody has written the row since it was read."""


class _Push(Generic[O]):
    """One object on its way into the database."""

    def __init__(
        self,
        kind: Kind[O],
        owner: PartyId,
        document: Document,
        source: Platform | None,
        now: datetime,
        more: Mapping[str, str],
        addressee: str,
        tell: bool,
    ) -> None:
        self.kind, self.owner, self.source, self.now, self.more = kind, owner, source, now, more
        self.addressee, self.tell = addressee, tell
        self.content = Content.of(document)
        self.new, told = spelling.read(kind.struct, self.content.says)
        if told is not self.content.says:
            logger.info("%s of %s are not spelled as specified", kind.module, source or owner)  # TYP-02
            self.content = Content.of(told)
        self.sent = self.content, self.new
        self.read, self.same = "", False  # which version of the row was read, and whether it says this
        self.was: Mapping[str, Any] = {}  # the row as it was read

    @property
    def identifier(self) -> str:
        return str(getattr(self.new, self.kind.id_field))

    def check(self, identifier: str | None) -> None:
        _check_identity(self.kind, self.owner, identifier, self.new)
        if self.new.last_updated > self.now + AHEAD:
            raise InvalidObject("/last_updated", "lies in the future")

    def found(self, *, lock: bool) -> O | None:
        identity = self.owner, key(self.identifier), self.more
        row, self.read = object_rows.read(self.kind.model, *identity, lock=lock)
        return row

    def create(self, beside: Mapping[str, Any]) -> O | None:
        """None if it is there by now."""
        row = self.kind.model(
            country_code=self.owner.country,
            party_id=self.owner.party,
            object_id=self.identifier,
            object_key=key(self.identifier),
            version=1,
            addressees=self.kind.kept_for(self.owner, key(self.identifier)) or [self.addressee] * bool(self.addressee),
            **self.more,
            **beside,
        )
        self._fill(row)
        if not rows.insert_if_absent(row):
            return None
        self.kind.after(row, self.new)
        self._mark(row)
        return row

    def replace(self, row: O) -> Stored[O]:
        """Of a row that is locked."""
        if self.settled(row):
            return Stored(row, created=False, changed=False)
        self.write(row)
        return Stored(row, created=False, changed=not self.same)

    def settled(self, row: O) -> bool:
        """Whether there is nothing to write. Raises what the peer is told."""
        self.content, self.new = self.sent
        self.was = rows.remembered(row)
        widened = self._address(row)
        self.same = self._is_same(row)
        if self.same:
            return not widened
        self.kind.may_replace(row, self.new)
        if self.new.last_updated < row.last_updated:
            partner = None if self.source is None else str(self.source.pk)
            if choices().value("OLDER-LAST-UPDATED", partner=partner) == "refuse":  # decision: OLDER-LAST-UPDATED
                raise InvalidObject("/last_updated", "is older than what is stored")
            return True
        return False

    def write(self, row: O) -> None:
        """Raises _Overtaken if it is not any more what was read: what was written beside it is to be undone."""
        if not self.same:
            row.version += 1
            self._fill(row)
        written = rows.update(row, self.was, self.read)
        if not self.same:
            self.kind.after(row, self.new)
        self._mark(row)
        if not postgres.rows_of(written):
            raise _Overtaken

    def _is_same(self, row: O) -> bool:
        if row.document == self.content.text:
            return True
        self._keep(row)
        return row.digest == self.content.digest

    def _address(self, row: O) -> bool:
        """Whether more parties may see it than before."""
        if not row.addressees or self.addressee in row.addressees:
            return False
        if self.kind.kept_for(self.owner, row.object_key):
            return False
        row.addressees = [*row.addressees, self.addressee] if self.addressee else []
        return True

    def _keep(self, row: O) -> None:
        """What an owner leaves out of a PUT and may not be forgotten all the same."""
        if self.kind.keep is None:
            return
        kept = self.kind.keep(json.loads(row.document), self.content.says)
        if kept != self.content.says:
            self.content = Content.of(kept)
            self.new = decode(self.kind.struct, kept)

    def _fill(self, row: O) -> None:
        row.document = self.content.text
        row.digest = self.content.digest
        row.last_updated = self.new.last_updated
        row.listed_at = max(self.now, self.new.last_updated)
        row.source_id = None if self.source is None else self.source.pk
        for name, value in self.kind.columns(self.new).items():
            setattr(row, name, value)

    def _mark(self, row: O) -> None:
        if self.tell:
            deliveries.mark(self.kind.module, row, self.now)


def _check_identity(kind: Kind[O], owner: PartyId, identifier: str | None, new: Any) -> None:
    """URL and body name the same object of the same owner (COO-08, COO-09, COO-14)."""
    if new.country_code.upper() != owner.country:
        raise InvalidObject("/country_code", f"{new.country_code} in the body, {owner.country} outside it")
    if new.party_id.upper() != owner.party:
        raise InvalidObject("/party_id", f"{new.party_id} in the body, {owner.party} outside it")
    named = getattr(new, kind.id_field)
    if identifier is not None and key(named) != key(identifier):
        raise InvalidObject(f"/{kind.id_field}", "differs from the URL")
