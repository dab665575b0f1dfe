"""The desk's page: what waits is found, settled with a note, several at once; a disputed CDR of ours is replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ocppbridge.bridge import sessions as billing
from ocppbridge.models import Station
from roaming.decisions import Choices
from roaming.models import Assessment, Cdr, DeskEntry, Habit, Notice, Party, Platform, TariffEdition
from roaming.services import balances, cdrs, desk, desk_corrections, desk_queue, tariffs
from tests.ocppbridge.bridge.test_sessions import OWNER, at, ended, metered, started, station
from tests.personas import samples
from tests.roaming.desk_world import CPO, RATES, START, D, assessed, cdr, credit, publish

__all__ = ["station"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform() -> Platform:
    found = Platform.objects.create(name="Odd charging", status="CONNECTED")
    Party.objects.create(platform=found, country_code="NL", party_id="CPO", role="CPO")
    publish(found, timezone.now())
    for changes in ({}, {"id": "CDR2", "total_cost": {"excl_vat": D(9)}}, {"id": "CDR3", "currency": "USD"}):
        cdrs.store(CPO, cdr(**changes), source=found, now=timezone.now())
    desk_queue.drain()
    return found


def page(client: Client, **query: str) -> str:
    return client.get(reverse("admin:roaming_assessment_changelist"), query).content.decode()


def found(client: Client, **query: str) -> set[str]:
    return {name for name in ("CDR1", "CDR2", "CDR3") if f">{name}<" in page(client, **query)}


def press(client: Client, verb: str, row: Assessment, **said: str) -> Any:
    return client.post(reverse(f"admin:roaming_assessment_{verb}", args=(row.pk,)), said, follow=True)


def several(client: Client, action: str, rows: list[Assessment], **said: str) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows], **said}
    return client.post(reverse("admin:roaming_assessment_changelist"), data, follow=True)


@pytest.mark.parametrize(
    ("query", "cdrs_found"),
    [
        ({}, {"CDR1", "CDR2", "CDR3"}),
        ({"staff": "waiting"}, {"CDR2"}),
        ({"verdict__exact": "REJECTED"}, {"CDR3"}),
        ({"reason": "money"}, {"CDR2"}),
        ({"reason": "currency_mismatch"}, {"CDR3"}),
        ({"reason": "absurd"}, set()),
        ({"partner": "NL/CPO"}, {"CDR1", "CDR2", "CDR3"}),
        ({"origin": "ours"}, set()),
        ({"ended": "2026-02"}, {"CDR1", "CDR2", "CDR3"}),
        ({"ended": "1d"}, set()),
        ({"q": "cdr2"}, {"CDR2"}),
        ({"q": "S1", "verdict__exact": "ACCEPTED"}, {"CDR1"}),
    ],
)
def test_the_list_is_narrowed_by_verdict_partner_reason_and_period(
    platform: Platform, admin_client: Client, query: dict[str, str], cdrs_found: set[str]
) -> None:
    assert found(admin_client, **query) == cdrs_found


def test_the_home_page_says_how_many_wait(platform: Platform, admin_client: Client) -> None:
    home = admin_client.get(reverse("admin:index")).content.decode()
    assert "CDRs on hold" in home and "1 rejected by the desk" in home
    assert "total cost mismatch" in home
    assert set(Notice.objects.values_list("code", "count")) == {("cdr_on_hold", 1), ("cdr_rejected", 1)}


def test_a_page_shows_why_what_it_would_be_otherwise_and_the_trail(platform: Platform, admin_client: Client) -> None:
    """CDR-27, CDR-28."""
    text = press(admin_client, "annotate", assessed("CDR2"), note="asked them").content.decode()
    for words in ("total_cost_mismatch", "claims 9, the tariff gives 2.5", "Trail", "asked them",
                  "What stands: 2.5000 EUR excl. VAT, 1 CDR<", "Cost lines, as we compute them"):  # fmt: skip
        assert words in text, words
    assert "Other readings" not in text  # they all come to 2.50
    of_the_cdr = admin_client.get(reverse("admin:roaming_cdr_change", args=(assessed("CDR2").cdr_id,)))
    assert "on hold" in of_the_cdr.content.decode()


def test_readings_that_come_to_something_else_stand_beside_ours(platform: Platform, admin_client: Client) -> None:
    """CDR-27: by the whole kWh 10.5 are 11 and cost 2.75, without steps 2.625."""
    coarse = RATES | {"elements": [{"price_components": [samples.price("ENERGY", "0.25", 1000)]}]}
    told = cdr(
        id="CDR4", tariffs=[coarse], total_energy=D("10.5"), total_cost={"excl_vat": D(9)},
        charging_periods=[samples.period(START, D("10.5"))],
    )  # fmt: skip
    cdrs.store(CPO, told, source=platform, now=timezone.now())
    text = admin_client.get(reverse("admin:roaming_assessment_change", args=(assessed("CDR4").pk,))).content.decode()
    for words in ("Other readings", "as we read it", "2.75", "steps:off", "2.625", "Excl. VAT", "VAT %"):
        assert words in text, words


def test_a_cdr_is_released_with_a_note_and_not_without(platform: Platform, admin_client: Client) -> None:
    """S48."""
    row = assessed("CDR2")
    assert "This field is required" in press(admin_client, "release", row).content.decode()
    assert press(admin_client, "release", row, note="agreed").status_code == 200
    row.refresh_from_db()
    assert (row.verdict, row.stands, row.settled_by) == ("ACCEPTED", True, "admin")
    assert press(admin_client, "release", row, note="again").status_code == 409
    assert press(admin_client, "dispute", row, note="no").status_code == 200
    assert press(admin_client, "assess_again", row).status_code == 200
    assert press(admin_client, "reopen", row, note="").status_code == 200
    press(admin_client, "reject", row, note="wrong for good")
    row.refresh_from_db()
    assert (row.verdict, row.settled_as) == ("REJECTED", "REJECTED")


def test_several_are_settled_at_once_with_one_note(platform: Platform, admin_client: Client) -> None:
    rows = list(Assessment.objects.order_by("pk"))
    asked = several(admin_client, "release_selected", rows).content.decode()
    assert "Release 3 CDRs" in asked and DeskEntry.objects.filter(act="RELEASED").count() == 0
    assert "This field is required" in several(admin_client, "release_selected", rows, confirmed="yes").content.decode()
    several(admin_client, "release_selected", rows, confirmed="yes", note="month closed")
    assert set(Assessment.objects.values_list("verdict", flat=True)) == {"ACCEPTED"}
    said = several(admin_client, "release_selected", rows[:1], confirmed="yes", note="x").content.decode()
    assert "was released already, by admin" in said
    several(admin_client, "dispute_selected", rows[:2], confirmed="yes", note="x")
    several(admin_client, "reject_selected", rows[2:], confirmed="yes", note="x")
    assert list(Assessment.objects.order_by("pk").values_list("settled_as", flat=True)) == [
        "DISPUTED", "DISPUTED", "REJECTED",
    ]  # fmt: skip
    several(admin_client, "assess_selected", rows)
    assert Cdr.objects.filter(desk_due=True).count() == 3


def test_whoever_may_only_look_settles_nothing(platform: Platform, client: Client) -> None:
    user = User.objects.create_user("viewer", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_assessment"))
    client.force_login(user)
    row = assessed("CDR2")
    assert page(client)
    assert press(client, "release", row, note="x").status_code == 403
    several(client, "release_selected", [row], confirmed="yes", note="x")
    row.refresh_from_db()
    assert row.verdict == "ON_HOLD"


def test_what_a_partner_used_to_do_is_seen_and_forgotten(platform: Platform, admin_client: Client) -> None:
    """ocpi/ocpi#401."""
    habit = Habit.objects.get()
    shown = admin_client.get(reverse("admin:roaming_habit_change", args=(habit.pk,))).content.decode()
    assert "ours, exact" in shown
    admin_client.post(reverse("admin:roaming_habit_forget", args=(habit.pk,)), {}, follow=True)
    assert not Habit.objects.exists()


