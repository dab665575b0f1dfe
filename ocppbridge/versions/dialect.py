"""A dialect: one OCPP version as tables between its payloads and the domain's words.

Rule: a dialect is data. `ups` reads what a station says, `noted` lists what is only taken note of, `declined` says
why the rest is refused; `downs` writes our intents, `results` reads their answers. Together they name every action of
the version's schemas, which a test asserts. `losses` says what gets lost on the way, in both directions, which
another test measures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ocppbridge.charging.intents import Intent, NotOffered, RawCall
from ocppbridge.charging.messages import Informed, Message
from ocppbridge.charging.outcomes import Accepted, Outcome, of_status
from ocppbridge.charging.replies import Reply
from ocppbridge.rpc.errors import Code, Declined, SchemaFault, UnknownAction
from ocppbridge.versions import usual
from ocppbridge.versions.schemas import Complaint, Schemas, fault, schemas

Payload = Mapping[str, Any]

# What a lenient station's payload may break and still be understood: over-long texts, words that the version does not
# have, additional fields, odd times (field quirk 10). A wrong type or a missing field is refused all the same, but for
# the figures that stations are known to leave out or to write as the other type (field quirk 3).
_TOLERABLE: Final = frozenset({Code.PROPERTY_CONSTRAINT, Code.FORMAT_VIOLATION})
_BOUNDS: Final = frozenset({"minimum", "maximum"})  # a number out of its bounds is no number of ours
_FORGIVEN: Final = re.compile(r"/data|/meterStart|/meterStop|.*/sampledValue/\d+/value")


@dataclass(frozen=True, slots=True)
class Losses:
    """What a version and the domain cannot tell each other: "Action.field" or "Verb.field" → the reason."""

    not_taken: Mapping[str, str] = field(default_factory=dict)
    """Fields that a station may send and the domain does not take."""
    not_said: Mapping[str, str] = field(default_factory=dict)
    """Fields of the domain's messages that this version never fills."""
    not_sayable: Mapping[str, str] = field(default_factory=dict)
    """Fields of our intents and replies that this version cannot say."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """One version's tables, and the few verbs that use them."""

    version: str
    subprotocol: str
    ups: Mapping[str, Callable[[Payload], Message]]
    noted: frozenset[str]
    declined: Mapping[str, str]
    replies: Mapping[type, Callable[[Any], dict[str, Any]]]
    downs: Mapping[type, Callable[[Any], tuple[str, dict[str, Any]]]]
    results: Mapping[str, Callable[[Payload], Outcome]]
    to_station: frozenset[str]
    losses: Losses

    @cached_property
    def schemas(self) -> Schemas:
        """The version's compiled schemas."""
        return schemas(self.version)

    @cached_property
    def handled(self) -> frozenset[str]:
        """The actions of a station that get an answer with meaning."""
        return frozenset(self.ups) | self.noted

    @property
    def actions_from_station(self) -> frozenset[str]:
        """The actions that this version's stations send."""
        return self.handled | frozenset(self.declined)

    @property
    def actions_to_station(self) -> frozenset[str]:
        """The actions that we may send."""
        return self.to_station

    # What the station says

    def validate_request(self, action: str, payload: Payload) -> None:
        """Raise UnknownAction or SchemaFault unless it is a valid request, in whichever direction."""
        self.schemas.check_request(action, payload)

    @cached_property
    def answered_with_nothing(self) -> frozenset[str]:
        """The actions to which an empty answer is a valid one."""
        return frozenset(action for action, validator in self.schemas.responses.items() if validator.is_valid({}))

    def validate_response(self, action: str, payload: Payload) -> None:
        """Raise SchemaFault unless it is a valid answer to the action."""
        self.schemas.check_response(action, payload)

    @cached_property
    def usual(self) -> usual.Read:
        """Reads, at a third of the price, the frames that come all the time; None for any other."""
        return usual.reader(self.version, self.handled)

    def admit(self, action: str, payload: dict[str, Any], lenient: bool = False) -> tuple[Complaint, ...]:
        """Let a station's CALL in, or raise what to answer.

        The complaints returned are what a lenient station got away with; its nulls are taken out of the payload, for
        they mean "nothing" and would be read as something.
        """
        validator = self.schemas.requests.get(action)
        if validator is None:
            raise UnknownAction(f"OCPP {self.version} has no {action}")
        if action not in self.handled:
            raise Declined(self.declined.get(action, f"{action} is not for a station to send"))
        if validator.is_valid(payload):
            return ()
        if lenient:
            drop_nulls(payload)
        found = self.schemas.request_complaints(action, payload)
        unforgivable = [complaint for complaint in found if not (lenient and _forgiven(complaint))]
        if unforgivable:
            raise fault(unforgivable)
        return tuple(found)

    def up(self, action: str, payload: Payload) -> Message:
        """An admitted CALL (or SEND) in the domain's words."""
        read = self.ups.get(action)
        return read(payload) if read else Informed(action, payload)

    def down_reply(self, action: str, reply: Reply, request: Payload) -> dict[str, Any]:
        """Our reply in this version's words. `action` and `request` are there for what depends on the question."""
        return self.replies[type(reply)](reply)

    # What we say

    def down(self, intent: Intent) -> tuple[str, dict[str, Any]]:
        """(action, payload) of an intent, valid; raise NotOffered, or SchemaFault for an invalid RawCall."""
        if isinstance(intent, RawCall):
            return self._raw(intent)
        write = self.downs.get(type(intent))
        if write is None:
            name = type(intent).__name__  # ours, so nobody else knows it
            raise NotOffered(f"OCPP {self.version} cannot do it: {self.losses.not_sayable.get(name, name)}")
        action, payload = write(intent)
        try:
            self.schemas.check_request(action, payload)
        except SchemaFault as error:
            raise NotOffered(f"OCPP {self.version} cannot say it: {error.description}") from None
        return action, payload

    def _raw(self, call: RawCall) -> tuple[str, dict[str, Any]]:
        self.schemas.check_request(call.action, call.payload)
        if call.action not in self.to_station:
            raise NotOffered(f"{call.action} is for the station to send")
        return call.action, dict(call.payload)

    def up_result(self, action: str, payload: Payload, intent: Intent | None = None) -> Outcome:
        """What a valid answer to our call means. A RawCall's outcome carries the answer as it came."""
        if isinstance(intent, RawCall) or action not in self.results:
            status = payload.get("status")
            return of_status(status, data=payload) if isinstance(status, str) else Accepted("Answered", data=payload)
        return self.results[action](payload)


def _forgiven(complaint: Complaint) -> bool:
    if complaint.rule in _BOUNDS:
        return False
    return complaint.code in _TOLERABLE or _FORGIVEN.fullmatch(complaint.pointer) is not None


def drop_nulls(payload: dict[str, Any]) -> None:
    """Take every null out of the objects in a payload; without recursion, for it may be nested deeply."""
    waiting: list[Any] = [payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for name in [name for name, item in value.items() if item is None]:
                del value[name]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
