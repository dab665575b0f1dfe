"""Calls of ours to stations: a row first, then the holder of the socket is woken; no caller ever waits for a station.

`queue` translates a typed verb (or a RawCall) into the station's version, validates it, masks its secrets and stores
it. `settle_all` ends calls exactly once; what the outcome means is said by the handlers' @settles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, get_args

import msgspec
from django.db import transaction
from django.utils import timezone

from ocppbridge import mailbox
from ocppbridge.charging import intents
from ocppbridge.charging.intents import Intent, NotOffered, RawCall
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.registration import may_ask
from ocppbridge.charging.replies import Registration
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Call, Station
from ocppbridge.rpc.errors import RpcError
from ocppbridge.services import bulk, sealing
from ocppbridge.versions import DIALECTS, Dialect, secrets
from roaming.postgres.questions import Question, first_of, whole

__all__ = ["End", "InvalidPayload", "NotAccepted", "NotOffered", "RawCall", "intent_of", "queue", "settle_all"]

OPEN: Final = (Call.State.QUEUED, Call.State.SENT)
# How long a call may wait for its station to come (back); commands say less.
PATIENCE: Final = timedelta(minutes=10)
_STATION, _TOKEN, _SINCE = -1, "<token>", datetime(1, 1, 1, tzinfo=UTC)  # for the real ones in the question
for _verb in get_args(Intent):
    msgspec.json.Decoder(_verb)  # what it is made of is found out now, and not by two threads at once (ocpi/decoding)


_SETTLE: Final = """
UPDATE ocppbridge_call c SET state = v.state, settled_at = v.settled_at, answer = v.answer, error_code = v.error_code,
    error_description = v.error_description, outcome = v.outcome, secret_payload = v.secret_payload
FROM jsonb_to_recordset(%s::jsonb) AS v(
    id uuid, state text, settled_at timestamptz, answer jsonb, error_code text, error_description text, outcome text,
    secret_payload text
)
WHERE c.id = v.id AND c.state IN ('queued', 'sent') RETURNING c.id
"""


class End(NamedTuple):
    """How a call has ended. `outcome` is the status that was told, `meaning` what the station made of the call."""

    call: Call
    state: Call.State
    at: datetime
    answer: Any = None
    error_code: str = ""
    error_description: str = ""
    outcome: str = ""
    meaning: Outcome | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """What the row says of it; its secrets are forgotten."""
        return {
            "state": self.state, "settled_at": self.at, "answer": self.answer, "error_code": self.error_code[:50],
            "error_description": self.error_description, "outcome": self.outcome[:50], "secret_payload": "",
        }  # fmt: skip


class NotAccepted(NotOffered):
    """The station may not be asked this before its boot is accepted (B02.FR.05, B03)."""


class InvalidPayload(ValueError):
    """The payload breaks the official schema of its action; the text says where."""


@transaction.atomic
def queue(
    station: Station,
    intent: Intent,
    *,
    purpose: str,
    reference: str = "",
    correlation_id: str = "",
    requested_by: str = "",
    expires_in: timedelta = PATIENCE,
) -> Call:
    """Store a call for the station and wake the holder of its socket on commit. Raises NotOffered or InvalidPayload."""
    action, payload = translated(dialect_of(station), intent)
    status = Registration(station.boot_status) if station.boot_status else None
    if not may_ask(status, action):
        raise NotAccepted(f"{station} is {station.boot_status}: {action} only when it has been accepted")
    payload = sealing.plain(payload)
    _refuse_lower(station, action, payload)
    masked = secrets.mask_request(action, payload)
    said = to_json(intent)
    secret = masked is not payload
    call = Call.objects.create(
        station=station,
        action=action,
        payload=masked,
        secret_payload=sealing.seal({"payload": payload, "intent": said}) if secret else "",
        intent="" if isinstance(intent, RawCall) else type(intent).__name__,
        intent_data={} if secret else said,
        purpose=purpose,
        reference=reference,
        correlation_id=correlation_id,
        requested_by=requested_by,
        expires_at=timezone.now() + expires_in,
        **_whose(intent),
    )
    mailbox.calls_wait([station])
    return call


def _refuse_lower(station: Station, action: str, payload: dict[str, Any]) -> None:
    """A05: whoever asks, in whatever form, a security profile is never lowered over the socket."""
    asked: object = None
    if action == "SetNetworkProfile":
        asked = payload["connectionData"]["securityProfile"]
    elif action == "ChangeConfiguration" and payload["key"] == "SecurityProfile":
        asked = payload["value"]
    present = max(station.security_profile or 0, station.security_minimum)
    if str(asked).isdecimal() and int(str(asked)) < present:
        raise NotOffered(f"security profile {asked} is less than the station's {present}, and it is never lowered")


def dialect_of(station: Station) -> Dialect:
    """The version that the station speaks, or spoke last."""
    dialect = DIALECTS.get(station.subprotocol)
    if dialect is None:
        raise NotOffered(f"{station} has never connected, so its OCPP version is not known")
    return dialect


def translated(dialect: Dialect, intent: Intent) -> tuple[str, dict[str, Any]]:
    """(action, payload) in the station's version."""
    try:
        return dialect.down(intent)
    except RpcError as error:
        raise InvalidPayload(error.description) from None


