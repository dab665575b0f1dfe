"""Block M on behalf of vehicles: contracts for them, and what is known of certificates on the way.

These answers ask the world outside and may take seconds, so they never run on the event loop, and only a few at once.
"""

from __future__ import annotations

from dataclasses import asdict

from ocppbridge.bridge import ev_certificates, revocation
from ocppbridge.charging.iso15118_messages import CertificateStatusAsked, ChainStatusAsked, EvCertificateAsked
from ocppbridge.charging.iso15118_replies import CertificateState, ChainState, EvCertificate, LinkState
from ocppbridge.charging.revocation import FAILED
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(EvCertificateAsked, waits=True)
def ev_certificate(message: EvCertificateAsked, asked: Asked) -> EvCertificate:
    """M01, M02: whatever the provider says."""
    return ev_certificates.certificate(message)


@answers(CertificateStatusAsked, waits=True)
def certificate_status(message: CertificateStatusAsked, asked: Asked) -> CertificateState:
    """M06: the responder's own answer, which the station checks itself; asked again only when it is out of date."""
    if not _asks(asked):
        return CertificateState(reason="OCSP responders are not asked here")
    try:
        row = revocation.ocsp(message.request, str(message.request["responderURL"]), asked.now)
    except revocation.Unlearned as problem:
        return CertificateState(reason=str(problem))
    return CertificateState(row.answer)


@answers(ChainStatusAsked, waits=True)
def chain_status(message: ChainStatusAsked, asked: Asked) -> ChainState:
    """M07."""
    if _asks(asked):
        return ChainState(revocation.states(message.questions, asked.now))
    until = asked.now + revocation.AGAIN
    return ChainState(tuple(LinkState(one.hashes, one.source, FAILED, until) for one in message.questions))


def _asks(asked: Asked) -> bool:
    which = asked.choices.value("OCSP-FOR-STATIONS", station=asked.account.identity)  # decision: OCSP-FOR-STATIONS
    return which == "ask"


@records(EvCertificateAsked, priority=1)
def ev_certificate_asked(message: EvCertificateAsked, turn: Turn) -> None:
    """Among the reports, without what only the provider can read."""
    said = asdict(message) | {"exi": f"{len(message.exi)} characters"}
    turn.report("Get15118EVCertificate", said, "Update" if message.update else "Install")


@records(CertificateStatusAsked, priority=1)
def status_asked(message: CertificateStatusAsked, turn: Turn) -> None:
    """Among the reports."""
    turn.report("GetCertificateStatus", dict(message.request), str(message.request["serialNumber"]))


@records(ChainStatusAsked, priority=1)
def chain_asked(message: ChainStatusAsked, turn: Turn) -> None:
    """Among the reports."""
    serials = ", ".join(str(one.hashes["serialNumber"]) for one in message.questions)
    turn.report("GetCertificateChainStatus", asdict(message), serials)
