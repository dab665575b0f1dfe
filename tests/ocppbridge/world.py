"""Stations to test with."""

from __future__ import annotations

from typing import Any

from ocppbridge.models import Station
from ocppbridge.services import stations
from tests.ocppbridge.door import PASSWORD


def new_station(identity: str = "CP1", party: str = "NL/VLT", password: str = PASSWORD, **more: Any) -> Station:
    return stations.add(identity, party, password=password, **more).station
