"""Certificates that stations ask about: what their responders and lists say, kept until it is out of date.

A station names the address itself, so it goes through the guard (S41); what a station is told is the responder's own
signed answer (M06), or the state that we make of it (M07).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from ocppbridge.bridge import outside
from ocppbridge.charging.certificates import Certificate
from ocppbridge.charging.iso15118_messages import StatusQuestion
from ocppbridge.charging.iso15118_replies import LinkState
from ocppbridge.charging.revocation import FAILED, REVOKED, BadAnswer, question, read_crl, read_ocsp
from ocppbridge.models import Revocation
from ocppbridge.services import revocations

OCSP: Final = "OCSP"
AGAIN: Final = timedelta(minutes=5)  # until when a station need not ask again about what could not be learned
LONGEST_ANSWER: Final = 13_500  # bytes: 18,000 characters in Base64
TOGETHER: Final = 6.0  # seconds, for all that a station asks at once
TYPE: Final = "application/ocsp-request"

Asked = Mapping[str, Any]


class Unlearned(Exception):
    """Nobody could say; the text says why."""


def ocsp(
    asked: Asked, url: str, now: datetime, known: Sequence[Certificate] = (), *, seconds: float = outside.SECONDS
) -> Revocation:
    """What the responder says. Raises Unlearned."""
    row = revocations.kept(OCSP, asked, url, now)
    if row is not None:
        return row
    try:
        data = outside.ask(
            url, body=question(asked), content_type=TYPE, accept="application/ocsp-response", seconds=seconds
        )
        told = read_ocsp(data, asked, [*known, *revocations.roots()], now)
    except (outside.Unreached, BadAnswer) as problem:
        raise Unlearned(str(problem)) from None
    if len(data) > LONGEST_ANSWER:
        raise Unlearned("its answer is longer than a station takes")
    return revocations.keep(OCSP, asked, url, told, data, now)


def crl(asked: Asked, url: str, now: datetime, *, seconds: float = outside.SECONDS) -> Revocation:
    """What the list says. Raises Unlearned."""
    row = revocations.kept("CRL", asked, url, now)
    if row is not None:
        return row
    try:
        data = outside.ask(url, seconds=seconds)
        told = read_crl(data, asked, revocations.roots(), now)
    except (outside.Unreached, BadAnswer) as problem:
        raise Unlearned(str(problem)) from None
    return revocations.keep("CRL", asked, url, told, b"", now)


def states(questions: Iterable[StatusQuestion], now: datetime) -> tuple[LinkState, ...]:
    """The state of each certificate of a chain, as far as the station's patience goes (M07)."""
    deadline = monotonic() + TOGETHER
    return tuple(_state(one, now, deadline) for one in questions)


def _state(one: StatusQuestion, now: datetime, deadline: float) -> LinkState:
    """Of its addresses the first that can say; a revocation counts whoever signed it, as for Authorize (C07)."""
    for url in one.urls:
        left = min(deadline - monotonic(), outside.SECONDS)
        if left <= 0:
            break
        try:
            row = (ocsp if one.source == OCSP else crl)(one.hashes, url, now, seconds=left)
        except Unlearned:
            continue
        if row.verified or row.status == REVOKED:
            return LinkState(one.hashes, one.source, row.status, row.next_update)
    return LinkState(one.hashes, one.source, FAILED, now + AGAIN)
