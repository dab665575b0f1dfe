"""Nudges where many requests tell the same: gathered for a moment, told once, and nobody waits for Valkey."""

from __future__ import annotations

from typing import Any

import pytest

from roaming import nudges
from roaming.nudges import _Gathering


class Sent:
    """The broker, as far as it is asked; away as long as it is told so."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, int, str]] = []
        self.failing = False

    def send_task(self, name: str, args: list[int], queue: str, **more: Any) -> None:
        if self.failing:
            raise RuntimeError("out of order")
        self.tasks.append((name, args[0], queue))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    one = Sent()
    monkeypatch.setattr(nudges, "current_app", one)
    for number in (1, 2, 3):
        nudges.begun("a.task", number)
        nudges.begun("b.task", number)
    return one


def test_what_came_meanwhile_is_told_once(sent: Sent) -> None:
    gathering = _Gathering()
    for ids in ([1, 2], [2, 3], [1]):
        gathering.add("a.task", ids, nudges.DELIVER)
    gathering.add("b.task", [1], nudges.BULK)
    gathering.tell()
    assert sent.tasks == [
        ("a.task", 1, "deliver"),
        ("a.task", 2, "deliver"),
        ("a.task", 3, "deliver"),
        ("b.task", 1, "bulk"),
    ]
    gathering.add("a.task", [1], nudges.DELIVER)
    gathering.tell()
    assert len(sent.tasks) == 4  # it has not begun yet
    nudges.begun("a.task", 1)
    gathering.add("a.task", [1], nudges.DELIVER)
    gathering.tell()
    assert sent.tasks[4:] == [("a.task", 1, "deliver")]


def test_one_that_cannot_be_told_does_not_end_the_telling(sent: Sent) -> None:
    gathering = _Gathering()
    sent.failing = True
    gathering.add("a.task", [1], nudges.DELIVER)
    gathering.tell()
    sent.failing = False
    gathering.add("b.task", [1], nudges.DELIVER)
    gathering.tell()
    assert sent.tasks == [("b.task", 1, "deliver")]


@pytest.mark.django_db
def test_only_a_process_that_wants_it_leaves_its_nudges_to_a_thread(
    sent: Sent, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        nudges.nudge_each("a.task", [1, 2], nudges.DELIVER)
    assert [number for _, number, _ in sent.tasks] == [1, 2]
    gathering = _Gathering()
    monkeypatch.setattr(nudges, "_gathering", gathering)
    with django_capture_on_commit_callbacks(execute=True):
        nudges.nudge_each("a.task", [3], nudges.DELIVER)
    assert len(sent.tasks) == 2
    gathering.tell()
    assert [number for _, number, _ in sent.tasks] == [1, 2, 3]