def test_what_a_tariff_said_before_is_kept(platform: Platform, admin_client: Client) -> None:
    """ocpi/ocpi#273: written by a trigger, whoever changes the tariff."""
    changed = {**RATES, "last_updated": "2026-03-01T00:00:00Z", "currency": "USD"}
    tariffs.store(CPO, changed, source=platform, now=timezone.now())
    assert '"EUR"' in TariffEdition.objects.get().document
    assert admin_client.get(reverse("admin:roaming_tariffedition_changelist")).status_code == 200


def test_the_trail_cannot_be_changed(platform: Platform, admin_client: Client) -> None:
    """S48: append-only, also for us."""
    entry = DeskEntry.objects.earliest("pk")
    with pytest.raises(Exception, match="only added to"):
        DeskEntry.objects.filter(pk=entry.pk).update(note="never happened")


# CDRs of our own


def out(station: Station) -> Cdr:
    """10 kWh for 4.70, told to its payer."""
    row = started(station)
    metered(row, 30, 6000)
    ended(row, 60, 11000)
    billing.publish(row, at(60))
    found = Cdr.objects.get()
    assert (found.assessment.verdict, found.withheld) == ("ACCEPTED", False)
    return found


def test_a_disputed_cdr_of_ours_is_credited_and_replaced_on_the_page(station: Station, admin_client: Client) -> None:
    """CDR-09, CDR-11: three CDRs, and what stands is the new one."""
    first = out(station)
    press(admin_client, "dispute", first.assessment, note="the driver left at ten")
    assert balances.of(OWNER, first.session_key) == []
    asked = admin_client.get(reverse("admin:roaming_assessment_replace", args=(first.assessment.pk,)))
    assert "Credit and replace" in asked.content.decode() and Cdr.objects.count() == 1
    said = press(admin_client, "replace", first.assessment, anew="yes", note="they are right").content.decode()
    back, anew = Cdr.objects.order_by("pk")[1:]
    assert f"Credited by {back.object_id}, replaced by {anew.object_id}" in said
    assert (back.credit, back.total_cost_excl_vat, anew.total_cost_excl_vat) == (True, D("-4.7"), D("4.7"))
    [stands] = balances.of(OWNER, first.session_key)
    assert (stands.cdrs, stands.excl_vat) == (3, D("4.7"))
    assert press(admin_client, "replace", first.assessment, anew="yes", note="again").status_code == 409
    assert DeskEntry.objects.filter(act="CORRECTED").get().note == "they are right"