def latest_for(station_id: int, token: str, since: datetime) -> Call | None:
    """The last start or reservation asked of a station for this token, unless the station has refused it."""
    return first_of(Call, _asked(), {_STATION: station_id, _TOKEN: token, _SINCE: since})


@cache
def _asked() -> Question:
    asked = Call.objects.filter(
        station_id=_STATION, id_token=_TOKEN, intent__in=("StartCharging", "Reserve"), created_at__gt=_SINCE
    )
    found = asked.exclude(state=Call.State.REFUSED).order_by("-created_at")
    return Question.of(found.values_list(*whole(Call))[:1])


def settle_all(ends: Sequence[End]) -> list[End]:
    """End open calls, in one statement; those of them that had not ended before. Of the others nothing changes."""
    rows = bulk.fetch(_SETTLE, [{"id": end.call.pk, **end.columns} for end in ends])
    keys = {key for (key,) in rows}
    ended = [end for end in ends if end.call.pk in keys]
    for end in ended:
        for name, value in end.columns.items():
            setattr(end.call, name, value)
    return ended


def to_json(intent: Intent) -> dict[str, Any]:
    """The verb as JSON, to be read again by `intent_of`."""
    said: dict[str, Any] = msgspec.to_builtins(intent)
    return said


def intent_of(call: Call) -> Intent | None:
    """The verb that a call came from; a RawCall for the generic call. None if it is not known any more."""
    if not call.intent:
        return RawCall(call.action, call.payload)
    kind = getattr(intents, call.intent, None)
    said = sealing.unseal(call.secret_payload)["intent"] if call.secret_payload else call.intent_data
    if kind is None:
        return None
    try:
        intent: Intent = msgspec.convert(said, kind, strict=False)
    except msgspec.ValidationError:  # its secrets have been forgotten
        return None
    return intent


def _whose(intent: Intent) -> dict[str, Any]:
    """The columns by which a start is recognised later; tokens folded, since readers disagree about case (TOK-25)."""
    match intent:
        case intents.StartCharging() | intents.Reserve():
            place: Place | None = intent.place
            columns: dict[str, Any] = {"id_token": intent.token.folded(), "evse_number": place.evse if place else None}
            if isinstance(intent, intents.StartCharging):
                columns["remote_start_id"] = intent.remote_start_id
            return columns
        case intents.Unlock() | intents.ChangeAvailability():
            return {"evse_number": intent.place.evse}
        case intents.Reset():
            return {"evse_number": intent.evse}
        case _:
            return {}
