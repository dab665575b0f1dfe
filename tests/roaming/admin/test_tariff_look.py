"""What stands beside a tariff while it is typed: lint, words, prices; cards reshaped; with scripts and without."""

from __future__ import annotations

from time import thread_time
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from roaming.admin.tariff_costs import OwnSession, figure
from roaming.admin.tariff_rows import spelled, step_words
from roaming.models import Party, Tariff
from tests.roaming.admin.tariff_pages import errors, operator, place, save, sketch, store, text, typed, url
from tests.roaming.console.forms import fields
from tests.roaming.console.forms import text as shown
from tests.roaming.pricing.building import D

pytestmark = pytest.mark.django_db


@pytest.fixture
def cpo() -> Party:
    return operator()


@pytest.fixture
def tariff(cpo: Party) -> Tariff:
    return store()


def look(told: dict[str, Any]) -> str:
    page: str = told["parts"]["tariff-look"]
    return " ".join(page.split())


def test_prices_words_and_lint_follow_what_is_typed_and_nothing_is_stored(tariff: Tariff, admin_client: Client) -> None:
    before = text(tariff)
    told = sketch(admin_client, tariff, **{"elements-1-components-0-price": "0.50", "elements-0-start_time": "20:00"})
    assert "otherwise 0.5 EUR per kWh (0.605 incl. 21 % VAT) (element 2)" in look(told)
    assert '<span class="tariff-unseen">before </span>2.42</span> <span class="tariff-sum up">12.10' in look(told)
    assert told["marks"]["id_elements-0-start_time"][0][0] == "warn"  # whole_day_window
    assert told["hints"]["elements-0"].startswith("below 16 A")
    assert text(tariff) == before


def test_a_session_on_demand_shows_its_bill(tariff: Tariff, admin_client: Client) -> None:
    told = sketch(admin_client, tariff)
    assert "element 2: it has no restrictions" in look(told)
    assert "Not charged for: Charging time, 4:00:00 h" in look(told)
    own = {"own-time_zone": "UTC", "own-start": "2026-11-23T09:00", "own-kwh": "3.5", "own-connected": "2:00"}
    more = {"own-power_kw": "3.5", "own-reserved": "0:30"}
    told = sketch(admin_client, tariff, **own, **more)
    assert "Your own session<small>Mon 23 Nov, 09:00" in look(told)
    assert ">2.3898<" in look(told)  # Monday under 16 A: (3.5 kWh × 0.25 + 1 h × 1.10) × 1.21
    told = sketch(admin_client, tariff, **own, **{"own-power_kw": "1"})
    assert "does not fit into the time at this power" in look(told)


def test_the_clock_of_an_owner_chosen_before_is_no_mistake() -> None:
    own = OwnSession({"own-time_zone": "UTC", "own-kwh": "3"}, ["Europe/Amsterdam", "Europe/Lisbon"])
    assert (own.errors, own.zone) == ({}, "Europe/Amsterdam")
    assert not OwnSession({"own-time_zone": "UTC"}, ["Europe/Amsterdam"]).has_changed()  # so the page leaves it shut


def test_half_a_tariff_is_looked_at_too(tariff: Tariff, admin_client: Client) -> None:
    told = sketch(admin_client, tariff, **{"elements-1-components-0-price": "", "currency": "EU"})
    assert told["marks"]["id_elements-1-components-0-price"] == [["note", "still to be filled in"]]
    assert told["marks"]["id_currency"][0][0] == "bad"
    assert "Not yet: Element 2, price 1, price: is required" in look(told) or "Not yet: Currency" in look(told)


def test_a_new_tariff_begins_in_silence(cpo: Party, admin_client: Client) -> None:
    add, ask = reverse("admin:roaming_tariff_add"), reverse("admin:roaming_tariff_sketch")
    form = fields(admin_client.get(add), "tariff_form")
    assert admin_client.post(ask, form).json()["marks"] == {}
    form |= {"elements-0-components-0-type": "FLAT", "elements-0-components-0-price": "2", "owner": cpo.pk}
    told = admin_client.post(ask, form).json()
    assert "always 2 EUR per session" in look(told)
    assert admin_client.get(ask).status_code == 405


def test_elements_and_prices_are_added_copied_moved_and_removed(tariff: Tariff, admin_client: Client) -> None:
    def kinds(wish: str) -> list[list[str]]:
        html = sketch(admin_client, tariff, _shape=wish)["parts"]["tariff-elements"]
        found: dict[str, list[str]] = {}
        for part in html.split('name="elements-')[1:]:
            name = part.split('"')[0]
            if name.endswith("-type"):
                chosen = part.split("</select>")[0].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
                found.setdefault(name.split("-")[0], []).append(chosen)
        return list(found.values())

    assert kinds("add") == [["ENERGY", "TIME"], ["ENERGY"], [""]]
    assert kinds("add:1") == [["ENERGY", "TIME"], ["ENERGY", ""]]
    assert kinds("copy:0") == [["ENERGY", "TIME"], ["ENERGY", "TIME"], ["ENERGY"]]
    assert kinds("down:0") == kinds("up:1") == [["ENERGY"], ["ENERGY", "TIME"]]
    assert kinds("remove:0") == [["ENERGY"]]
    assert kinds("up:0:1") == kinds("down:0:0") == [["TIME", "ENERGY"], ["ENERGY"]]
    assert kinds("copy:0:1") == [["ENERGY", "TIME", "TIME"], ["ENERGY"]]
    assert kinds("remove:0:0") == [["TIME"], ["ENERGY"]]
    for nonsense in ("up:0", "down:7", "remove:0:9", "copy:x", "explode:0", ""):
        assert kinds(nonsense) == [["ENERGY", "TIME"], ["ENERGY"]]


