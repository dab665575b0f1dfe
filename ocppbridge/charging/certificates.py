"""X.509 as stations meet it: chains read, owners named, requests checked, hashes made (OCPP 2.1 part 2, A and M).

Rule: whether a chain is sound is decided by `cryptography`'s verifier, never here. A station is named by the common
name of its subject (A00.FR.405 and the 1.6 security whitepaper), or by the subject's serialNumber attribute.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

Certificate = x509.Certificate

SHORTEST_RSA: Final = 2048  # A00.FR.501 asks for 112 bits of security: RSA 2048, EC 224
SHORTEST_EC: Final = 224
_PEM: Final = "-----BEGIN"


class BadCertificate(ValueError):
    """It cannot be used; the text says why, for staff."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What staff look at."""

    subject: str
    issuer: str
    serial_number: str
    fingerprint: str
    not_before: datetime
    not_after: datetime


def read_chain(text: str) -> tuple[Certificate, ...]:
    """The certificates of a PEM text, in their order."""
    try:
        chain = tuple(x509.load_pem_x509_certificates(text.encode()))
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadCertificate(f"no PEM certificate: {problem}") from None
    if not chain:
        raise BadCertificate("no certificate in it")
    return chain


def read_der(data: bytes) -> Certificate:
    """One certificate, as TLS shows it."""
    try:
        return x509.load_der_x509_certificate(data)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadCertificate(f"no certificate: {problem}") from None


def pem(*chain: Certificate) -> str:
    """As text, in this order."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)


def facts(certificate: Certificate) -> Facts:
    """What it says of itself."""
    return Facts(
        certificate.subject.rfc4514_string()[:255],
        certificate.issuer.rfc4514_string()[:255],
        f"{certificate.serial_number:x}",
        fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the whole certificate."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def names(subject: x509.Name) -> frozenset[str]:
    """By which names a subject goes: common name and serial number."""
    found = [
        *subject.get_attributes_for_oid(NameOID.COMMON_NAME),
        *subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER),
    ]
    return frozenset(value for one in found if isinstance(value := one.value, str) and value)


def owned_by(subject: x509.Name, identities: Iterable[str]) -> bool:
    """Whether the subject is one of these; an empty name is nobody's."""
    return not names(subject).isdisjoint(filter(None, identities))


def is_authority(certificate: Certificate) -> bool:
    """Whether it may sign others."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(constraints.value.ca)


def issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether its signature is the issuer's."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def check_chain(
    leaf: Certificate, between: Sequence[Certificate], anchors: Sequence[Certificate], now: datetime
) -> None:
    """Raise BadCertificate unless a chain leads from a station's leaf to an anchor at this moment (A00.FR.407)."""
    if not anchors:
        raise BadCertificate("no authority is trusted for stations")
    policy = PolicyBuilder().store(Store(list(anchors))).time(now.astimezone(UTC).replace(tzinfo=None))
    policy = policy.extension_policies(ca_policy=_AUTHORITIES, ee_policy=_STATIONS)
    try:
        policy.build_client_verifier().verify(leaf, list(between))
    except VerificationError as problem:
        raise BadCertificate(f"its chain leads to no authority that is trusted now ({problem})") from None


def check_root(certificate: Certificate, now: datetime) -> None:
    """Raise BadCertificate unless a station could trust others by it."""
    if not is_authority(certificate):
        raise BadCertificate("it is no authority's certificate (no basicConstraints CA)")
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise BadCertificate("it is not valid now")


def read_request(text: str) -> x509.CertificateSigningRequest:
    """A station's request, PEM or bare base64, with a signature and a key that hold (A02.FR.06, A00.FR.501)."""
    data = text.strip()
    try:
        if data.startswith(_PEM):
            request = x509.load_pem_x509_csr(data.encode())
        else:
            request = x509.load_der_x509_csr(b64decode("".join(data.split()), validate=True))
        sound = request.is_signature_valid
        key = request.public_key()
    except (ValueError, NotBase64, UnsupportedAlgorithm, InvalidSignature, TypeError) as problem:
        raise BadCertificate(f"no certificate request: {problem}") from None
    if not sound:
        raise BadCertificate("its signature does not hold")
    match key:
        case rsa.RSAPublicKey() if key.key_size >= SHORTEST_RSA:
            return request
        case ec.EllipticCurvePublicKey() if key.curve.key_size >= SHORTEST_EC:
            return request
        case ed25519.Ed25519PublicKey():
            return request
    raise BadCertificate(f"its key is too weak: RSA of {SHORTEST_RSA} bits or EC of {SHORTEST_EC} is the least")


def hash_data(certificate: Certificate, issuer: Certificate, algorithm: str = "SHA256") -> dict[str, str]:
    """OCPP's CertificateHashDataType: how a station and we name one certificate (M04)."""

    def digest(data: bytes) -> str:
        return hashlib.new(algorithm.lower(), data).hexdigest()

    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": digest(certificate.issuer.public_bytes()),
        "issuerKeyHash": digest(key_bits(issuer)),
        "serialNumber": f"{certificate.serial_number:x}",
    }


def same_hashes(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two hash data name the same certificate; case and leading zeros say nothing."""

    def plain(data: Mapping[str, object]) -> list[str]:
        fields = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
        return [str(data.get(field, "")).lower().lstrip("0" if field == "serialNumber" else "") for field in fields]

    return plain(one) == plain(other)


def key_bits(certificate: Certificate) -> bytes:
    """The value of the BIT STRING, as in OCSP (RFC 6960): PKCS #1 of an RSA key, the point of an elliptic one."""
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        case ec.EllipticCurvePublicKey():
            return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():  # ISO 15118-20 has Ed448
            return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    raise BadCertificate("its issuer has a key of an unknown kind")


def _may_sign(policy: object, certificate: Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("it may not sign others")


def _is_no_authority(policy: object, certificate: Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority is no station")


def _for_clients(policy: object, certificate: Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not {
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }.intersection(usage):
        raise ValueError("it is not for clients of TLS")


# Stations' certificates have no subjectAltName, and not always the extensions of the web's: signatures, validity and
# who may sign are checked all the same.
_AUTHORITIES: Final = ExtensionPolicy.permit_all().require_present(
    x509.BasicConstraints, Criticality.AGNOSTIC, _may_sign
)
_STATIONS: Final = (
    ExtensionPolicy.permit_all()
    .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_clients)
)
