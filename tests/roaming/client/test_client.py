"""Outbound HTTP against peers that mean harm: where it goes, how long it takes, how much it reads."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable
from contextlib import closing
from ipaddress import ip_network
from typing import Any

import pytest

from roaming import client
from roaming.client import Broken, Call, Forbidden, Peer, Timeout, TooLarge, Unreachable, slashes, wire
from roaming.client.guard import vet
from roaming.models import Exchange
from roaming.ocpi.headers import MessageIds
from tests.personas.evil import Evil, answer, evil, gzip_bomb, says

pytestmark = pytest.mark.django_db

IDS = MessageIds("r1", "c1")
LOOPBACK = [ip_network("127.0.0.0/8")]


def call(
    url: str, *, hosts: tuple[str, ...] = ("127.0.0.1",), seconds: float = 5, method: str = "GET", **more: Any
) -> Any:
    peer = Peer("the-token", frozenset(hosts), seconds=seconds)
    return client.call(peer, Call(method, url, IDS, body=b"{}" if method != "GET" else None), **more)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost",
])  # fmt: skip
def test_no_packet_goes_to_a_private_address(host: str, settings: Any) -> None:
    """S1: a listener on that port sees no connection."""
    settings.OUTBOUND_ALLOW = []
    with evil(says(answer(b"{}"))) as listener:
        with pytest.raises(Forbidden):
            call(f"http://{host}:{listener.port}/", hosts=(host.strip("[]"), "::ffff:127.0.0.1"))
        assert listener.connections == 0


@pytest.mark.parametrize("address", [
    "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1", "64:ff9b::7f00:1", "224.0.0.1", "240.0.0.1", "::",
    "fe80::1", "fc00::1", "2002:7f00:1::", "192.0.0.8", "255.255.255.255",
])  # fmt: skip
def test_an_address_that_is_not_public_is_refused_by_name_too(address: str) -> None:
    """S1, S2: is_global alone would let some of these through."""
    with pytest.raises(Forbidden):
        vet("partner.example", 443, [], lambda host, port: [address], 1)
    with pytest.raises(Forbidden):
        vet(address, 443, [], lambda host, port: [], 1)


def test_of_several_addresses_only_the_public_ones_are_called() -> None:
    found = vet("partner.example", 443, [], lambda host, port: ["10.0.0.1", "93.184.216.34"], 1)
    assert found == ["93.184.216.34"]


def test_a_name_that_changes_its_address_gains_nothing(settings: Any) -> None:
    """S2: the name is resolved once, and the connection goes to what was vetted."""
    settings.OUTBOUND_ALLOW = []
    answers = iter([["203.0.113.7"], ["127.0.0.1"]])
    with evil() as listener:
        url = f"http://partner.example:{listener.port}/"
        with pytest.raises((Forbidden, Unreachable, Timeout)):
            call(url, hosts=("partner.example",), seconds=0.3, resolve=lambda host, port: next(answers))
        assert next(answers) == ["127.0.0.1"]  # nobody asked a second time
        assert listener.connections == 0


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "http:///x",
    "http://[/", "//127.0.0.1/", "http://127.0.0.1:99999/",
])  # fmt: skip
def test_only_plain_http_urls_are_called(url: str, settings: Any) -> None:
    """S1."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with pytest.raises(Forbidden):
        call(url)


def test_the_token_goes_to_the_partners_own_hosts_only(settings: Any) -> None:
    """S9."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b"{}"))) as listener:
        with pytest.raises(Forbidden, match="not a host of this partner"):
            call(listener.url, hosts=("partner.example",))
        assert listener.connections == 0


def test_a_proxy_in_the_environment_is_not_used(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S2: through a proxy the pinning would be void."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b"{}"))) as peer, evil(says(answer(b"{}"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert call(peer.url).status == 200
        assert (peer.connections, proxy.connections) == (1, 0)


def test_redirects_are_not_followed(settings: Any) -> None:
    """S3."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b"{}"))) as target:
        for status in ("301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"):
            with evil(says(answer(b"", f"Location: {target.url}/elsewhere", status=status))) as peer:
                assert call(peer.url).status // 100 == 3
        assert target.connections == 0


