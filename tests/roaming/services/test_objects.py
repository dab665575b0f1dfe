"""Storing client-owned objects: what is kept, what is refused, what counts as a change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roaming import postgres
from roaming.models import Evse, Location, Token
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.postgres import rows
from roaming.services import cdrs, locations, objects, sessions, tariffs, tokens
from tests.personas import samples

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CPO = PartyId("NL", "CPO")
EMSP = PartyId("DE", "EMX")


def store_location(document: dict[str, Any] | str) -> Any:
    return locations.store(CPO, document, source=None, now=NOW)


def test_the_text_is_kept_exactly_as_it_was_sent() -> None:
    """TRA-12, HUB-31: unknown fields, order, blanks and digits survive."""
    text = json.dumps(samples.location(), indent=2).replace('"publish": true', '"publish": true, "x-odd": 1.10')
    stored = store_location(text)
    assert (stored.created, stored.changed) == (True, True)
    assert Location.objects.get().document == text


def test_a_list_that_was_changed_where_it_is_is_written_too() -> None:
    row = store_location(samples.location()).obj
    was = rows.remembered(row)
    row.addressees.append("DE/EMX")
    [(version,)] = postgres.fetch("SELECT xmin::text FROM roaming_location")
    assert postgres.rows_of(rows.update(row, was, version))
    assert Location.objects.get().addressees == ["DE/EMX"]


@pytest.mark.parametrize(("at", "stands"), [("10:30", "between"), ("11:30", "pushed")])
def test_what_somebody_has_written_since_it_was_read_is_looked_at_again(at: str, stands: str) -> None:
    """COO-13: the first look takes no lock, so the dates and versions that count are those that came between."""
    store_location(samples.location(name="first"))

    def between(row: Location, new: Any) -> None:
        if row.name == "first":
            store_location(samples.location(name="between", last_updated="2026-11-21T11:00:00Z"))

    slow = replace(locations.LOCATIONS, may_replace=between)
    pushed = samples.location(name="pushed", last_updated=f"2026-11-21T{at}:00Z")
    pushed["evses"][0]["status"] = "CHARGING"
    stored = objects.store(slow, CPO, pushed, source=None, now=NOW)
    assert (stored.changed, Location.objects.get().name) == (stands == "pushed", stands)
    assert Location.objects.get().version == stored.obj.version == (3 if stands == "pushed" else 2)
    assert Evse.objects.get().status == ("CHARGING" if stands == "pushed" else "AVAILABLE")


@pytest.mark.parametrize("fresh", [True, False])
def test_what_is_thought_to_be_new_and_is_not_is_replaced_like_any(fresh: bool) -> None:
    """A session that its reservation has begun."""
    first = objects.store(locations.LOCATIONS, CPO, samples.location(), source=None, now=NOW, fresh=fresh)
    other = samples.location(name="other", last_updated="2026-11-21T11:00:00Z")
    again = objects.store(locations.LOCATIONS, CPO, other, source=None, now=NOW, fresh=fresh)
    older = samples.location(name="older", last_updated="2026-11-21T09:00:00Z")
    late = objects.store(locations.LOCATIONS, CPO, older, source=None, now=NOW, fresh=fresh)
    told = [(one.created, one.changed, one.obj.version, one.obj.name) for one in (first, again, late)]
    assert told[1:] == [(False, True, 2, "other"), (False, False, 2, "other")]
    assert told[0][:3] == (True, True, 1) and Location.objects.get().name == "other"


def test_the_same_content_with_another_date_is_no_change() -> None:
    """LOC-14: partners touch last_updated without a change."""
    store_location(samples.location())
    again = samples.location(last_updated="2026-11-21T11:00:00Z")
    again["evses"][0]["last_updated"] = "2026-11-21T11:00:00Z"
    stored = store_location(again)
    assert not stored.changed
    assert stored.obj.version == 1


def test_an_older_object_is_acknowledged_and_not_taken() -> None:
    """COO-13, S31."""
    store_location(samples.location(name="new", last_updated="2026-11-21T10:00:00Z"))
    stored = store_location(samples.location(name="old", last_updated="2026-11-21T09:00:00Z"))
    assert not stored.changed
    assert Location.objects.get().name == "new"


def test_a_date_in_the_far_future_is_refused() -> None:
    """S31: it would shut out every later update."""
    with pytest.raises(InvalidObject, match="last_updated"):
        store_location(samples.location(last_updated="2027-11-21T10:00:00Z"))


def test_identifiers_are_one_in_any_case_and_keep_their_spelling() -> None:
    """TYP-03."""
    store_location(samples.location(id="Loc1"))
    stored = store_location(samples.location(id="LOC1", name="other", last_updated="2026-11-21T11:00:00Z"))
    assert not stored.created
    assert Location.objects.get().object_id == "Loc1"


def test_another_owner_in_the_body_is_refused() -> None:
    """COO-09."""
    with pytest.raises(InvalidObject, match="party_id"):
        store_location(samples.location(party_id="OTH"))


def test_the_evse_rows_follow_the_document() -> None:
    store_location(samples.location())
    assert [evse.status for evse in Evse.objects.all()] == ["AVAILABLE"]
    assert locations.set_evse_status(CPO, "LOC1", "evse1", "CHARGING", NOW, now=NOW)
    assert [evse.status for evse in Evse.objects.all()] == ["CHARGING"]


def test_a_status_lifts_the_dates_of_evse_and_location() -> None:
    """LOC-13."""
    store_location(samples.location())
    locations.set_evse_status(CPO, "LOC1", "EVSE1", "CHARGING", NOW, now=NOW + timedelta(seconds=5))
    row = Location.objects.get()
    document = json.loads(row.document)
    assert document["last_updated"] == document["evses"][0]["last_updated"] == "2026-11-21T12:00:00Z"
    assert row.listed_at == NOW + timedelta(seconds=5)


def test_the_same_status_twice_changes_nothing() -> None:
    """LOC-14."""
    store_location(samples.location())
    assert not locations.set_evse_status(CPO, "LOC1", "EVSE1", "AVAILABLE", NOW, now=NOW)


def test_two_tokens_of_one_uid_and_two_types_live_side_by_side() -> None:
    """TOK-03, TOK-04: the type is the body's."""
    tokens.store(EMSP, samples.token(), source=None, now=NOW)
    tokens.store(EMSP, samples.token(type="APP_USER"), source=None, now=NOW)
    assert set(Token.objects.values_list("type", flat=True)) == {"RFID", "APP_USER"}


