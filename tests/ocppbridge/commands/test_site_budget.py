"""site_budget: from the command line."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ocppbridge.bridge import budgets, sites
from ocppbridge.models import SiteBudget
from tests.ocppbridge.commands.test_station_commands import answer, refusal, run

pytestmark = pytest.mark.django_db
SITE = ("NL/VLT", "SITE")
EVENING = [{"days": [1, 5], "from": "17:00", "to": "20:00", "limit": 40}]


@pytest.fixture(autouse=True)
def _site() -> None:
    sites.add("CP1", "NL/VLT", location="SITE")


def budget() -> SiteBudget:
    return SiteBudget.objects.get()


def test_a_budget_is_set_up_and_changed_by_what_is_named() -> None:
    made = answer(
        "site_budget", "set", *SITE, "--limit", "63", "--limit-l2", "40", "--strategy", "priority",
        "--periods", json.dumps(EVENING),
    )  # fmt: skip
    assert (made["limit"], made["limit_l2"], made["limit_l3"], made["periods"]) == ("63", "40", None, EVENING)
    changed = answer("site_budget", "set", *SITE, "--offline-limit", "6.5", "--limit-l2", "none", "--off")
    row = budget()
    assert (row.limit, row.offline_limit, row.active) == (Decimal(63), Decimal("6.5"), False)
    assert row.limit_l2 is None
    assert (row.strategy, row.periods, changed["active"]) == ("priority", EVENING, False)
    answer("site_budget", "set", *SITE, "--on")
    assert budget().active


def test_it_is_listed_and_shown_with_its_shares() -> None:
    assert run("site_budget", "list") == "There is no budget.\n"
    answer("site_budget", "set", *SITE, "--limit", "63")
    row = budget()
    budgets.balance(row.pk, row.changed_at)
    (line,) = answer("site_budget", "list")
    assert (line["party"], line["location"], line["stations"], line["active"]) == (*SITE, 1, True)
    (share,) = answer("site_budget", "show", *SITE)["shares"]
    assert (share["station"], share["accepted"]) == ("CP1", None)
    assert Decimal(share["counted"]) == 32, "what it is built for, until it has accepted something"
    assert "CP1" in run("site_budget", "show", *SITE)
    assert "SITE" in run("site_budget", "list")


def test_it_is_removed() -> None:
    answer("site_budget", "set", *SITE, "--limit", "63")
    assert answer("site_budget", "remove", "nl/vlt", "SITE")["removed"] is True
    assert not SiteBudget.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", *SITE), "There is no budget of NL/VLT SITE."),
        (("remove", *SITE), "There is no budget of NL/VLT SITE."),
        (("set", "NL/VLT", "NOWHERE", "--limit", "6"), "There is no location NOWHERE of NL/VLT."),
        (("set", "VLT", "SITE", "--limit", "6"), "Write the operator as COUNTRY/PARTY, such as NL/VLT: VLT."),
        (("set", *SITE), "A new budget needs a --limit."),
        (("set", *SITE, "--limit", "many"), "--limit must be a number: many."),
        (("set", *SITE, "--limit=-1"), "--limit must not be negative, and have one decimal at most: -1."),
        (("set", *SITE, "--limit", "NaN"), "--limit must not be negative, and have one decimal at most: NaN."),
        (("set", *SITE, "--limit", "none"), "--limit must be a number: none."),
        (("set", *SITE, "--limit", "6", "--periods", "{"), "--periods is no JSON"),
        (("set", *SITE, "--limit", "6", "--periods", '[{"from": "x"}]'), "needs a limit, and times as HH:MM"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal("site_budget", *words)
    assert not SiteBudget.objects.exists()
