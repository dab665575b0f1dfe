"""Sessions through the front door: the Sender's list and charging preferences, passed on or answered here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Preference
from roaming.ocpi.party import PartyId
from roaming.services import decisions, locations, preferences, sessions, tariffs
from tests.personas import samples
from tests.personas.partner import Partner, Said
from tests.roaming.desk_world import assessed

WISHES = {"profile_type": "GREEN", "departure_time": "2099-01-01T00:00:00Z", "energy_need": 10}
GREEN = {"id": "G1", "type": "PROFILE_GREEN", "party_id": "VLT"}


@pytest.fixture
def hosted(hub: Any) -> PartyId:
    """A CPO that is hosted here, with a running session at an EVSE that takes preferences."""
    owner: PartyId = hub.host("NL/VLT")
    evse = samples.evse(
        capabilities=["CHARGING_PREFERENCES_CAPABLE"], connectors=[samples.connector(tariff_ids=["T1", "G1"])]
    )
    place(owner, evse)
    for changes in ({"party_id": "VLT"}, GREEN):
        tariffs.store(owner, samples.tariff(**changes), source=None, now=timezone.now())
    sessions.store(owner, samples.session(party_id="VLT"), source=None, now=timezone.now())
    return owner


def place(owner: PartyId, evse: dict[str, Any], stamp: str = samples.LAST_UPDATED) -> None:
    location = samples.location(party_id="VLT", evses=[evse], last_updated=stamp)
    locations.store(owner, location, source=None, now=timezone.now())


def put(reader: Partner, wishes: dict[str, Any], session: str = "S1", to: str = "") -> Any:
    return reader.call("PUT", reader.at("sessions", "SENDER", session, "charging_preferences"), wishes, to=to)


def test_the_answer_is_a_bare_string(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """SES-03; SES-06: discharge_allowed is false unless it is said."""
    answer = put(emsp, WISHES)
    assert (answer.both, answer.data) == ((200, 1000), "ACCEPTED")
    kept = Preference.objects.get()
    assert (kept.profile_type, kept.energy_need, kept.discharge_allowed) == ("GREEN", 10, False)
    put(emsp, {**WISHES, "discharge_allowed": True})
    assert Preference.objects.first().discharge_allowed  # type: ignore[union-attr]


@pytest.mark.parametrize(("wishes", "expected"), [
    ({"profile_type": "REGULAR"}, "ACCEPTED"),
    ({"profile_type": "FAST"}, "PROFILE_TYPE_NOT_SUPPORTED"),
    ({"profile_type": "GREEN"}, "DEPARTURE_REQUIRED"),
    ({"profile_type": "GREEN", "departure_time": "2099-01-01T00:00:00Z"}, "ENERGY_NEED_REQUIRED"),
    ({**WISHES, "departure_time": "2020-01-01T00:00:00Z"}, "NOT_POSSIBLE"),
])  # fmt: skip
def test_each_answer(hub: Any, hosted: PartyId, emsp: Partner, wishes: dict[str, Any], expected: str) -> None:
    """SES-05."""
    assert put(emsp, wishes, to="NL/VLT").data == expected


def test_what_planned_charging_needs_is_a_decision(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """SES-05: PREFERENCES-NEED."""
    decisions.choose("PREFERENCES-NEED", "nothing")
    assert put(emsp, {"profile_type": "GREEN"}).data == "ACCEPTED"


def test_an_evse_without_the_capability_is_404_with_2001(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """SES-04, E4."""
    place(hosted, samples.evse(connectors=[samples.connector(tariff_ids=["T1", "G1"])]), "2026-11-21T11:00:00Z")
    assert put(emsp, WISHES).both == (404, 2001)
    assert not Preference.objects.exists()


@pytest.mark.parametrize("wishes", [
    {}, {"profile_type": "SLOW"}, {**WISHES, "departure_time": "soon"}, {**WISHES, "energy_need": "10"}, [],
])  # fmt: skip
def test_what_is_no_preference_is_2001(hub: Any, hosted: PartyId, emsp: Partner, wishes: Any) -> None:
    """SES-03."""
    assert put(emsp, wishes).both == (200, 2001)


def test_another_emsps_session_is_not_there(hub: Any, hosted: PartyId, emsp: Partner, other_emsp: Partner) -> None:
    """SES-08, S24: to whom it does not belong it looks like one that does not exist."""
    there, nowhere = put(other_emsp, WISHES, to="NL/VLT"), put(other_emsp, WISHES, "S9", to="NL/VLT")
    for answer in (there, nowhere):
        del answer.envelope["timestamp"]
        del answer.envelope["status_message"]
    assert (there.both, there.envelope) == ((404, 2001), nowhere.envelope)


def test_an_ended_session_has_no_wishes(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """SES-09: nothing of it changes any more."""
    ended = samples.session(
        party_id="VLT", status="COMPLETED", end_date_time="2026-11-21T11:00:00Z", last_updated="2026-11-21T11:00:00Z"
    )
    sessions.store(hosted, ended, source=None, now=timezone.now())
    assert put(emsp, WISHES).data == "NOT_POSSIBLE"


def test_an_accepted_wish_switches_the_tariff(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """TAR-28: as the tariff stood then (TAR-26), and back."""
    put(emsp, WISHES)
    changed = samples.tariff(**GREEN, currency="CHF", last_updated="2026-11-21T11:00:00Z")
    tariffs.store(hosted, changed, source=None, now=timezone.now())
    put(emsp, {"profile_type": "FAST"})
    put(emsp, {"profile_type": "REGULAR"})
    switched = preferences.switches(hosted, "s1")
    assert [(tariff["id"], tariff["currency"]) for _, tariff in switched] == [("G1", "EUR"), ("T1", "EUR")]
    assert all(isinstance(at, datetime) for at, _ in switched)


def test_preferences_for_another_platforms_session_reach_its_cpo(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-03, HUB-17: found by the session; what the CPO answers comes back as it is, 404 included (HUB-21)."""
    cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), samples.session())
    cpo.answers["PUT", "/odd/sender/sessions"] = Said("DEPARTURE_REQUIRED")
    assert put(emsp, {"profile_type": "GREEN"}).data == "DEPARTURE_REQUIRED"
    (seen,) = cpo.requests("PUT", "/odd/sender/sessions")
    assert (seen.path, seen.body) == ("/odd/sender/sessions/S1/charging_preferences", {"profile_type": "GREEN"})
    assert (seen.headers["ocpi-from-party-id"], seen.headers["ocpi-to-party-id"]) == ("EMX", "CPO")
    cpo.answers["PUT", "/odd/sender/sessions"] = Said(http_status=404, status=2001)
    assert put(emsp, WISHES, to="NL/CPO").both == (404, 2001)


