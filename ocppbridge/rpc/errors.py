"""What goes wrong with a frame or a call, and how each OCPP version spells it.

RpcError
├── CallerFault        whoever sent the frame got it wrong
│   ├── FrameError     it is no frame; its message id may be unknown
│   ├── SchemaFault    the payload breaks its schema, at `pointer`
│   ├── UnknownAction  no OCPP version of ours has such an action: NotImplemented
│   └── Declined       the action exists, we do not handle it: NotSupported
├── Forbidden          not in this state, or not this station: SecurityError
└── InternalFault      ours
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

MAX_DESCRIPTION: Final = 255  # OCPP-J §4.2.3


class Code(StrEnum):
    """An error code, in the spelling of OCPP 2.x."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMAT_VIOLATION = "FormatViolation"
    PROPERTY_CONSTRAINT = "PropertyConstraintViolation"
    OCCURRENCE_CONSTRAINT = "OccurrenceConstraintViolation"
    TYPE_CONSTRAINT = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"
    MESSAGE_TYPE_NOT_SUPPORTED = "MessageTypeNotSupported"
    RPC_FRAMEWORK_ERROR = "RpcFrameworkError"


# OCPP 1.6J spells two codes in its own way and has no word for the last two.
_SPELLED_IN_16: Final[Mapping[Code, str]] = {
    Code.FORMAT_VIOLATION: "FormationViolation",
    Code.OCCURRENCE_CONSTRAINT: "OccurenceConstraintViolation",
    Code.RPC_FRAMEWORK_ERROR: "FormationViolation",
    Code.MESSAGE_TYPE_NOT_SUPPORTED: "GenericError",
}
# Stations use either spelling whatever version they speak, and add third ones.
_READ: Final[Mapping[str, Code]] = {
    **{code.value.lower(): code for code in Code},
    "formationviolation": Code.FORMAT_VIOLATION,
    "occurenceconstraintviolation": Code.OCCURRENCE_CONSTRAINT,
    "propertyconstraintviolations": Code.PROPERTY_CONSTRAINT,
}


def spelled(code: Code, version: str) -> str:
    """The code as the given version ("1.6", "2.0.1", "2.1") writes it."""
    return _SPELLED_IN_16.get(code, code.value) if version == "1.6" else code.value


def read_code(text: object) -> Code | str:
    """The code that a peer meant; a word that no version knows stays as it came, cut to a sane length."""
    words = text if isinstance(text, str) else ""
    return _READ.get(words.lower(), words[:50] or Code.GENERIC_ERROR)


class RpcError(Exception):
    """A failure that can be said in a CALLERROR."""

    code: Code = Code.GENERIC_ERROR

    def __init__(
        self, description: str = "", code: Code | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.description = description[:MAX_DESCRIPTION]
        self.code = code or self.code
        self.details: Mapping[str, Any] = details or {}


class CallerFault(RpcError):
    """The sender of the frame got it wrong."""

    code = Code.FORMAT_VIOLATION


class FrameError(CallerFault):
    """The text is no OCPP-J frame. `message_id` is what could still be read of it."""

    def __init__(self, description: str, code: Code, message_id: str | None = None, answerable: bool = True) -> None:
        super().__init__(description, code)
        self.message_id = message_id
        self.answerable = answerable


class SchemaFault(CallerFault):
    """The payload breaks the official schema of its action."""

    def __init__(self, description: str, code: Code, pointer: str = "") -> None:
        super().__init__(description, code)
        self.pointer = pointer


class UnknownAction(CallerFault):
    """No such action in this version of OCPP (field quirk 13)."""

    code = Code.NOT_IMPLEMENTED


class Declined(CallerFault):
    """A known action that this side does not handle."""

    code = Code.NOT_SUPPORTED


class Forbidden(RpcError):
    """Not allowed in the station's present state (B02.FR.09), or not this station's business."""

    code = Code.SECURITY_ERROR


class InternalFault(RpcError):
    """Our own failure; the station may repeat the call later."""

    code = Code.INTERNAL_ERROR
