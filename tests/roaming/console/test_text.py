"""How things are written: tokens by their end, bodies digit for digit, nothing unescaped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roaming.console import text

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(("value", "end"), [("04A1B2C3D4E5F6", "…E5F6"), ("123456", "…"), ("12", "…"), ("", "–")])
def test_tokens_show_their_last_four_at_most(value: str, end: str) -> None:
    """S43."""
    assert text.masked(value).replace('<span class="console-nowrap">', "").replace("</span>", "") == end


def test_a_body_keeps_every_digit() -> None:
    body = '{"price":0.10000,"big":12345678901234567890.123456789,"exp":1E+5,"odd":"\\u00e9"}'
    shown = text.indented(body)
    for digits in ("0.10000", "12345678901234567890.123456789", "1E+5", "\\u00e9"):
        assert digits in shown


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert text.indented("[2, oops") == "[2, oops"


def test_what_is_said_of_words_stands_one_below_the_other() -> None:
    assert text.lines([("A", 1), ("B", "b")]) == "<div><strong>A</strong> 1</div><div><strong>B</strong> b</div>"
    assert text.lines([]) == "–"


def test_what_is_looked_at_months_later_has_its_day() -> None:
    """S48: an audit trail without the year tells nothing after a while."""
    assert ">2026-11-21 12:00:00<" in text.dated(NOW)
    assert "ago" in text.dated(NOW - timedelta(days=9000)) and "in " in text.dated(NOW + timedelta(days=90000))
    assert text.dated(None) == "–"


def test_what_came_over_a_wire_is_escaped() -> None:
    """S45."""
    evil = "<script>alert(1)</script>"
    for shown in (
        text.pretty(evil),
        text.badge(evil),
        text.code(evil),
        text.cut(evil * 9),
        text.short(evil * 9),
        text.linked("/x", evil),
        text.lines([(evil, evil)]),
    ):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=5), "5 s ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=30), "30 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_moments_are_told_from_now(before: timedelta, words: str) -> None:
    assert words in text.ago(NOW - before, NOW)
