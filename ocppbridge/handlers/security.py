"""Block A: certificates asked for, security events."""

from __future__ import annotations

from ocppbridge.charging.messages import CertificateRequested, SecurityEventSeen
from ocppbridge.charging.replies import Acknowledged, Verdict
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.models import Alert
from ocppbridge.services import alerts
from ocppbridge.services.turns import Turn


@answers(CertificateRequested)
def sign(message: CertificateRequested, asked: Asked) -> Verdict:
    """A02: there is no certificate authority here, so nothing will be signed."""
    return Verdict(accepted=False, reason="NoCertificateAuthority")


@records(CertificateRequested)
def certificate_requested(message: CertificateRequested, turn: Turn) -> None:
    """Kept for staff."""
    turn.report("SignCertificate", {"csr": message.csr, "certificateType": message.certificate_type}, "refused")


@answers(SecurityEventSeen)
def take_event(message: SecurityEventSeen, asked: Asked) -> Acknowledged:
    """A04."""
    return Acknowledged()


@records(SecurityEventSeen)
def security_event(message: SecurityEventSeen, turn: Turn) -> None:
    """Shown and alarmed."""
    payload = {"type": message.type, "timestamp": message.at.isoformat(), "techInfo": message.info}
    turn.report("SecurityEventNotification", payload, message.type)
    alerts.raise_alert(
        turn.station.pk, f"SECURITY-{message.type}"[:50], message.info or message.type, turn.received,
        Alert.Severity.CRITICAL,
    )  # fmt: skip
