"""What an audit, a lint or a pricing has to say: code, severity, JSON pointer, words, amounts, alternative readings,
witness.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found. `amounts` are figures by name; `alternatives` are whole readings by name; `witness` is a case
    that shows it.
    """

    code: str
    severity: Severity
    pointer: str
    message: str
    amounts: dict[str, Decimal] = {}
    alternatives: dict[str, dict[str, Decimal]] = {}
    witness: dict[str, Any] = {}
    fix: str = ""

    def at(self, pointer: str) -> Finding:
        return msgspec.structs.replace(self, pointer=pointer)

    def document(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self, builtin_types=(Decimal,))
        return built

    def render(self) -> str:
        parts = [f"{self.severity.upper():7} {self.pointer or '/'}: {self.message} [{self.code}]"]
        if self.amounts:
            parts.append("        " + ", ".join(f"{name} {value:f}" for name, value in self.amounts.items()))
        for name, reading in self.alternatives.items():
            parts.append(f"        {name}: " + ", ".join(f"{key} {value:f}" for key, value in reading.items()))
        if self.witness:
            parts.append("        for example: " + ", ".join(f"{key} {value}" for key, value in self.witness.items()))
        if self.fix:
            parts.append(f"        fix: {self.fix}")
        return "\n".join(parts)


def error(code: str, pointer: str, message: str, **more: Any) -> Finding:
    return Finding(code, Severity.ERROR, pointer, message, **more)


def warning(code: str, pointer: str, message: str, **more: Any) -> Finding:
    return Finding(code, Severity.WARNING, pointer, message, **more)


def note(code: str, pointer: str, message: str, **more: Any) -> Finding:
    return Finding(code, Severity.NOTE, pointer, message, **more)
