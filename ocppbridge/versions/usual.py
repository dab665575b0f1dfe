"""The usual frames: calls that carry meter values, parsed and checked in one pass over their text.

Rule: what is taken here obeys the official schema to the letter, and comes without its readings, on which no answer
depends (the drain reads them). For anything else, valid or not, the answer is None: the long way (`rpc.frames.parse`,
`Dialect.admit`) knows it, or says what is wrong. The types are made out of the schema files; what they cannot say
exactly (`customData`, which may hold anything) they do not know, so that a frame with it goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from math import ceil, floor
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, MsgspecError, UnsetType, defstruct, to_builtins
from msgspec.json import Decoder

from ocppbridge.rpc.frames import CALL, MAX_MESSAGE_ID, Call
from ocppbridge.versions import secrets
from ocppbridge.versions.schemas import read_schemas

READINGS: Final = ("meterValue", "transactionData")

Payload = Mapping[str, Any]
Read = Callable[[str], Call | None]

_LEAST, _MOST = -(2**31), 2**31 - 1
# RFC 3339 without what only some readers take: a blank for the T, an offset without its colon, a leap second.
_MOMENT: Final = (
    r"^[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_SILENT: Final = frozenset(
    {"$schema", "$id", "additionalItems", "comment", "default", "definitions", "description", "javaType", "title"}
)
_BOUNDS: Final = frozenset({"minimum", "maximum"})
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"maxLength", "enum", "format", "additionalProperties"}),
    "integer": _BOUNDS,
    "number": _BOUNDS,
    "boolean": frozenset(),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}


class _Unsayable(Exception):
    """A schema that no type here says exactly."""


def reader(version: str, actions: Iterable[str]) -> Read:
    """What reads the usual frames among these actions of a version."""
    kinds = {
        action: Decoder(_frame(action, schema))
        for action, direction, schema in read_schemas(version)
        if direction == "request" and action in actions and _is_usual(action, schema)
    }
    fields = {action: _readings_of(decoder) for action, decoder in kinds.items()}

    def read(text: str) -> Call | None:
        start = text.find('","', 0, MAX_MESSAGE_ID) + 3
        action = text[start : text.find('"', start)]
        decoder = kinds.get(action)
        if decoder is None or "\\" in text:  # what is escaped may be a NUL
            return None
        try:
            _, message_id, _, said = decoder.decode(text)
        except MsgspecError:
            return None
        setattr(said, fields[action], ())
        return Call(message_id, action, to_builtins(said), True)

    return read


def _is_usual(action: str, schema: Payload) -> bool:
    """Whether it has readings, and no secrets to be masked."""
    return action not in secrets.REQUESTS and any(name in schema["properties"] for name in READINGS)


def _frame(action: str, schema: Payload) -> Any:
    message_id = Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE_ID)]
    return tuple[Literal[CALL], message_id, Literal[action], _type(schema, schema)]  # type: ignore[misc, valid-type]


def _readings_of(decoder: Decoder[Any]) -> str:
    names = decoder.type.__args__[3].__struct_fields__
    return next(name for name in READINGS if name in names)


def _type(schema: Payload, whole: Payload) -> Any:
    """The type of exactly what a schema allows, or of less."""
    if "$ref" in schema:
        return _type(whole["definitions"][schema["$ref"].removeprefix("#/definitions/")], whole)
    kind = schema.get("type")
    if not isinstance(kind, str) or not schema.keys() - _SILENT - {"type"} <= _WORDS[kind]:
        raise _Unsayable
    match kind:
        case "string":
            return _string(schema)
        case "integer":
            return _integer(schema)
        case "number":
            return _integer(schema) | Annotated[float, Meta(ge=schema.get("minimum"), le=schema.get("maximum"))]
        case "array":
            lengths = Meta(min_length=schema.get("minItems"), max_length=schema.get("maxItems"))
            return Annotated[list[_type(schema["items"], whole)], lengths]  # type: ignore[misc]
        case "object":
            return _object(schema, whole)
    return bool


def _integer(schema: Payload) -> Any:
    """OCPP's has 32 bits, also where `schemas` lets more through."""
    least, most = schema.get("minimum", _LEAST), schema.get("maximum", _MOST)
    return Annotated[int, Meta(ge=max(ceil(least), _LEAST), le=min(floor(most), _MOST))]


def _string(schema: Payload) -> Any:
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if "format" in schema:
        if schema["format"] != "date-time":
            raise _Unsayable
        return Annotated[str, Meta(pattern=_MOMENT)]
    return Annotated[str, Meta(max_length=schema.get("maxLength"))]


def _object(schema: Payload, whole: Payload) -> Any:
    if schema.get("additionalProperties") is not False:
        raise _Unsayable
    required = schema.get("required", ())
    fields: list[Any] = []
    for name, part in schema["properties"].items():
        try:
            if iskeyword(name) or not name.isidentifier():
                raise _Unsayable
            kind = _type(part, whole)
        except _Unsayable:
            if name in required:
                raise
        else:
            fields.append((name, kind) if name in required else (name, kind | UnsetType, UNSET))
    return defstruct("Said", fields, forbid_unknown_fields=True, kw_only=True, gc=False)
