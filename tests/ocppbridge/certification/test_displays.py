"""Certification, block O: messages on displays, shown, listed and taken off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ocppbridge.models import Call, DisplayMessage, Enquiry
from ocppbridge.services import displays
from tests.ocppbridge.certification.talking import boot, drained, settled
from tests.ocppbridge.door import Door, Talk
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
START, END = datetime(2100, 1, 1, 12, tzinfo=UTC), datetime(2100, 1, 1, 13, tzinfo=UTC)  # one that is over is refused
HELLO = [{"content": "Hello", "language": "en"}]


def reply(talk: Talk, answer: dict[str, Any]) -> list[Any]:
    frame = talk.called()
    talk.answer(frame, answer)
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return frame


def show(talk: Talk, answer: str = "Accepted", number: int = 1, **more: Any) -> tuple[DisplayMessage, dict[str, Any]]:
    said = {"priority": "NormalCycle", "texts": HELLO, **more}
    row = displays.show(drained(), displays.display(number, **said))
    frame = reply(talk, {"status": answer})
    assert frame[2] == "SetDisplayMessage"
    row.refresh_from_db()
    return row, frame[3]["message"]


@V2
@pytest.mark.parametrize(
    ("requirement", "more", "said"),
    [
        ("TC_O_01_CSMS", {}, {}),
        ("TC_O_06_CSMS", {"transaction": "T1"}, {"transactionId": "T1"}),
        ("TC_O_13_CSMS", {"start": START}, {"startDateTime": "2100-01-01T12:00:00Z"}),
        ("TC_O_14_CSMS", {"end": END}, {"endDateTime": "2100-01-01T13:00:00Z"}),
        ("TC_O_25_CSMS", {"state": "Charging"}, {"state": "Charging"}),
        (
            "TC_O_27_CSMS", {"transaction": "T1", "start": START},
            {"transactionId": "T1", "startDateTime": "2100-01-01T12:00:00Z"},
        ),
        (
            "TC_O_28_CSMS", {"transaction": "T1", "end": END},
            {"transactionId": "T1", "endDateTime": "2100-01-01T13:00:00Z"},
        ),
    ],
)  # fmt: skip
def test_a_message_is_shown(door: Door, version: str, requirement: str, more: dict[str, Any], said: Any) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row, message = show(talk, **more)
    text = {"format": "UTF8", "language": "en", "content": "Hello"}
    assert message == {"id": 1, "priority": "NormalCycle", "message": text, **said}
    assert row.standing == "shown"


@V2
@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ("TC_O_10_CSMS", "UnknownTransaction"),
        ("TC_O_17_CSMS", "NotSupportedPriority"),
        ("TC_O_18_CSMS", "NotSupportedState"),
        ("TC_O_19_CSMS", "NotSupportedMessageFormat"),
        ("TC_O_26_CSMS", "Rejected"),
    ],
)
def test_a_message_that_the_station_will_not_show_says_why(
    door: Door, version: str, requirement: str, answer: str
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row, _ = show(talk, answer)
    assert (row.standing, row.reason) == ("refused", answer)


@V2
def test_a_message_with_the_same_number_replaces_the_first(door: Door, version: str) -> None:
    """TC_O_12_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        show(talk)
        row, _ = show(talk, texts=[{"content": "Goodbye"}])
    assert (DisplayMessage.objects.count(), row.texts[0]["content"]) == (1, "Goodbye")


def told(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "priority": "InFront", "message": {"format": "UTF8", "content": f"text {number}"}, **more}


def page(talk: Talk, row: Enquiry, *messages: Any, tbc: bool = False) -> None:
    said = {"requestId": row.pk, "messageInfo": list(messages), "tbc": tbc}
    assert talk.call("NotifyDisplayMessages", said) == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "which", "wanted"),
    [
        ("TC_O_02_CSMS", {}, {}),
        ("TC_O_07_CSMS", {"ids": (1, 2)}, {"id": [1, 2]}),
        ("TC_O_08_CSMS", {"priority": "InFront"}, {"priority": "InFront"}),
        ("TC_O_09_CSMS", {"state": "Idle"}, {"state": "Idle"}),
    ],
)
def test_messages_are_listed_page_by_page(
    door: Door, version: str, requirement: str, which: dict[str, Any], wanted: dict[str, Any]
) -> None:
    station = new_station()
    DisplayMessage.objects.create(station=station, message_id=99, priority="InFront", standing="shown")
    with door.station("CP1", version) as talk:
        boot(talk)
        row = displays.ask(drained(), **which)
        frame = reply(talk, {"status": "Accepted"})
        assert (frame[2], frame[3]) == ("GetDisplayMessages", {"requestId": row.pk, **wanted})
        page(talk, row, told(1, state="Idle"), tbc=True)
        page(talk, row, told(2, startDateTime="2100-01-01T12:00:00Z"))
        drained()
    row.refresh_from_db()
    assert (row.state, row.parts, row.entries) == ("whole", [0, 1], 2)
    standing = dict(DisplayMessage.objects.values_list("message_id", "standing"))
    assert standing == {1: "shown", 2: "shown", 99: "shown" if which else "gone"}
    assert DisplayMessage.objects.get(message_id=2).start_at == START


@V2
@pytest.mark.parametrize(("requirement", "which"), [("TC_O_03_CSMS", {}), ("TC_O_11_CSMS", {"ids": (77,)})])
def test_a_station_that_has_no_such_message_says_so(
    door: Door, version: str, requirement: str, which: dict[str, Any]
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row = displays.ask(drained(), **which)
        reply(talk, {"status": "Unknown"})
    row.refresh_from_db()
    assert row.state == "empty"


@V2
@pytest.mark.parametrize(("requirement", "answer"), [("TC_O_04_CSMS", "Accepted"), ("TC_O_05_CSMS", "Unknown")])
def test_a_message_is_taken_off(door: Door, version: str, requirement: str, answer: str) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        row, _ = show(talk)
        displays.hide(row)
        frame = reply(talk, {"status": answer})
        assert (frame[2], frame[3]) == ("ClearDisplayMessage", {"id": 1})
    row.refresh_from_db()
    assert row.standing == "gone"


def test_a_2_1_station_shows_a_message_in_several_languages_or_says_that_it_cannot(door: Door) -> None:
    new_station()
    both = [*HELLO, {"content": "Hallo", "language": "de"}, {"content": "https://hub", "format": "QRCODE"}]
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        row, message = show(talk, texts=both)
        assert [one["content"] for one in message["messageExtra"]] == ["Hallo", "https://hub"]
        assert row.standing == "shown"
        row, _ = show(talk, "LanguageNotSupported", texts=both)
        assert (row.standing, row.reason) == ("refused", "LanguageNotSupported")
        displays.hide(row)
        reply(talk, {"status": "Rejected"})
    row.refresh_from_db()
    assert (row.standing, row.reason) == ("shown", "Rejected")
