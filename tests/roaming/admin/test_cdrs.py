"""The page of a CDR: its figures computed again, in the zone of its location."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from roaming.admin.cdrs import CdrAdmin
from roaming.models import Cdr
from roaming.ocpi.party import PartyId
from roaming.services import cdrs, checking, desk, locations, objects, sessions
from roaming.services.cdrs import CDRS
from tests.personas import samples

pytestmark = pytest.mark.django_db

CPO = PartyId("NL", "CPO")
# 10:00Z to 11:00Z is 10 to 11 on the Canaries and 11 to 12 in Madrid: a kWh costs 0.25, and from eleven on 9.99.
RATES = samples.tariff(
    elements=[
        {"price_components": [samples.price("ENERGY", "0.25")], "restrictions": {"end_time": "11:00"}},
        {"price_components": [samples.price("ENERGY", "9.99")]},
    ]
)


def stored(**changes: Any) -> Cdr:
    place = {**samples.cdr()["cdr_location"], "country": "ESP"}
    document = samples.cdr(cdr_location=place, tariffs=[RATES], total_time=1, **changes)
    return cdrs.store(CPO, document, source=None, now=timezone.now()).obj


def told(row: Cdr) -> list[str]:
    return [one.code for one in checking.check(row) if one.severity == "error"]


def test_the_clock_is_that_of_the_stored_location() -> None:
    """CDR-28: Spain has two clocks, the CDR does not say which one, its Location does."""
    row = stored()
    assert told(row) == ["cannot_be_priced"]
    locations.store(CPO, samples.location(country="ESP", time_zone="Atlantic/Canary"), source=None, now=timezone.now())
    assert told(row) == []
    madrid = samples.location(country="ESP", time_zone="Europe/Madrid", last_updated="2026-11-21T10:30:00Z")
    locations.store(CPO, madrid, source=None, now=timezone.now())
    assert "total_cost_mismatch" in told(row)


def test_staff_see_what_does_not_fit(admin_client: Client) -> None:
    """CDR-27, CDR-28."""
    locations.store(CPO, samples.location(country="ESP", time_zone="Atlantic/Canary"), source=None, now=timezone.now())
    right = reverse("admin:roaming_cdr_change", args=(stored().pk,))
    assert "Its figures follow from its tariffs." in admin_client.get(right).rendered_content
    wrong = stored(id="CDR2", total_cost={"excl_vat": 99})
    page = admin_client.get(reverse("admin:roaming_cdr_change", args=(wrong.pk,))).rendered_content
    assert "Computed again" in page and "99" in page and "error" in page


def test_a_car_that_gave_energy_back_is_seen_both_ways(admin_client: Client) -> None:
    """TAR-31: 8 kWh taken and 3 given back, never 5 alone; on the CDR, at the desk and on the session."""
    periods = [samples.period("2026-02-23T10:00:00Z", 8), samples.period("2026-02-23T10:30:00Z", -3)]
    row = stored(charging_periods=periods, total_energy=5)
    desk.assess(row, timezone.now())
    told = samples.session(charging_periods=periods, kwh=5, status="COMPLETED", end_date_time="2026-02-23T11:00:00Z")
    session = sessions.store(CPO, told, source=None, now=timezone.now()).obj
    pages = {"roaming_cdr": row.pk, "roaming_assessment": row.assessment.pk, "roaming_session": session.pk}
    for name, key in pages.items():
        page = admin_client.get(reverse(f"admin:{name}_change", args=(key,))).content.decode()
        assert "8.000 kWh taken," in page and "3.000 given back" in page, name
    assert "3.000 given back" in admin_client.get(reverse("admin:roaming_cdr_changelist")).rendered_content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "cdr2"}, {"CDR2"}),
        ({"q": "s2 CDR2"}, {"CDR2"}),
        ({"q": "04a1b2c3d4e5f6"}, {"CDR1", "CDR2"}),
        ({"q": "AUTH-2"}, {"CDR2"}),
        ({"q": "CDR"}, set()),
        ({"partner": "nl/cpo"}, {"CDR1", "CDR2"}),
        ({"payer": "DE/EMX"}, {"CDR1", "CDR2"}),
        ({"payer": "FR/OTH"}, set()),
        ({"currency": "USD"}, {"CDR2"}),
        ({"ended": "2026-11"}, {"CDR1", "CDR2"}),
        ({"ended": "2026-10"}, set()),
        ({"payer": "DE"}, set()),
        ({"partner": "NL"}, set()),
        ({"q": "nobody", "ended": "2026-11"}, set()),
        ({"credit__exact": "1"}, set()),
    ],
)
def test_the_list_is_narrowed_and_searched_by_what_has_an_index(
    admin_client: Client, query: dict[str, str], found: set[str]
) -> None:
    """A million CDRs are not read to know by what they could be narrowed."""
    stored()
    stored(id="CDR2", session_id="S2", authorization_reference="AUTH-2", currency="USD")
    with CaptureQueriesContext(connection) as asked:
        page = admin_client.get(reverse("admin:roaming_cdr_changelist"), query).content.decode()
    assert {name for name in ("CDR1", "CDR2") if f">{name}<" in page} == found
    lists = [one["sql"] for one in asked if 'FROM "roaming_cdr"' in one["sql"] and "EXPLAIN" not in one["sql"]]
    assert lists and not [one for one in lists if "DISTINCT" in one]


def test_a_card_that_charged_often_is_found_whole(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what is not among the first that have its uid."""
    monkeypatch.setattr(CdrAdmin, "found", 1)
    stored()
    stored(id="CDR2", session_id="S2")
    page = admin_client.get(reverse("admin:roaming_cdr_changelist"), {"q": "04a1b2c3d4e5f6"}).content.decode()
    assert ">CDR1<" in page and ">CDR2<" in page


@pytest.mark.parametrize("month", ["9999-12", "2026-13", "last"])
def test_what_is_no_month_has_no_cdrs(admin_client: Client, month: str) -> None:
    """Rather than showing all of them as if they were of one."""
    stored()
    answer = admin_client.get(reverse("admin:roaming_cdr_changelist"), {"ended": month})
    assert answer.status_code == 200 and ">CDR1<" not in answer.content.decode()


@pytest.mark.parametrize("query", [{"payer": "\0/A"}, {"currency": "\0"}, {"jump": "1", "object_key": "\0"}])
def test_what_no_row_can_hold_is_an_error_on_the_page(admin_client: Client, query: dict[str, str]) -> None:
    """PostgreSQL has no NUL in texts: Django's own answer to a parameter that makes no sense."""
    answer = admin_client.get(reverse("admin:roaming_cdr_changelist"), query)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/roaming/cdr/?e=1")


@pytest.mark.parametrize(
    ("changes", "addressee", "words"),
    [
        ({}, PartyId("DE", "EMX"), "Passed on at once to DE/EMX, to whom its sender addressed it."),
        ({}, None, "Nobody is told: DE/EMX, who pays, is not connected here"),
        ({"withheld": True}, PartyId("DE", "EMX"), "Withheld: nobody is told before it is released"),
    ],
)
def test_why_nobody_waits_to_be_told(
    admin_client: Client, changes: dict[str, Any], addressee: PartyId | None, words: str
) -> None:
    """What went through directly was told, although it never stood in the outbox."""
    now = timezone.now()
    row = objects.store(
        CDRS, CPO, samples.cdr(), source=None, now=now, addressee=addressee, beside=changes, tell=False
    ).obj  # fmt: skip
    assert words in admin_client.get(reverse("admin:roaming_cdr_change", args=(row.pk,))).content.decode()
