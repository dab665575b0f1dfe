"""Stations as staff add them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocppbridge.bridge import sites
from ocppbridge.models import Connector, Evse, Station
from ocppbridge.services import stations
from ocppbridge.services.passwords import Secret, WeakPassword, matches

pytestmark = pytest.mark.django_db


def test_a_station_comes_with_its_evses_and_a_password_shown_once() -> None:
    added = stations.add("CP1", "nl/vlt", evses=["E1", "E2"])
    station = added.station
    assert (station.country_code, station.party_id) == ("NL", "VLT")
    assert list(Evse.objects.values_list("number", "uid")) == [(1, "E1"), (2, "E2")]
    assert Connector.objects.count() == 2
    assert matches(added.password.encode(), Secret(station.password_digest, station.password_hex_digest))


@pytest.mark.parametrize(
    ("identity", "party"), [("", "NL/VLT"), ("x" * 256, "NL/VLT"), ("a\0b", "NL/VLT"), ("CP1", "NLVLT"), ("CP1", "N/V")]
)
def test_what_cannot_be_is_refused_with_words(identity: str, party: str) -> None:
    with pytest.raises(stations.BadStation, match=r"has|no party"):
        stations.add(identity, party)


def test_an_identity_is_taken_once() -> None:
    stations.add("CP1", "NL/VLT")
    with pytest.raises(stations.BadStation, match="already"):
        stations.add("CP1", "NL/VLT")


def test_a_short_password_needs_a_decision() -> None:
    with pytest.raises(WeakPassword):
        stations.add("CP1", "NL/VLT", password="short")
    assert stations.add("CP1", "NL/VLT", password="short", allow_short_password=True).station.password_scrypt


def test_a_location_that_no_ocpi_id_names_is_refused_with_its_reason() -> None:
    for text in ("L" * 37, "L\0"):
        with pytest.raises(sites.CannotAdd, match="36"):
            sites.add("CP1", "NL/VLT", location=text)
    with pytest.raises(sites.CannotAdd, match="specification"):
        sites.add("CP1", "NL/VLT", location="L\u00e9")


def test_a_station_is_placed_in_a_location_and_taken_out_of_roaming() -> None:
    station = stations.add("CP1", "NL/VLT").station
    stations.place(station, "L1", {1: "E1", 2: "E2"})
    assert list(station.evses.values_list("uid", flat=True)) == ["E1", "E2"]
    stations.place(station, "L1", {2: ""})
    assert list(station.evses.values_list("uid", flat=True)) == ["E1", ""]


def test_shards_are_spread_and_stay_the_same() -> None:
    shards = [stations.shard_of(f"CP{number}") for number in range(200)]
    assert set(shards) == set(range(8))
    assert shards[0] == stations.shard_of("CP0")


def test_the_stations_of_a_location_are_drained_together() -> None:
    """Two drains would write its document one after the other, each waiting for the other's COMMIT."""
    here = {stations.add(f"CP{number}", "nl/VLT", location_id="depot").station.shard for number in range(10)}
    there = sites.add("CP10", "NL/VLT", location="DEPOT").station.shard
    assert here == {there}
    assert len({stations.shard_of("CP1", "NL/VLT", f"L{number}") for number in range(200)}) == 8
    assert len({stations.shard_of("CP1", f"NL/{number:03}", "DEPOT") for number in range(200)}) == 8


def test_whole_stations_are_what_prefetch_related_reads() -> None:
    """In three statements, however many they are; what is asked of their EVSEs beyond that is asked of theirs alone."""
    for number in (3, 1, 2):
        stations.add(f"CP{number}", "NL/VLT", evses=["E2", "E1"])
    pks = [row.pk for row in Station.objects.all()]
    with CaptureQueriesContext(connection) as asked:
        found = stations.whole_ones(reversed(pks))
        read = [
            (station.identity, evse.number, evse.station.pk, connector.evse.pk)
            for station in found.values() for evse in station.evses.all() for connector in evse.connectors.all()
        ]  # fmt: skip
    assert len(asked) == 3
    wanted = Station.objects.order_by("pk").prefetch_related("evses__connectors")
    assert read == [
        (station.identity, evse.number, station.pk, connector.evse_id)
        for station in wanted for evse in station.evses.all() for connector in evse.connectors.all()
    ]  # fmt: skip
    one = found[pks[0]]
    assert [evse.uid for evse in one.evses.exclude(uid="E1")] == ["E2"]
    assert stations.whole_ones([]) == {}


def test_a_station_without_evses_has_none() -> None:
    pk = stations.add("CP1", "NL/VLT", evses=[]).station.pk
    with CaptureQueriesContext(connection) as asked:
        assert list(stations.whole_ones([pk])[pk].evses.all()) == []
    assert len(asked) == 2
