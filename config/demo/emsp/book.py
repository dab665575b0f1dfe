"""What the eMSP remembers: its connection, its cards, and what the hub told it. Shared by threads, so behind one lock.

Everything that happens is told as one JSON object a line.
"""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from config.demo.emsp.words import dumps, stamp

Document = dict[str, Any]


@dataclass
class Book:
    """One eMSP: ``country``/``party`` as it registers, ``url`` where it serves."""

    country: str
    party: str
    name: str
    url: str = ""
    token_a: str = ""
    token_b: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    token_c: str = ""
    endpoints: dict[tuple[str, str], str] = field(default_factory=dict)
    cards: dict[str, Document] = field(default_factory=dict)
    objects: dict[str, dict[str, Document]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    request: threading.local = field(default_factory=threading.local)
    mood: str = "well"
    """Other than ``well``: 503 to everything, as a platform behind a broken proxy."""

    @property
    def roles(self) -> list[Document]:
        details = {"name": self.name, "website": "https://emsp.example.com"}
        return [{"role": "EMSP", "country_code": self.country, "party_id": self.party, "business_details": details}]

    @property
    def credentials(self) -> Document:
        return {"token": self.token_b, "url": f"{self.url}/versions", "roles": self.roles}

    def tell(self, event: str, **facts: Any) -> None:
        """Say on standard output what happened, with the ids of the request in hand."""
        ids = getattr(self.request, "ids", {})
        line = dumps({"at": stamp(), "event": event} | ids | facts) + "\n"
        held = getattr(self.request, "held", None)
        if held is not None:
            held.append(line)
            return
        self._write(line)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """What is told inside waits until the block has ended: first the request, then what followed from it."""
        self.request.held = []
        try:
            yield
        finally:
            self.request.after, self.request.held = self.request.held, None

    def tell_held(self) -> None:
        for line in self.request.after:
            self._write(line)

    def _write(self, line: str) -> None:
        with self.lock:
            sys.stdout.write(line)
            sys.stdout.flush()

    def kept(self, module: str) -> dict[str, Document]:
        return self.objects.setdefault(module, {})

    def put(self, module: str, key: str, document: Document) -> bool:
        """Keep a whole object; whether it was new."""
        with self.lock:
            new = key not in self.kept(module)
            self.kept(module)[key] = document
            return new

    def patch(self, module: str, key: str, change: Document) -> Document | None:
        """Merge a change; charging periods are appended, one that starts at the same instant is replaced (SES-13)."""
        with self.lock:
            document = self.kept(module).get(key)
            if document is None:
                return None
            change = dict(change)
            periods = {period["start_date_time"]: period for period in document.get("charging_periods") or []}
            periods |= {period["start_date_time"]: period for period in change.pop("charging_periods", None) or []}
            document.update(change)
            if periods:
                document["charging_periods"] = list(periods.values())
            return document

    def card(self, uid: str, kind: str = "RFID", whitelist: str = "ALLOWED", valid: bool = True) -> Document:
        """A card of ours, as an OCPI Token."""
        owner = {"country_code": self.country, "party_id": self.party}
        contract = f"{self.country}-{self.party}-C{uid[-7:]}"
        what = {"uid": uid, "type": kind, "contract_id": contract, "issuer": self.name}
        token = owner | what | {"valid": valid, "whitelist": whitelist, "last_updated": stamp()}
        with self.lock:
            self.cards[uid] = token
        return token
