"""The Operator API's tokens, objects and documentation, through the front door."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS

from roaming.models import IssuedToken, Location, OperatorToken, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.services import operators, platforms, tariffs
from tests.personas import samples
from tests.personas.front_door import knock
from tests.roaming.console import world

pytestmark = pytest.mark.django_db

LISTS = ("stations/", "calls/", "transactions/", "sessions/", "cdrs/", "locations/", "tariffs/")


@pytest.fixture
def hub() -> world.World:
    return world.build()


def get(path: str, token: str = "", **query: str) -> Any:
    token = token or operators.issue("tests")[1]
    return Client().get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {token}"})


def results(path: str, **query: str) -> list[dict[str, Any]]:
    answer = get(path, **query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


@pytest.mark.parametrize("path", LISTS)
def test_nobody_reads_without_a_token(path: str, admin_client: Client) -> None:
    """Nor with a staff session: the API has its own keys (S47)."""
    for client in (Client(), admin_client):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_odd_headers_are_401_and_never_an_error() -> None:
    """S11."""
    for header in (
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer \xff\xfe",
        "Basic abc",
        "Token op_x",
        "Bearer " + "x" * 5000,
    ):
        assert Client().get("/api/v1/stations/", headers={"Authorization": header}).status_code == 401


def test_an_ocpi_token_opens_nothing_here(hub: world.World) -> None:
    """S47, and the other way round."""
    ocpi = platforms.issue(hub.platform, IssuedToken.Kind.C)
    assert get("stations/", token=ocpi).status_code == 401
    ours = operators.issue("tests")[1]
    assert knock("/ocpi/versions", ours) == 401


def test_a_revoked_token_opens_nothing() -> None:
    row, token = operators.issue("tests")
    assert get("stations/", token=token).status_code == 200
    operators.revoke(row)
    assert get("stations/", token=token).status_code == 401


def test_the_token_is_kept_as_a_digest_and_its_use_is_noted() -> None:
    """S17."""
    _, token = operators.issue("tests")
    row = OperatorToken.objects.get()
    assert token not in str(vars(row))
    assert row.last_used_at is None
    get("stations/", token=token)
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_amounts_are_strings_digit_for_digit(hub: world.World) -> None:
    (cdr,) = results("cdrs/")
    assert (cdr["total_cost_excl_vat"], cdr["total_energy"]) == ("2.5000", "10.0000")
    assert cdr["document"]["total_cost"] == {"excl_vat": "2.5", "incl_vat": "3.025"}
    elements = [{"price_components": [{"type": "ENERGY", "price": Decimal("0.10000"), "step_size": 1}]}]
    tariff = samples.tariff(
        country_code="NL", party_id="VLT", id="EXACT", elements=elements, last_updated="2026-01-01T00:00:00Z"
    )
    tariffs.store(PartyId("NL", "VLT"), tariff, source=None, now=timezone.now())
    (found,) = results("tariffs/", tariff_id="exact")
    assert found["document"]["elements"][0]["price_components"][0]["price"] == "0.10000"


def test_a_session_and_its_cdr_are_found_by_the_sessions_id(hub: world.World) -> None:
    (session,) = results("sessions/", session_id=hub.session.object_id, status="ACTIVE")
    (cdr,) = results("cdrs/", session_id=hub.session.object_id)
    assert session["session_id"] == hub.session.object_id
    assert cdr["session_id"] == hub.session.object_key
    assert results("sessions/", token_party_id="XXX") == []
    assert results("sessions/", changed_after="2099-01-01T00:00:00Z") == []


def test_a_bad_filter_is_a_400_that_names_it(hub: world.World) -> None:
    answer = get("sessions/", changed_after="yesterday")
    assert answer.status_code == 400
    assert "changed_after" in answer.json()


def test_a_location_comes_with_its_evses(hub: world.World) -> None:
    (place,) = results("locations/", location_id=hub.station.location_id)
    assert [evse["uid"] for evse in place["evses"]] == ["VLT-0001-1", "VLT-0001-2"]
    assert place["document"]["evses"][0]["connectors"][0]["standard"] == "IEC_62196_T2"


def test_who_operates_a_location_is_its_owner_where_it_does_not_say(hub: world.World) -> None:
    """LOC-26."""
    (place,) = results("locations/", location_id=hub.station.location_id)
    assert place["operator"]["name"] == Party.objects.get(party_id="VLT", role="CPO").name
    Party.objects.update(business_details={"name": "Volt B.V.", "website": "https://volt.example"})
    (place,) = results("locations/", location_id=hub.station.location_id)
    assert place["operator"] == {"name": "Volt B.V.", "website": "https://volt.example"}
    row = Location.objects.get(pk=place["id"])
    row.document = row.document.replace('"publish":', '"operator":{"name":"Own"},"publish":', 1)
    row.save()
    assert results("locations/", location_id=hub.station.location_id)[0]["operator"] == {"name": "Own"}


def test_a_withdrawn_tariff_is_not_listed(hub: world.World) -> None:
    tariffs.delete(PartyId("NL", "VLT"), "T-STD", source=None, now=timezone.now())
    assert results("tariffs/") == []


def test_the_documentation_describes_every_path_and_no_ocpi(client: Client) -> None:
    answer = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert {f"/api/v1/{path}" for path in LISTS} <= set(paths)
    assert "202" in paths["/api/v1/stations/{identity}/calls/"]["post"]["responses"]
    assert not [path for path in paths if "ocpi" in path]


def test_no_two_shapes_have_one_name_in_the_documentation(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two one would stand in the other's place; the library says so once."""
    GENERATOR_STATS.reset()
    client.get("/api/schema/")
    assert capsys.readouterr().err == ""


def test_the_documentation_loads_nothing_from_elsewhere(client: Client) -> None:
    """S45, S50: no CDN sees who reads it, and it works without a network."""
    page = client.get("/api/docs/").content.decode()
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    assert all(asset.startswith("/") for asset in assets)


def test_nothing_can_be_written_but_calls(hub: world.World) -> None:
    token = operators.issue("tests", "operate")[1]
    headers = {"Authorization": f"Bearer {token}"}
    for path in LISTS:
        for verb in ("post", "put", "patch", "delete"):
            answer = getattr(Client(), verb)(f"/api/v1/{path}", headers=headers)
            assert (path, verb, answer.status_code) == (path, verb, 405)
    assert Platform.objects.count() == 1
