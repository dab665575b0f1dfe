"""Signed values on their way into the CDR, whatever the version; the public key from wherever the station told it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ocppbridge.bridge.places import Shelf
from ocppbridge.models import MeterReading, Setting, Station, Transaction
from roaming.pricing import audit
from tests.ocppbridge.bridge.test_cdrs import finished, station
from tests.ocppbridge.bridge.test_sessions import START, started
from tests.roaming.pricing.test_signed import der, written

pytestmark = pytest.mark.django_db
__all__ = ["station"]

KEY = ec.generate_private_key(ec.SECP256R1())
HEXADECIMAL = der(KEY).hex()


def record(*rows: tuple[str, int, float], serial: str = "M-77") -> str:
    """`finished` is a session of an hour from noon and 10 kWh."""
    told = [
        {"TM": f"2026-03-01T{12 + minute // 60}:{minute % 60:02}:00,000+0000 S", "TX": reason, "RV": kwh,
         "RI": "1-b:1.8.0", "RU": "kWh", "ST": "G"}
        for reason, minute, kwh in rows
    ]  # fmt: skip
    return written({"FV": "1.0", "MS": serial, "RD": told}, KEY)


BEGIN, END = record(("B", 0, 1.0)), record(("B", 0, 1.0), ("E", 60, 11.0))


def says(row: Transaction, minute: int, context: str, **signed: str) -> None:
    sample = {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "context": context, "signed": signed}
    at = START + timedelta(minutes=minute)
    MeterReading.objects.create(transaction=row, at=at, digest=f"s{minute}", samples=[sample])


def begun_and_ended(row: Transaction, **last: str) -> None:
    says(row, 0, "Transaction.Begin", data=base64.b64encode(BEGIN.encode()).decode(), encoding="OCMF")
    says(row, 60, "Transaction.End", data=base64.b64encode(END.encode()).decode(), encoding="OCMF", **last)


def codes(cdr: dict[str, Any]) -> list[str]:
    return [finding.code for finding in audit(cdr, time_zone="Europe/Amsterdam")]


def test_a_key_that_comes_once_is_the_key_of_all(station: Station) -> None:
    """OCPP 2.x: PublicKeyWithSignedMeterValue may be OncePerTransaction."""
    row = started(station)
    begun_and_ended(row, public_key=base64.b64encode(HEXADECIMAL.encode()).decode())
    cdr = finished(row)
    assert base64.b64decode(cdr["signed_data"]["public_key"]).decode() == HEXADECIMAL
    assert [value["nature"] for value in cdr["signed_data"]["signed_values"]] == ["Start", "End"]
    assert codes(cdr) == []


@pytest.mark.parametrize(
    "names",
    [
        {"component": "FiscalMetering", "name": "PublicKey", "evse_number": 1},
        {"component": "FiscalMetering", "name": "PublicKey"},
        {"name": "MeterPublicKey1"},
        {"name": "MeterPublicKey"},
    ],
)
def test_else_it_is_the_one_of_the_stations_settings(station: Station, names: dict[str, Any]) -> None:
    for other in ({"name": "MeterPublicKey2"}, {"component": "FiscalMetering", "name": "PublicKey", "evse_number": 2}):
        Setting.objects.create(station=station, value="00", **other)
    Setting.objects.create(station=station, value=HEXADECIMAL, **names)
    row = started(station)
    begun_and_ended(row)
    cdr = finished(row)
    assert cdr["signed_data"]["public_key"] == HEXADECIMAL
    assert codes(cdr) == []


def test_a_1_6_station_may_put_the_whole_signed_meter_value_into_its_text(station: Station) -> None:
    row = started(station)
    whole = {"signedMeterData": END, "encodingMethod": "OCMF", "signingMethod": "", "publicKey": HEXADECIMAL}
    says(row, 60, "Transaction.End", data=json.dumps(whole))
    signed = finished(row)["signed_data"]
    assert signed["signed_values"] == [{"nature": "End", "plain_data": END, "signed_data": END}]
    assert (signed["encoding_method"], signed["public_key"]) == ("OCMF", HEXADECIMAL)


@pytest.mark.parametrize("text", ['{"no": "json', '{"other": 1}', "{" * 10])
def test_a_text_that_only_looks_like_it_stays_as_it_is(station: Station, text: str) -> None:
    row = started(station)
    says(row, 60, "Transaction.End", data=text)
    assert finished(row)["signed_data"]["signed_values"][0]["signed_data"] == text


def test_the_meter_is_named_where_the_station_tells_its_serial_number(station: Station) -> None:
    """A record of another meter is then found."""
    Setting.objects.create(station=station, component="FiscalMetering", name="SerialNumber", value="M-78")
    row = started(station)
    begun_and_ended(row, public_key=HEXADECIMAL)
    cdr = finished(row)
    assert cdr["meter_id"] == "M-78"
    assert codes(cdr) == ["meter_serial_mismatch"] * 2


def test_a_serial_number_that_no_cdr_can_carry_is_left_out(station: Station) -> None:
    """CDR-26: meter_id has 255 characters, a station's setting may have more; the CDR is made all the same."""
    Setting.objects.create(station=station, component="FiscalMetering", name="SerialNumber", value="M" * 256)
    row = started(station)
    begun_and_ended(row)
    assert "meter_id" not in finished(row)


def test_a_record_that_somebody_changed_on_its_way_is_found(station: Station) -> None:
    row = started(station)
    says(row, 60, "Transaction.End", data=END.replace("11.0", "21.0"), public_key=HEXADECIMAL)
    assert "signature_invalid" in codes(finished(row))


def test_the_meters_of_a_whole_batch_are_asked_for_once(station: Station, django_assert_num_queries: Any) -> None:
    """Two queries for each CDR were a twentieth of what the drain of a burst costs."""
    other = Station.objects.create(identity="OTHER", country_code="NL", party_id="VLT", shard=0)
    for one, serial in ((station, "A"), (other, "B")):
        Setting.objects.create(station=one, component="FiscalMetering", name="SerialNumber", value=serial)
    shelf = Shelf([station.pk, other.pk])
    with django_assert_num_queries(1):
        assert [shelf.meters(one) for one in (station, other)] == [
            [("FiscalMetering", "SerialNumber", 0, serial)] for serial in "AB"
        ]
    late = Station.objects.create(identity="LATE", country_code="NL", party_id="VLT", shard=0)
    assert shelf.shows_cost(late) is False and shelf.meters(late) == []
