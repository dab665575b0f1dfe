"""Payloads made from the official schemas: the fullest and the leanest of each action, one field changed at a time."""

from __future__ import annotations

from typing import Any

from ocppbridge.versions.schemas import read_schemas

MOMENT = "2026-11-21T10:00:00Z"


def fullest(schema: dict[str, Any], changed: str = "") -> dict[str, Any]:
    """A valid payload with every field that the schema has; the one at the dotted path `changed` has another value."""
    payload: dict[str, Any] = _sample(schema, schema.get("definitions", {}), True, "", changed)
    return payload


def leanest(schema: dict[str, Any]) -> dict[str, Any]:
    """A valid payload with the required fields only."""
    payload: dict[str, Any] = _sample(schema, schema.get("definitions", {}), False, "", "")
    return payload


def _sample(schema: dict[str, Any], definitions: dict[str, Any], full: bool, path: str, changed: str) -> Any:
    if "$ref" in schema:
        return _sample(definitions[schema["$ref"].rpartition("/")[2]], definitions, full, path, changed)
    other = bool(path) and path == changed
    if "enum" in schema:
        return schema["enum"][1 if other and len(schema["enum"]) > 1 else 0]
    match schema.get("type"):
        case "object":
            required = schema.get("required", [])
            return {
                name: _sample(part, definitions, full, f"{path}.{name}".lstrip("."), changed)
                for name, part in schema.get("properties", {}).items()
                if name in required or (full and name != "customData")
            }
        case "array":
            count = max(1, schema.get("minItems", 1))
            return [_sample(schema["items"], definitions, full, path, changed)] * count
        case "string":
            return _text(schema, path, other)
        case "integer":
            return 2 if other else 1
        case "number":
            return (-1 if other else 0) if schema.get("maximum") == 0 else 2 if other else 1
        case "boolean":
            return not other
    return "something else" if other else "something"


def _text(schema: dict[str, Any], path: str, other: bool) -> str:
    if schema.get("format") == "date-time":
        return "2026-11-21T11:00:00Z" if other else MOMENT
    if path.endswith("unitOfMeasure.unit"):
        return "kWh" if other else "Wh"
    return "2" if other else "1"


def fields(schema: dict[str, Any]) -> set[str]:
    """The dotted paths of every field, lists not counted as a step, customData left out."""
    return _fields(schema, schema.get("definitions", {}), "")


def _fields(schema: dict[str, Any], definitions: dict[str, Any], path: str) -> set[str]:
    if "$ref" in schema:
        return _fields(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    if schema.get("type") == "array":
        return _fields(schema["items"], definitions, path)
    found: set[str] = set()
    for name, part in schema.get("properties", {}).items():
        if name != "customData":
            found |= {f"{path}{name}"} | _fields(part, definitions, f"{path}{name}.")
    return found


def read(version: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every schema of a version."""
    return list(read_schemas(version))