def test_a_finished_session_does_not_change_any_more() -> None:
    """SES-09."""
    done = samples.session(status="COMPLETED", end_date_time="2026-11-21T11:30:00Z")
    sessions.store(CPO, done, source=None, now=NOW)
    with pytest.raises(InvalidObject, match="COMPLETED"):
        sessions.store(CPO, {**done, "kwh": 99, "last_updated": "2026-11-21T11:59:00Z"}, source=None, now=NOW)


def test_a_cdr_is_stored_once_and_never_changes() -> None:
    """CDR-04, CDR-05, S30."""
    first = cdrs.store(CPO, samples.cdr(), source=None, now=NOW, bill={"lines": []})
    again = cdrs.store(CPO, samples.cdr(), source=None, now=NOW)
    assert first.created and not again.created
    with pytest.raises(InvalidObject, match="never changes"):
        cdrs.store(CPO, samples.cdr(total_energy=11), source=None, now=NOW)


def test_a_deleted_tariff_is_kept_and_comes_back_with_a_put() -> None:
    """TAR-05."""
    tariffs.store(CPO, samples.tariff(), source=None, now=NOW)
    assert tariffs.delete(CPO, "T1", source=None, now=NOW)
    assert not tariffs.delete(CPO, "T1", source=None, now=NOW)
    stored = tariffs.store(CPO, samples.tariff(), source=None, now=NOW)
    assert stored.created and stored.obj.deleted_at is None