def test_a_redirect_that_only_adds_a_slash_is_followed_once(settings: Any) -> None:
    """S3, peers 2: frameworks do that, and a PUT must arrive with its body."""
    settings.OUTBOUND_ALLOW = LOOPBACK

    def act(connection: Any) -> None:
        path = peer.received[-1].split(b" ")[1].decode()
        target = f"http://127.0.0.1:{peer.port}{path}/"
        moved = answer(b"", f"Location: {target}", status="307 Temporary Redirect")
        connection.sendall(answer(b"ok") if path == "/versions/" else moved)

    with evil() as peer:
        peer.act = act
        assert call(peer.url, method="PUT").body == b"ok"
        assert [one.split(b" ")[:2] for one in peer.received] == [[b"PUT", b"/versions"], [b"PUT", b"/versions/"]]


def test_which_form_of_a_path_a_peer_has_is_learned_and_unlearned(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Peers 2: else each request to such a peer would be two."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    wants = {"path": "/list/"}

    def asked() -> list[str]:
        paths = [one.split(b" ")[1].decode() for one in peer.received]
        peer.received.clear()
        return paths

    def act(connection: Any) -> None:
        path, _, query = peer.received[-1].split(b" ")[1].decode().partition("?")
        moved = answer(b"", f"Location: http://127.0.0.1:{peer.port}{wants['path']}?{query}", status="307 Moved")
        connection.sendall(answer(b"ok") if path == wants["path"] else moved)

    with evil() as peer:
        peer.act = act
        url = f"http://127.0.0.1:{peer.port}/list"
        assert [call(f"{url}?limit={limit}").body for limit in (1, 2)] == [b"ok", b"ok"]
        assert asked() == ["/list?limit=1", "/list/?limit=1", "/list/?limit=2"]
        wants["path"] = "/list"
        assert [call(url).body for _ in range(2)] == [b"ok", b"ok"]
        assert asked() == ["/list/", "/list", "/list"]
        monkeypatch.setattr(slashes, "HOLDS", -1.0)
        wants["path"] = "/list/"
        assert [call(url).body for _ in range(2)] == [b"ok", b"ok"]
        assert asked() == ["/list", "/list/"] * 2  # what was learned long ago is forgotten


def dripping(piece: bytes, first: bytes) -> Evil:
    one = Evil(says(b""))

    def act(connection: Any) -> None:
        connection.sendall(first)
        one.drip(connection, piece)

    one.act = act
    return one


@pytest.mark.parametrize(("first", "piece"), [
    (b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    (b"", b""),
])  # fmt: skip
def test_one_deadline_covers_headers_and_body(settings: Any, first: bytes, piece: bytes) -> None:
    """S6: a peer that drips never runs into a read time-out."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    peer, started = dripping(piece, first), time.monotonic()
    try:
        with pytest.raises(Timeout) as caught:
            call(peer.url, seconds=0.5)
    finally:
        peer.close()
    assert time.monotonic() - started < 20
    assert caught.value.sent


def test_a_name_server_that_hangs_is_covered_too(settings: Any) -> None:
    """S6."""
    hang = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        hang.wait(60)
        return ["203.0.113.7"]

    started = time.monotonic()
    with pytest.raises(Timeout) as caught:
        call("http://partner.example/", hosts=("partner.example",), seconds=0.3, resolve=resolve)
    hang.set()
    assert not caught.value.sent
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("body", [lambda: answer(b"0" * 9_000_000), lambda: gzip_bomb(300_000_000)])
def test_a_large_answer_is_cut_off(settings: Any, body: Callable[[], bytes]) -> None:
    """S7: whether it is large on the wire or only when unpacked; memory stays where it was."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    large = body()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with evil(says(large)) as peer, pytest.raises(TooLarge):
        call(peer.url)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.mark.parametrize("text", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
def test_an_answer_that_breaks_off_is_no_answer(settings: Any, text: bytes) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(text)) as peer, pytest.raises(Broken) as caught:
        call(peer.url, method="POST")
    assert caught.value.sent


KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def lasting() -> Evil:
    """A peer that keeps its connections open."""
    one = Evil(says(b""))

    def act(connection: Any) -> None:
        connection.sendall(KEPT)
        while text := connection.recv(65_536):
            if b" HTTP/1.1" in text:  # a body comes by itself
                one.received.append(text)
                connection.sendall(KEPT)

    one.act = act
    return one


def test_a_connection_serves_the_next_call_too(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    with closing(lasting()) as peer:
        for method in ("GET", "PUT", "POST"):
            assert call(peer.url, method=method).body == b"{}"
        assert peer.connections == 1
        assert [text.split()[0] for text in peer.received] == [b"GET", b"PUT", b"POST"]


def test_a_connection_that_was_made_by_other_rules_serves_no_call(settings: Any) -> None:
    """S1."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with closing(lasting()) as peer:
        call(peer.url)
        settings.OUTBOUND_ALLOW = []
        with pytest.raises(Forbidden):
            call(peer.url)
        assert len(peer.received) == 1


def test_a_connection_that_was_idle_too_long_is_not_used_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its peer may be closing it, and a POST would be lost."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    monkeypatch.setattr(wire, "IDLE", -1.0)
    with closing(lasting()) as peer:
        call(peer.url)
        call(peer.url, method="POST")
        assert peer.connections == 2


def test_a_connection_that_the_peer_has_closed_is_not_used_again(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    closed = threading.Semaphore(0)

    def act(connection: Any) -> None:
        connection.sendall(KEPT)
        connection.close()
        closed.release()

    with evil(act) as peer:
        call(peer.url)
        assert closed.acquire(timeout=5)
        assert call(peer.url, method="POST").body == b"{}"
        assert peer.connections == 2


def test_a_call_that_is_late_does_not_leave_its_connection_to_the_next(settings: Any) -> None:
    """S6: what it waited for would come to somebody else."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    silent = Evil(says(b""))
    silent.act = lambda connection: void(silent.closing.wait(5))
    with closing(silent) as peer:
        with pytest.raises(Timeout):
            call(peer.url, seconds=0.2)
        peer.act = says(answer(b"now"))
        assert call(peer.url).body == b"now"


def void(waited: bool) -> None:
    """Nothing is said, however long one waits."""


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00", "\u20ac"])
def test_a_header_that_would_not_end_where_its_line_does_is_not_sent(settings: Any, value: str) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b"{}"))) as peer:
        with pytest.raises(Forbidden, match="would not end"):
            client.call(Peer("t", frozenset({"127.0.0.1"})), Call("GET", peer.url, IDS, headers={"X-Here": value}))
        assert peer.connections == 0


