"""Whether a peer is the station that it says it is, and by which security profile (A00; 1.6 security whitepaper).

Pure but for the keyed digests. 0: nothing is asked, where staff allow it; 1: password; 2: password over TLS; 3: a
certificate over TLS in the station's own name. A certificate that is shown and wrong is never made good by a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple

from ocppbridge.charging import certificates
from ocppbridge.charging.certificates import BadCertificate, Certificate
from ocppbridge.services import passwords
from ocppbridge.services.accounts import Account, Security
from ocppbridge.services.passwords import NOBODY
from ocppbridge.transport import handshake
from ocppbridge.transport.database import Issued
from ocppbridge.transport.handshake import Credentials
from ocppbridge.transport.peer import Peer

OPEN, BASIC, TLS, MUTUAL_TLS = range(4)
NO_CREDENTIALS: Final = Credentials(b"", b"")
NOTHING: Final = Security()


class Used(Enum):
    """Which of the station's passwords was right."""

    NONE = "none"
    PRESENT = "present"
    NEXT = "next"


class Proof(NamedTuple):
    """`profile` is None if it is not the station; `alert` is what staff should know then (code, text).

    `news` is the fingerprint of a certificate that we did not know to be on the station.
    """

    profile: int | None
    used: Used = Used.NONE
    alert: tuple[str, str] | None = None
    news: str = ""


def judge(
    account: Account | None,
    identity: str | None,
    credentials: Credentials | None,
    peer: Peer,
    anchors: Sequence[Certificate],
    issued: Issued | None,
    now: datetime,
    slow_ones_exist: bool = False,
) -> Proof:
    """The same work whether the station is unknown, blocked or wrong (S36)."""
    presented = credentials or NO_CREDENTIALS
    secret, security = (account.secret, account.security) if account is not None else (NOBODY, NOTHING)
    right = passwords.matches(presented.password, secret, slow_ones_exist=slow_ones_exist)
    following = security.change_id is not None and passwords.matches(presented.password, security.next_secret)
    if account is None or account.blocked or identity is None:
        return Proof(None)
    if peer.chain or peer.unreadable:
        return _by_certificate(account, peer, anchors, issued, now)
    if credentials is not None and handshake.names(presented, identity) and (right or following):
        used = Used.PRESENT if right else Used.NEXT
        return _enough(account, Proof(TLS if peer.tls else BASIC, used))
    return Proof(OPEN) if security.minimum == OPEN else Proof(None)


def _by_certificate(
    account: Account, peer: Peer, anchors: Sequence[Certificate], issued: Issued | None, now: datetime
) -> Proof:
    """`issued`: for whom we had it signed. A station that calls itself by another's name must not become that one."""
    try:
        if peer.unreadable or not peer.tls:
            raise BadCertificate("it cannot be read" if peer.unreadable else "it came without TLS")
        own, *between = (certificates.read_der(one) for one in peer.chain)
        if not peer.verified:
            certificates.check_chain(own, between, anchors, now)
        if issued is not None and issued.revoked:
            raise BadCertificate("it was revoked")
        if issued is not None and issued.station_id != account.station_id:
            raise BadCertificate("it was signed for another station")
        if not certificates.owned_by(own.subject, (account.identity, account.security.serial_number)):
            raise BadCertificate(f"it is {own.subject.rfc4514_string()[:100]}'s")
    except BadCertificate as problem:
        return Proof(None, alert=("CLIENT-CERTIFICATE", f"a certificate shown in its name was refused: {problem}"))
    return _enough(account, Proof(MUTUAL_TLS, news="" if issued is None or issued.held else peer.fingerprint))


def _enough(account: Account, proof: Proof) -> Proof:
    """A00.FR.003, A05.FR.06: nothing below the station's minimum, however right it is."""
    least = account.security.minimum
    if proof.profile is None or proof.profile >= least:
        return proof
    text = f"it tried to connect with security profile {proof.profile}; {least} is the least"
    return Proof(None, alert=("SECURITY-PROFILE", text))
