"""The contract certificate that a vehicle shows (C07): does it lead to a mobility operator, has it been revoked?

With a whole chain we look ourselves (central validation); of hash data alone only its responders can say something.
A revocation counts whoever signed it; that all is well counts only from the issuer. One that nobody can be asked about,
since its issuer is not known or it names no responder, is as uncertain as one whose responder is silent (C07.FR.05).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from ocppbridge.bridge import outside, revocation
from ocppbridge.charging import contracts
from ocppbridge.charging.certificates import (
    BadCertificate,
    Certificate,
    check_chain,
    hash_data,
    issued_by,
    read_chain,
)
from ocppbridge.charging.messages import AuthorizeAsked
from ocppbridge.charging.revocation import GOOD, REVOKED, responder
from ocppbridge.models import TrustedRoot
from ocppbridge.services import revocations
from roaming.decisions import Choices

Link = tuple[Mapping[str, Any], str] | None
"""Hash data and the address of the responder; None for a certificate that nobody can be asked about."""


def judge(message: AuthorizeAsked, now: datetime, choices: Choices, identity: str) -> str:
    """An AuthorizeCertificateStatus."""
    said = contracts.status(message.token.value, message.certificate, now)
    if said != contracts.ACCEPTED:
        return said
    chain = read_chain(message.certificate) if message.certificate is not None else ()
    if chain and not _trusted(chain, now, choices, identity):
        return contracts.BROKEN
    links = list(_links(message, chain))
    if choices.value("CONTRACT-REVOCATION", station=identity) == "off":  # decision: CONTRACT-REVOCATION
        return contracts.ACCEPTED
    return _unrevoked(links, chain, now, choices, identity)


def _trusted(chain: tuple[Certificate, ...], now: datetime, choices: Choices, identity: str) -> bool:
    """A chain comes without its root, so it must be among those that staff have added: a mobility operator's, or the
    V2G root under which some operators stand."""
    which = choices.value("CONTRACT-ROOTS", station=identity)  # decision: CONTRACT-ROOTS
    if which == "any" or (which == "if-any" and not revocations.roots(TrustedRoot.Use.MO)):
        return True
    try:
        check_chain(chain[0], [one for one in chain[1:] if one.subject != one.issuer], revocations.roots(), now)
    except BadCertificate:
        return False
    return True


def _links(message: AuthorizeAsked, chain: tuple[Certificate, ...]) -> Iterator[Link]:
    """Of a chain every certificate but a root that came with it, which nobody can revoke."""
    for asked in message.certificate_hashes:
        yield asked, str(asked["responderURL"])
    if not message.certificate_hashes:
        known = (*chain, *revocations.roots())
        for certificate in chain:
            if certificate is chain[0] or certificate.subject != certificate.issuer:
                issuer = next((one for one in known if issued_by(certificate, one)), None)
                url = responder(certificate)
                yield (hash_data(certificate, issuer), url) if issuer is not None and url else None


def _unrevoked(
    links: list[Link], chain: tuple[Certificate, ...], now: datetime, choices: Choices, identity: str
) -> str:
    deadline, certain = monotonic() + revocation.TOGETHER, True
    for link in links:
        left = deadline - monotonic()
        if link is None or left <= 0:
            certain = False
            continue
        try:
            row = revocation.ocsp(*link, now, chain, seconds=min(left, outside.SECONDS))
        except revocation.Unlearned:
            certain = False
            continue
        if row.status == REVOKED:
            return contracts.REVOKED
        certain = certain and row.verified and row.status == GOOD
    which = choices.value("CONTRACT-REVOCATION", station=identity)
    return contracts.ACCEPTED if certain or which == "soft" else contracts.BROKEN
