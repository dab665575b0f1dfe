"""One of everything about a station's security, for pages and APIs."""

from __future__ import annotations

from datetime import datetime, timedelta

from ocppbridge.models import (
    LocalAuthority,
    PasswordChange,
    ProfileUpgrade,
    SecurityEvent,
    SigningRequest,
    Station,
    StationCertificate,
)


def build(station: Station, now: datetime) -> None:
    """Rows as they would stand."""
    LocalAuthority.objects.create(name="stations", certificate="-----BEGIN…", sealed_key="sealed", made_at=now)
    PasswordChange.objects.create(station=station, digest="0" * 64, sealed="sealed", made_at=now, requested_by="ann")
    ProfileUpgrade.objects.create(station=station, target=2, slot=2, url="wss://hub.example/ocpp", made_at=now)
    SecurityEvent.objects.create(
        station=station, type="TamperDetectionActivated", urgency="critical", at=now, received_at=now, info="door open"
    )
    certificate = StationCertificate.objects.create(
        station=station,
        use="ChargingStationCertificate",
        origin="signed",
        state="held",
        subject=f"CN={station.identity}",
        issuer="CN=NL/HUB stations",
        serial_number="1f",
        fingerprint="a" * 64,
        chain="-----BEGIN…",
        not_before=now,
        not_after=now + timedelta(days=700),
        made_at=now,
        changed_at=now,
    )
    SigningRequest.objects.create(
        station=station,
        csr="-----BEGIN…",
        certificate_type="ChargingStationCertificate",
        state="delivered",
        try_at=now,
        received_at=now,
        certificate=certificate,
    )
