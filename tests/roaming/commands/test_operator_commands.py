"""invite_platform, operator_token, import_locations, rotate_server_key: from the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from roaming.models import IssuedToken, Location, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.services import locations, operators, secrets
from tests.personas import samples

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def answer(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_an_invitation_for_machines_and_for_people() -> None:
    made = answer("invite_platform", "--role", "EMSP", "--party", "de/emx", "--name", "Emixx")
    assert made["versions_url"].endswith("/ocpi/versions")
    row = IssuedToken.objects.get()
    assert row.digest == secrets.digest(made["token_a"])
    assert row.allowed_roles == [{"role": "EMSP", "country_code": "DE", "party_id": "EMX"}]
    text = run("invite_platform", "--role", "CPO", "--party", "FR/ABC")
    assert "TOKEN_A       hub." in text
    assert "/ocpi/versions" in text


def test_roles_and_parties_pair_up() -> None:
    answer("invite_platform", "--role", "EMSP", "--role", "CPO", "--party", "DE/EMX")
    assert [role["role"] for role in IssuedToken.objects.get().allowed_roles] == ["EMSP", "CPO"]
    words = ["--role", "EMSP", "--role", "CPO", "--party", "DE/A1", "--party", "DE/A2", "--party", "DE/A3"]
    assert (
        refusal("invite_platform", *words) == "2 roles and 3 parties do not pair up: give one --party for each --role."
    )


def test_a_party_that_is_taken_or_no_party_is_refused() -> None:
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    assert refusal("invite_platform", "--role", "CPO", "--party", "NL/VLT") == "NL/VLT CPO is hosted here already."
    assert "write it like NL/VLT" in refusal("invite_platform", "--role", "CPO", "--party", "Volt")
    assert not Platform.objects.exists()


def test_an_operator_token_is_made_listed_and_revoked() -> None:
    made = answer("operator_token", "grafana", "--scope", "operate")
    row = operators.find(made["token"], timezone.now())
    assert row is not None
    assert row.scope == "operate"
    assert [one["name"] for one in answer("operator_token", "--list")] == ["grafana"]
    assert made["token"] not in run("operator_token", "--list")
    assert answer("operator_token", "grafana", "--revoke")["revoked"] == 1
    assert operators.find(made["token"], timezone.now()) is None
    assert refusal("operator_token", "grafana", "--revoke") == "No token in force is called grafana."
    assert "name" in refusal("operator_token")


def test_locations_from_ocpi_json(tmp_path: Path) -> None:
    own = {"country_code": "NL", "party_id": "VLT", "last_updated": "2026-01-01T00:00:00Z"}
    bad = samples.location(**own, id="L2", coordinates={"latitude": "52", "longitude": "5.110278"})
    undated = samples.location(**own, id="L3")
    del undated["last_updated"]
    file = tmp_path / "places.json"
    file.write_text(dump({"data": [samples.location(**own), bad, undated, 7], "status_code": 1000}))
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("import_locations", str(file), "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert caught.value.code == 1, "some were not taken"
    assert report["created"] == ["NL/VLT/LOC1", "NL/VLT/L3"]
    assert report["notes"] == ["Added NL/VLT as a hosted CPO."]
    first, second = report["errors"]
    assert first.startswith("entry 2 (L2): /coordinates/latitude: ")
    assert second == "entry 4: is no object"
    assert Location.objects.count() == 2


def test_a_file_says_the_voltage_of_three_phases_line_to_neutral(tmp_path: Path) -> None:
    """LOC-31."""
    evse = samples.evse(connectors=[samples.connector(max_voltage=400)])
    file = tmp_path / "place.json"
    file.write_text(dump(samples.location(country_code="NL", party_id="VLT", evses=[evse])))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_locations", str(file), "--json", stdout=out)
    (error,) = json.loads(out.getvalue())["errors"]
    assert error.startswith("entry 1 (LOC1): EVSE EVSE1, connector 1: the voltage of three phases")
    assert error.endswith("line to neutral: 231, not 400")
    assert not Location.objects.exists()


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "place.json"
    file.write_text(dump(samples.location(country_code="NL", party_id="VLT", last_updated="2026-01-01T00:00:00Z")))
    assert answer("import_locations", str(file))["created"] == ["NL/VLT/LOC1"]
    assert answer("import_locations", str(file))["unchanged"] == ["NL/VLT/LOC1"]


def test_an_edited_file_that_is_older_than_what_is_stored_is_not_called_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "place.json"
    own = {"country_code": "NL", "party_id": "VLT"}
    file.write_text(dump(samples.location(**own, last_updated="2026-01-02T00:00:00Z")))
    answer("import_locations", str(file))
    file.write_text(dump(samples.location(**own, last_updated="2026-01-01T00:00:00Z", name="Edited")))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_locations", str(file), "--json", stdout=out)
    (error,) = json.loads(out.getvalue())["errors"]
    assert error.startswith("entry 1 (LOC1): NL/VLT/LOC1: its last_updated is older than what is stored")
    assert json.loads(Location.objects.get().document)["name"] != "Edited"


TABLE = """\
id;name;address;city;country;latitude;longitude;time_zone;evse_uid;connector_id;standard;format;power_type;max_voltage;max_amperage;tariff_ids
H1;Harbour;Kade 1;Delft;NLD;52.011576;4.357068;Europe/Amsterdam;H1-1;1;IEC_62196_T2;SOCKET;AC_3_PHASE;230;32;T1|T2
H1;;;;;;;;H1-2;1;IEC_62196_T2;SOCKET;AC_3_PHASE;230;much;
H2;Hill;Berg 2;Delft;NLD;52.0;4.357068;Europe/Amsterdam;;;;;;;;
H3;Lake;Meer 3;Delft;NLD;52.011576;4.357068;Europe/Amsterdam;H3-1;1;CHADEMO;CABLE;DC;500;125;
H3;;;;;;;;H3-2;1;CHADEMO;CABLE;DC;500;125;
"""


def test_locations_from_a_table(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(TABLE)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_locations", str(file), "--party", "NL/VLT", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert report["created"] == ["NL/VLT/H3"]
    first, second = report["errors"]
    assert first == "line 3 (H1): max_amperage: 'much' is not a whole number"
    assert second.startswith("line 4 (H2): /coordinates/latitude: ")
    place = json.loads(Location.objects.get().document)
    assert [evse["uid"] for evse in place["evses"]] == ["H3-1", "H3-2"]
    assert place["evses"][0]["connectors"][0]["max_voltage"] == 500
    assert place["publish"] is True


def test_a_table_leaves_what_it_does_not_say(tmp_path: Path) -> None:
    """Statuses of stations, other EVSEs, unknown members."""
    Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    own = {"country_code": "NL", "party_id": "VLT", "last_updated": "2026-01-01T00:00:00Z"}
    evses = [samples.evse(status="CHARGING", x_odd=1), samples.evse(uid="EVSE2")]
    locations.store(
        PartyId("NL", "VLT"), samples.location(**own, evses=evses, x_odd=2), source=None, now=timezone.now()
    )
    file = tmp_path / "places.csv"
    file.write_text("country_code,party_id,id,name,evse_uid,connector_id,max_amperage\nNL,VLT,loc1,New,evse1,1,63\n")
    assert answer("import_locations", str(file))["changed"] == ["NL/VLT/LOC1"]
    place = json.loads(Location.objects.get().document)
    assert (place["name"], place["city"], place["x_odd"]) == ("New", "Utrecht", 2)
    first, second = place["evses"]
    assert (first["status"], first["x_odd"], first["connectors"][0]["max_amperage"]) == ("CHARGING", 1, 63)
    assert second == samples.evse(uid="EVSE2")


def test_a_platforms_location_is_not_taken_over(tmp_path: Path) -> None:
    platform = Platform.objects.create(name="Other")
    Party.objects.create(platform=platform, country_code="FR", party_id="XYZ", role="CPO")
    file = tmp_path / "place.json"
    file.write_text(dump([samples.location(country_code="FR", party_id="XYZ", last_updated="2026-01-01T00:00:00Z")]))
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("import_locations", str(file), stdout=out)
    assert caught.value.code == 2, "nothing was taken"
    assert "FR/XYZ is the CPO of the platform Other" in out.getvalue()


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    assert refusal("import_locations", str(tmp_path / "none.json")).endswith(
        "cannot be read: No such file or directory."
    )
    (tmp_path / "odd.json").write_text("{oops")
    assert "not valid JSON" in refusal("import_locations", str(tmp_path / "odd.json"))
    (tmp_path / "odd.csv").write_text("id,colour\nL1,red\n")
    assert "unknown column 'colour'" in refusal("import_locations", str(tmp_path / "odd.csv"))
    (tmp_path / "places.txt").write_text("")
    assert "--format" in refusal("import_locations", str(tmp_path / "places.txt"))


def test_the_server_key_is_rotated(settings: Settings) -> None:
    """S17: what was encrypted under the old key needs only the new one afterwards."""
    old, new = settings.SERVER_KEY, b"n" * 32
    platform = Platform.objects.create(name="Emixx", token_out="the peer's token")
    settings.SERVER_KEY, settings.SERVER_KEY_FALLBACKS = new, [old]
    assert answer("rotate_server_key")["encrypted_again"] == 1
    settings.SERVER_KEY_FALLBACKS = []
    assert Platform.objects.get(pk=platform.pk).token_out == "the peer's token"


def test_a_lost_server_key_is_a_sentence(settings: Settings) -> None:
    Platform.objects.create(name="Emixx", token_out="the peer's token")
    settings.SERVER_KEY, settings.SERVER_KEY_FALLBACKS = b"n" * 32, []
    assert "neither SERVER_KEY nor one of SERVER_KEY_FALLBACKS" in refusal("rotate_server_key")
    with pytest.raises(InvalidToken):
        Platform.objects.get()


def dump(value: Any) -> str:
    return json.dumps(value, default=float)


def test_every_command_says_error_and_not_the_name_of_a_class_of_django_s() -> None:
    """Django prints the class's name before the sentence."""
    commands = [
        path for app in ("config", "roaming", "ocppbridge") for path in Path(app).glob("management/commands/*.py")
    ]
    assert len(commands) > 20
    assert [path.name for path in commands if "CommandError" in path.read_text()] == []
    assert refusal("tariff", "lint", "/nope") == "/nope: No such file or directory"
    assert refusal("decisions", "show", "NOPE") == "there is no decision NOPE"
