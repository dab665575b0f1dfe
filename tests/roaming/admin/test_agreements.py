"""Agreements in the admin: modules as boxes, substitute tariffs chosen from the CPO's, what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from roaming.models import Agreement, Party, Substitution
from tests.personas import samples
from tests.roaming.admin.tariff_pages import operator, partner, place, store, url
from tests.roaming.console.forms import fields, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement() -> Agreement:
    agreed = partner(operator())
    place("SITE", ["DAY"])
    for name, amount in (("DAY", "0.50"), ("EMX", "0.40"), ("NIGHT", "0.30")):
        store(id=name, elements=[{"price_components": [samples.price("ENERGY", amount)]}])
    return agreed


def page_of(row: Agreement) -> str:
    return reverse("admin:roaming_agreement_change", args=(row.pk,))


def save(client: Client, row: Agreement, pairs: list[tuple[str, str]], **said: Any) -> Any:
    form = fields(client.get(page_of(row)), "agreement_form") | {"substitutions-TOTAL_FORMS": str(len(pairs)), **said}
    for at, (tariff, substitute) in enumerate(pairs):
        form |= {f"substitutions-{at}-tariff_id": tariff, f"substitutions-{at}-substitute_id": substitute}
    return client.post(page_of(row), form)


def test_substitutes_are_chosen_from_what_the_cpo_has(agreement: Agreement, admin_client: Client) -> None:
    """TAR-30."""
    page = text(admin_client.get(page_of(agreement)))
    assert '<option value="EMX">EMX: 0.40/kWh EUR</option>' in page
    assert save(admin_client, agreement, [("DAY", "EMX")]).status_code == 302
    assert Substitution.objects.get().tariff_key == "DAY"
    assert Party.objects.get(party_id="EMX").special_tariffs
    assert save(admin_client, agreement, [("DAY", "FREE")]).status_code == 200  # not one of the CPO's


def test_what_they_cost_stands_beside_what_others_pay(agreement: Agreement, admin_client: Client) -> None:
    """20 kWh × 0.50 × 1.21 and × 0.40; 50 kWh × 0.50 × 1.21 and × 0.40."""
    save(admin_client, agreement, [("DAY", "EMX")])
    page = text(admin_client.get(page_of(agreement)))
    assert "12.10 EUR → 9.68 EUR" in page and "30.25 EUR → 24.20 EUR" in page
    Substitution.objects.create(agreement=agreement, tariff_id="NIGHT", substitute_id="GONE")
    page = text(admin_client.get(page_of(agreement)))
    assert "GONE: not stored here" in page and "14.52 EUR → –" in page


def test_the_tariff_says_who_pays_something_else(agreement: Agreement, admin_client: Client) -> None:
    save(admin_client, agreement, [("DAY", "EMX")])
    day, own = store(id="DAY"), store(id="EMX")
    assert "pay EMX instead" in text(admin_client.get(url(day)))
    assert "pay this in the place of DAY" in text(admin_client.get(url(own)))
    assert page_of(agreement) in text(admin_client.get(url(own)))


def test_a_tariff_has_one_substitute_that_is_another_tariff(agreement: Agreement, admin_client: Client) -> None:
    assert "is the tariff that it would stand for" in text(save(admin_client, agreement, [("DAY", "DAY")]))
    twice = save(admin_client, agreement, [("DAY", "EMX"), ("DAY", "NIGHT")])
    assert "DAY has two substitutes: an eMSP sees one" in text(twice)
    assert not Substitution.objects.exists()


def test_modules_are_ticked(agreement: Agreement, admin_client: Client) -> None:
    assert save(admin_client, agreement, [], modules=["tariffs", "locations"]).status_code == 302
    agreement.refresh_from_db()
    assert sorted(agreement.modules) == ["locations", "tariffs"]
    Agreement.objects.filter(pk=agreement.pk).update(modules=["tariffs", "x_parking"])
    assert save(admin_client, agreement, []).status_code == 302  # what we do not know stays
    agreement.refresh_from_db()
    assert sorted(agreement.modules) == ["tariffs", "x_parking"]


def test_an_agreement_does_not_end_before_it_begins(agreement: Agreement, admin_client: Client) -> None:
    said = {
        "valid_from_0": "2027-01-02",
        "valid_from_1": "00:00",
        "valid_until_0": "2027-01-01",
        "valid_until_1": "00:00",
    }
    assert "ends before it begins" in text(save(admin_client, agreement, [], **said))
