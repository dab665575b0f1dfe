"""A station password below 16 bytes is refused unless it was decided otherwise for that station."""

from __future__ import annotations

import pytest

from ocppbridge.bridge import sites
from ocppbridge.models import Station
from roaming.decisions import Scope
from roaming.services import decisions

pytestmark = pytest.mark.django_db


def test_a_short_password_needs_a_decision_for_that_station() -> None:
    decisions.forget()
    with pytest.raises(sites.CannotAdd):
        sites.add("SHORT-1", "NL/VLT", password="secret123")
    decisions.choose("SHORT-STATION-PASSWORD", "scrypt", scope=Scope.STATION, key="SHORT-1", by="ann")
    sites.add("SHORT-1", "NL/VLT", password="secret123")
    assert Station.objects.get(identity="SHORT-1").password_scrypt
    with pytest.raises(sites.CannotAdd):
        sites.add("SHORT-2", "NL/VLT", password="secret123")
