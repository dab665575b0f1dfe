"""Block P: the vendors whose DataTransfer is understood, 1.6 and 2.x alike. A table; an app of your own adds to it.

    @takes("com.example", "Tell")            at once, pure, on the event loop
    def told(data: Any, asked: Asked) -> DataTaken: ...

    @keeps("com.example", "Tell")            in the drain, in the station's own order
    def kept(data: Any, turn: Turn) -> None: ...

Rule (P02.FR.06, FR.07; 1.6 §4.3): an unknown vendor is UnknownVendorId, an unknown message of a known one
UnknownMessageId. None stands for a message without an id. Registered at import, say in the `ready` of a Django app; a
duplicate raises. `data` is as the station sent it: 1.6 has only text, which is read as JSON where it is some.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from ocppbridge.charging.messages import DataReceived
from ocppbridge.charging.replies import DataStatus, DataTaken
from ocppbridge.handlers.registry import Asked
from ocppbridge.services.turns import Turn

Taking = Callable[[Any, Asked], DataTaken]
Keeping = Callable[[Any, Turn], None]

TAKES: Final[dict[str, dict[str | None, Taking]]] = {}
KEEPS: Final[dict[str, dict[str | None, Keeping]]] = {}


def takes(vendor: str, message: str | None = None) -> Callable[[Taking], Taking]:
    """Register how a vendor's message is answered."""

    def register(function: Taking) -> Taking:
        _add(TAKES.setdefault(vendor.casefold(), {}), vendor, message, function)
        return function

    return register


def keeps(vendor: str, message: str | None = None) -> Callable[[Keeping], Keeping]:
    """Register what a vendor's message means; staff see every one among the reports anyway."""

    def register(function: Keeping) -> Keeping:
        _add(KEEPS.setdefault(vendor.casefold(), {}), vendor, message, function)
        return function

    return register


def answer(message: DataReceived, asked: Asked) -> DataTaken:
    """What a DataTransfer is answered; a vendor id is a CiString."""
    known = TAKES.get(message.vendor.casefold())
    if known is None:
        return DataTaken(DataStatus.UNKNOWN_VENDOR)
    function = known.get(message.message)
    return DataTaken(DataStatus.UNKNOWN_MESSAGE) if function is None else function(plain(message.data), asked)


def keep(message: DataReceived, turn: Turn) -> None:
    """Do what it means, if that is known."""
    function = KEEPS.get(message.vendor.casefold(), {}).get(message.message)
    if function is not None:
        function(plain(message.data), turn)


def plain(data: Any) -> Any:
    """1.6 carries anything but text as JSON in a text."""
    if isinstance(data, str) and data[:1] in "[{":
        try:
            return json.loads(data)
        except ValueError:
            return data
    return data


def _add(table: dict[str | None, Any], vendor: str, message: str | None, function: Any) -> None:
    if message in table:
        raise ValueError(f"{vendor} {message} is registered twice")
    table[message] = function