@pytest.mark.parametrize(("method", "below", "both"), [
    ("GET", ("S1",), (404, 2000)), ("PUT", ("S1",), (404, 2000)), ("POST", (), (405, 2000)),
    ("GET", ("S1", "charging_preferences"), (405, 2000)), ("PATCH", ("S1", "charging_preferences"), (405, 2000)),
])  # fmt: skip
def test_the_senders_side_has_a_list_and_preferences_only(
    hub: Any, hosted: PartyId, emsp: Partner, method: str, below: tuple[str, ...], both: tuple[int, int]
) -> None:
    """SES-01: no GET of a single session."""
    body = None if method == "GET" else {}
    assert emsp.call(method, emsp.at("sessions", "SENDER", *below), body).both == both


@pytest.mark.parametrize(("method", "below", "both"), [
    ("POST", ("S1",), (405, 2000)), ("DELETE", ("S1",), (405, 2000)), ("PUT", ("S1", "EVSE1"), (404, 2000)),
    ("PUT", (), (404, 2000)),
])  # fmt: skip
def test_the_receivers_side_has_get_put_and_patch_of_whole_sessions(
    hub: Any, cpo: Partner, method: str, below: tuple[str, ...], both: tuple[int, int]
) -> None:
    """SES-07."""
    at = cpo.at("sessions", "RECEIVER", "NL", "CPO", *below)
    assert cpo.call(method, at, None if method == "DELETE" else samples.session()).both == both


def stored(cpo: Partner) -> dict[str, Any]:
    found: dict[str, Any] = cpo.call("GET", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1")).data
    return found


def write(cpo: Partner, method: str, document: dict[str, Any]) -> Any:
    return cpo.call(method, cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), document, to="DE/EMX")


@pytest.mark.parametrize("periods", [{}, {"charging_periods": []}])
def test_a_put_replaces_everything(hub: Any, cpo: Partner, emsp: Partner, periods: dict[str, Any]) -> None:
    """SES-11: periods that are absent or empty are gone."""
    write(cpo, "PUT", samples.session(total_cost={"excl_vat": 1}))
    whole = {name: value for name, value in samples.session(kwh=2).items() if name != "charging_periods"} | periods
    write(cpo, "PUT", whole | {"last_updated": "2026-11-21T11:00:00Z"})
    held = stored(cpo)
    assert (held.get("charging_periods", []), held["kwh"], "total_cost" in held) == ([], 2, False)


