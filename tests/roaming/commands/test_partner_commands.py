"""`register_with` and `pull`, as an operator types them, against a partner on the wire."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from roaming.console.operating import Error
from roaming.models import Platform
from tests.personas.partner import Partner, Said
from tests.personas.receiving import accepting


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def register(partner: Partner, *words: str) -> str:
    return run("register_with", "--url", f"{partner.url}/versions", "--token", "their-token-a", *words)


def test_registering_from_the_command_line(hub: Any) -> None:
    """CRE-02, CRE-05."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    said = json.loads(register(cpo, "--json", "--name", "Volt", "--role", "CPO", "--party", "NL/CPO"))
    assert (said["name"], said["version"], said["roles"], said["notices"]) == ("Volt", "2.2.1", ["NL/CPO CPO"], [])
    assert Platform.objects.get().token_out == "their-token-c"


def test_it_says_what_it_did_in_words(hub: Any) -> None:
    cpo = hub.stranger("NL/CPO", "CPO", more=("HUB NL/HUB",))
    accepting(cpo)
    text = register(cpo)
    assert "Registered at “127.0.0.1”, OCPI 2.2.1: NL/CPO CPO." in text
    assert "NL/HUB is this hub" in text


@pytest.mark.parametrize(("path", "reaction", "words"), [
    ("/versions", Said([{"version": "2.0", "url": "http://127.0.0.1/x"}]), "it offers 2.0"),
    ("/versions", Said(http_status=401, status=2000), "HTTP 401"),
    ("/versions", Said(raw=b"<html>"), "no OCPI envelope"),
    ("/credentials", Said(status=2001, message="who are you"), "who are you"),
])  # fmt: skip
def test_what_goes_wrong_is_one_sentence_and_leaves_nothing(hub: Any, path: str, reaction: Said, words: str) -> None:
    """CRE-12, CRE-14, VER-06."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    cpo.answers = {("*", path): reaction, **cpo.answers}
    with pytest.raises(Error) as caught:
        register(cpo)
    assert caught.value.returncode == 2
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert Platform.objects.count() == 0


@pytest.mark.parametrize(("words", "sentence"), [
    (["--url", "file:///etc/passwd", "--token", "x"], "is no versions URL"),
    (["--url", "http://127.0.0.1:9/", "--token", "a b"], "no blanks"),
    (["--url", "http://127.0.0.1:9/", "--token", "x", "--role", "CPO", "--party", "NLCPO"], "NLCPO"),
    (["--url", "http://127.0.0.1:9/", "--token", "x", "--role", "CPO"], "do not pair up"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_before_any_call(hub: Any, words: list[str], sentence: str) -> None:
    with pytest.raises(Error, match=sentence) as caught:
        run("register_with", *words)
    assert caught.value.returncode == 2
    assert Platform.objects.count() == 0


def test_a_partner_that_is_connected_is_not_registered_twice(hub: Any, emsp: Partner) -> None:
    with pytest.raises(Error, match="has this versions URL already"):
        register(emsp)
    assert emsp.seen == []
