"""A station's certificates (A02, M03 to M05): its request with a key of its own, and the roots that it was given."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station


def ask_for_one(station: Station) -> None:
    """SignCertificate; the key lives as long as the request needs it."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, station.profile.identity[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, station.profile.vendor),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    made = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    station.wire.ask("SignCertificate", {"csr": made.public_bytes(serialization.Encoding.PEM).decode()})


def take_signed(station: Station, asked: Payload, now: datetime) -> Payload:
    """CertificateSigned: taken if it is a certificate at all."""
    try:
        chain = x509.load_pem_x509_certificates(asked["certificateChain"].encode())
    except ValueError:
        return {"status": "Rejected"}
    station.note("certificate_signed", now, subject=chain[0].subject.rfc4514_string())
    return {"status": "Accepted"}


def install(station: Station, asked: Payload, now: datetime) -> Payload:
    """M05."""
    try:
        root = x509.load_pem_x509_certificate(asked["certificate"].encode())
    except ValueError:
        return {"status": "Rejected"}
    station.memory.certificates.append((asked["certificateType"], _hashes(root)))
    station.note("certificate_installed", now, use=asked["certificateType"], subject=root.subject.rfc4514_string())
    return {"status": "Accepted"}


def tell(station: Station, asked: Payload, now: datetime) -> Payload:
    """M03: on 1.6 one use is asked for, on 2.x several or all."""
    wanted = asked.get("certificateType")
    held = [one for one in station.memory.certificates if wanted is None or one[0] in wanted]
    if not held:
        return {"status": "NotFound"}
    if station.schema_version == "1.6":
        return {"status": "Accepted", "certificateHashData": [dict(told) for _, told in held]}
    chain = [{"certificateType": use, "certificateHashData": dict(told)} for use, told in held]
    return {"status": "Accepted", "certificateHashDataChain": chain}


def delete(station: Station, asked: Payload, now: datetime) -> Payload:
    """M04."""
    left = [one for one in station.memory.certificates if one[1] != asked["certificateHashData"]]
    if len(left) == len(station.memory.certificates):
        return {"status": "NotFound"}
    station.memory.certificates = left
    return {"status": "Accepted"}


def _hashes(root: x509.Certificate) -> dict[str, Any]:
    key = root.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": sha256(root.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": sha256(key).hexdigest(),
        "serialNumber": f"{root.serial_number:x}",
    }