def test_it_may_be_credited_only(station: Station, admin_client: Client) -> None:
    """CDR-09."""
    first = out(station)
    press(admin_client, "replace", first.assessment, anew="no", note="goodwill")
    assert Cdr.objects.count() == 2
    assert balances.of(OWNER, first.session_key)[0].excl_vat == 0


def test_what_is_not_ours_or_not_out_cannot_be_credited_by_us(platform: Platform, station: Station) -> None:
    """CDR-09."""
    with pytest.raises(desk.CannotSettle, match="only a CDR of ours"):
        desk_corrections.take_back(assessed("CDR1"), "anna", "x", timezone.now())
    row = started(station)
    ended(row, 60, 500)
    billing.publish(row, at(60))
    held = Cdr.objects.get(withheld=True)
    with pytest.raises(desk.CannotSettle, match="that is out"):
        desk_corrections.take_back(held.assessment, "anna", "x", timezone.now())


def test_a_cdr_of_ours_that_nothing_is_known_of_is_not_credited(platform: Platform) -> None:
    """The whole act fails: no trail tells of a credit that was not made."""
    strange = cdrs.store(CPO, cdr(id="X1", session_id="S77"), source=None, now=timezone.now()).obj
    row = desk.assess(strange, timezone.now())
    with pytest.raises(desk.CannotSettle, match="no transaction or reservation of ours"):
        desk_corrections.take_back(row, "anna", "x", timezone.now())
    assert not DeskEntry.objects.filter(act="CORRECTED").exists()


def test_a_cdr_that_the_desk_fails_on_is_held_and_stops_nothing(platform: Platform) -> None:
    elsewhere = cdr(id="BAD", session_id="S9", start_date_time="2026-02-23T10:00:01Z")
    cdrs.store(CPO, elsewhere, source=platform, now=timezone.now())
    Cdr.objects.filter(object_id="BAD").update(document="{")
    cdrs.store(CPO, credit(cdr()), source=platform, now=timezone.now())
    assert assessed("BAD").codes == ["not_assessed"]
    assert assessed("CDR1-C").verdict == "ACCEPTED"


def test_choices_have_defaults_for_all_of_the_desk() -> None:
    """Decisions CDR-…: nobody has to choose before the first CDR comes."""
    assert Choices().value("CDR-ON-HOLD") == "pass"
    assert timedelta(minutes=int(Choices().number("CDR-LIMIT-AHEAD"))) == timedelta(minutes=15)
