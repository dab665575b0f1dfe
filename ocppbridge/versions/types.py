"""The named types of a version's schemas (IdTokenType, ChargingStateEnumType), and where messages use them.

Rule: read from the schemas' own definitions, so 1.6, whose schemas spell most things out in place, has only those of
its security extension.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ocppbridge.versions.describe import Field, fields, plain, schemas_of


@dataclass(frozen=True, slots=True)
class Type:
    """One type: an object with its fields, or the values of an enumeration."""

    version: str
    name: str
    description: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]
    used_in: tuple[str, ...]
    """`Action.path` of requests, `Action answer.path` of answers."""


@cache
def types(version: str) -> Mapping[str, Type]:
    """Every type of a version, by name."""
    found: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
    used: dict[str, list[str]] = {}
    for (action, kind), schema in schemas_of(version).items():
        definitions = schema.get("definitions", {})
        for name, definition in definitions.items():
            found.setdefault(name, (definition, definitions))
        whose = action if kind == "request" else f"{action} answer"
        for name, path in _uses(schema, definitions):
            used.setdefault(name, []).append(f"{whose}.{path}")
    return MappingProxyType(
        {name: _type(version, name, found[name], used.get(name, [])) for name in sorted(found) if name in used}
    )


def _type(version: str, name: str, source: tuple[Mapping[str, Any], Mapping[str, Any]], used: list[str]) -> Type:
    definition, definitions = source
    return Type(
        version=version,
        name=name,
        description=plain(definition.get("description", "")),
        fields=tuple(fields({**definition, "definitions": definitions})),
        values=tuple(map(str, definition.get("enum", ()))),
        used_in=tuple(used),
    )


def _uses(part: Mapping[str, Any], definitions: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """(type, path) of every reference below a schema; customData, which is everywhere, left out."""
    for name, inner in part.get("properties", {}).items():
        if name != "customData":
            yield from _named(inner, definitions, f"{path}{name}")


def _named(part: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    while part.get("type") == "array":
        part, path = part["items"], f"{path}[]"
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        yield name, path
        part = definitions[name]
    yield from _uses(part, definitions, f"{path}.")
