"""What we want of what a station keeps of its customers (N09, N10) and of what it shows them (block O)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ocppbridge.charging.setting_intents import Variable
from ocppbridge.charging.tokens import IdToken


@dataclass(frozen=True, slots=True)
class AskCustomer:
    """Report what the station keeps of a customer, clear it, or both; named by exactly one of the last three."""

    request_id: int
    report: bool
    clear: bool
    token: IdToken | None = None
    certificate: Mapping[str, str] = field(default_factory=dict)
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A message in one language; `format` is ASCII, HTML, URI, UTF8, or QRCODE (2.1)."""

    content: str
    language: str | None = None
    format: str = "UTF8"


@dataclass(frozen=True, slots=True)
class Display:
    """A message on a display: while in a state, between two times, during a transaction, on one of its displays.

    More than one text is the same message in several languages (2.1).
    """

    message_id: int
    priority: str
    texts: tuple[Text, ...]
    state: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    transaction: str | None = None
    component: Variable | None = None


@dataclass(frozen=True, slots=True)
class ShowMessage:
    """Show it, or replace the one with its id (O01, O02, O06)."""

    display: Display


@dataclass(frozen=True, slots=True)
class ListMessages:
    """Which messages does it hold? All, or those of some ids, a priority, a state (O03, O04)."""

    request_id: int
    ids: tuple[int, ...] = ()
    priority: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class HideMessage:
    """Take a message off (O05)."""

    message_id: int