def test_the_focus_goes_where_the_hand_was(tariff: Tariff, admin_client: Client) -> None:
    focus = {
        "add": "id_elements-2-components-0-type",
        "add:0": "id_elements-0-components-2-type",
        "down:0": "shape-down-1",
        "up:0:1": "shape-up-0-0",
        "remove:1": "shape-remove-0",
    }
    for wish, place_of_focus in focus.items():
        assert sketch(admin_client, tariff, _shape=wish)["focus"] == place_of_focus


def test_without_scripts_the_same_buttons_bring_the_page_back(tariff: Tariff, admin_client: Client) -> None:
    """What is half typed stays, nothing is complained about that was not asked for, nothing is stored."""
    before = text(tariff)
    answer = save(admin_client, tariff, _shape="copy:0", **{"elements-0-components-0-price": "0.77x"})
    page = shown(answer)
    assert answer.status_code == 200 and errors(answer)
    assert page.count('value="0.77x"') == 2
    assert 'id="elements-2"' in page
    looked = shown(save(admin_client, tariff, _look="1", **{"elements-1-components-0-price": "1"}))
    assert "otherwise 1 EUR per kWh" in looked
    assert text(tariff) == before


def test_the_time_line_tells_gaps_and_overlaps(cpo: Party, admin_client: Client) -> None:
    """TAR-27: what holds when on the connectors that name it, as it is typed."""
    row = store(end_date_time="2077-01-01T00:00:00Z")
    store(id="NEXT", start_date_time="2077-02-01T00:00:00Z")
    place("SITE", ["T1", "NEXT"], ["T1", "NEXT"], ["T1", "GONE"])
    told = look(sketch(admin_client, row))
    assert "2 EVSEs with these tariffs" in told
    assert "no tariff (no type) is valid between T1 and NEXT (from 2077-01-01T00:00:00Z)" in told
    assert "Holds: T1 until 01 Jan 2077 00:00; nothing from 01 Jan 2077 00:00 until 01 Feb 2077 00:00; NEXT" in told
    assert "names GONE, which is not known here" in told
    told = look(sketch(admin_client, row, ends="2077-03-01T00:00"))
    assert "are valid at once: the first in the list wins" in told
    told = look(sketch(admin_client, row, ends="2077-02-01T00:00"))
    assert "valid between" not in told and "valid at once" not in told


def test_an_answer_while_typing_is_cheap(
    tariff: Tariff, admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    """A tenth of a second of CPU at the most, and as many questions to the database for sixty EVSEs as for one."""
    place("SITE", *[["T1"] for _ in range(60)])
    said = typed(admin_client, tariff, **{"elements-0-components-0-price": "0.33"})
    times = []
    for _ in range(5):
        begun = thread_time()
        with django_assert_max_num_queries(20):
            assert admin_client.post(url(tariff, "sketch_of"), said).status_code == 200
        times.append(thread_time() - begun)
    assert min(times) < 0.1


def test_only_who_may_see_tariffs_is_answered(tariff: Tariff, client: Client) -> None:
    staff = User.objects.create_user("bo", is_staff=True)
    client.force_login(staff)
    assert client.post(url(tariff, "sketch_of")).status_code == 403
    assert client.post(reverse("admin:roaming_tariff_sketch")).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_tariff"))
    assert client.get(url(tariff, "sketch_of")).status_code == 200
    assert client.get(reverse("admin:roaming_tariff_sketch_of", args=["999"])).status_code == 404
    assert client.get(url(tariff, "connectors")).status_code == 403


@pytest.mark.parametrize(
    ("kind", "step", "words"),
    [
        ("ENERGY", 1, "to the Wh"),
        ("ENERGY", 50, "up to 50 Wh"),
        ("ENERGY", 500, "up to 0.5 kWh"),
        ("ENERGY", 1000, "up to 1 kWh"),
        ("TIME", 1, "to the second"),
        ("TIME", 45, "up to 45 s"),
        ("TIME", 60, "up to full minutes"),
        ("PARKING_TIME", 300, "up to 5 min"),
        ("TIME", 3600, "up to full hours"),
        ("TIME", 7200, "up to 2 h"),
        ("TIME", 0, "not rounded"),
        ("FLAT", 5, ""),
        ("ENERGY", None, ""),
    ],
)
def test_a_step_in_words(kind: str, step: int | None, words: str) -> None:
    """TAR-17."""
    assert step_words(kind, step) == words


def test_hours_and_amounts_as_people_write_them() -> None:
    assert [spelled(one) for one in (0, 60, 5400, 5430, 90000)] == ["0:00", "0:01", "1:30", "1:30:30", "25:00"]
    assert [figure(D(one)) for one in ("1", "1.5", "11.4950", "10", "0")] == ["1.00", "1.50", "11.495", "10.00", "0.00"]
    assert figure(None) == "–"
