"""Who is at the other end: the socket's word, or a trusted proxy's."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote

import pytest

from ocppbridge.transport.peer import Peer, certificates_in, peer_of
from tests.ocppbridge import pki

ROOT = pki.certificate("Root", authority=True)
OWN = pki.certificate("CP1", ROOT)
PROXY = [ip_network("10.0.0.0/8"), ip_network("::1/128")]
B64 = base64.b64encode(OWN.der).decode()
ROOT_B64 = base64.b64encode(ROOT.der).decode()


def scope(address: str = "10.1.2.3", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (address, 5), "scheme": "ws", "headers": pairs, "extensions": {"websocket.http.response": {}}}


def seen(asked: dict[str, Any], header: str = "Client-Cert") -> Peer:
    return peer_of(asked, PROXY, header)


def test_without_a_proxy_the_socket_says_it_all() -> None:
    assert seen(scope("192.0.2.1")) == Peer("192.0.2.1")
    native = scope("192.0.2.1") | {"scheme": "wss"}
    assert seen(native) == Peer("192.0.2.1", tls=True)
    native["extensions"] = {"tls": {"peer": OWN.der}}
    assert seen(native) == Peer("192.0.2.1", tls=True, chain=(OWN.der,), verified=True)


@pytest.mark.parametrize("address", ["192.0.2.1", "11.0.0.1", "unknown", "/run/socket"])
def test_headers_of_a_proxy_are_nothing_from_anybody_else(address: str) -> None:
    """S16 for stations: neither address nor TLS nor certificate can be claimed."""
    told = scope(address, x_forwarded_for="203.0.113.9", x_forwarded_proto="https", client_cert=f":{B64}:")
    assert seen(told) == Peer(address)


def test_a_trusted_proxy_is_believed() -> None:
    told = scope(x_forwarded_for="198.51.100.1, 203.0.113.9", x_forwarded_proto="https", client_cert=f":{B64}:")
    assert seen(told) == Peer("203.0.113.9", tls=True, chain=(OWN.der,))
    assert seen(scope("::1")) == Peer("::1")
    assert seen(scope("::ffff:10.1.2.3", x_forwarded_proto="wss")).tls
    assert not seen(scope("::ffff:11.1.2.3", x_forwarded_proto="wss")).tls
    assert not seen(scope(x_forwarded_proto="http")).tls


@pytest.mark.parametrize(
    ("value", "chain"),
    [
        (f":{B64}:", [OWN]),
        (B64, [OWN]),
        (quote(OWN.pem), [OWN]),
        (quote(OWN.pem + ROOT.pem), [OWN, ROOT]),
        (f"{B64},{ROOT_B64}", [OWN, ROOT]),
        (f'Hash=abc;Cert="{quote(OWN.pem)}";Subject="CN=CP1";URI=', [OWN]),
        (f'Hash=abc;Cert="{quote(OWN.pem)}";Chain="{quote(OWN.pem + ROOT.pem)}"', [OWN, ROOT]),
        ("!!", []),
        ("A" * 40_000, []),
    ],
    ids=["RFC 9440", "base64", "nginx", "nginx chain", "traefik", "envoy", "envoy chain", "rubbish", "too long"],
)
def test_the_certificate_is_read_as_any_of_the_usual_proxies_writes_it(value: str, chain: list[pki.Holder]) -> None:
    assert certificates_in(value.encode()) == tuple(one.der for one in chain)


def test_the_chain_may_come_in_a_header_of_its_own() -> None:
    """RFC 9440."""
    told = scope(client_cert=f":{B64}:", client_cert_chain=f":{ROOT_B64}:")
    assert seen(told).chain == (OWN.der, ROOT.der)


def test_a_certificate_that_cannot_be_read_is_not_taken_for_none() -> None:
    assert seen(scope(ssl_cert="!!"), "SSL-Cert").unreadable
    assert not seen(scope(ssl_cert=""), "SSL-Cert").unreadable
