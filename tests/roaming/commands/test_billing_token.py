"""`manage.py billing_token`: made, bound, listed, revoked."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roaming.models import BillingToken
from tests.roaming.billing import world
from tests.roaming.billing.door import found, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def run(*words: str) -> Any:
    out = io.StringIO()
    call_command("billing_token", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_token_is_printed_once_reads_its_party_and_is_revoked() -> None:
    world.cdr("MINE")
    world.cdr("THEIRS", emsp="FR/OTH")
    made = run("ledger", "--party", "de-emx")
    assert [one["cdr_id"] for one in found("cdrs/", made["token"])["results"]] == ["MINE"]
    (listed,) = run("--list")
    assert (listed["name"], listed["sees"], "token" in listed) == ("ledger", "DE/EMX EMSP", False)
    assert run("ledger", "--revoke") == {"name": "ledger", "revoked": 1}
    assert refused("cdrs/", made["token"])[0] == 401


def test_for_people_it_says_what_it_did() -> None:
    out = io.StringIO()
    for words in (["ledger"], ["--list"], ["ledger", "--revoke"]):
        call_command("billing_token", *words, stdout=out)
    assert "sees everything" in out.getvalue() and "Revoked 1 token(s) of ledger." in out.getvalue()


@pytest.mark.parametrize("words", [[], ["x", "--party", "NOBODY"], ["x", "--party", "XX/NON"], ["x", "--revoke"]])
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("billing_token", *words)
    assert not BillingToken.objects.exists()
