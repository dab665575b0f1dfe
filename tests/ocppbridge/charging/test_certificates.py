"""X.509 as stations meet it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ocppbridge.charging import certificates
from ocppbridge.charging.certificates import BadCertificate
from tests.ocppbridge import pki
from tests.ocppbridge.pki import DAY

NOW = datetime.now(UTC)
ROOT = pki.certificate("Root", authority=True)
BETWEEN = pki.certificate("Between", ROOT, authority=True)
STATION = pki.certificate("CP1", BETWEEN, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
STRANGER = pki.certificate("Root", authority=True)  # the same name, another key


def check(leaf: pki.Holder, *between: pki.Holder, anchor: pki.Holder = ROOT, now: datetime = NOW) -> None:
    certificates.check_chain(leaf.certificate, [one.certificate for one in between], [anchor.certificate], now)


def test_a_chain_that_leads_to_an_anchor_holds_with_or_without_the_extensions_of_the_web() -> None:
    check(STATION, BETWEEN)
    check(pki.certificate("CP1", ROOT))


@pytest.mark.parametrize(
    ("leaf", "between", "anchor"),
    [
        (STATION, [], ROOT),
        (STATION, [BETWEEN], STRANGER),
        (pki.certificate("CP1"), [], ROOT),
        (pki.certificate("CP1", STATION), [STATION, BETWEEN], ROOT),  # a station signs nobody
        (pki.certificate("CP1", ROOT, start=-3 * DAY, end=-DAY), [], ROOT),
        (pki.certificate("CP1", ROOT, start=DAY), [], ROOT),
        (pki.certificate("CP1", ROOT, usage=ExtendedKeyUsageOID.SERVER_AUTH), [], ROOT),
        (BETWEEN, [], ROOT),
        (ROOT, [], ROOT),
    ],
    ids=[
        "link missing",
        "stranger",
        "self-signed",
        "signed by a station",
        "lapsed",
        "early",
        "a server's",
        "CA",
        "root",
    ],
)
def test_a_chain_that_does_not_hold_is_refused_with_a_reason(
    leaf: pki.Holder, between: list[pki.Holder], anchor: pki.Holder
) -> None:
    """A00.FR.407."""
    with pytest.raises(BadCertificate, match="trusted now"):
        check(leaf, *between, anchor=anchor)


def test_a_chain_is_judged_at_the_moment_asked_for_and_never_without_an_anchor() -> None:
    with pytest.raises(BadCertificate):
        check(STATION, BETWEEN, now=NOW + timedelta(days=200))
    with pytest.raises(BadCertificate, match="no authority"):
        certificates.check_chain(STATION.certificate, [], [], NOW)


def test_a_station_goes_by_its_common_name_or_serial_number_and_by_nothing_empty() -> None:
    subject = pki.named("SN-77", serial_number="S1", organization_name="CP9")
    assert certificates.owned_by(subject, ["CP1", "SN-77"])
    assert certificates.owned_by(subject, ["S1"])
    assert not certificates.owned_by(subject, ["CP9", "sn-77", ""])
    assert not certificates.owned_by(x509.Name([]), ["", "CP1"])


def test_a_root_must_be_an_authority_and_valid_now() -> None:
    certificates.check_root(ROOT.certificate, NOW)
    for bad in (STATION, pki.certificate("R", authority=True, start=DAY)):
        with pytest.raises(BadCertificate):
            certificates.check_root(bad.certificate, NOW)


def test_a_request_is_read_as_pem_and_as_bare_base64() -> None:
    text = pki.request("CP1")
    assert certificates.names(certificates.read_request(text).subject) == {"CP1"}
    bare = base64.b64encode(certificates.read_request(text).public_bytes(Encoding.DER)).decode()
    assert certificates.names(certificates.read_request(bare[:64] + "\n" + bare[64:]).subject) == {"CP1"}


def _forged() -> str:
    body = bytearray(certificates.read_request(pki.request("CP1")).public_bytes(Encoding.DER))
    at = bytes(body).index(b"CP1")
    body[at : at + 3] = b"CP2"
    return base64.b64encode(bytes(body)).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no certificate request"),
        ("hello", "no certificate request"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "no certificate request"),
        (_forged(), "signature"),
        (pki.request("CP1", rsa.generate_private_key(65537, 1024)), "too weak"),
        (pki.request("CP1", ec.generate_private_key(ec.SECP192R1())), "too weak"),
    ],
)
def test_a_request_that_nobody_should_sign_is_refused(text: str, words: str) -> None:
    """A02.FR.06, A00.FR.501."""
    with pytest.raises(BadCertificate, match=words):
        certificates.read_request(text)


def test_an_edwards_key_is_strong_enough() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    made = x509.CertificateSigningRequestBuilder().subject_name(pki.named("CP1")).sign(key, None)
    certificates.read_request(made.public_bytes(Encoding.PEM).decode())


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
@pytest.mark.parametrize("key", [pki.new_key(), rsa.generate_private_key(65537, 2048)], ids=["EC", "RSA"])
def test_hash_data_are_those_of_ocsp(algorithm: str, key: object) -> None:
    """RFC 6960, through another implementation: an OCSP request for the same certificate."""
    issuer = pki.certificate("Root", authority=True, key=key)
    leaf = pki.certificate("CP1", issuer)
    kind = getattr(hashes, algorithm)()
    asked = ocsp.OCSPRequestBuilder().add_certificate(leaf.certificate, issuer.certificate, kind).build()
    assert certificates.hash_data(leaf.certificate, issuer.certificate, algorithm) == {
        "hashAlgorithm": algorithm,
        "issuerNameHash": asked.issuer_name_hash.hex(),
        "issuerKeyHash": asked.issuer_key_hash.hex(),
        "serialNumber": f"{leaf.certificate.serial_number:x}",
    }


@pytest.mark.parametrize("kind", [ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey])
def test_an_issuer_with_an_edwards_key_has_hashes_too(kind: Any) -> None:
    """ISO 15118-20 has Ed448."""
    root = pki.certificate("R", key=kind.generate()).certificate
    assert certificates.hash_data(root, root)["serialNumber"] == f"{root.serial_number:x}"


def test_hash_data_are_the_same_in_other_letters_and_with_zeros_before_the_number() -> None:
    one = {"hashAlgorithm": "SHA256", "issuerNameHash": "AB", "issuerKeyHash": "cd", "serialNumber": "0A1"}
    assert certificates.same_hashes(one, {**one, "issuerNameHash": "ab", "serialNumber": "a1"})
    assert not certificates.same_hashes(one, {**one, "issuerKeyHash": "0cd"})


def test_certificates_are_read_from_pem_and_der_and_written_again() -> None:
    chain = certificates.read_chain(STATION.pem + BETWEEN.pem)
    assert certificates.pem(*chain) == STATION.pem + BETWEEN.pem
    assert certificates.read_der(STATION.der) == STATION.certificate
    said = certificates.facts(chain[0])
    assert (said.subject, said.issuer, len(said.fingerprint)) == ("CN=CP1", "CN=Between", 64)
    for text in ("", "x", STATION.pem.replace("M", "!")):
        with pytest.raises(BadCertificate):
            certificates.read_chain(text)
    with pytest.raises(BadCertificate):
        certificates.read_der(b"x")
