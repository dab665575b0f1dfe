"""Contract certificates (C07): the eMAID that a vehicle presents, and what can be said of the certificate itself.

Rule: a certificate is looked at where the station sends it (central validation); of hash data alone only the contract
can be judged. Whether it has been revoked is for its responder to say (revocation.py).
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Final

from ocppbridge.charging.certificates import BadCertificate, issued_by, names, read_chain

COMPARED: Final = 14  # characters of an eMAID; the fifteenth is a check digit that may be left out
ACCEPTED: Final = "Accepted"
EXPIRED: Final = "CertificateExpired"
REVOKED: Final = "CertificateRevoked"
BROKEN: Final = "CertChainError"
FORGED: Final = "SignatureError"
CANCELLED: Final = "ContractCancelled"
NONE: Final = "NoCertificateAvailable"


def plain(emaid: str) -> str:
    """The form to compare by: DE-8AA-CA2B3C4D5-1 and de8aaca2b3c4d5 are one contract."""
    return emaid.replace("-", "").upper()[:COMPARED]


def status(emaid: str, pem: str | None, now: datetime) -> str:
    """An AuthorizeCertificateStatus for what the vehicle has shown."""
    if pem is None:
        return ACCEPTED
    try:
        chain = read_chain(pem)
    except BadCertificate:
        return BROKEN
    if plain(emaid) not in map(plain, names(chain[0].subject)):
        return BROKEN
    if any(not one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in chain):
        return EXPIRED
    return ACCEPTED if all(issued_by(one, issuer) for one, issuer in pairwise(chain)) else FORGED
