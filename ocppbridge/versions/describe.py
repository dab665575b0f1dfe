"""What a message is, out of the schemas and the dialects' own tables, so that it cannot go stale (`manage.py ocpp`).

Rule: every fact names its source: the schema (fields, types, limits), the specification (block), or us (direction's
handling, reasons, losses).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any, Final

from ocppbridge.versions.blocks import BLOCK_OF
from ocppbridge.versions.dialect import Dialect
from ocppbridge.versions.schemas import read_schemas

_MODEL_NAMES: Final = re.compile(r"^[\w .]+\s+urn:x-\S+\s*")
# Of AsciiDoc, in which 2.1's descriptions are written: a line's forced end, references, emphasis.
_MARKS: Final = (
    (re.compile(r" \+\s*$", re.MULTILINE), ""),
    (re.compile(r"<<(?:[^<>,]*,)?\s*\[?([^<>]*?)\]?>>"), r"\1"),
    (re.compile(r"(?<!\w)([_*`])(?!\s)(.+?)(?<!\s)\1(?!\w)"), r"\2"),
    (re.compile(r"\\\|"), "|"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message; `path` is dotted, `[]` marks a list."""

    path: str
    type: str
    required: bool
    limits: str = ""
    values: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One action of one version."""

    version: str
    action: str
    block: str
    direction: str
    handling: str
    request: tuple[Field, ...]
    response: tuple[Field, ...] | None
    losses: Mapping[str, str]


def describe(dialect: Dialect, action: str) -> Message | None:
    """The message; None if the version has no such action."""
    known = schemas_of(dialect.version)
    request, response = known.get((action, "request")), known.get((action, "response"))
    if request is None:
        return None
    lost = dialect.losses
    tables = (lost.not_taken, lost.not_said, lost.not_sayable)
    return Message(
        version=dialect.version,
        action=action,
        block=BLOCK_OF[action],
        direction=direction(dialect, action),
        handling=handling(dialect, action),
        request=tuple(fields(request)),
        response=tuple(fields(response)) if response is not None else None,
        losses={name: why for table in tables for name, why in table.items() if name.startswith(f"{action}.")},
    )


def direction(dialect: Dialect, action: str) -> str:
    """Who sends it."""
    both = action in dialect.actions_from_station, action in dialect.actions_to_station
    return {(True, True): "both", (True, False): "station to CSMS"}.get(both, "CSMS to station")


def is_answered(dialect: Dialect, action: str) -> bool:
    """Not what 2.1 sends as a SEND: it has no response."""
    return (action, "response") in schemas_of(dialect.version)


def handling(dialect: Dialect, action: str) -> str:
    """What becomes of it here."""
    if action in dialect.declined:
        return f"declined (NotSupported): {dialect.declined[action]}"
    said = []
    if action in dialect.ups:
        said.append("understood and answered" if is_answered(dialect, action) else "understood, never answered (SEND)")
    elif action in dialect.noted:
        said.append("acknowledged and recorded")
    if action in dialect.to_station:
        said.append("sent on request")
    return "; ".join(said)


def fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    """Every field, depth first, in the schema's order; customData, which every object of 2.x may have, left out."""
    yield from _fields(schema, schema.get("definitions", {}), "")


def _fields(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        if name == "customData":
            continue
        spot = f"{path}{name}"
        inner, steps = _resolved(part, definitions), ""
        limits = [_count(inner)]
        while inner.get("type") == "array":
            inner, steps = _resolved(inner["items"], definitions), f"{steps}[]"
        limits.append(_limits(inner))
        values = tuple(map(str, inner.get("enum", ())))
        told = plain(part.get("description") or inner.get("description") or "")
        kind = ("enum" if values else inner.get("format") or inner.get("type", "any")) + steps
        yield Field(spot, kind, name in required, ", ".join(filter(None, limits)), values, told)
        yield from _fields(inner, definitions, f"{spot}{steps}.")


def plain(description: str) -> str:
    """A schema's description without the model's own names before it, entities, marks and line breaks."""
    description = _MODEL_NAMES.sub("", unescape(description))
    for mark, instead in _MARKS:
        description = mark.sub(instead, description)
    return " ".join(description.split())


def _resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in part:
        return part
    named: Mapping[str, Any] = definitions[part["$ref"].rpartition("/")[2]]
    return named


def _count(part: Mapping[str, Any]) -> str:
    if "minItems" not in part and "maxItems" not in part:
        return ""
    return f"{part.get('minItems', 0)} to {part.get('maxItems', 'any')} of them"


def _limits(part: Mapping[str, Any]) -> str:
    words = {"maxLength": "at most {} characters", "minimum": "at least {:g}", "maximum": "at most {:g}"}
    words["multipleOf"] = "a multiple of {:g}"
    return ", ".join(text.format(part[rule]) for rule, text in words.items() if rule in part)


@cache
def schemas_of(version: str) -> Mapping[tuple[str, str], dict[str, Any]]:
    """Every schema of a version by (action, "request" | "response")."""
    return {(action, kind): schema for action, kind, schema in read_schemas(version)}
