"""`manage.py desk`: what waits, why, and settling it, with errors that say what to do instead."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from roaming.models import Assessment, Cdr, DeskEntry, Platform
from roaming.services import cdrs, desk_queue
from tests.roaming.desk_world import CPO, D, cdr, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waiting() -> None:
    """One that is right, one that claims too much."""
    source = Platform.objects.create(name="Odd charging", status="CONNECTED")
    publish(source, timezone.now())
    for changes in ({}, {"id": "CDR2", "total_cost": {"excl_vat": D(9)}, "session_id": None}):
        document = {name: value for name, value in cdr(**changes).items() if value is not None}
        cdrs.store(CPO, document, source=source, now=timezone.now())
    desk_queue.drain()


def told(*words: str) -> Any:
    out = StringIO()
    call_command("desk", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def shown(*words: str) -> str:
    out = StringIO()
    call_command("desk", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["NL/CPO/CDR2", "NL/CPO/CDR1"]),
        (["--waiting"], ["NL/CPO/CDR2"]),
        (["--verdict", "accepted"], ["NL/CPO/CDR1"]),
        (["--reason", "total_cost_mismatch"], ["NL/CPO/CDR2"]),
        (["--partner", "NL/CPO", "--month", "2026-02"], ["NL/CPO/CDR2", "NL/CPO/CDR1"]),
        (["--month", "2026-12"], []),
        (["--limit", "1"], ["NL/CPO/CDR2"]),
    ],
)
def test_the_list_is_narrowed(words: list[str], found: list[str]) -> None:
    assert [one["cdr"] for one in told("list", *words)] == found
    assert all(one in shown("list", *words) for one in found)


def test_one_is_shown_with_its_reasons_and_its_trail() -> None:
    """CDR-27."""
    one = told("show", "NL/CPO/CDR2")
    assert (one["verdict"], one["stands"], one["total"]) == ("ON_HOLD", False, "9.0000 EUR")
    assert [reason["code"] for reason in one["reasons"]][:2] == ["looks_like_another", "total_cost_mismatch"]
    text = shown("show", "nl/cpo/cdr2")
    assert "claims 9, the tariff gives 2.5" in text and "assessed" in text


def test_it_is_settled_with_a_note_and_the_trail_says_who() -> None:
    """S48."""
    assert told("release", "NL/CPO/CDR2", "--note", "agreed")["verdict"] == "ACCEPTED"
    assert told("dispute", "NL/CPO/CDR2", "--note", "not agreed")["verdict"] == "ON_HOLD"
    assert told("reopen", "NL/CPO/CDR2", "--note", "by mistake")["settled"] is None
    assert told("reject", "NL/CPO/CDR2", "--note", "no")["verdict"] == "REJECTED"
    told("annotate", "NL/CPO/CDR2", "--note", "told them")
    last = DeskEntry.objects.latest("pk")
    assert (last.note, last.by.endswith("(command)")) == ("told them", True)


def test_one_is_assessed_again_at_once_and_many_by_the_workers() -> None:
    assert told("reassess", "NL/CPO/CDR1")["verdict"] == "ACCEPTED"
    assert told("reassess", "--all", "--month", "2026-02") == {"will_be_assessed": 2}
    assert Cdr.objects.filter(desk_due=True).count() == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "NL/CPO/NONE"], "There is no CDR 'NL/CPO/NONE'"),
        (["show", "CDR1"], "COUNTRY/PARTY/ID"),
        (["show", "NL/CPO/"], "There is no CDR"),
        (["release", "NL/CPO/CDR2", "--note", " "], "a note is needed"),
        (["replace", "NL/CPO/CDR1", "--note", "x"], "only a CDR of ours"),
        (["list", "--verdict", "MAYBE"], "none of ACCEPTED, ON_HOLD, REJECTED"),
        (["list", "--month", "2026-13"], "no month such as 2026-11"),
        (["list", "--partner", "CPO"], "no party such as NL/CPO"),
        (["reassess"], "Name one CDR, or say --all"),
        (["reassess", "NL/CPO/CDR1", "--all"], "Name one CDR, or say --all"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        told(*words)


def test_what_was_not_assessed_yet_says_so() -> None:
    Assessment.objects.all().delete()
    with pytest.raises(CommandError, match="has not been assessed yet: reassess it"):
        told("show", "NL/CPO/CDR1")
