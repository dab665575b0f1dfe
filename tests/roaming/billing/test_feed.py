"""The change feed through the front door; what it is made of has its tests in services/test_changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from roaming.services import changes
from tests.roaming.billing import world
from tests.roaming.billing.door import found, refused, token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def test_a_reader_follows_the_cursor_and_gets_each_cdr_as_it_is_now() -> None:
    cdr = world.cdr("A")
    world.cdr("B")
    first = found("changes/", limit=1)
    assert [(one["position"], one["kind"], one["verdict"], one["cdr"]["cdr_id"]) for one in first["changes"]] == [
        (1, "made", "PENDING", "A")
    ]
    assert first["more"] is True
    assert first["cursor"] == first["changes"][0]["cursor"]
    world.assess(cdr, "ACCEPTED", stands=True)
    second = found("changes/", after=first["cursor"])
    assert [(one["kind"], one["cdr"]["cdr_id"], one["cdr"]["verdict"]) for one in second["changes"]] == [
        ("made", "B", "PENDING"),
        ("verdict", "A", "ACCEPTED"),
    ]
    assert second["more"] is False
    assert found("changes/", after=second["cursor"])["changes"] == []


def test_who_begins_now_gets_what_comes() -> None:
    world.cdr("A")
    cursor = found("changes/", after="now")["cursor"]
    world.cdr("B")
    assert [one["cdr"]["cdr_id"] for one in found("changes/", after=cursor)["changes"]] == ["B"]


@pytest.mark.parametrize("cursor", ["0", "abc", "00000000.1", "x" * 500, "12345678.-1", "\x00"])
def test_an_unknown_cursor_is_a_400_that_says_so(cursor: str) -> None:
    world.cdr("A")
    status, code, _ = refused("changes/", after=cursor)
    assert status == 400
    assert code in ("unknown_cursor", "invalid_parameter")


def test_a_cursor_ahead_of_the_hub_is_unknown() -> None:
    """A database that was set back: the reader must not go on as if nothing were."""
    world.cdr("A")
    epoch = found("changes/")["cursor"].partition(".")[0]
    assert refused("changes/", after=f"{epoch}.2")[:2] == (400, "unknown_cursor")


def test_a_cursor_behind_what_is_kept_is_gone(settings: Any) -> None:
    cursor = found("changes/", after="now")["cursor"]
    world.cdr("A")
    found("changes/")
    changes.forget(timezone.now() + timedelta(days=settings.BILLING_CHANGES_DAYS, minutes=1))
    status, code, words = refused("changes/", after=cursor)
    assert (status, code) == (410, "cursor_too_old")
    assert "Export, and begin anew" in words or "export" in words.lower()


def test_a_bound_reader_hears_of_its_partners_only() -> None:
    world.cdr("MINE")
    world.cdr("THEIRS", emsp="FR/OTH")
    mine = found("changes/", token(world.party("DE/EMX", "EMSP")))
    assert [one["cdr"]["cdr_id"] for one in mine["changes"]] == ["MINE"]
    assert mine["cursor"] == found("changes/")["cursor"]


def test_an_unknown_parameter_is_refused() -> None:
    assert refused("changes/", since="x")[:2] == (400, "invalid_parameter")
