"""TLS: the connection goes to the vetted address, the name and the certificate stay the host's (S2, TRA-01)."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from roaming import client
from roaming.client import Call, Peer, Timeout, Unreachable
from roaming.ocpi.headers import MessageIds
from tests.personas.evil import Evil, answer, says

pytestmark = pytest.mark.django_db


class Secure(Evil):
    """The same, behind TLS with a certificate that nobody trusts; remembers the names it was called by."""

    def __init__(self, folder: Path, host: str) -> None:
        super().__init__(says(answer(b"{}")))
        self.names: list[str] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate(folder, host))
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)

    def _serve(self, connection: Any) -> None:
        try:
            with self.context.wrap_socket(connection, server_side=True) as secured:
                super()._serve(secured)
        except OSError:
            connection.close()


def certificate(folder: Path, host: str) -> Path:
    """Key and certificate of a host, in one file; the authority that signed it is `ca.pem` beside it."""
    authority, signer = ec.generate_private_key(ec.SECP256R1()), _name("Private authority")
    own = x509.BasicConstraints(ca=True, path_length=0)
    root = _signed(signer, authority, signer, authority, [own])
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed(_name(host), key, signer, authority, [x509.SubjectAlternativeName([x509.DNSName(host)])])
    path = folder / "peer.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(subject: x509.Name, key: Any, issuer: x509.Name, signer: Any, extensions: list[Any]) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    )  # fmt: skip
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture
def peer(tmp_path: Path, settings: Any) -> Iterator[Secure]:
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    one = Secure(tmp_path, "partner.example")
    yield one
    one.close()


def call(url: str, seconds: float = 5) -> Any:
    whom = Peer("the-token", frozenset({"partner.example"}), seconds=seconds)
    return client.call(whom, Call("GET", url, MessageIds("r1", "c1")), resolve=lambda host, port: ["127.0.0.1"])


def test_a_certificate_that_nobody_trusts_ends_the_call_before_the_token_is_sent(peer: Secure) -> None:
    """TRA-01, S9."""
    with pytest.raises(Unreachable) as caught:
        call(f"https://partner.example:{peer.port}/versions")
    assert not caught.value.sent
    assert peer.names == ["partner.example"]  # its own name, at the address that was vetted
    assert peer.received == []


def test_a_peer_with_a_certificate_of_a_private_authority_is_called_once_it_is_trusted(
    peer: Secure, tmp_path: Path, settings: Any
) -> None:
    """TRA-01, S2: to the vetted address, under the host's name; without a client certificate."""
    settings.OUTBOUND_CA_BUNDLE = str(tmp_path / "ca.pem")
    answered = call(f"https://partner.example:{peer.port}/versions")
    assert (answered.status, answered.body) == (200, b"{}")
    (request,) = peer.received
    assert f"Host: partner.example:{peer.port}".encode() in request


def test_a_trusted_certificate_of_another_host_is_none(tmp_path: Path, settings: Any) -> None:
    """S9: the name is checked, although the connection goes to an address."""
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    other = Secure(tmp_path, "other.example")
    settings.OUTBOUND_CA_BUNDLE = str(tmp_path / "ca.pem")
    try:
        with pytest.raises(Unreachable):
            call(f"https://partner.example:{other.port}/versions")
    finally:
        other.close()
    assert b"".join(other.received) == b""


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x03\x40\x00"])  # nothing, or a record of 16 kB byte by byte
def test_a_peer_that_never_ends_its_handshake_is_given_up(settings: Any, said: bytes) -> None:
    """S6: the deadline covers TLS as well."""
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    slow = Evil(lambda connection: None)

    def act(connection: Any) -> None:
        connection.sendall(said)
        slow.drip(connection, b"\x02" if said else b"")

    slow.act, started = act, time.monotonic()
    try:
        with pytest.raises((Timeout, Unreachable)):
            call(f"https://partner.example:{slow.port}/", seconds=0.5)
    finally:
        slow.close()
    assert time.monotonic() - started < 20
