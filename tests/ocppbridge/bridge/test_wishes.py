"""A driver's preferences become power; a limit set on the spot is told to whoever has set a profile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge import nudges, tasks
from ocppbridge.bridge import profiles, sessions, wishes
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.models import BudgetShare, Call, InstalledProfile, SiteBudget, Station, Transaction
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


class Sent:
    """The broker, as far as it is asked."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, list[int]]] = []

    def send_task(self, name: str, args: list[int], **more: Any) -> None:
        self.tasks.append((name, args))


def test_a_wish_is_heeded_when_it_comes(
    hub: Any, emsp: Partner, row: Transaction, station: Station, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    """SES-03: not with the next sweep; neither a refused one, nor the same twice."""
    sent = Sent()
    monkeypatch.setattr(nudges, "current_app", sent)
    with django_capture_on_commit_callbacks(execute=True):
        said = wish(row)
        Preference.objects.create(
            session=said.session, sender=said.sender, profile_type="FAST", response="NOT_POSSIBLE", received_at=NOW
        )
    assert sent.tasks == [("ocppbridge.wish", [said.pk])]
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    tasks.heed_wish(said.pk)
    (call,) = Call.objects.filter(purpose=wishes.PURPOSE)
    assert wishes.sweep(NOW) == []
    assert call.reference == f"wish:{said.pk}"


def test_a_wish_shares_the_site_anew_where_it_goes_by_wishes(
    hub: Any, emsp: Partner, row: Transaction, station: Station, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    budget = SiteBudget.objects.create(country_code="NL", party_id="VLT", location_id="L1", limit=40)
    BudgetShare.objects.create(budget=budget, station=row.station)
    said = wish(row, "FAST")
    sent = Sent()
    monkeypatch.setattr(nudges, "current_app", sent)
    nudges.balance_begun(budget.pk)
    with django_capture_on_commit_callbacks(execute=True):
        wishes.heed(said.pk, NOW)
    assert ("ocppbridge.balance", [budget.pk]) in sent.tasks
    nudges.balance_begun(budget.pk)


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
