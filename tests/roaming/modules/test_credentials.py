"""The handshake, through the front door and over real HTTP."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from roaming import authentication
from roaming.models import IssuedToken, Party, Platform
from roaming.ocpi import json
from tests.personas.partner import Partner, Said


def test_a_partner_registers_and_uses_its_token(hub: Any) -> None:
    """CRE-01 to CRE-04: C is for the partner, B for the hub, A is dead."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    answer = emsp.register(hub.url, token_a)
    assert answer.both == (200, 1000)
    assert [role["role"] for role in answer.data["roles"]] == ["HUB"]  # HUB-33
    assert [(one.path, one.token) for one in emsp.seen] == [("/versions", emsp.token_b), ("/details", emsp.token_b)]
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False).both == (200, 1000)
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False, token=token_a).both == (401, 2000)
    platform = Platform.objects.get()
    assert (platform.status, platform.token_out, platform.version) == ("CONNECTED", emsp.token_b, "2.2.1")
    assert str(Party.objects.get(platform=platform)) == "DE/EMX EMSP"


def test_token_a_opens_versions_and_credentials_only(hub: Any) -> None:
    """AUT-06, S13."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    details = emsp.call("GET", f"{hub.url}/ocpi/2.2.1", routed=False, token=token_a).data
    locations = next(one["url"] for one in details["endpoints"] if one["identifier"] == "locations")
    assert emsp.call("GET", locations, token=token_a).both == (401, 2000)


def test_the_credentials_show_the_callers_own_token(hub: Any, emsp: Partner) -> None:
    """CRE-10, AUT-12."""
    data = emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False).data
    assert data["token"] == emsp.token_for_hub
    assert data["url"] == f"{hub.url}/ocpi/versions"


def test_registering_twice_is_405(hub: Any, emsp: Partner) -> None:
    """CRE-06: whatever the body is, or with none."""
    for body in (json.dump_bytes(emsp.credentials()), b"{}", b"", b"{bad"):
        answer = emsp.call("POST", emsp.at("credentials", "SENDER"), raw=body, routed=False)
        assert (answer.both, answer.headers["Allow"]) == ((405, 2000), "GET, PUT, DELETE"), body
    assert emsp.call("PUT", emsp.at("credentials", "SENDER"), raw=b"", routed=False).both == (400, 2000)


def test_who_calls_before_its_answer_to_our_registration_is_stored_waits_for_it(
    hub: Any, cpo: Partner, emsp: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CRE-02, HCI-12: instead of reading lists as nobody, which would be empty."""
    row = Platform.objects.filter(pk=hub.platform(emsp).pk)
    row.update(status=Platform.Status.INVITED)
    monkeypatch.setattr(authentication, "pause", lambda: row.update(status=Platform.Status.CONNECTED))
    clients = emsp.at("hubclientinfo", "SENDER")
    assert [one["party_id"] for one in emsp.call("GET", clients, routed=False).data] == [cpo.party[3:]]
    row.update(status=Platform.Status.INVITED)
    monkeypatch.setattr(authentication, "PATIENCE", 0.0)
    assert emsp.call("GET", clients, routed=False).http_status == 401
    assert emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False).http_status == 200


def test_put_and_delete_before_registration_are_405(hub: Any) -> None:
    """CRE-07."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    url = f"{hub.url}/ocpi/2.2.1/credentials"
    for body in (json.dump_bytes(emsp.credentials()), b""):
        assert emsp.call("PUT", url, raw=body, routed=False, token=token_a).http_status == 405
    assert emsp.call("DELETE", url, routed=False, token=token_a).http_status == 405


def test_patch_of_credentials_is_405(hub: Any, emsp: Partner) -> None:
    """CRE-18."""
    assert emsp.call("PATCH", emsp.at("credentials", "SENDER"), {}, routed=False).http_status == 405


def test_parallel_posts_make_one_registration(hub: Any) -> None:
    """S13: one TOKEN_A, one connection."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    emsp.answers["GET", "/versions"] = lambda seen: Said(
        [{"version": "2.2.1", "url": f"{emsp.url}/details"}], delay=0.2
    )
    answers: list[Any] = []

    def post() -> None:
        one = Partner("DE/EMX", "EMSP")
        one.token_b = emsp.token_b
        body = emsp.credentials()
        answers.append(one.call("POST", f"{hub.url}/ocpi/2.2.1/credentials", body, routed=False, token=token_a))
        one.close()

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.both for answer in answers].count((200, 1000)) == 1
    assert {answer.http_status for answer in answers} <= {200, 401, 405}
    assert IssuedToken.objects.filter(kind="C").count() == 1


