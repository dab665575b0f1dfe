"""DataTransfer by vendor: 1.6 and 2.x alike (P02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ocppbridge import drain
from ocppbridge.charging.messages import DataReceived
from ocppbridge.charging.replies import DataStatus, DataTaken
from ocppbridge.handlers import vendors
from ocppbridge.handlers.registry import Asked
from ocppbridge.models import Report
from ocppbridge.services.accounts import Account
from ocppbridge.services.turns import Turn
from roaming.decisions import Choices
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.world import new_station

ASKED = Asked(Account(1, "CP1", 1, "NL/VLT"), datetime(2026, 11, 21, tzinfo=UTC), Choices())


@pytest.fixture
def kept() -> Iterator[list[Any]]:
    """A vendor of the test's own."""
    heard: list[Any] = []

    @vendors.takes("com.example", "Weigh")
    def weigh(data: Any, asked: Asked) -> DataTaken:
        return DataTaken(DataStatus.ACCEPTED, {"sum": sum(data["weights"])})

    @vendors.keeps("com.example", "Weigh")
    def keep(data: Any, turn: Turn) -> None:
        heard.append((turn.station.identity, data))

    yield heard
    del vendors.TAKES["com.example"], vendors.KEEPS["com.example"]


@pytest.mark.parametrize(
    ("vendor", "message", "status"),
    [
        ("org.nobody", "Weigh", DataStatus.UNKNOWN_VENDOR),
        ("com.example", "Dance", DataStatus.UNKNOWN_MESSAGE),
        ("com.example", None, DataStatus.UNKNOWN_MESSAGE),
        ("COM.example", "Weigh", DataStatus.ACCEPTED),
    ],
)
def test_an_unknown_vendor_and_an_unknown_message_are_told_apart(
    kept: list[Any], vendor: str, message: str | None, status: DataStatus
) -> None:
    """P02.FR.06, P02.FR.07; TC_064, TC_P_02."""
    assert vendors.answer(DataReceived(vendor, message, {"weights": [1]}), ASKED).status is status


def test_a_message_is_registered_once(kept: list[Any]) -> None:
    with pytest.raises(ValueError, match="twice"):
        vendors.takes("Com.Example", "Weigh")(lambda data, asked: DataTaken(DataStatus.REJECTED))


@pytest.mark.parametrize("text", ["[1", "plain", "", "7"])
def test_a_text_that_is_no_json_stays_a_text(text: str) -> None:
    assert vendors.plain(text) == text


@pytest.mark.parametrize(
    ("subprotocol", "data", "answer"),
    [
        ("ocpp1.6", '{"weights": [1, 2]}', '{"sum":3}'),
        ("ocpp2.0.1", {"weights": [1, 2]}, {"sum": 3}),
        ("ocpp2.1", {"weights": [1, 2]}, {"sum": 3}),
    ],
)
def test_a_vendor_s_message_is_answered_and_kept_in_every_version(
    door: Door, kept: list[Any], subprotocol: str, data: Any, answer: Any
) -> None:
    """1.6 has only texts."""
    station = new_station("CP1")
    with door.station("CP1", subprotocol) as talk:
        said = talk.call("DataTransfer", {"vendorId": "com.example", "messageId": "Weigh", "data": data})
    assert said == {"status": "Accepted", "data": answer}
    eventually(lambda: drain.drain(station.shard) >= 0 and kept)
    assert kept == [("CP1", {"weights": [1, 2]})]
    assert Report.objects.get(action="DataTransfer").summary == "com.example Weigh"
