"""Has a certificate been revoked? OCSP (RFC 6960) and CRLs (RFC 5280), by the hashes that OCPP names it with (M06).

Pure: questions are written and answers read here, somebody else carries them. An answer is `verified` when its
signature leads to the very issuer that the question named; whose certificate is unknown, its answers are only words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from ocppbridge.charging.certificates import BadCertificate, Certificate, key_bits

Hashes = Mapping[str, Any]

GOOD: Final = "Good"
REVOKED: Final = "Revoked"
UNKNOWN: Final = "Unknown"
FAILED: Final = "Failed"
_ALGORITHMS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
_WORDS: Final = {
    ocsp.OCSPCertStatus.GOOD: GOOD,
    ocsp.OCSPCertStatus.REVOKED: REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: UNKNOWN,
}


class BadAnswer(ValueError):
    """The question cannot be asked, or the answer is none to it; the text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a responder or a list says. `until`: nextUpdate, or the time of the answer where there is none."""

    status: str
    verified: bool
    since: datetime
    until: datetime


def question(asked: Hashes) -> bytes:
    """An OCSP request, DER."""
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            bytes.fromhex(asked["issuerNameHash"]),
            bytes.fromhex(asked["issuerKeyHash"]),
            _serial(asked),
            _ALGORITHMS[asked["hashAlgorithm"]],
        )
        return builder.build().public_bytes(Encoding.DER)
    except (ValueError, KeyError, TypeError) as problem:
        raise BadAnswer(f"no such certificate can be asked about: {problem}") from None


def read_ocsp(data: bytes, asked: Hashes, known: Iterable[Certificate], now: datetime) -> Told:
    """What an OCSP answer says of the certificate; `known` are certificates of possible issuers."""
    try:
        answer = ocsp.load_der_ocsp_response(data)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadAnswer(f"no OCSP answer: {problem}") from None
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise BadAnswer(f"the responder says {answer.response_status.name}")
    one = next((one for one in answer.responses if _same(one, asked)), None)
    if one is None:
        raise BadAnswer("the answer is about another certificate")
    until = one.next_update_utc or one.this_update_utc
    if one.next_update_utc is not None and one.next_update_utc <= now:
        raise BadAnswer("the answer is out of date")
    verified = _signed(answer, asked, [*answer.certificates, *known], now)
    return Told(_WORDS[one.certificate_status], verified, one.this_update_utc, until)


def read_crl(data: bytes, asked: Hashes, known: Iterable[Certificate], now: datetime) -> Told:
    """What a list of revoked certificates says; one whose signature nobody can check says nothing."""
    try:
        pem = data.lstrip().startswith(b"-----")
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadAnswer(f"no CRL: {problem}") from None
    issuer = _issuer(asked, known)
    if issuer is None:
        raise BadAnswer("the issuer's certificate is not known, so its CRL cannot be checked")
    key = issuer.public_key()
    if crl.issuer != issuer.subject or not crl.is_signature_valid(key):  # type: ignore[arg-type]  # RSA, EC, Ed25519
        raise BadAnswer("the CRL is not the issuer's")
    if crl.next_update_utc is not None and crl.next_update_utc <= now:
        raise BadAnswer("the CRL is out of date")
    listed = crl.get_revoked_certificate_by_serial_number(_serial(asked)) is not None
    until = crl.next_update_utc or crl.last_update_utc
    return Told(REVOKED if listed else GOOD, True, crl.last_update_utc, until)


def responder(certificate: Certificate) -> str:
    """Where a certificate says that it can be asked about; "" if it says nothing."""
    try:
        places = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    found = [place.access_location for place in places if place.access_method == AuthorityInformationAccessOID.OCSP]
    return next((place.value for place in found if isinstance(place, x509.UniformResourceIdentifier)), "")


def _serial(asked: Hashes) -> int:
    try:
        return int(asked["serialNumber"], 16)
    except ValueError:
        raise BadAnswer("the serial number is not hexadecimal") from None


def _same(one: ocsp.OCSPSingleResponse, asked: Hashes) -> bool:
    return (
        one.serial_number == _serial(asked)
        and one.hash_algorithm.name == str(asked["hashAlgorithm"]).lower()
        and one.issuer_name_hash.hex() == str(asked["issuerNameHash"]).lower()
        and one.issuer_key_hash.hex() == str(asked["issuerKeyHash"]).lower()
    )


def _issuer(asked: Hashes, known: Iterable[Certificate]) -> Certificate | None:
    """The one whose name and key have these hashes."""
    if asked["hashAlgorithm"] not in _ALGORITHMS:
        return None
    algorithm = str(asked["hashAlgorithm"]).lower()
    wanted = str(asked["issuerNameHash"]).lower(), str(asked["issuerKeyHash"]).lower()
    for one in known:
        try:
            parts = one.subject.public_bytes(), key_bits(one)
        except BadCertificate:
            continue
        if tuple(hashlib.new(algorithm, part).hexdigest() for part in parts) == wanted:
            return one
    return None


def _signed(answer: ocsp.OCSPResponse, asked: Hashes, known: Iterable[Certificate], now: datetime) -> bool:
    """By the issuer itself, or by whom it has sent for this (RFC 6960, 4.2.2.2)."""
    issuer = _issuer(asked, known)
    if issuer is None:
        return False
    signers = [issuer, *(one for one in answer.certificates if _delegated(one, issuer, now))]
    return any(_holds(one, answer) for one in signers)


def _delegated(one: Certificate, issuer: Certificate, now: datetime) -> bool:
    try:
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and one.not_valid_before_utc <= now < one.not_valid_after_utc


def _holds(signer: Certificate, answer: ocsp.OCSPResponse) -> bool:
    signature, signed, how = answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm
    try:
        match signer.public_key():
            case rsa.RSAPublicKey() as key if how is not None:
                key.verify(signature, signed, padding.PKCS1v15(), how)
            case ec.EllipticCurvePublicKey() as key if how is not None:
                key.verify(signature, signed, ec.ECDSA(how))
            case (ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()) as key:
                key.verify(signature, signed)
            case _:
                return False
    except InvalidSignature:
        return False
    return True
