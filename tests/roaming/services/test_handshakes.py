"""Handshakes that staff ask for: rows that a worker carries out, whatever happens to it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roaming.decisions import Scope
from roaming.models import Handshake, Notice, Party, Platform, Pull
from roaming.services import decisions, handshakes, sweeping
from tests.personas.partner import Partner, Said, Seen, until
from tests.personas.receiving import accepting

TOKEN_A = "their-token-a"


def press(client: Client, verb: str, platform: Platform | None = None, /, **said: str) -> str:
    url = reverse(f"admin:roaming_platform_{verb}", args=() if platform is None else (platform.pk,))
    answer = client.post(url, said, follow=True)
    assert answer.status_code in (200, 409)
    return answer.content.decode()


def page(client: Client, platform: Platform) -> tuple[str, str | None]:
    answer = client.get(reverse("admin:roaming_platform_change", args=(platform.pk,)))
    return re.sub(r"<[^>]*>", "", answer.content.decode()), answer.headers.get("Refresh")


def work() -> None:
    """What a worker does with each open row."""
    for row in handshakes.unfinished():
        handshakes.carry_out(row.pk)


def test_staff_register_at_a_partner_and_no_web_thread_calls_it(hub: Any, admin_client: Client) -> None:
    """CRE-02, CRE-05: the page says what is under way, comes again by itself, and then says what came of it."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    said = {"name": "Volt", "versions_url": f"{cpo.url}/versions", "token_a": TOKEN_A, "encoding": "auto"}
    press(admin_client, "register", **said)
    assert cpo.seen == []
    platform = Platform.objects.get(name="Volt")
    text, refresh = page(admin_client, platform)
    assert "waiting for a worker" in text
    assert refresh == "3"
    listed = admin_client.get(reverse("admin:roaming_platform_changelist")).content.decode()
    assert "registering…" in listed
    work()
    text, refresh = page(admin_client, platform)
    assert "Registered, OCPI 2.2.1." in text
    assert refresh is None
    Pull.objects.filter(module="locations").update(state="RUNNING", started_at=timezone.now(), objects_seen=4, total=9)
    text, refresh = page(admin_client, platform)
    assert ("4 of 9" in text, refresh) == (True, "3")
    assert (Platform.objects.get(pk=platform.pk).status, str(Party.objects.get(platform=platform))) == (
        "CONNECTED", "NL/CPO CPO",
    )  # fmt: skip
    assert Handshake.objects.get().token == ""


def test_a_registration_that_failed_says_why_and_what_the_peer_offers(hub: Any, admin_client: Client) -> None:
    """CRE-14, VER-06: staff see the versions, may try again with a new token, or remove the row."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    versions = [{"version": one, "url": f"{cpo.url}/x"} for one in ("2.0", "3.0")]
    cpo.answers["GET", "/versions"] = Said(versions)
    handshakes.register(f"{cpo.url}/versions", TOKEN_A, name="Old")
    work()
    platform = Platform.objects.get()
    assert platform.status == "UNREGISTERED"
    text, _ = page(admin_client, platform)
    assert "it offers 2.0, 3.0" in text
    assert Notice.objects.get(code="version").text.endswith("It offers: 2.0, 3.0")
    del cpo.answers["GET", "/versions"]
    press(admin_client, "register_again", platform, token_a="another-token-a")
    work()
    assert Platform.objects.get().status == "CONNECTED"
    assert cpo.requests("POST")[-1].token == "another-token-a"


def test_a_platform_that_never_was_connected_can_be_removed_and_others_cannot(
    hub: Any, emsp: Partner, admin_client: Client
) -> None:
    failed = Platform.objects.create(name="Failed", status="UNREGISTERED", versions_url="http://127.0.0.1:9/")
    assert "Failed is removed" in press(admin_client, "remove", failed)
    assert "does not apply" in press(admin_client, "remove", hub.platform(emsp))
    assert Platform.objects.count() == 1


def test_rotating_from_the_admin(hub: Any, emsp: Partner, admin_client: Client) -> None:
    """AUT-09: old token out, new token in, once the worker has done it."""
    old = emsp.token_for_hub
    accepting(emsp, "their-new-token")
    press(admin_client, "rotate", hub.platform(emsp))
    assert emsp.seen == []
    work()
    assert hub.platform(emsp).token_out == "their-new-token"
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)
    assert emsp.call("GET", emsp.at("locations", "SENDER"), token=old).both == (401, 2000)


def test_a_rotation_that_the_peer_refuses_changes_nothing_and_says_why(hub: Any, emsp: Partner) -> None:
    """CRE-19."""
    emsp.answers["PUT", "/credentials"] = Said(status=2001, message="not today")
    handshakes.ask(hub.platform(emsp), Handshake.Kind.ROTATE)
    work()
    row = Handshake.objects.get()
    assert row.state == "FAILED"
    assert "not today" in row.result
    assert hub.platform(emsp).token_out == emsp.token_b
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)


@pytest.mark.parametrize(("said", "words"), [
    (Said(), "Unregistered."), (Said(http_status=500, raw=b""), "took no note"),
])  # fmt: skip
def test_parting_from_the_admin(hub: Any, emsp: Partner, admin_client: Client, said: Said, words: str) -> None:
    """CRE-11: the connection ends, whatever the peer says."""
    emsp.answers["DELETE", "/credentials"] = said
    platform = hub.platform(emsp)
    press(admin_client, "leave", platform)
    work()
    assert words in Handshake.objects.get().result
    assert hub.platform(emsp).status == "UNREGISTERED"
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (401, 2000)


def test_one_handshake_at_a_time_with_each_platform(hub: Any, emsp: Partner, admin_client: Client) -> None:
    press(admin_client, "rotate", hub.platform(emsp))
    assert "under way already" in press(admin_client, "leave", hub.platform(emsp))
    assert Handshake.objects.count() == 1


def test_a_handshake_that_a_killed_worker_left_behind_is_done_again(hub: Any, emsp: Partner) -> None:
    """CRE-19: the row says RUNNING, nobody holds its lock; and after three dead workers it is given up, loudly."""
    accepting(emsp, "their-new-token")
    row = handshakes.ask(hub.platform(emsp), Handshake.Kind.ROTATE)
    Handshake.objects.filter(pk=row.pk).update(state="RUNNING", started_at=timezone.now(), attempts=1)
    sweeping.sweep()
    assert list(handshakes.unfinished()) == [row]
    work()
    assert hub.platform(emsp).token_out == "their-new-token"
    again = handshakes.ask(hub.platform(emsp), Handshake.Kind.ROTATE)
    Handshake.objects.filter(pk=again.pk).update(state="RUNNING", attempts=handshakes.ATTEMPTS)
    work()
    again.refresh_from_db()
    assert (again.state, again.result.startswith("Given up")) == ("FAILED", True)


def test_two_workers_do_a_handshake_once(hub: Any, emsp: Partner) -> None:
    accepting(emsp)
    take = emsp.answers["PUT", "/credentials"]
    hold = threading.Event()

    def slow(seen: Seen) -> Said:
        hold.wait(60)
        assert callable(take)
        return take(seen)

    emsp.answers["PUT", "/credentials"] = slow
    row = handshakes.ask(hub.platform(emsp), Handshake.Kind.ROTATE)

    def worker() -> None:
        handshakes.carry_out(row.pk)
        connection.close()

    first = threading.Thread(target=worker)
    first.start()
    until(lambda: emsp.requests("PUT", "/credentials"))
    handshakes.carry_out(row.pk)
    hold.set()
    first.join()
    assert len(emsp.requests("PUT", "/credentials")) == 1
    row.refresh_from_db()
    assert row.state == "DONE"


def test_a_registration_whose_answer_was_lost_stays_open_for_the_peer(hub: Any) -> None:
    """CRE-19: it may hold our token; what it does with it works."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    takes = cpo.answers["POST", "/credentials"]

    def breaks_off(seen: Seen) -> Said:
        assert callable(takes)
        takes(seen)
        return Said(http_status=502, raw=b"")

    cpo.answers["POST", "/credentials"] = breaks_off
    row = handshakes.register(f"{cpo.url}/versions", TOKEN_A, name="Volt")
    work()
    row.refresh_from_db()
    assert row.state == "FAILED"
    url = cpo.at("credentials", "SENDER")
    assert cpo.call("PUT", url, cpo.credentials(), routed=False).both == (200, 1000)
    assert Platform.objects.get().status == "CONNECTED"