def test_a_patch_appends_periods_and_needs_last_updated(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-12, SES-13: a period that starts when a stored one does replaces it; an empty list changes nothing."""
    write(cpo, "PUT", samples.session())
    assert write(cpo, "PATCH", {"kwh": 3}).status == 1000  # the eMSP took it; we cannot
    assert stored(cpo)["kwh"] == samples.session()["kwh"]
    for minute, periods in enumerate(
        (["2026-11-21T10:15:00Z"], ["2026-11-21T10:15:00Z"], [], ["2026-11-21T10:30:00Z"])
    ):
        change = {"charging_periods": [samples.period(one) for one in periods]}
        write(cpo, "PATCH", change | {"last_updated": f"2026-11-21T11:0{minute}:00Z"})
    starts = [one["start_date_time"][11:16] for one in stored(cpo)["charging_periods"]]
    assert starts == ["10:00", "10:15", "10:30"]


def test_a_session_that_starts_later_moves_its_start(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-10: PENDING has the time of its making, ACTIVE that of its start."""
    write(cpo, "PUT", samples.session(status="PENDING"))
    started = {"status": "ACTIVE", "start_date_time": "2026-11-21T10:07:00Z", "last_updated": "2026-11-21T10:07:00Z"}
    assert write(cpo, "PATCH", started).both == (200, 1000)
    assert (stored(cpo)["status"], stored(cpo)["start_date_time"]) == ("ACTIVE", "2026-11-21T10:07:00Z")
    assert emsp.pushed("sessions")[-1].body == started


def test_a_session_may_say_more_than_a_cdr(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-23: dimensions that only sessions have; the desk says so of a CDR that has them."""
    only = ["CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"]
    period = samples.period("2026-11-21T10:00:00Z")
    period["dimensions"] += [{"type": one, "volume": 1} for one in only]
    assert write(cpo, "PUT", samples.session(charging_periods=[period])).both == (200, 1000)
    assert len(stored(cpo)["charging_periods"][0]["dimensions"]) == 6
    cdr = samples.cdr(charging_periods=[period])
    assert cpo.call("POST", cpo.at("cdrs", "RECEIVER"), cdr).both == (200, 1000)
    assert "session_only_dimension" in assessed().codes


def test_a_service_provider_sees_no_sessions_of_others(hub: Any, hosted: PartyId, emsp: Partner) -> None:
    """SES-24, SES-08: an SCSP is no party to the session, whatever the agreement on the rest."""
    scsp = hub.connect("AT/SCS", "SCSP")
    changed = samples.session(party_id="VLT", kwh=2, last_updated="2026-11-21T11:00:00Z")
    sessions.store(hosted, changed, source=None, now=timezone.now())
    hub.work()
    assert len(emsp.pushed("sessions")) == 1
    assert scsp.pushed("sessions") == []
    assert scsp.call("GET", scsp.at("sessions", "SENDER"), to="NL/HUB").data == []
    assert put(scsp, WISHES, to="NL/VLT").both == (404, 2001)


def test_a_patch_of_a_session_that_is_not_here_is_404(hub: Any, hosted: PartyId, cpo: Partner, emsp: Partner) -> None:
    """SES-25, COO-12: open routing finds nobody; by name it is the receiver's to say, and comes back as it is."""
    change = {"kwh": 3, "last_updated": "2026-11-21T11:00:00Z"}
    assert cpo.call("PATCH", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S7"), change).both == (200, 4001)
    emsp.answers["PATCH", "/odd/receiver/sessions"] = Said(http_status=404, status=2001)
    assert write(cpo, "PATCH", change).both == (404, 2001)
    emsp.answers.clear()
    assert write(cpo, "PUT", samples.session()).both == (200, 1000)
    assert write(cpo, "PATCH", change).both == (200, 1000)
    assert stored(cpo)["kwh"] == 3


def test_a_session_that_is_over_stays_as_it_is(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-09: what comes after COMPLETED changes nothing here."""
    over = {"status": "COMPLETED", "end_date_time": "2026-11-21T11:00:00Z", "last_updated": "2026-11-21T11:00:00Z"}
    write(cpo, "PUT", samples.session(**over))
    write(cpo, "PATCH", {"kwh": 99, "last_updated": "2026-11-21T12:00:00Z"})
    assert stored(cpo)["kwh"] == samples.session()["kwh"]
    assert cpo.call("DELETE", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1")).both == (405, 2000)
