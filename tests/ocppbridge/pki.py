"""Keys, requests and certificates to test with, made as a station or an authority makes them."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


class Holder(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def named(common_name: str, **more: str) -> x509.Name:
    words = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    return x509.Name(
        words + [x509.NameAttribute(getattr(NameOID, name.upper()), value) for name, value in more.items()]
    )


def certificate(
    common_name: str,
    issuer: Holder | None = None,
    *,
    authority: bool = False,
    start: timedelta = -DAY,
    end: timedelta = 100 * DAY,
    usage: Any = None,
    key: Any = None,
    address: str = "",
    public: Any = None,
    ocsp: str = "",
    **more: str,
) -> Holder:
    """Signed by the issuer, or by itself."""
    now, own = datetime.now(UTC), key or new_key()
    subject = named(common_name, **more)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public or own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
    )
    if authority:
        made = made.add_extension(x509.BasicConstraints(True, None), critical=True)
    if usage is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if address:
        made = made.add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
        )
    if ocsp:
        place = x509.UniformResourceIdentifier(ocsp)
        asked_there = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        made = made.add_extension(x509.AuthorityInformationAccess([asked_there]), critical=False)
    signer = issuer.key if issuer else own
    return Holder(made.sign(signer, hashed(signer)), own)


def hashed(key: Any) -> hashes.SHA256 | None:
    """With what a key signs: Edwards keys have a hash of their own."""
    return None if isinstance(key, (ed448.Ed448PrivateKey, ed25519.Ed25519PrivateKey)) else hashes.SHA256()


def server(issuer: Holder, address: str = "127.0.0.1") -> Holder:
    return certificate("hub", issuer, usage=ExtendedKeyUsageOID.SERVER_AUTH, address=address)


def request(common_name: str, key: Any = None, **more: str) -> str:
    """A station's SignCertificate."""
    own = key or new_key()
    made = x509.CertificateSigningRequestBuilder().subject_name(named(common_name, **more)).sign(own, hashes.SHA256())
    return made.public_bytes(Encoding.PEM).decode()
