"""The signature of an OCMF record: ECDSA over the payload's own bytes, by pyca/cryptography.

Public keys come as DER or PEM, as a bare point, in hexadecimal or Base64, once more in Base64 (OCPP 2.x), or with the
prefix of the OCA's note on signed meter values. A key that travels with the CDR shows that nobody changed the record
after it was signed with that key; whether the key is the meter's is for the calibration authority's register to say.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from roaming.pricing.ocmf import Record

DEFAULT = "ECDSA-secp256r1-SHA256"
CURVES: dict[str, ec.EllipticCurve] = {
    "secp192r1": ec.SECP192R1(), "secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(), "secp256k1": ec.SECP256K1(), "brainpoolp256r1": ec.BrainpoolP256R1(),
    "brainpoolp384r1": ec.BrainpoolP384R1(), "brainpoolp512r1": ec.BrainpoolP512R1(),
}  # fmt: skip
HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(),
                                           "sha512": hashes.SHA512()}  # fmt: skip
LONGEST_KEY = 4096
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_OCA = re.compile(r"oca:base(?:16|64):asn1:", re.IGNORECASE)


class Verdict(StrEnum):
    """What became of checking one signature."""

    VALID = "valid"
    INVALID = "invalid"
    MISSING = "not signed"
    NO_KEY = "no public key"
    BAD_KEY = "unreadable public key"
    UNKNOWN = "unknown algorithm"


def verify(one: Record, key: Any) -> Verdict:
    """Whether the record's signature is of its payload, by this key."""
    if not one.signature.get("SD"):
        return Verdict.MISSING
    named = one.signature.get("SA")
    curve, digest = algorithm(str(named or DEFAULT))
    if digest is None or (curve is None and named):
        return Verdict.UNKNOWN
    if not key:
        return Verdict.NO_KEY
    try:
        return _by_key(one, public_key(key, curve), curve if named else None, digest)
    except UnsupportedAlgorithm:
        return Verdict.UNKNOWN


def _by_key(
    one: Record, key: ec.EllipticCurvePublicKey | None, named: ec.EllipticCurve | None, digest: hashes.HashAlgorithm
) -> Verdict:
    if key is None:
        return Verdict.BAD_KEY
    signature = _signature(one, key.curve)
    if signature is None or (named is not None and key.curve.name != named.name):
        return Verdict.INVALID
    try:
        key.verify(signature, one.signed, ec.ECDSA(digest))
    except (InvalidSignature, ValueError):
        return Verdict.INVALID
    return Verdict.VALID


def algorithm(name: str) -> tuple[ec.EllipticCurve | None, hashes.HashAlgorithm | None]:
    """`ECDSA-secp256r1-SHA256`; brainpool curves are written with and without their P."""
    kind, _, rest = name.casefold().partition("-")
    curve, _, digest = rest.partition("-")
    if kind != "ecdsa":
        return None, None
    spelled = curve.replace("brainpoolp", "brainpool").replace("brainpool", "brainpoolp")
    return CURVES.get(spelled), HASHES.get(digest.replace("-", ""))


def public_key(text: Any, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePublicKey | None:
    """`curve` tells where a bare point lies. Raises UnsupportedAlgorithm for a curve that nobody here can use."""
    for der in _candidates(text):
        try:
            found = serialization.load_der_public_key(der)
        except ValueError:
            found = None
        if isinstance(found, ec.EllipticCurvePublicKey):
            return found
        if curve is not None and (point := _point(der, curve)) is not None:
            return point
    return None


def fingerprint(text: Any) -> str:
    """SHA-256 of the key's DER, so that two spellings of one key are one; "" where it cannot be read."""
    try:
        found = public_key(text, CURVES["secp256r1"])
    except UnsupportedAlgorithm:
        found = None
    if found is None:
        return ""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(found.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def _candidates(text: Any, depth: int = 2) -> list[bytes]:
    """The bytes that a text may stand for, likeliest first."""
    if not isinstance(text, str) or len(text) > LONGEST_KEY:
        return []
    bare = _OCA.sub("", "".join(line for line in text.splitlines() if not line.startswith("-----"))).strip()
    bare = "".join(bare.split())
    found = [bytes.fromhex(bare)] if _HEX.fullmatch(bare) else []
    try:
        decoded = base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return found
    found.append(decoded)
    if depth and decoded.isascii():
        found += _candidates(decoded.decode(), depth - 1)
    return found


def _point(written: bytes, curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey | None:
    """04‖x‖y, 02‖x, 03‖x, or x‖y without its prefix."""
    width = (curve.key_size + 7) // 8
    for encoded in (written, b"\x04" + written if len(written) == 2 * width else b""):
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, encoded)
        except (ValueError, TypeError):
            continue
    return None


def _signature(one: Record, curve: ec.EllipticCurve) -> bytes | None:
    """DER; or r‖s as long as the curve's block."""
    written = str(one.signature["SD"]).strip()
    try:
        if str(one.signature.get("SE") or "hex").casefold() == "base64":
            found = base64.b64decode(written, validate=True)
        else:
            found = bytes.fromhex(written)
    except (binascii.Error, ValueError):
        return None
    width = (curve.key_size + 7) // 8
    if len(found) == 2 * width and not _is_der(found):
        return encode_dss_signature(int.from_bytes(found[:width]), int.from_bytes(found[width:]))
    return found


def _is_der(signature: bytes) -> bool:
    return signature[:1] == b"\x30" and signature[1:2] == bytes([len(signature) - 2])