def test_a_failed_handshake_changes_nothing_and_can_be_repeated(hub: Any) -> None:
    """STA-13, CRE-12, S13: 3001, and TOKEN_A is still good."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    emsp.answers["GET", "/versions"] = Said(http_status=500, status=3000)
    assert emsp.register(hub.url, token_a).both == (200, 3001)
    assert Party.objects.count() == 0
    emsp.answers.clear()
    assert emsp.register(hub.url, token_a).both == (200, 1000)


def test_no_shared_version_is_3002(hub: Any) -> None:
    """STA-14, CRE-14; staff see what the peer offers."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    emsp.answers["GET", "/versions"] = Said([{"version": "2.0", "url": f"{emsp.url}/details"}])
    token_a = hub.invite(emsp)
    assert emsp.register(hub.url, token_a).both == (200, 3002)
    assert Platform.objects.get().offered_versions == ["2.0"]
    emsp.answers["GET", "/versions"] = Said()
    assert emsp.register(hub.url, token_a).both == (200, 3002)
    assert Platform.objects.get().offered_versions == []


def test_a_role_that_was_not_invited_is_refused(hub: Any) -> None:
    """S14: another party, an extra role, the hub's own id."""
    emsp = hub.stranger("DE/EMX", "EMSP")
    token_a = hub.invite(emsp)
    for roles in ([("EMSP", "DE/OTH")], [("EMSP", "DE/EMX"), ("CPO", "DE/EMX")], [("HUB", "NL/HUB")]):
        emsp.roles = roles
        assert emsp.register(hub.url, token_a).both == (200, 2001), roles
    assert Party.objects.count() == 0


def test_rotation_ends_the_old_token_with_the_first_use_of_the_new(hub: Any, emsp: Partner) -> None:
    """CRE-08, CRE-19, S15: nobody is locked out, and two tokens do not live for long."""
    old, url = emsp.token_for_hub, emsp.at("credentials", "SENDER")
    new_b = "a-new-token-b"
    answer = emsp.call("PUT", url, emsp.credentials(new_b), routed=False)
    assert answer.both == (200, 1000)
    new = answer.data["token"]
    assert [one.token for one in emsp.requests(path="/versions")] == [new_b]
    assert emsp.call("GET", url, routed=False, token=old).both == (200, 1000)  # grace
    assert emsp.call("GET", url, routed=False, token=new).both == (200, 1000)
    assert emsp.call("GET", url, routed=False, token=old).both == (401, 2000)
    assert Platform.objects.get().token_out == new_b


def test_a_failed_rotation_keeps_the_old_tokens(hub: Any, emsp: Partner) -> None:
    """CRE-19."""
    emsp.answers["GET", "/versions"] = Said(http_status=500, status=3000)
    url = emsp.at("credentials", "SENDER")
    assert emsp.call("PUT", url, emsp.credentials("never-used"), routed=False).both == (200, 3001)
    assert emsp.call("GET", url, routed=False).both == (200, 1000)
    assert Platform.objects.get().token_out == emsp.token_b


def test_unregistering_ends_everything(hub: Any, emsp: Partner) -> None:
    """CRE-11, S15."""
    url = emsp.at("credentials", "SENDER")
    assert emsp.call("DELETE", url, routed=False).both == (200, 1000)
    assert emsp.call("GET", url, routed=False).both == (401, 2000)
    assert Platform.objects.get().token_out == ""


def test_tokens_are_nowhere_in_clear(hub: Any, emsp: Partner) -> None:
    """S17, S18: neither in the tables of tokens nor in the journal."""

    emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(t)::text FROM roaming_exchange t) || (SELECT json_agg(t)::text FROM"
            " roaming_platform t) || (SELECT json_agg(t)::text FROM roaming_issuedtoken t)"
        )
        everything = str(cursor.fetchone()[0])
    assert emsp.token_for_hub not in everything
    assert emsp.token_b not in everything
