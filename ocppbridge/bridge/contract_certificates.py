"""The contract certificate that a vehicle shows (C07): does it lead to a mobility operator, has it been revoked?

With a whole chain we look ourselves (central validation); of hash data alone only its responders can say something.
A revocation counts whoever signed it; that all is well counts only from the issuer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from time import monotonic
from typing import Any

from ocppbridge.bridge import outside, revocation
from ocppbridge.charging import contracts
from ocppbridge.charging.certificates import BadCertificate, Certificate, check_chain, hash_data, read_chain
from ocppbridge.charging.messages import AuthorizeAsked
from ocppbridge.charging.revocation import GOOD, REVOKED, responder
from ocppbridge.models import TrustedRoot
from ocppbridge.services import revocations
from roaming.decisions import Choices

Link = tuple[Mapping[str, Any], str]
"""Hash data and the address of the responder."""


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
    """A chain comes without its root, so it must be among those that staff have added."""
    which = choices.value("CONTRACT-ROOTS", station=identity)  # decision: CONTRACT-ROOTS
    anchors = revocations.roots(TrustedRoot.Use.MO)
    if which == "any" or (which == "if-any" and not anchors):
        return True
    try:
        check_chain(chain[0], [one for one in chain[1:] if one.subject != one.issuer], anchors, now)
    except BadCertificate:
        return False
    return True


def _links(message: AuthorizeAsked, chain: tuple[Certificate, ...]) -> Iterator[Link]:
    for asked in message.certificate_hashes:
        yield asked, str(asked["responderURL"])
    if not message.certificate_hashes:
        for certificate, issuer in pairwise((*chain, *revocations.roots(TrustedRoot.Use.MO))):
            if certificate.issuer == issuer.subject and (url := responder(certificate)):
                yield hash_data(certificate, issuer), url


def _unrevoked(
    links: list[Link], chain: tuple[Certificate, ...], now: datetime, choices: Choices, identity: str
) -> str:
    deadline, certain = monotonic() + revocation.TOGETHER, True
    for asked, url in links:
        left = deadline - monotonic()
        try:
            if left <= 0:
                raise revocation.Unlearned("the station has waited long enough")
            row = revocation.ocsp(asked, url, now, chain, seconds=min(left, outside.SECONDS))
        except revocation.Unlearned:
            certain = False
            continue
        if row.status == REVOKED:
            return contracts.REVOKED
        certain = certain and row.verified and row.status == GOOD
    which = choices.value("CONTRACT-REVOCATION", station=identity)
    return contracts.ACCEPTED if certain or which == "soft" else contracts.BROKEN
