"""Block A, and the certificates of block M: passwords, profiles, certificates, security events.

1.6's security extension says the same in other words, so it comes here too.
"""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import decisions
from ocppbridge.charging import certificates as x509
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import (
    ChangePassword,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    ListCertificates,
    PreferNetworks,
    RaiseProfile,
)
from ocppbridge.charging.messages import CertificateRequested, SecurityEventSeen
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged, Verdict
from ocppbridge.charging.security_events import Urgency, urgency
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Alert, Call, SecurityEvent
from ocppbridge.services import alerts, calls, certificates, password_changes, profiles, signing
from ocppbridge.services.turns import Turn
from roaming.decisions import Choices

SEVERITY = {Urgency.CRITICAL: Alert.Severity.CRITICAL, Urgency.WARNING: Alert.Severity.WARNING}


@answers(CertificateRequested)
def sign(message: CertificateRequested, asked: Asked) -> Verdict:
    """A02.FR.05: taken for signing, unless it can be seen at once that nobody would."""
    reason = _objection(message, asked.choices, asked.account.identity)
    return Verdict(accepted=not reason, reason=reason or None)


@records(CertificateRequested)
def certificate_requested(message: CertificateRequested, turn: Turn) -> None:
    """Signed by a worker; one that was turned down is kept for staff."""
    reason = _objection(message, decisions.choices(), turn.station.identity)
    if reason:
        turn.report("SignCertificate", {"csr": message.csr, "certificateType": message.certificate_type}, reason)
    else:
        signing.take_down(turn.station, message.csr, message.certificate_type, message.request_id, turn.received)


def _objection(message: CertificateRequested, choices: Choices, identity: str) -> str:
    if choices.value("STATION-CERTIFICATES", station=identity) == "refuse":  # decision: STATION-CERTIFICATES
        return "NoCertificateAuthority"
    try:
        x509.read_request(message.csr)
    except BadCertificate as problem:
        return str(problem)
    return ""


@answers(SecurityEventSeen)
def take_event(message: SecurityEventSeen, asked: Asked) -> Acknowledged:
    """A04."""
    return Acknowledged()


@records(SecurityEventSeen)
def security_event(message: SecurityEventSeen, turn: Turn) -> None:
    """Kept and shown; what is no routine is alarmed."""
    how = urgency(message.type)
    SecurityEvent.objects.create(
        station=turn.station,
        type=message.type[:50],
        urgency=how.value,
        at=message.at,
        received_at=turn.received,
        info=message.info or "",
    )
    if how in SEVERITY:
        code, text = f"SECURITY-{message.type}"[:50], message.info or message.type
        alerts.raise_alert(turn.station.pk, code, text, turn.received, SEVERITY[how])


@settles(ChangePassword)
def password_changed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """A01."""
    password_changes.answered(call, outcome, now)


@settles(RaiseProfile)
def profile_stored(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """A05, first step."""
    profiles.stored(call, outcome, now)


@settles(PreferNetworks)
def network_preferred(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """A05, second step."""
    profiles.preferred(call, outcome, now)


@settles(DeliverCertificate)
def certificate_delivered(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """A02, the end."""
    signing.delivered(call, outcome, now)


@settles(InstallCertificate)
def certificate_installed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """M05."""
    certificates.installed(call, outcome, now)


@settles(DeleteCertificate)
def certificate_deleted(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """M04."""
    certificates.deleted(call, outcome, now)


@settles(ListCertificates)
def certificates_listed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """M03."""
    asked = calls.intent_of(call)
    certificates.listed(call, asked.uses if isinstance(asked, ListCertificates) else (), outcome, now)
