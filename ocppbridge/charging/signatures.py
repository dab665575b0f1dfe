"""Signatures of firmware: does this one belong to that file? (L01; the security white paper of 1.6.)

Over the SHA-256 of the file, by a key of the signing certificate: ECDSA, or RSA with PSS or PKCS #1 1.5 padding.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from ocppbridge.charging import certificates
from ocppbridge.charging.certificates import BadCertificate

_HASHED = Prehashed(SHA256())


def complaint(certificate: str, signature: str, sha256: str) -> str:
    """What is wrong with it; empty if nothing is."""
    try:
        key = certificates.read_chain(certificate)[0].public_key()
        raw = base64.b64decode(signature, validate=True)
    except (BadCertificate, IndexError) as problem:
        return f"the certificate cannot be read: {problem}"
    except (binascii.Error, ValueError):
        return "the signature is not Base64"
    digest = bytes.fromhex(sha256)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(raw, digest, ec.ECDSA(_HASHED))
        elif isinstance(key, rsa.RSAPublicKey):
            _verify_rsa(key, raw, digest)
        else:
            return "the key of the certificate is neither RSA nor of an elliptic curve"
    except InvalidSignature:
        return "the signature is not of this file by this certificate"
    return ""


def _verify_rsa(key: rsa.RSAPublicKey, raw: bytes, digest: bytes) -> None:
    try:
        key.verify(raw, digest, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), _HASHED)
    except InvalidSignature:
        key.verify(raw, digest, padding.PKCS1v15(), _HASHED)


def signed(key: ec.EllipticCurvePrivateKey, sha256: str) -> str:
    """The signature of a file, in Base64."""
    return base64.b64encode(key.sign(bytes.fromhex(sha256), ec.ECDSA(_HASHED))).decode()
