"""The operations that stored objects share: lists, single objects, PUT, PATCH (PAG-*, COO-*, STA-03, STA-04)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from roaming.modules.interface import Asked, Handle, Operation, Reply
from roaming.ocpi import json, paging
from roaming.ocpi.errors import NotFound, UnknownParent
from roaming.ocpi.party import PartyId
from roaming.ocpi.patch import Path, find_part, merge, put_part
from roaming.ocpi.status import Status
from roaming.ocpi.versions import ModuleID
from roaming.services import copies, lists, objects, parties
from roaming.services.contents import Content, Document
from roaming.services.objects import Kind, Stored
from roaming.services.visibility import listed, visible

OWNER = ("country_code", "party_id")


def list_of(kind: Kind[Any], *, date_from_required: Callable[[Asked], bool] = lambda asked: False) -> Handle:
    """GET ALL from what is stored, or the list of one hosted party (HUB-18)."""

    def handle(asked: Asked) -> Reply:
        limit = settings.OCPI_PAGE_LIMIT
        request = paging.parse(asked.query, max_limit=limit, date_from_required=date_from_required(asked))
        owner = None if asked.party == parties.hub() else asked.party
        url = asked.interface.url.rstrip("/")
        shown = copies.of(kind, asked.platform, asked.readers, asked.now)
        of = lists.ListOf(kind.model, asked.readers, kind.module, url, owner, str(asked.platform.pk), shown)
        page = lists.page(request, of, asked.now, limit)
        return Reply(page.data, headers=page.headers, listed=page.count)

    return handle


def owned(asked: Asked) -> PartyId:
    """The owner in the URL."""
    try:
        return PartyId(asked.names["country_code"], asked.names["party_id"])
    except ValueError:
        raise NotFound() from None


def get_own(kind: Kind[Any], name: str, below: Sequence[str] = (), **more: Callable[[Asked], str]) -> Handle:
    """GET on a Receiver interface: the sender's own object, as it is stored (LOC-05)."""

    def handle(asked: Asked) -> Reply:
        columns = {column: value(asked) for column, value in more.items()}
        row = objects.find(kind, owned(asked), asked.names[name], **columns)
        if row is None or not listed(kind.model._default_manager.filter(pk=row.pk)).exists():
            raise _not_found(kind.module)
        return _part(row.document, _path(asked, below), kind.module)

    return handle


def get_visible(kind: Kind[Any], name: str, below: Sequence[str] = ()) -> Handle:
    """GET of one object on a Sender interface (LOC-02). Not yours looks like not there (S24)."""

    def handle(asked: Asked) -> Reply:
        rows = kind.model._default_manager.filter(object_key=objects.key(asked.names[name]))
        if asked.party is not None and asked.party != parties.hub():
            rows = rows.filter(country_code=asked.party.country, party_id=asked.party.party)
        found = list(listed(visible(rows, asked.readers, kind.module, asked.now))[:2])
        if len(found) != 1:
            raise _not_found(kind.module)
        shown = copies.of(kind, asked.platform, asked.readers, asked.now).text(found[0].document)
        return _part(shown, _path(asked, below), kind.module)

    return handle


def put(store: Callable[..., Stored[Any]], name: str) -> Handle:
    def handle(asked: Asked) -> Reply:
        stored = store(
            owned(asked), _document(asked), source=asked.platform, now=asked.now, identifier=asked.names[name],
            addressee=addressee(asked),
        )  # fmt: skip
        return Reply(http_status=201 if stored.created else 200)

    return handle


def put_below(kind: Kind[Any], name: str, below: Sequence[str]) -> Handle:
    """PUT of an EVSE or connector (LOC-07, LOC-08)."""

    def handle(asked: Asked) -> Reply:
        path = _path(asked, below)
        new = False

        def edit(document: dict[str, Any]) -> dict[str, Any]:
            nonlocal new
            new = find_part(document, path) is None
            return put_part(document, asked.document, path)

        try:
            objects.change(kind, owned(asked), asked.names[name], edit, source=asked.platform, now=asked.now)
        except NotFound as error:
            raise UnknownParent() if type(error) is NotFound else error from None
        return Reply(http_status=201 if new else 200)

    return handle


def patch(kind: Kind[Any], name: str, below: Sequence[str] = (), **more: Callable[[Asked], str]) -> Handle:
    def handle(asked: Asked) -> Reply:
        path, document = _path(asked, below), asked.document
        columns = {column: value(asked) for column, value in more.items()}
        try:
            objects.change(
                kind, owned(asked), asked.names[name], lambda stored: merge(stored, document, kind.module, path),
                source=asked.platform, now=asked.now, more=columns,
            )  # fmt: skip
        except NotFound as error:
            if type(error) is not NotFound:
                raise
            code = Status.UNKNOWN_LOCATION if kind.module is ModuleID.LOCATIONS else Status.INVALID_PARAMETERS
            raise NotFound("Unknown object: send the whole of it first", status=code) from None  # COO-12
        return Reply()

    return handle


def addressee(asked: Asked) -> PartyId | None:
    """The hosted party that the object was pushed to by name; None: it was pushed to the hub, for all."""
    return None if asked.party is None or asked.party == parties.hub() else asked.party


def levels(
    method: str, path: Sequence[str], below: Sequence[str], make: Callable[[Sequence[str]], Handle]
) -> list[Operation]:
    """One operation for each depth below the object."""
    return [Operation(method, (*path, *below[:depth]), make(below[:depth])) for depth in range(len(below) + 1)]


def _document(asked: Asked) -> Document:
    """Routing has parsed it already."""
    said = asked.request.body
    return asked.body if said is None else Content.parsed(asked.body, said)


def _path(asked: Asked, below: Sequence[str]) -> Path:
    return tuple(asked.names[name] for name in below)


def _part(document: str, path: Path, module: ModuleID) -> Reply:
    if not path:
        return Reply(document.encode())
    part = find_part(json.loads(document), path)
    if part is None:
        raise _not_found(module)
    return Reply(json.dump_bytes(part))


def _not_found(module: ModuleID) -> NotFound:
    return NotFound(status=Status.UNKNOWN_LOCATION if module is ModuleID.LOCATIONS else None)