@pytest.mark.parametrize(("path", "target"), [
    ("", b"/"), ("?a=b c", b"/?a=b%20c"), ("/a b/%2F/\u20ac?x=\u20ac#z", b"/a%20b/%2F/%E2%82%AC?x=%E2%82%AC"),
])  # fmt: skip
def test_the_request_line_is_ascii_and_what_was_escaped_stays(settings: Any, path: str, target: bytes) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b"{}"))) as peer:
        call(f"http://127.0.0.1:{peer.port}{path}")
        assert peer.received[0].split(b" ")[1] == target


def test_a_closed_port_is_unreachable_and_nothing_was_sent(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil() as peer:
        url = peer.url
    with pytest.raises(Unreachable) as caught:
        call(url)
    assert not caught.value.sent


def test_every_call_is_in_the_journal_without_the_token(settings: Any) -> None:
    """S18."""
    settings.OUTBOUND_ALLOW = LOOPBACK
    with evil(says(answer(b'{"status_code":1000}'))) as peer:
        url = peer.url
        call(url, method="PUT")
    with pytest.raises(Unreachable):
        call(url)
    done, failed = Exchange.objects.order_by("pk")
    assert (done.direction, done.http_status, done.ocpi_status, done.request_id) == ("OUT", 200, 1000, "r1")
    assert (failed.http_status, failed.error[:11]) == (None, "Unreachable")
    assert not Exchange.objects.filter(request_body__contains="the-token").exists()
