"""The pages about power: a limit set by staff, a drawn schedule, a site's budget with its shares."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from ocppbridge.admin.drawing import drawn
from ocppbridge.bridge import sites
from ocppbridge.charging.charging_profiles import Period
from ocppbridge.handlers import settling
from ocppbridge.models import Alert, Call, ChargingLimit, InstalledProfile, ScheduleCheck, SiteBudget
from ocppbridge.versions import DIALECTS
from tests.ocppbridge.bridge.test_budgets import Site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def answered(payload: dict[str, object]) -> Call:
    call = Call.objects.select_related("station").latest("created_at")
    settling.settle(settling.answered(call, payload, "", DIALECTS[call.station.subprotocol], NOW))
    return call


def test_staff_set_a_limit_and_see_it_drawn(admin_client: Client) -> None:
    site = Site(2, "40", active=False)
    station = site.station("CP2")
    page = f"/admin/ocppbridge/station/{station.pk}"
    said = {"purpose": "TxDefaultProfile", "evse": "0", "unit": "A", "periods": "0=16 3600=10", "level": "0"}
    answer = admin_client.post(f"{page}/set-limit/", said)
    assert answer.status_code == 302
    assert answered({"status": "Accepted"}).payload["chargingProfile"]["chargingProfilePurpose"] == "TxDefaultProfile"
    row = InstalledProfile.objects.get()
    shown = admin_client.get(f"{page}/change/").content.decode()
    assert "What limits it for the next day" in shown
    assert "<svg" in shown
    assert "<path d=" in admin_client.get(f"/admin/ocppbridge/installedprofile/{row.pk}/change/").content.decode()
    assert admin_client.post(f"/admin/ocppbridge/installedprofile/{row.pk}/clear-it/").status_code == 302
    answered({"status": "Accepted"})
    assert not InstalledProfile.objects.exists()


@pytest.mark.parametrize("periods", ["16", "60=16", "0=16 0=10", "0=x", ""])
def test_periods_that_make_no_sense_are_asked_for_again(admin_client: Client, periods: str) -> None:
    station = Site(1, "40", active=False).station("CP1")
    said = {"purpose": "TxDefaultProfile", "evse": "0", "unit": "A", "periods": periods, "level": "0"}
    assert admin_client.post(f"/admin/ocppbridge/station/{station.pk}/set-limit/", said).status_code == 200
    assert not Call.objects.exists()


def test_a_schedule_that_differs_is_shown_beside_ours_and_staff_are_told(admin_client: Client) -> None:
    """K08."""
    station = Site(2, "40", active=False).station("CP2")
    assert admin_client.post(
        f"/admin/ocppbridge/station/{station.pk}/compare-schedule/", {"evse": "1", "hours": "1"}
    ).status_code == 302  # fmt: skip
    call = Call.objects.latest("created_at")
    told = {
        "evseId": 1, "duration": 3600, "scheduleStart": call.created_at.isoformat(), "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
    }  # fmt: skip
    answered({"status": "Accepted", "schedule": told})
    check = ScheduleCheck.objects.get()
    assert check.difference == "from second 0 on it tells 10, 32 is due"
    assert Alert.objects.filter(code="SCHEDULE-DIFFERS").exists()
    shown = admin_client.get(f"/admin/ocppbridge/schedulecheck/{check.pk}/change/").content.decode()
    assert "told by the station" in shown


def test_a_budget_has_its_page_with_shares(admin_client: Client) -> None:
    site = Site(2, "40")
    site.arrive("CP1")
    page = f"/admin/ocppbridge/sitebudget/{site.budget.pk}"
    site.settle()
    assert admin_client.post(f"{page}/share-anew/").status_code == 302
    shown = admin_client.get(f"{page}/change/").content.decode()
    assert "Shares now" in shown
    assert "32.0 A" in shown
    assert admin_client.get("/admin/ocppbridge/sitebudget/").status_code == 200


def test_a_budget_whose_periods_make_no_sense_is_not_kept(admin_client: Client) -> None:
    said = {
        "country_code": "NL", "party_id": "VLT", "location_id": "SITE", "active": "on", "unit": "A", "limit": "40",
        "minimum": "6", "offline_limit": "0", "strategy": "equal", "periods": '[{"from": "25:00", "limit": 3}]',
        "shares-TOTAL_FORMS": "0", "shares-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert admin_client.post("/admin/ocppbridge/sitebudget/add/", said).status_code == 200
    assert not SiteBudget.objects.exists()
    said["periods"] = '[{"from": "17:00", "to": "20:00", "limit": 3}]'
    slip = admin_client.post("/admin/ocppbridge/sitebudget/add/", said)
    assert "There is no location SITE of NL/VLT." in slip.content.decode()
    sites.add("CP1", "NL/VLT", location="SITE")
    assert admin_client.post("/admin/ocppbridge/sitebudget/add/", said).status_code == 302
    assert SiteBudget.objects.get().periods[0]["limit"] == 3


def test_every_list_opens(admin_client: Client) -> None:
    station = Site(1, "40", active=False).station("CP1")
    ChargingLimit.objects.create(station=station, source="EMS", since=NOW)
    for name in ("installedprofile", "schedulecheck", "charginglimit", "profileinquiry", "prioritycharging"):
        assert admin_client.get(f"/admin/ocppbridge/{name}/").status_code == 200


def test_a_picture_has_a_step_for_each_period_and_leaves_open_what_has_no_limit() -> None:
    periods = (Period(0, Decimal(16)), Period(600), Period(1200, Decimal(8)))
    picture = str(drawn([("<limit>", periods)], NOW, 3600, "A"))
    assert picture.count("M") == 2
    assert "&lt;limit&gt;" in picture
    assert drawn([("limit", ())], NOW, 3600, "A") == "–"


def test_a_schedule_that_goes_below_zero_is_drawn_too() -> None:
    """Block Q: the page of a station whose car gives energy back."""
    periods = [Period(0, limit=Decimal("16.0")), Period(3600, setpoint=Decimal("-10.10"))]
    picture = drawn([("limit", periods)], datetime(2026, 11, 21, tzinfo=UTC), 7200, "A")
    assert ">16 A</text>" in picture and ">-10.1</text>" in picture
    only = drawn([("limit", periods[1:])], datetime(2026, 11, 21, tzinfo=UTC), 7200, "A")
    assert ">-10.1 A</text>" in only and ">1 A</text>" not in only, "0 is the top"
