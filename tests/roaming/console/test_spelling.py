"""How names are spelled for staff."""

from __future__ import annotations

import pytest
from django.apps import apps

from ocppbridge.models import StationCertificate, WebPayment
from roaming.console.spelling import spelled


@pytest.mark.parametrize(
    ("name", "shown"),
    [("evse number", "EVSE number"), ("psp ref", "PSP ref"), ("cdr id", "CDR id"), ("set at", "set at")],
)
def test_abbreviations_are_written_as_everybody_writes_them(name: str, shown: str) -> None:
    assert spelled(name) == shown


def test_fields_without_a_name_of_their_own_are_spelled_so() -> None:
    assert WebPayment._meta.get_field("evse_number").verbose_name == "EVSE number"
    assert StationCertificate._meta.get_field("made_at").verbose_name == "made at"
    wrong = [field for model in apps.get_models() for field in model._meta.fields if "evse " in str(field.verbose_name)]
    assert wrong == []
