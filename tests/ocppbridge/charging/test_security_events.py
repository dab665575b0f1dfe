"""How urgent a security event is (A04)."""

import pytest

from ocppbridge.charging.security_events import Urgency, urgency


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("TamperDetectionActivated", Urgency.CRITICAL),
        ("InvalidFirmwareSignature", Urgency.CRITICAL),
        ("InvalidChargePointCertificate", Urgency.CRITICAL),
        ("StartupOfTheDevice", Urgency.INFO),
        ("MemoryExhaustion", Urgency.WARNING),
        ("SomethingOfAVendor", Urgency.WARNING),
    ],
)
def test_what_points_at_an_attacker_is_an_alarm_and_a_restart_is_not(event, expected):
    """TC_077, TC_078."""
    assert urgency(event) is expected
