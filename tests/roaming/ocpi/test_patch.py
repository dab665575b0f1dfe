"""PUT and PATCH of objects and their parts."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from roaming.ocpi.errors import InvalidObject, MethodNotAllowed, UnknownParent
from roaming.ocpi.patch import Path, find_part, keep_evses, merge, put_part
from roaming.ocpi.versions import ModuleID
from tests.roaming.ocpi.samples import PERIOD, sample

LOCATIONS, SESSIONS, TOKENS = ModuleID.LOCATIONS, ModuleID.SESSIONS, ModuleID.TOKENS
EARLIER, LATER = "2026-11-21T11:00:00Z", "2026-11-21T13:00:00Z"
EVSE, CONNECTOR = ("3256",), ("3256", "1")


def location() -> dict[str, Any]:
    return sample("Location", evses=[sample("EVSE"), sample("EVSE", uid="3257")])


def refused(document: dict[str, Any], patch: Any, module: ModuleID = LOCATIONS, path: Path = ()) -> str:
    before = deepcopy(document)
    with pytest.raises(InvalidObject) as caught:
        merge(document, patch, module, path)
    assert document == before, "nothing changed"
    return caught.value.pointer


class TestPatch:
    def test_only_named_fields_change(self) -> None:
        """COO-04: a partial PATCH leaves the rest, required or optional."""
        token = sample("Token")
        assert merge(token, {"valid": False, "last_updated": LATER}, TOKENS) == token | {
            "valid": False,
            "last_updated": LATER,
        }

    def test_the_stored_document_is_not_changed_in_place(self) -> None:
        held = location()
        merge(held, {"status": "CHARGING", "last_updated": LATER}, LOCATIONS, EVSE)
        assert held == location()

    @pytest.mark.parametrize(("module", "path"), [(LOCATIONS, ()), (LOCATIONS, EVSE), (LOCATIONS, CONNECTOR)])
    def test_last_updated_is_required_at_every_level(self, module: ModuleID, path: Path) -> None:
        """COO-05."""
        for patch in ({"x": 1}, {"last_updated": None}, {"last_updated": "soon"}, {"last_updated": 5}):
            assert refused(location(), patch, module, path) == "/last_updated"

    def test_last_updated_is_required_of_sessions_and_tokens(self) -> None:
        """SES-12, TOK-06."""
        assert refused(sample("Session"), {"kwh": 2}, SESSIONS) == "/last_updated"
        assert refused(sample("Token"), {"valid": False}, TOKENS) == "/last_updated"

    @pytest.mark.parametrize("patch", [[], "x", None, 5])
    def test_a_patch_is_an_object(self, patch: Any) -> None:
        assert refused(location(), patch) == ""

    @pytest.mark.parametrize(
        ("path", "field"), [((), "id"), ((), "country_code"), ((), "party_id"), (EVSE, "uid"), (CONNECTOR, "id")]
    )
    def test_identifiers_never_change(self, path: Path, field: str) -> None:
        """COO-14, S28."""
        assert refused(location(), {field: "XX", "last_updated": LATER}, path=path) == f"/{field}"
        assert refused(location(), {field: 5, "last_updated": LATER}, path=path) == f"/{field}"

    def test_the_type_of_a_token_is_part_of_its_identity(self) -> None:
        """TOK-03."""
        assert refused(sample("Token"), {"type": "APP_USER", "last_updated": LATER}, TOKENS) == "/type"

    def test_an_identifier_in_other_letters_keeps_the_first_spelling(self) -> None:
        """TYP-03, peers 3."""
        assert merge(location(), {"id": "loc1", "last_updated": LATER}, LOCATIONS)["id"] == "LOC1"

    def test_a_required_field_cannot_be_unset(self) -> None:
        """COO-15."""
        assert refused(location(), {"status": None, "last_updated": LATER}, path=EVSE) == "/status"
        assert refused(location(), {"connectors": None, "last_updated": LATER}, path=EVSE) == "/connectors"

    def test_null_unsets_an_optional_field(self) -> None:
        """COO-15."""
        after = merge(location(), {"name": None, "state": None, "nltnm_x": None, "last_updated": LATER}, LOCATIONS)
        assert "name" not in after and "state" not in after and "nltnm_x" not in after

    def test_unknown_fields_are_kept(self) -> None:
        """TRA-12."""
        assert merge(location(), {"nltnm_x": 1, "last_updated": LATER}, LOCATIONS)["nltnm_x"] == 1

    def test_arrays_replace_as_a_whole(self) -> None:
        """COO-11."""
        after = merge(location(), {"facilities": ["HOTEL"], "last_updated": LATER}, LOCATIONS)
        assert after["facilities"] == ["HOTEL"]

    @pytest.mark.parametrize("module", [ModuleID.TARIFFS, ModuleID.CDRS, ModuleID.HUBCLIENTINFO])
    def test_other_modules_know_no_patch(self, module: ModuleID) -> None:
        """TAR-02, CDR-02, HCI-04."""
        with pytest.raises(MethodNotAllowed):
            merge({}, {"last_updated": LATER}, module)

    def test_sessions_have_no_levels(self) -> None:
        """SES-07."""
        with pytest.raises(MethodNotAllowed):
            merge(sample("Session"), {"last_updated": LATER}, SESSIONS, ("x",))


class TestLevels:
    def test_an_evse_patch_dates_the_location(self) -> None:
        """LOC-11, LOC-15."""
        after = merge(location(), {"status": "CHARGING", "last_updated": LATER}, LOCATIONS, EVSE)
        assert after["evses"][0] == sample("EVSE", status="CHARGING", last_updated=LATER)
        assert after["evses"][1] == sample("EVSE", uid="3257")
        assert after["last_updated"] == LATER

    def test_a_connector_patch_dates_evse_and_location(self) -> None:
        """LOC-12."""
        after = merge(location(), {"tariff_ids": ["T2"], "last_updated": LATER}, LOCATIONS, CONNECTOR)
        assert after["evses"][0]["connectors"][0]["tariff_ids"] == ["T2"]
        assert after["last_updated"] == after["evses"][0]["last_updated"] == LATER
        assert after["evses"][1]["last_updated"] != LATER

    def test_dates_above_never_go_back(self) -> None:
        """COO-13: the EVSE's news is older than another EVSE's."""
        held = location() | {"last_updated": LATER}
        held["evses"][0]["last_updated"] = "2026-11-21T10:00:00Z"
        after = merge(held, {"status": "BLOCKED", "last_updated": EARLIER}, LOCATIONS, EVSE)
        assert after["evses"][0]["status"] == "BLOCKED"
        assert after["last_updated"] == LATER

    def test_older_news_of_an_evse_change_nothing(self) -> None:
        """COO-13."""
        assert merge(location(), {"status": "BLOCKED", "last_updated": EARLIER}, LOCATIONS, EVSE) == location()

    def test_segments_are_compared_without_case(self) -> None:
        """TYP-03."""
        held = sample("Location", evses=[sample("EVSE", uid="Abc")])
        after = merge(held, {"status": "CHARGING", "last_updated": LATER}, LOCATIONS, ("aBC",))
        assert after["evses"][0]["status"] == "CHARGING"

    @pytest.mark.parametrize("path", [("9",), ("9", "1"), ("3256", "9")])
    def test_a_patch_of_what_is_not_there(self, path: Path) -> None:
        """LOC-10, COO-12: 404 with 2003."""
        with pytest.raises(UnknownParent) as caught:
            merge(location(), {"status": "BLOCKED", "last_updated": LATER}, LOCATIONS, path)
        assert (caught.value.http_status, caught.value.status) == (404, 2003)

    def test_parts_can_be_found(self) -> None:
        """LOC-02."""
        held = location()
        assert find_part(held, ()) == held
        assert find_part(held, EVSE) == held["evses"][0]
        assert find_part(held, CONNECTOR) == held["evses"][0]["connectors"][0]
        assert find_part(held, ("9", "1")) is None
        assert find_part({"id": "x"}, EVSE) is None


class TestEvsesInALocationPatch:
    def test_those_not_named_stay(self) -> None:
        """COO-11: EVSEs are never deleted."""
        patch = {"evses": [{"uid": "3257", "status": "CHARGING"}], "last_updated": LATER}
        after = merge(location(), patch, LOCATIONS)
        assert after["evses"] == [sample("EVSE"), sample("EVSE", uid="3257", status="CHARGING", last_updated=LATER)]

    def test_a_new_one_is_added(self) -> None:
        after = merge(location(), {"evses": [sample("EVSE", uid="9")], "last_updated": LATER}, LOCATIONS)
        assert [evse["uid"] for evse in after["evses"]] == ["3256", "3257", "9"]

    @pytest.mark.parametrize("evses", [None, []])
    def test_none_named_none_changed(self, evses: Any) -> None:
        assert merge(location(), {"evses": evses, "last_updated": LATER}, LOCATIONS)["evses"] == location()["evses"]

    @pytest.mark.parametrize("evses", [{"uid": "1"}, ["3256"], [{"status": "CHARGING"}]])
    def test_they_have_to_be_evses(self, evses: Any) -> None:
        assert refused(location(), {"evses": evses, "last_updated": LATER}) == "/evses"

    def test_the_rules_of_a_patch_hold_for_each(self) -> None:
        patch = {"evses": [{"uid": "3256", "status": None}], "last_updated": LATER}
        assert refused(location(), patch) == "/status"


class TestPutOfAPart:
    def test_a_new_evse_is_added(self) -> None:
        """LOC-07."""
        after = put_part(location(), sample("EVSE", uid="9", last_updated=LATER), ("9",))
        assert [evse["uid"] for evse in after["evses"]] == ["3256", "3257", "9"]
        assert after["last_updated"] == LATER

    def test_the_first_evse_of_a_location(self) -> None:
        after = put_part(sample("Location", evses=None), sample("EVSE"), EVSE)
        assert after["evses"] == [sample("EVSE")]

    def test_an_existing_evse_is_replaced_whole(self) -> None:
        """COO-03: what is left out is gone."""
        after = put_part(location(), sample("EVSE", floor_level=None, last_updated=LATER), EVSE)
        assert "floor_level" not in after["evses"][0]
        assert len(after["evses"]) == 2

    def test_a_connector_is_added_or_replaced(self) -> None:
        """LOC-08."""
        after = put_part(location(), sample("Connector", id="2", last_updated=LATER), ("3256", "2"))
        after = put_part(after, sample("Connector", max_amperage=32, last_updated=LATER), CONNECTOR)
        assert [(c["id"], c["max_amperage"]) for c in after["evses"][0]["connectors"]] == [("1", 32), ("2", 16)]
        assert after["evses"][0]["last_updated"] == after["last_updated"] == LATER

    def test_the_first_spelling_stays(self) -> None:
        held = sample("Location", evses=[sample("EVSE", uid="Abc")])
        assert put_part(held, sample("EVSE", uid="ABC", last_updated=LATER), ("abc",))["evses"][0]["uid"] == "Abc"

    def test_url_and_body_name_the_same(self) -> None:
        """COO-08."""
        with pytest.raises(InvalidObject, match="/uid: differs"):
            put_part(location(), sample("EVSE", uid="9"), EVSE)
        with pytest.raises(InvalidObject, match="/id: differs"):
            put_part(location(), sample("Connector", id=None), CONNECTOR)

    def test_a_connector_of_an_unknown_evse(self) -> None:
        """LOC-10: no orphans."""
        with pytest.raises(UnknownParent):
            put_part(location(), sample("Connector"), ("9", "1"))

    def test_older_news_change_nothing(self) -> None:
        """COO-13."""
        assert put_part(location(), sample("EVSE", status="BLOCKED", last_updated=EARLIER), EVSE) == location()

    def test_a_part_is_an_object_with_a_date(self) -> None:
        with pytest.raises(InvalidObject, match="/: expected an object"):
            put_part(location(), [], EVSE)
        with pytest.raises(InvalidObject, match="/last_updated"):
            put_part(location(), sample("EVSE", last_updated=None), EVSE)


class TestPutOfALocation:
    def test_evses_that_are_no_longer_named_stay_as_removed(self) -> None:
        """LOC-06, LOC-16."""
        new = sample("Location", evses=[sample("EVSE", uid="3257")], last_updated=LATER)
        assert keep_evses(location(), new)["evses"] == [
            sample("EVSE", uid="3257"),
            sample("EVSE", status="REMOVED", last_updated=LATER),
        ]

    def test_one_that_was_removed_keeps_its_date(self) -> None:
        gone = sample("EVSE", status="REMOVED")
        held = sample("Location", evses=[gone])
        assert keep_evses(held, sample("Location", evses=None, last_updated=LATER))["evses"] == [gone]

    def test_otherwise_nothing_is_added(self) -> None:
        new = sample("Location", evses=[sample("EVSE", uid="3257"), sample("EVSE")])
        assert keep_evses(location(), new) == new
        assert keep_evses(sample("Location", evses=None), new) == new


class TestPeriods:
    def period(self, hour: int, volume: int = 1) -> dict[str, Any]:
        return PERIOD | {
            "start_date_time": f"2026-11-21T{hour}:00:00Z",
            "dimensions": [{"type": "ENERGY", "volume": volume}],
        }

    def patched(self, held: Any, given: Any) -> Any:
        session = sample("Session", charging_periods=held)
        return merge(session, {"charging_periods": given, "last_updated": LATER}, SESSIONS).get("charging_periods")

    def test_they_are_appended(self) -> None:
        """SES-13."""
        assert self.patched([self.period(12)], [self.period(13)]) == [self.period(12), self.period(13)]

    def test_the_first_ones(self) -> None:
        assert self.patched(None, [self.period(12)]) == [self.period(12)]

    def test_one_that_starts_when_a_stored_one_does_replaces_it(self) -> None:
        """SES-13: a repeat does not double, however its date is spelled."""
        again = self.period(12, 5) | {"start_date_time": "2026-11-21T12:00:00.000Z"}
        assert self.patched([self.period(12), self.period(13)], [again]) == [again, self.period(13)]

    @pytest.mark.parametrize("given", [None, []])
    def test_an_empty_list_changes_nothing(self, given: Any) -> None:
        """SES-13."""
        assert self.patched([self.period(12)], given) == [self.period(12)]

    @pytest.mark.parametrize("given", [{"a": 1}, [5], [{}], [{"start_date_time": "soon"}]])
    def test_they_have_to_be_periods(self, given: Any) -> None:
        session = sample("Session")
        assert refused(session, {"charging_periods": given, "last_updated": LATER}, SESSIONS) == "/charging_periods"
