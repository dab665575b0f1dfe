"""What holds for every path below /ocpi/: envelopes, message ids, slashes, methods, bodies, tokens."""

from __future__ import annotations

import base64
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from roaming.models import Exchange
from tests.personas import samples
from tests.personas.partner import ROUTED, Partner

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def test_an_answer_is_an_envelope(hub: Any, emsp: Partner) -> None:
    """ENV-01, ENV-03."""
    answer = emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False)
    assert set(answer.envelope) == {"data", "status_code", "timestamp"}
    assert TIMESTAMP.fullmatch(answer.envelope["timestamp"])
    assert answer.headers["Content-Type"] == "application/json"


def test_version_details_list_what_is_mounted(hub: Any, emsp: Partner) -> None:
    """VER-02 to VER-05, HUB-34: and each advertised endpoint answers."""
    details = emsp.call("GET", f"{hub.url}/ocpi/2.2.1", routed=False).data
    listed = [(one["identifier"], one["role"]) for one in details["endpoints"]]
    assert len(set(listed)) == len(listed)
    assert listed.count(("credentials", "SENDER")) == 1
    for module in ("locations", "tariffs", "sessions", "cdrs", "tokens", "commands"):
        assert {(module, "SENDER"), (module, "RECEIVER")} <= set(listed)
    for endpoint in details["endpoints"]:
        assert emsp.call("OPTIONS", endpoint["url"]).http_status in (404, 405), endpoint


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Token"}, {"Authorization": "Token !!!"}, {"Authorization": "Bearer abc"},
    {"Authorization": "Token  YWJj"}, {"Authorization": "Token YWJj\t"}, {"Authorization": "Token " + "A" * 8000},
    {"Authorization": "Token " + base64.b64encode("ü".encode()).decode()},
])  # fmt: skip
def test_no_usable_token_is_401_with_an_envelope(hub: Any, headers: dict[str, str]) -> None:
    """AUT-05, S11, S12, MID-03: the same body whatever is wrong."""
    response = requests.get(f"{hub.url}/ocpi/versions", headers={**headers, "X-Request-ID": "r-1"}, timeout=60)
    assert response.status_code == 401
    assert response.json()["status_code"] == 2000
    assert response.json()["status_message"] == "Unauthorized"
    assert response.headers["X-Request-ID"] == "r-1"


def test_a_token_may_end_in_a_newline_and_may_be_raw(hub: Any, emsp: Partner) -> None:
    """AUT-03, AUT-04: but the spelling that came first is the only right one from then on (S10)."""
    newline = base64.b64encode(f"{emsp.token_for_hub}\n".encode()).decode()
    raw = emsp.token_for_hub
    url = f"{hub.url}/ocpi/versions"
    assert requests.get(url, headers={"Authorization": f"token {raw}"}, timeout=60).status_code == 200
    assert requests.get(url, headers={"Authorization": f"Token {newline}"}, timeout=60).status_code == 401
    other = hub.connect("FR/EMY", "EMSP")
    newline = base64.b64encode(f"{other.token_for_hub}\n".encode()).decode()
    assert requests.get(url, headers={"Authorization": f"Token {newline}"}, timeout=60).status_code == 200
    assert requests.get(url, headers={"Authorization": f"Token {other.token_for_hub}"}, timeout=60).status_code == 401


