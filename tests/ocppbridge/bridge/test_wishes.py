"""A driver's preferences become power; a limit set on the spot is told to whoever has set a profile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ocppbridge.bridge import profiles, sessions, wishes
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.models import Call, InstalledProfile, Station, Transaction
from ocppbridge.services import calls
from roaming.models import Command, Party, Preference, Session
from tests.ocppbridge.bridge.test_profiles import NOW, ask, asked, row, say
from tests.ocppbridge.bridge.test_sessions import START, station
from tests.personas.partner import Partner

__all__ = ["row", "station"]


def wish(row: Transaction, kind: str = "CHEAP", hours: int = 10, need: str = "27.6") -> Preference:
    sessions.publish(row, START)
    row.save()
    return Preference.objects.create(
        session=Session.objects.get(), sender=Party.objects.exclude(party_id="VLT")[0], profile_type=kind,
        departure_time=NOW + timedelta(hours=hours), energy_need=Decimal(need), response="ACCEPTED", received_at=NOW,
    )  # fmt: skip


def limit(call: Call) -> Decimal | None:
    intent = calls.intent_of(call)
    assert isinstance(intent, InstallProfile)
    return intent.profile.schedule.periods[0].limit


def test_cheap_charging_is_as_much_as_he_needs(hub: Any, emsp: Partner, row: Transaction, station: Station) -> None:
    """SES-03: 2,760 W are 4 A on three phases: the least that a car charges with; once a wish."""
    wish(row)
    (call,) = wishes.sweep(NOW)
    assert limit(call) == 6
    assert call.payload["csChargingProfiles"]["chargingProfilePurpose"] == "TxProfile"
    assert wishes.sweep(NOW) == []
    say(Call.objects.select_related("station").get(pk=call.pk), {"status": "Accepted"})
    wish(row, "FAST")
    (call,) = wishes.sweep(NOW + timedelta(seconds=10))
    assert limit(call) == 16
    assert InstalledProfile.objects.count() == 1


def test_a_profile_that_was_set_by_hand_goes_before(
    hub: Any, emsp: Partner, row: Transaction, station: Station
) -> None:
    assert ask(emsp, "PUT", row) == "ACCEPTED"
    say(asked("SetChargingProfile"), {"status": "Accepted"})
    wish(row)
    assert wishes.sweep(NOW) == []


def test_a_limit_of_others_is_told_to_who_has_set_a_profile(
    hub: Any, emsp: Partner, row: Transaction, station: Station
) -> None:
    """CHP-10: the station is asked how it stands now; without a profile of an eMSP nobody is."""
    profiles.changed_by_others(row.station, 1)
    assert not Call.objects.filter(action="GetCompositeSchedule").exists()
    assert ask(emsp, "PUT", row) == "ACCEPTED"
    say(asked("SetChargingProfile"), {"status": "Accepted"})
    before = Call.objects.filter(action="GetCompositeSchedule").count()
    profiles.changed_by_others(row.station, 1)
    assert Call.objects.filter(action="GetCompositeSchedule").count() == before + 1
    say(asked("GetCompositeSchedule"), {"status": "Rejected"})
    assert Command.objects.filter(kind="TELL_PROFILE").exists()
