"""`register_with` and `pull`, as an operator types them, against a partner on the wire."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from roaming.console.operating import Error
from roaming.models import Location, Platform, Pull
from roaming.services import pulls
from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen, until
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


PATH = "/odd/sender/locations"


def listed(cpo: Partner, *identifiers: str) -> None:
    """The list, an object a page."""

    def page(seen: Seen) -> Said:
        offset = int(seen.query.get("offset", ["0"])[0])
        headers = {"X-Total-Count": str(len(identifiers))}
        if offset + 1 < len(identifiers):
            headers["Link"] = f'<{cpo.url}{PATH}?offset={offset + 1}>; rel="next"'
        return Said([samples.location(id=one) for one in identifiers[offset : offset + 1]], headers=headers)

    cpo.answers["GET", PATH] = page


def test_pulling_from_the_command_line(hub: Any, cpo: Partner) -> None:
    """TRA-04, TRA-09: everything at first, then what changed, unless everything is asked for."""
    listed(cpo, "L1", "L2", "L3")
    (said,) = json.loads(run("pull", "NL/CPO", "--module", "locations", "--json"))
    assert (said["objects"], said["stored"], said["pages"], said["full"]) == (3, 3, 3, True)
    listed(cpo, "L1")
    assert json.loads(run("pull", "nl/cpo", "--module", "locations", "--json"))[0]["full"] is False
    (said,) = json.loads(run("pull", str(hub.platform(cpo).pk), "--module", "locations", "--full", "--json"))
    assert (said["full"], said["objects"]) == (True, 1)
    assert Location.objects.filter(evses__status="REMOVED").count() == 2


def test_it_shows_how_far_it_is_and_what_came_of_it(hub: Any, cpo: Partner, capfd: Any) -> None:
    listed(cpo, "L1", "L2")
    text = run("pull", "NL/CPO")
    assert "locations of NL/CPO CPO" in text
    assert "2/2" in capfd.readouterr().err


def test_a_list_that_fails_is_exit_1_and_the_others_are_pulled(hub: Any, cpo: Partner) -> None:
    listed(cpo, "L1")
    cpo.answers["GET", "/odd/sender/tariffs"] = Said(http_status=500, status=3000, message="broken")
    with pytest.raises(SystemExit) as caught:
        run("pull", "NL/CPO")
    assert caught.value.code == 1
    assert Location.objects.count() == 1


@pytest.mark.parametrize(("words", "sentence"), [
    (["XX/YYY"], "No platform is called “XX/YYY”."),
    (["DE/INV"], "DE/INV is invited, and has not registered yet"),
    (["nonsense/x"], "not a country code"),
    (["NL/CPO", "--module", "tokens"], "it offers cdrs, locations, sessions, tariffs"),
])  # fmt: skip
def test_what_cannot_be_pulled_is_one_sentence(hub: Any, cpo: Partner, words: list[str], sentence: str) -> None:
    run("invite_platform", "--role", "EMSP", "--party", "DE/INV", "--name", "Invited")
    with pytest.raises(Error, match=sentence) as caught:
        run("pull", *words)
    assert caught.value.returncode == 2


def test_a_crawl_that_a_worker_does_is_watched(hub: Any, cpo: Partner) -> None:
    """Nothing is asked twice; the command ends when the worker has ended."""
    listed(cpo, "L1", "L2")
    row = Pull.objects.get(module="locations")
    page, hold = cpo.answers["GET", PATH], threading.Event()

    def slow(seen: Seen) -> Said:
        hold.wait(60)
        assert callable(page)
        return page(seen)

    cpo.answers["GET", PATH] = slow

    def work() -> None:
        pulls.run(row.pk)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    until(lambda: cpo.requests("GET", PATH))
    threading.Timer(0.5, hold.set).start()
    (said,) = json.loads(run("pull", "NL/CPO", "--module", "locations", "--json"))
    worker.join()
    assert (said["objects"], len(cpo.requests("GET", PATH))) == (2, 2)
