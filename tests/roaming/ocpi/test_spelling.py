"""What peers spell otherwise is kept and shown as the specification spells it; all else stays as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from roaming.ocpi import cdrs, locations, sessions, spelling
from tests.personas import samples


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-11-21 10:00:00.416199+00:00", "2026-11-21T10:00:00.416Z"),
        ("2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.123456Z", "2026-11-21T10:00:00.123Z"),
        ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"),
        ("1970-1-1T00:00:00Z", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_datetime_on_any_level_is_spelled_right(said: str, kept: str) -> None:
    """TYP-02, E13."""
    evse = samples.evse(connectors=[samples.connector(last_updated=said)], status_schedule=[
        {"period_begin": said, "status": "CHARGING", "else": 2.5}
    ])  # fmt: skip
    found, document = spelling.read(locations.Location, samples.location(evses=[evse], last_updated=said, name="n"))
    (told,) = document["evses"]
    assert document["last_updated"] == told["connectors"][0]["last_updated"] == kept
    assert told["status_schedule"] == [{"period_begin": kept, "status": "CHARGING", "else": 2.5}]
    assert found.last_updated.isoformat().replace("+00:00", "Z").replace("000Z", "Z") == kept


def test_an_ordinary_document_is_the_very_same() -> None:
    """HUB-31: also without a designator, and with an unknown field that looks like a date."""
    document = samples.location(last_updated="2026-11-21T10:00:00.12", since="2026-11-21 10:00:00+00:00")
    assert spelling.read(locations.Location, document)[1] is document


def test_the_prose_of_the_specification_is_spelled_as_its_table() -> None:
    """E2."""
    document = spelling.read(sessions.Session, samples.session(status="RESERVED", kwh=Decimal("1.50")))[1]
    assert (document["status"], str(document["kwh"])) == ("RESERVATION", "1.50")


def test_what_is_no_such_object_stays_as_it_is() -> None:
    document = {"start_date_time": "1970-1-1T00:00:00Z"}
    assert spelling.right(cdrs.Cdr, document) is document
