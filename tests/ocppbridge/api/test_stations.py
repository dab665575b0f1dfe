"""The Operator API's stations, calls and transactions, through the front door."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ocppbridge.models import Call, Station
from ocppbridge.services import calls
from roaming.services import operators
from tests.roaming.console import world
from tests.roaming.console.test_safety import more_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> world.World:
    return world.build()


def bearer(scope: str = "read") -> dict[str, str]:
    return {"Authorization": f"Bearer {operators.issue('tests', scope)[1]}"}


def get(path: str, **query: str) -> Any:
    answer = Client().get(f"/api/v1/{path}", query, headers=bearer())
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(path: str, body: Any, scope: str = "operate") -> Any:
    return Client().post(f"/api/v1/{path}", body, content_type="application/json", headers=bearer(scope))


def test_a_station_is_shown_with_its_state(hub: world.World) -> None:
    station = get("stations/VLT-0001/")
    assert (station["online"], station["subprotocol"], station["last_seen_at"][-1]) == (True, "ocpp1.6", "Z")
    first = station["evses"][0]
    assert (first["number"], first["status"], first["connectors"][0]["state"]) == (1, "CHARGING", "Charging")
    assert not [name for name in station if "password" in name]


def test_stations_are_narrowed(hub: world.World) -> None:
    Station.objects.create(identity="AWAY", country_code="NL", party_id="VLT", shard=0)
    assert [one["identity"] for one in get("stations/", online="true")["results"]] == ["VLT-0001"]
    assert [one["identity"] for one in get("stations/", online="false")["results"]] == ["AWAY"]
    assert [one["identity"] for one in get("stations/", evse_status="CHARGING")["results"]] == ["VLT-0001"]


def test_a_call_is_queued_and_read_until_it_is_answered(hub: world.World) -> None:
    answer = post("stations/VLT-0001/calls/", {"action": "Reset", "payload": {"type": "Soft"}})
    assert answer.status_code == 202
    made = answer.json()
    assert (made["state"], made["settled"], made["station"]) == ("queued", False, "VLT-0001")
    assert answer.headers["Location"].endswith(f"/api/v1/calls/{made['id']}/")
    row = Call.objects.get(pk=made["id"])
    assert (row.purpose, row.requested_by) == ("api", "API: tests")
    calls.settle_all([calls.End(row, Call.State.ANSWERED, timezone.now(), {"status": "Accepted"}, outcome="Accepted")])
    read = get(f"calls/{made['id']}/")
    assert (read["state"], read["settled"], read["answer"]) == ("answered", True, {"status": "Accepted"})


def test_a_call_to_a_station_that_is_offline_waits(hub: world.World) -> None:
    Station.objects.update(connection=None)
    answer = post("stations/VLT-0001/calls/", {"action": "ClearCache", "expires_in": 30})
    assert answer.status_code == 202
    row = Call.objects.get(pk=answer.json()["id"])
    assert row.state == "queued"
    assert 25 < (row.expires_at - timezone.now()).total_seconds() <= 30


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"action": "Reset", "payload": {"type": "Gentle"}}, "payload", "/type"),
        ({"action": "Reset", "payload": {}}, "payload", "type"),
        ({"action": "Reset", "payload": []}, "payload", "dictionary"),
        ({"action": "Dance", "payload": {}}, "action", "OCPP 1.6 has no Dance"),
        ({"action": "BootNotification", "payload": {}}, "action", "to a station"),
        ({"payload": {}}, "action", "required"),
        ({"action": "ClearCache", "expires_in": 0}, "expires_in", "1"),
    ],
)
def test_what_does_not_fit_is_a_400_that_names_the_field(hub: world.World, body: Any, field: str, words: str) -> None:
    answer = post("stations/VLT-0001/calls/", body)
    assert answer.status_code == 400
    assert words in str(answer.json()[field])
    assert not Call.objects.filter(purpose="api").exists()


def test_what_is_no_json_is_a_400(hub: world.World) -> None:
    answer = Client().post(
        "/api/v1/stations/VLT-0001/calls/", "{oops", content_type="application/json", headers=bearer("operate")
    )
    assert answer.status_code == 400
    assert "JSON parse error" in answer.json()["detail"]


def test_an_unknown_station_is_a_404_and_a_new_one_a_409(hub: world.World) -> None:
    assert post("stations/NOBODY/calls/", {"action": "ClearCache"}).status_code == 404
    Station.objects.create(identity="NEW", country_code="NL", party_id="VLT", shard=0)
    answer = post("stations/NEW/calls/", {"action": "ClearCache"})
    assert answer.status_code == 409
    assert "has never connected" in answer.json()["detail"]


def test_secrets_in_a_call_are_not_read_back(hub: world.World) -> None:
    """S18: a new password on its way to a station."""
    said = {"key": "AuthorizationKey", "value": "0123456789abcdef0123456789abcdef01234567"}
    answer = post("stations/VLT-0001/calls/", {"action": "ChangeConfiguration", "payload": said})
    assert answer.status_code == 202
    assert said["value"] not in answer.content.decode()
    assert said["value"] not in str(get("calls/"))


def test_a_token_that_may_only_read_asks_no_station(hub: world.World) -> None:
    answer = post("stations/VLT-0001/calls/", {"action": "ClearCache"}, scope="read")
    assert answer.status_code == 403
    assert "operate" in answer.json()["detail"]


def test_transactions_with_their_readings(hub: world.World) -> None:
    (row,) = get("transactions/", station="VLT-0001", state="running")["results"]
    assert (row["wire_id"], row["energy_import"], row["session_id"]) == (4711, "1500.000", hub.session.object_id)
    (reading,) = get(f"transactions/{row['id']}/readings/")["results"]
    assert (reading["energy_import"], reading["power"]) == ("1500.000", "11000.000")
    assert Client().get("/api/v1/transactions/999999/readings/", headers=bearer()).status_code == 404


def test_pages_follow_each_other_by_cursor(hub: world.World) -> None:
    more_rows(hub)
    url, seen = "/api/v1/calls/?limit=5", []
    headers = bearer()
    for _ in itertools.repeat(None, 10):
        page = Client().get(url, headers=headers).json()
        seen += [one["id"] for one in page["results"]]
        if page["next"] is None:
            break
        url = page["next"]
    assert len(seen) == len(set(seen)) == Call.objects.count() == 13


def test_a_longer_list_takes_no_more_queries(hub: world.World) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            get(path)
        return len(captured)

    paths = ("stations/", "calls/", "transactions/", "sessions/", "locations/")
    before = [queries(path) for path in paths]
    more_rows(hub)
    assert [queries(path) for path in paths] == before
