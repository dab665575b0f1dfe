"""The official JSON schemas, compiled once per version on first use, and what their complaints are called in OCPP.

Rule: `is_valid` decides on the hot path; only a payload that fails is looked at error by error. The schema files are
those that the `ocpp` package ships; its message classes are never imported, since their renaming of keys corrupts
OCPP 2.1.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import jsonschema_rs
import orjson

from ocppbridge.rpc.errors import Code, Declined, SchemaFault, UnknownAction

_FOLDERS: Final = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}

# By rank: the order of the schema's own complaints says nothing about which is the cause. A wrong type comes before a
# missing field, that before a value out of its bounds, and an unknown field comes last (ground for OCPP-J §4.3).
_RANKS: Final[tuple[tuple[Code, frozenset[str]], ...]] = (
    (Code.TYPE_CONSTRAINT, frozenset({"type"})),
    (Code.OCCURRENCE_CONSTRAINT, frozenset({"required", "minItems", "maxItems", "uniqueItems"})),
    (
        Code.PROPERTY_CONSTRAINT,
        frozenset({"enum", "const", "maxLength", "minLength", "minimum", "maximum", "multipleOf", "format", "pattern"}),
    ),
    (Code.FORMAT_VIOLATION, frozenset({"additionalProperties"})),
)
_RANK_OF: Final = {rule: rank for rank, (_, rules) in enumerate(_RANKS) for rule in rules}
_LAST: Final = len(_RANKS) - 1
# OCPP's integer is 32 bits wide, which the schema files leave unsaid and our columns rely on. A stop is taken whatever
# it says (field quirk 7): 1.6's transaction numbers are only compared, its lifetime registers may be longer.
_INTEGER: Final = {"minimum": -(2**31), "maximum": 2**31 - 1}
_UNBOUNDED: Final = frozenset({"transactionId", "meterStart", "meterStop"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """One way in which a payload breaks its schema."""

    code: Code
    rule: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """The compiled validators of one version, by action."""

    version: str
    requests: Mapping[str, jsonschema_rs.Validator]
    responses: Mapping[str, jsonschema_rs.Validator]

    def check_request(self, action: str, payload: Mapping[str, Any]) -> None:
        """Raise UnknownAction or SchemaFault unless the payload is a valid request."""
        validator = self.requests.get(action)
        if validator is None:
            raise UnknownAction(f"OCPP {self.version} has no {action}")
        if not validator.is_valid(payload):
            raise fault(complaints(validator, payload))

    def check_response(self, action: str, payload: Mapping[str, Any]) -> None:
        """Raise Declined (a SEND has no response) or SchemaFault unless the payload is a valid response."""
        validator = self.responses.get(action)
        if validator is None:
            raise Declined(f"OCPP {self.version} has no answer to {action}")
        if not validator.is_valid(payload):
            raise fault(complaints(validator, payload))

    def request_complaints(self, action: str, payload: Mapping[str, Any]) -> list[Complaint]:
        """Everything that is wrong with a request of a known action, worst first."""
        return complaints(self.requests[action], payload)


def complaints(validator: jsonschema_rs.Validator, payload: Mapping[str, Any]) -> list[Complaint]:
    """The validator's errors, worst first."""
    found = [_complaint(error) for error in validator.iter_errors(payload)]
    return sorted(found, key=lambda complaint: _RANK_OF.get(complaint.rule, _LAST))


def fault(found: list[Complaint]) -> SchemaFault:
    """The worst complaint as the error that a CALLERROR says."""
    worst = found[0]
    return SchemaFault(f"{worst.pointer or '/'}: {worst.message}", worst.code, worst.pointer)


def _complaint(error: jsonschema_rs.ValidationError) -> Complaint:
    rule = error.kind.name
    missing = [error.kind.property] if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required) else []
    pointer = "".join(f"/{step}" for step in [*error.instance_path, *missing])
    return Complaint(_RANKS[_RANK_OF.get(rule, _LAST)][0], rule, pointer, error.message[:200])


@cache
def schemas(version: str) -> Schemas:
    """The schemas of "1.6", "2.0.1" or "2.1", compiled on the first call."""
    requests: dict[str, jsonschema_rs.Validator] = {}
    responses: dict[str, jsonschema_rs.Validator] = {}
    for action, kind, schema in read_schemas(version):
        # Each file stands for itself: compiled apart, equal `$id`s in two of them cannot meet. The mask keeps values
        # (a password that is too long) out of the complaints, which are logged and sent.
        compiled = jsonschema_rs.validator_for(_bounded(schema), mask="it")
        (responses if kind == "response" else requests)[action] = compiled
    return Schemas(version, MappingProxyType(requests), MappingProxyType(responses))


def _bounded(schema: Any, name: str = "") -> Any:
    """The same schema, its integers within 32 bits."""
    if isinstance(schema, list):
        return [_bounded(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _bounded(part, name) for name, part in schema.items()}
    return {**_INTEGER, **inner} if inner.get("type") == "integer" and name not in _UNBOUNDED else inner


def read_schemas(version: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(action, "request" | "response", schema) of every file of a version."""
    for path in sorted(_folder(version).glob("*.json")):
        name = path.stem
        kind = "response" if name.endswith("Response") else "request"
        yield name.removesuffix("Response").removesuffix("Request"), kind, orjson.loads(path.read_bytes())


def _folder(version: str) -> Path:
    return Path(str(importlib.resources.files("ocpp"))) / _FOLDERS[version] / "schemas"