def test_guessing_tokens_is_slowed_down_and_harms_nobody_else(hub: Any, emsp: Partner) -> None:
    """S16."""
    url, wrong = f"{hub.url}/ocpi/versions", {"Authorization": "Token d3Jvbmc="}
    answers = [requests.get(url, headers=wrong, timeout=60) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["status_code"] == 2000
    assert emsp.call("GET", url, routed=False).both == (200, 1000)


def test_ids_are_echoed_or_made_up(hub: Any, emsp: Partner) -> None:
    """MID-01, MID-02, MID-08."""
    answer = emsp.call("GET", emsp.at("locations", "SENDER"), X_Request_ID="r1", X_Correlation_ID="c1")
    assert (answer.headers["X-Request-ID"], answer.headers["X-Correlation-ID"]) == ("r1", "c1")
    token = base64.b64encode(emsp.token_for_hub.encode()).decode()
    bare = requests.get(emsp.at("locations", "SENDER"), headers={"Authorization": f"Token {token}"}, timeout=60)
    assert bare.status_code == 200
    assert len(bare.headers["X-Request-ID"]) == len(bare.headers["X-Correlation-ID"]) == 36


def test_routing_headers_are_swapped_in_answers_of_functional_modules(hub: Any, emsp: Partner) -> None:
    """HUB-01, HUB-05, HUB-18; HUB-02: none elsewhere."""
    for segments in ((), ("no-such-location",)):
        answer = emsp.call("GET", emsp.at("locations", "SENDER", *segments), to="nl/hub")
        assert answer.headers["OCPI-to-country-code"] + answer.headers["OCPI-to-party-id"] == "DEEMX"
        assert answer.headers["OCPI-from-country-code"] + answer.headers["OCPI-from-party-id"] == "NLHUB"
    answer = emsp.call("GET", f"{hub.url}/ocpi/versions", to="NL/HUB")
    assert "OCPI-to-party-id" not in answer.headers


def test_header_names_are_read_in_any_case(hub: Any, emsp: Partner) -> None:
    """TRA-10, HUB-03."""
    lower = {"ocpi_from_country_code": "de", "OCPI_FROM_PARTY_ID": "emx", "x_request_id": "abc"}
    answer = emsp.call("GET", emsp.at("locations", "SENDER"), routed=False, **lower)
    assert answer.both == (200, 1000)
    assert answer.headers["X-Request-ID"] == "abc"


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_slashes_do_not_matter_for_any_method(hub: Any, cpo: Partner, ending: str) -> None:
    """TRA-13, peers 2: no redirect, no 404."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    assert cpo.call("PUT", url + ending, samples.location()).both == (201, 1000)
    assert cpo.call("GET", url + ending).both == (200, 1000)
    joined = cpo.hub_endpoints["locations", "RECEIVER"].rstrip("/") + "//NL/CPO/LOC1" + ending
    patch = {"name": "x", "last_updated": "2026-11-21T11:00:00Z"}
    assert cpo.call("PATCH", joined, patch).both == (200, 1000)
    assert cpo.call("GET", cpo.at("tokens", "SENDER") + ending).both == (200, 1000)


def test_an_empty_segment_inside_a_path_is_no_path(hub: Any, cpo: Partner) -> None:
    """S27: never another object."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    assert cpo.call("GET", cpo.at("locations", "RECEIVER", "NL", "", "CPO", "LOC1")).http_status == 404


@pytest.mark.parametrize("path", ["nonsense", "2.2.1/sender/nonsense", "2.1.1", "x/../y"])
def test_an_unknown_path_is_404_with_an_envelope(hub: Any, emsp: Partner, path: str) -> None:
    """ENV-04: also without a token, for there is nothing there to protect."""
    for token in (emsp.token_for_hub, ""):
        answer = emsp.call("GET", f"{hub.url}/ocpi/{path}", token=token, X_Request_ID="r2")
        assert answer.both == (404, 2000)
        assert answer.headers["X-Request-ID"] == "r2"


@pytest.mark.parametrize("below", ["a/b", "%C3%A9", "a%0Ab"])
def test_what_no_module_has_below_it_is_404_to_a_known_caller_only(hub: Any, emsp: Partner, below: str) -> None:
    """S12, HUB-05: a stranger is told 401, a partner's 404 is routed back like any answer."""
    url = f"{emsp.at('tariffs', 'SENDER')}/{below}"
    stranger = emsp.call("GET", url, token="unknown")
    assert stranger.both == (401, 2000)
    answer = emsp.call("GET", url, to="NL/HUB")
    assert answer.both == (404, 2000)
    assert [answer.headers.get(name) for name in ROUTED] == ["DE", "EMX", "NL", "HUB"]


def test_a_method_that_is_not_offered_is_405(hub: Any, emsp: Partner) -> None:
    """STA-05, LOC-03, TAR-02, COO-02."""
    for method, url in [
        ("POST", emsp.at("locations", "SENDER")),
        ("DELETE", emsp.at("tokens", "RECEIVER", "DE", "EMX", "u1")),
        ("PATCH", emsp.at("tariffs", "RECEIVER", "DE", "EMX", "t1")),
        ("PUT", emsp.at("hubclientinfo", "SENDER")),
        ("GET", emsp.at("commands", "RECEIVER", "START_SESSION")),
        ("PROPFIND", emsp.at("locations", "SENDER")),
    ]:
        answer = emsp.call(method, url)
        assert answer.both == (405, 2000), (method, url)
        assert answer.headers["Allow"] or method == "PROPFIND"


@pytest.mark.parametrize("raw", [b"{bad", b"", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'"\\ud800"'])
def test_a_body_that_is_no_json_is_400(hub: Any, cpo: Partner, raw: bytes) -> None:
    """STA-01, S7."""
    answer = cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), raw=raw)
    assert answer.both == (400, 2000)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"3", b'{"id": "LOC1", "id": "LOC1"}', b'{"id": "a\\u0000"}'])
