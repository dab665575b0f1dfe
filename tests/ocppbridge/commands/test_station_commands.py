"""add_station, list_stations, call_station: from the command line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from ocppbridge.models import Call, Station
from ocppbridge.services import calls, passwords
from roaming.models import Location, Party, Platform
from tests.roaming.console import world

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]


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


def test_a_station_is_added_with_what_roaming_needs_around_it() -> None:
    made = answer("add_station", "CP-1", "--party", "NL/VLT", "--evses", "2")
    assert made["url"].endswith("/ocpp/CP-1")
    assert [note.split(":")[0] for note in made["notes"]] == [
        "Added NL/VLT as a hosted CPO.",
        "Made the location CP-1-LOC with plain defaults",
    ]
    station = Station.objects.get()
    assert station.password_digest == passwords.digest(made["password"].encode())
    place = json.loads(Location.objects.get().document)
    assert [evse["uid"] for evse in place["evses"]] == made["evses"] == ["CP-1-1", "CP-1-2"]
    assert place["publish"] is False, "not before somebody gave it an address"


def test_a_second_station_joins_a_location() -> None:
    answer("add_station", "CP-1", "--party", "NL/VLT", "--location", "SQUARE")
    made = answer("add_station", "CP-2", "--party", "NL/VLT", "--location", "square")
    assert made["notes"] == ["Added 1 EVSE(s) to the location square."]
    assert [evse["uid"] for evse in json.loads(Location.objects.get().document)["evses"]] == ["CP-1-1", "CP-2-1"]
    assert Station.objects.get(identity="CP-2").location_id == "SQUARE"


def test_a_tariff_hangs_on_every_connector() -> None:
    world.build()
    answer("add_station", "CP-1", "--party", "NL/VLT", "--evses", "2", "--tariff", "T-STD")
    place = json.loads(Location.objects.get(object_key="CP-1-LOC").document)
    assert [evse["connectors"][0]["tariff_ids"] for evse in place["evses"]] == [["T-STD"], ["T-STD"]]


def test_what_cannot_be_added_is_a_sentence_and_leaves_nothing() -> None:
    platform = Platform.objects.create(name="Other")
    Party.objects.create(platform=platform, country_code="FR", party_id="XYZ", role="CPO")
    for words, sentence in [
        (("--party", "NLVLT"), "write it like NL/VLT"),
        (("--party", "FR/XYZ"), "FR/XYZ is the CPO of the platform Other."),
        (("--party", "NL/VLT", "--tariff", "T9"), "NL/VLT has no tariff T9; add it first, or leave it out."),
        (("--party", "NL/VLT", "--password", "short"), "at least 16"),
        (("--party", "NL/VLT", "--evses", "0"), "1 to 100 EVSEs"),
        (("--party", "XX/VLT"), "No location can be made in XX, which is no country of ISO 3166"),
    ]:
        assert sentence in refusal("add_station", "CP-1", *words)
    assert not Station.objects.exists()
    assert not Location.objects.exists()
    assert not Party.objects.filter(party_id="VLT").exists()


def test_stations_are_listed_with_their_state() -> None:
    world.build()
    Station.objects.create(identity="AWAY", country_code="BE", party_id="ABC", shard=0)
    listed = answer("list_stations")
    assert [(one["identity"], one["online"], one["ocpp"]) for one in listed] == [
        ("AWAY", False, ""),
        ("VLT-0001", True, "1.6"),
    ]
    assert [one["identity"] for one in answer("list_stations", "--online")] == ["VLT-0001"]
    assert [one["identity"] for one in answer("list_stations", "--party", "be/abc")] == ["AWAY"]
    text = run("list_stations")
    assert "1 CHARGING, 2 UNKNOWN" in text
    assert "offline" in text


def test_a_call_is_queued() -> None:
    world.build()
    made = answer("call_station", "VLT-0001", "Reset", '{"type": "Soft"}')
    call = Call.objects.get(pk=made["id"])
    assert (call.action, call.payload, call.state, call.purpose) == ("Reset", {"type": "Soft"}, "queued", "staff")
    Station.objects.update(connection=None)
    assert "offline: the call waits for it" in run("call_station", "VLT-0001", "ClearCache")


def test_what_cannot_be_called_is_a_sentence() -> None:
    world.build()
    Station.objects.create(identity="NEW", country_code="NL", party_id="VLT", shard=0)
    for words, sentence in [
        (("NOBODY", "Reset"), "There is no station NOBODY."),
        (("VLT-0001", "Reset", "{"), "The payload is not JSON"),
        (("VLT-0001", "Reset", "[]"), "must be a JSON object"),
        (("VLT-0001", "Reset", '{"type": "Gentle"}'), "/type"),
        (("VLT-0001", "Dance"), "Dance"),
        (("NEW", "Reset"), "has never connected"),
    ]:
        assert sentence in refusal("call_station", *words)
    assert not Call.objects.filter(purpose="staff").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("state", "said", "code"),
    [
        (Call.State.ANSWERED, '"status": "Accepted"', 0),
        (Call.State.REFUSED, "Refused: NotSupported not today", 1),
        (Call.State.UNANSWERED, "The station did not answer.", 1),
    ],
)
def test_wait_prints_what_came_of_it(state: Call.State, said: str, code: int) -> None:
    world.build()

    def station_answers() -> None:
        try:
            deadline = time.monotonic() + 15
            while (call := Call.objects.filter(purpose="staff").first()) is None and time.monotonic() < deadline:
                threading.Event().wait(0.02)
            assert call is not None
            end = calls.End(call, state, timezone.now())
            if state == Call.State.ANSWERED:
                end = end._replace(answer={"status": "Accepted"})
            elif state == Call.State.REFUSED:
                end = end._replace(error_code="NotSupported", error_description="not today")
            calls.settle_all([end])
        finally:
            connection.close()

    answering = threading.Thread(target=station_answers)
    answering.start()
    out = io.StringIO()
    try:
        call_command("call_station", "VLT-0001", "ClearCache", "--wait", "20", stdout=out)
        ended = 0
    except SystemExit as stop:
        ended = int(str(stop.code))
    answering.join()
    assert said in out.getvalue()
    assert ended == code


def test_the_shell_gets_exit_code_2_and_a_sentence() -> None:
    """A process of its own: nothing on stdout, no traceback."""
    words = [sys.executable, "manage.py", "add_station", "CP-1", "--party", "Volt", "--json"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.strip() == "Error: not a party: 'Volt' (write it like NL/VLT)."
