"""What a delivery is about, as it is now, and the request that carries it: URL, routing headers, body.

Broadcasts come from the hub, sessions and CDRs from their CPO (header matrix of HUB-10); ClientInfo has no routing
headers (HCI-07). URL segments name the owner, as the owner spells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from roaming.client import Answer
from roaming.hub.routing import FOR_EVERYONE
from roaming.models import Delivery, Endpoint, Party, Tariff
from roaming.ocpi import json
from roaming.ocpi.difference import Write
from roaming.ocpi.headers import Routing
from roaming.ocpi.hubclientinfo import ConnectionStatus
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.postgres.questions import Question, plain, row_of
from roaming.services import announcements, copies, parties, partners
from roaming.services.cdrs import CDRS
from roaming.services.decisions import choices
from roaming.services.locations import LOCATIONS
from roaming.services.objects import Kind
from roaming.services.sessions import SESSIONS
from roaming.services.tariffs import TARIFFS
from roaming.services.tokens import TOKENS
from roaming.services.visibility import visible

KINDS: dict[ModuleID, Kind[Any]] = {kind.module: kind for kind in (LOCATIONS, SESSIONS, CDRS, TARIFFS, TOKENS)}

# What stands in the question for the values that differ from delivery to delivery.
_OWNER, _RECEIVER, _KEY, _TYPE, _READER, _PLATFORM = ("<o", "o>"), ("<r", "r>"), "<key>", "<type>", -1, -1001
_NOW = datetime(1, 1, 1, tzinfo=UTC)
_questions: dict[tuple[Any, ...], Question] = {}


@dataclass
class Present:
    """The object at this moment; no content: it is gone."""

    identifier: str
    version: int
    text: str
    content: dict[str, Any] | None
    request_id: str = ""


def present(delivery: Delivery, now: datetime) -> Present | None:
    """None where the receiver may not see it (any more) (S23)."""
    module = ModuleID(delivery.module)
    if module is ModuleID.HUBCLIENTINFO:
        return _client_info(delivery, now)
    kind = KINDS[module]
    found = _question(kind, delivery).ask(_values(delivery, now))
    if not found:
        return None
    row = row_of(kind.model, found[0])
    gone = isinstance(row, Tariff) and row.deleted_at is not None
    shown = copies.of(kind, delivery.platform, [delivery.receiver], now)
    content = None if gone else shown.content(json.loads(row.document))
    text = row.document if shown.plain or content is None else json.dumps(content)
    return Present(row.object_id, row.version, text, content)


def _question(kind: Kind[Any], delivery: Delivery) -> Question:
    """Made once for each shape that the rule of visibility has."""
    shape = (
        kind.module, bool(delivery.token_type), delivery.receiver.role, delivery.receiver.special_tariffs,
        choices().value("VISIBILITY-DEFAULT"),
    )  # fmt: skip
    if shape not in _questions:
        question = _made(kind, *shape[1:4])
        if choices().value("VISIBILITY-DEFAULT") != shape[4]:  # it changed while the rule was made
            return question
        _questions[shape] = question
    return _questions[shape]


def _made(kind: Kind[Any], typed: bool, role: str, special_tariffs: bool) -> Question:
    rows = kind.model._default_manager.filter(country_code=_OWNER[0], party_id=_OWNER[1], object_key=_KEY)
    if typed:
        rows = rows.filter(type=_TYPE)
    reader = Party(
        pk=_READER, platform_id=_PLATFORM, country_code=_RECEIVER[0], party_id=_RECEIVER[1], role=role,
        special_tariffs=special_tariffs,
    )  # fmt: skip
    return Question.of(visible(rows, [reader], kind.module, _NOW).values_list(*plain(kind.model))[:1])


def _values(delivery: Delivery, now: datetime) -> dict[Any, Any]:
    to = delivery.receiver
    return {
        _OWNER[0]: delivery.country_code, _OWNER[1]: delivery.party_id, _KEY: delivery.object_key,
        _TYPE: delivery.token_type, _READER: to.pk, _PLATFORM: to.platform_id, _RECEIVER[0]: to.country_code,
        _RECEIVER[1]: to.party_id, "/".join(_RECEIVER): f"{to.country_code}/{to.party_id}", _NOW: now,
    }  # fmt: skip


def send(delivery: Delivery, present: Present, write: Write, known: Sequence[Endpoint]) -> Answer:
    """One request. `known`: the platform's endpoints. Raises CallFailed or ModuleNotOffered."""
    module = ModuleID(delivery.module)
    ids = partners.ids(delivery.correlation_id)
    present.request_id = ids.request_id
    return partners.send(
        delivery.platform,
        write.method,
        url_of(delivery, module, present, write, known),
        ids=ids,
        module=module.value,
        routing=routing_of(delivery, module),
        body=_body(present, write),
        reason="delivery",
        known=known,
    )


def url_of(
    delivery: Delivery, module: ModuleID, present: Present, write: Write, known: Sequence[Endpoint] | None = None
) -> str:
    """Raises ModuleNotOffered. `known`: the platform's endpoints, where they have been read."""
    endpoint = partners.endpoint(delivery.platform, module, InterfaceRole.RECEIVER, known)
    if module is ModuleID.CDRS:
        return endpoint
    owner = (delivery.country_code, delivery.party_id)
    if module is ModuleID.HUBCLIENTINFO:
        return partners.join(endpoint, owner)
    query = {"type": delivery.token_type} if module is ModuleID.TOKENS else {}
    return partners.join(endpoint, [*owner, present.identifier, *write.path], query)


def routing_of(delivery: Delivery, module: ModuleID) -> Routing:
    if module is ModuleID.HUBCLIENTINFO:
        return Routing()
    owner = PartyId(delivery.country_code, delivery.party_id)
    sender = parties.hub() if module in FOR_EVERYONE else owner
    return Routing(to=parties.party_id(delivery.receiver), sender=sender)


def _body(present: Present, write: Write) -> bytes | None:
    if write.method == "DELETE":
        return None
    if write.method in ("PUT", "POST") and not write.path:
        return present.text.encode()  # as the owner wrote it (HUB-31)
    return json.dump_bytes(write.body)


def _client_info(delivery: Delivery, now: datetime) -> Present | None:
    row = Party.objects.filter(country_code=delivery.country_code, party_id=delivery.party_id, role=delivery.object_key)
    party: Party | None = row.select_related("platform").first()
    if party is None:
        return None
    status = announcements.standing(party, delivery.platform, now)
    if status is ConnectionStatus.PLANNED and not delivery.accepted_document:
        return None  # it never heard of it
    content = announcements.client_info(party, status, datetime.fromtimestamp(delivery.wanted_version, UTC))
    return Present(party.role, delivery.wanted_version, json.dumps(content), content)
