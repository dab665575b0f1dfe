"""Power through the Operator API: profiles, schedules, and a site's budget."""

from __future__ import annotations

import pytest

from ocppbridge.bridge import sites
from ocppbridge.models import EnergyPlan, InstalledProfile, SiteBudget
from tests.ocppbridge.api.test_stations import get, post
from tests.roaming.console import world

pytestmark = pytest.mark.django_db
PROFILE = {
    "purpose": "TxDefaultProfile", "unit": "A", "start_at": "2026-11-21T12:00:00Z", "level": 1,
    "periods": [{"start": 0, "limit": "16"}, {"start": 3600, "limit": "10"}],
}  # fmt: skip


@pytest.fixture
def hub() -> world.World:
    return world.build()


def test_a_profile_is_set_cleared_and_listed(hub: world.World) -> None:
    answer = post("stations/VLT-0001/charging-profiles/", PROFILE)
    assert answer.status_code == 202
    sent = answer.json()["payload"]["csChargingProfiles"]
    assert (sent["chargingProfilePurpose"], sent["stackLevel"]) == ("TxDefaultProfile", 1)
    assert sent["chargingSchedule"]["chargingSchedulePeriod"][1] == {"startPeriod": 3600, "limit": 10}
    assert get("stations/VLT-0001/charging-profiles/")["results"] == []
    cleared = post("stations/VLT-0001/charging-profiles/clear/", {"profile_id": 7})
    assert cleared.json()["payload"] == {"id": 7}
    assert not InstalledProfile.objects.exists()


def test_profiles_that_are_on_their_way_together_and_plans_of_cars_have_ids_of_their_own(hub: world.World) -> None:
    """K01.FR.05: a station replaces what has the same id."""
    made = [post("stations/VLT-0001/charging-profiles/", {**PROFILE, "level": n}).json()["payload"] for n in range(3)]
    numbers = {one["csChargingProfiles"]["chargingProfileId"] for one in made}
    assert len(numbers) == 3
    assert min(numbers) > 2_000_000_000 > EnergyPlan(pk=2**31).profile_id


@pytest.mark.parametrize("wrong", [
    {"purpose": "ChargingStationExternalConstraints"}, {"purpose": "PriorityCharging"}, {"periods": []},
    {"periods": [{"start": 5, "limit": "16"}]}, {"purpose": "ChargingStationMaxProfile", "evse": 1},
    {"purpose": "TxProfile", "evse": 1}, {"purpose": "TxProfile", "transaction": "1"}, {"kind": "Absolute"},
])  # fmt: skip
def test_what_a_station_may_not_be_told_is_refused_with_the_reason(hub: world.World, wrong: dict[str, object]) -> None:
    """K01.FR.03, K01.FR.22, K01.FR.31, K01.FR.38; 1.6 has no priority charging."""
    assert post("stations/VLT-0001/charging-profiles/", {**PROFILE, **wrong}).status_code == 400


def test_a_1_6_station_cannot_tell_its_profiles_but_its_schedule(hub: world.World) -> None:
    assert post("stations/VLT-0001/charging-profiles/ask/", {}).status_code == 400
    asked = post("stations/VLT-0001/charging-schedule/ask/", {"evse": 1, "duration": 3600})
    assert asked.json()["action"] == "GetCompositeSchedule"
    told = get("stations/VLT-0001/charging-schedule/?evse=1&duration=3600")
    assert (told["evse"], told["unit"], told["told"]) == (1, "A", None)


def test_a_site_s_budget_is_made_changed_and_read_with_its_shares(hub: world.World) -> None:
    for place in ("X", "Y"):
        sites.add(f"CP-{place}", "NL/VLT", location=place)
    slip = post("site-budgets/", {"country_code": "NL", "party_id": "VLT", "location_id": "XX", "limit": "40"})
    assert (slip.status_code, slip.json()) == (400, {"location_id": ["There is no location XX of NL/VLT."]})
    made = post("site-budgets/", {"country_code": "NL", "party_id": "VLT", "location_id": "X", "limit": "40"})
    assert made.status_code == 201
    budget = SiteBudget.objects.get()
    wrong = {"country_code": "NL", "party_id": "VLT", "location_id": "Y", "limit": "40", "periods": [{"from": "x"}]}
    assert post("site-budgets/", {**wrong, "periods": [], "limit": "-1"}).json().keys() == {"limit"}
    assert post("site-budgets/", {**wrong, "periods": [], "limti": "1"}).json() == {
        "limti": ["There is no such field."]
    }
    assert post("site-budgets/", wrong).status_code == 400
    assert get(f"site-budgets/{budget.pk}/")["limit"] == "40.0"
