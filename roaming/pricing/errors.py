"""The one error of pricing: a document that cannot be read. It names the field (a JSON pointer) and why."""

from __future__ import annotations


class BadInput(Exception):
    """`pointer` is the field, `reason` is why; `document` says which of the inputs ("tariff", "session")."""

    def __init__(self, pointer: str, reason: str, document: str = "") -> None:
        self.pointer = pointer
        self.reason = reason
        self.document = document
        super().__init__(pointer, reason, document)

    def __str__(self) -> str:
        place = f"{self.document} {self.pointer or '/'}".strip()
        return f"{place}: {self.reason}"