def test_a_registration_of_which_nobody_knows_what_became_is_tried_again(hub: Any) -> None:
    """CRE-19, peers 10: with the same URL and a new TOKEN_A, not as a second platform; whoever is connected is not."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    takes = cpo.answers["POST", "/credentials"]
    cpo.answers["POST", "/credentials"] = Said(status=3000, message="it broke")
    versions = f"{cpo.url}/versions"
    handshakes.register(versions, TOKEN_A, name="Volt")
    with pytest.raises(ValueError, match="under way"):
        handshakes.register(versions, TOKEN_A, name="Volt")
    work()
    assert "OCPI 3000 it broke" in Handshake.objects.get().result
    cpo.answers["POST", "/credentials"] = takes
    handshakes.register(versions, "another-token-a", name="Volt")
    work()
    assert (Platform.objects.get().status, Handshake.objects.last().state) == ("CONNECTED", "DONE")
    with pytest.raises(ValueError, match="already"):
        handshakes.register(versions, TOKEN_A, name="Volt")


def test_changed_endpoints_are_announced_by_a_put_once(hub: Any, emsp: Partner) -> None:
    """VER-07: to each partner that has read the old ones, and never to one that has read the new ones."""
    platform = hub.platform(emsp)
    read = platform.announced
    assert read
    accepting(emsp, "their-new-token")
    assert handshakes.news(read, timezone.now()) == 0
    assert handshakes.news("other-digest", timezone.now()) == 1
    assert handshakes.news("other-digest", timezone.now()) == 0
    work()
    (put,) = emsp.requests("PUT", "/credentials")
    assert put.body["url"] == f"{hub.url}/ocpi/versions"
    assert hub.platform(emsp).announced == read, "it has read them again"


def test_tokens_are_replaced_when_they_are_as_old_as_they_may_become(hub: Any, emsp: Partner, cpo: Partner) -> None:
    """AUT-09: by themselves if the operator says so, by staff alone otherwise."""
    now = timezone.now()
    month = now + timedelta(days=31)
    assert handshakes.renew(month) == 0
    decisions.choose("TOKEN-ROTATION", "30", scope=Scope.PARTNER, key=str(hub.platform(emsp).pk))
    assert handshakes.renew(now + timedelta(days=29)) == 0
    assert handshakes.renew(month) == 1
    accepting(emsp, "their-new-token")
    work()
    assert hub.platform(emsp).token_out == "their-new-token"
    assert cpo.requests("PUT", "/credentials") == []