def test_a_body_that_is_no_object_is_2001(hub: Any, cpo: Partner, raw: bytes) -> None:
    """STA-02: valid JSON, wrong content."""
    answer = cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), raw=raw)
    assert answer.both == (200, 2001)


def test_a_body_over_the_limit_is_413(hub: Any, cpo: Partner, settings: Any) -> None:
    """S7."""
    settings.OCPI_BODY_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    answer = cpo.call("PUT", url, samples.location(name="x" * 200_000))
    assert answer.both == (413, 2000)


def test_a_chunked_body_that_the_server_cannot_end_is_411_and_not_lost(hub: Any, cpo: Partner) -> None:
    """Under a server that does not end its input a chunked body must not pass for an empty one."""
    parts = urlsplit(cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"))
    token = base64.b64encode(cpo.token_for_hub.encode()).decode()
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5) as sock:
        sock.sendall(
            f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Token {token}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n".encode()
        )
        answer = sock.recv(65_536)
    assert b" 411 " in answer.split(b"\r\n")[0]


def test_a_crash_is_500_with_3000_and_no_word_about_the_inside(hub: Any, emsp: Partner, settings: Any) -> None:
    """STA-12, MID-03, HUB-05, S50."""
    settings.OCPI_PAGE_LIMIT = "not a number"
    answer = emsp.call("GET", emsp.at("locations", "SENDER"), X_Request_ID="r-500")
    assert (answer.headers["X-Request-ID"], answer.headers["OCPI-to-party-id"]) == ("r-500", "EMX")
    assert answer.both == (500, 3000)
    assert answer.envelope["status_message"] == "Server error"


@pytest.mark.parametrize("path", ["/ocpi", "/ocpi/versions"])
def test_a_foreign_host_header_is_an_envelope_too(hub: Any, path: str) -> None:
    response = requests.get(f"{hub.url}{path}", headers={"Host": "evil.example"}, timeout=60)
    assert response.status_code == 400
    assert response.json()["status_code"] == 2000


def test_every_exchange_is_in_the_journal_without_its_secrets(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S18: heads always, bodies of writes, of lists only a digest."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    cpo.call("PUT", url, samples.location(name="Journalled"), X_Correlation_ID="c-put")
    emsp.call("GET", emsp.at("locations", "SENDER"), X_Correlation_ID="c-list")
    put, listed = Exchange.objects.get(correlation_id="c-put"), Exchange.objects.get(correlation_id="c-list")
    assert (put.direction, put.method, put.http_status, put.ocpi_status) == ("IN", "PUT", 201, 1000)
    assert (put.from_party, put.routing) == ("NL/CPO", "broadcast")
    assert "Journalled" in put.request_body
    assert listed.response_body.startswith("1 objects, ")
    assert "Journalled" not in listed.response_body
    assert not Exchange.objects.filter(request_body__contains=cpo.token_b).exists()


def test_an_error_is_journalled_with_its_reason(hub: Any, cpo: Partner) -> None:
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), {"id": "LOC1"}, X_Correlation_ID="c-bad")
    row = Exchange.objects.get(correlation_id="c-bad")
    assert (row.http_status, row.ocpi_status) == (200, 2001)
    assert "country_code" in row.error
