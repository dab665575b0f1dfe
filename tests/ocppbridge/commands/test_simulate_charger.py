"""`manage.py simulate_charger` at the front door: a crew of all versions, exit codes, what cannot be begun."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ocppbridge.models import Frame, Station
from ocppbridge.simulator.deeds import DEEDS
from tests.ocppbridge import pki
from tests.ocppbridge.door import PASSWORD, Door
from tests.ocppbridge.secure import CA, serving_tls
from tests.ocppbridge.world import new_station

SHORT = """
title = "In and out"
[values]
cups = 1
[[step]]
do = "plug"
[[step]]
do = "say"
action = "DataTransfer"
payload = { vendorId = "here", data = "$now" }
until = "acknowledged"
with = { action = "DataTransfer" }
[[step]]
do = "cut"
until = "offline"
[[step]]
do = "unplug"
[[step]]
do = "restore"
until = "caught_up"
within = 60
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "short.toml"
    path.write_text(SHORT)
    return str(path)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("simulate_charger", *words, stdout=out)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_a_fleet_of_all_versions_is_added_and_plays_its_scenario(door: Door, script: str) -> None:
    words = (script, "--url", f"ws://127.0.0.1:{door.port}/ocpp", "--add", "NL/VLT", "--count", "6", "--evses", "2")
    notes = [json.loads(line) for line in run(*words, "--version", "mixed", "--json").splitlines()]
    assert notes[-1] == {"event": "over", "stations": 6, "connected": 6, "rounds": 6, "failures": {}}
    assert [row.identity for row in Station.objects.order_by("identity")] == [f"SIM-{n:04}" for n in range(1, 7)]
    versions = Station.objects.order_by("identity").values_list("subprotocol", flat=True)
    assert list(versions) == ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"] * 2
    assert Frame.objects.filter(action="DataTransfer", direction=Frame.Direction.IN).count() == 6

    said = run(*words[:-4], "--count", "1", "--version", "1.6")  # the same stations, with new passwords
    assert "1 of 1 stations got in; 1 scenarios were played, 0 failed." in said
    assert "SIM-0001" in said and "scenario_played" in said


def failing(*words: str) -> str:
    """What it said before it ended with 1."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("simulate_charger", *words, stdout=out)
    assert caught.value.code == 1
    return out.getvalue()


def test_who_is_not_let_in_is_told_why_and_ends_with_1(door: Door, script: str) -> None:
    new_station("CP1")
    words = (script, "--url", f"ws://127.0.0.1:{door.port}/ocpp", "--identity", "CP1", "--for", "2")
    said = failing(*words, "--password", "not the password")
    assert "no_connection" in said and "HTTP 401" in said
    assert said.count("no_connection") == 1, "a reason is told once"
    assert "0 of 1 stations got in" in said
    assert "1 of 1" in run(*words, "--password", PASSWORD)


def test_profiles_0_to_3_over_real_sockets(door: Door, script: str, tmp_path: Path) -> None:
    """A00: nothing, Basic, Basic over TLS, a certificate over TLS."""
    stations = pki.certificate("Stations", authority=True)
    own, authority = tmp_path / "own.pem", tmp_path / "hub.pem"
    made = pki.certificate("CP1", stations)
    own.write_text(made.pem + made.key_pem)
    authority.write_text(CA.pem)
    new_station("CP1")
    known = ("--identity", "CP1", "--for", "10")
    plain, secret = ("--url", f"ws://127.0.0.1:{door.port}/ocpp"), ("--password", PASSWORD)
    assert "HTTP 401" in failing(script, *known, *plain, "--security-profile", "0", "--for", "1"), "it said nothing"
    with serving_tls(tmp_path, stations.pem) as secure:
        safe = ("--url", f"wss://127.0.0.1:{secure.port}/ocpp", "--ca", str(authority))
        assert "1 of 1" in run(script, *known, *safe, *secret, "--security-profile", "2")
        assert profile_of("CP1") == 2
        assert "1 of 1" in run(script, *known, *safe, "--security-profile", "3", "--certificate", str(own))
        assert profile_of("CP1") == 3


def profile_of(identity: str) -> int | None:
    return Station.objects.get(identity=identity).security_profile


def test_a_scenario_that_fails_ends_with_1(door: Door, tmp_path: Path) -> None:
    new_station("CP1")
    path = tmp_path / "never.toml"
    path.write_text('[[step]]\ndo = "plug"\nuntil = "started"\nwithin = 0.5\n')
    url = f"ws://127.0.0.1:{door.port}/ocpp"
    said = failing(str(path), "--url", url, "--identity", "CP1", "--password", PASSWORD)
    assert "CP1: no started within 0.5 s" in said


@pytest.mark.django_db
def test_what_cannot_be_begun_is_one_sentence(script: str, tmp_path: Path) -> None:
    new_station("CP1")
    for words, sentence in [
        (["nromal"], "There is no scenario nromal; did you mean normal?."),
        ([script], "security profile 1 needs a password."),
        ([script, "--password", "x", "--count", "0"], "a fleet has 1 to 10000 stations."),
        ([script, "--password", "x", "--set", "cups"], "--set takes NAME=VALUE, not cups."),
        ([script, "--password", "x", "--identity", "{x}", "--count", "2"], "{x}-{n:04} is no pattern"),
        ([script, "--password", "x", "--security-profile", "2"], "security profile 2 needs a URL that begins with wss"),
        (
            [script, "--security-profile", "3", "--url", "wss://x/ocpp"],
            "security profile 3 needs --certificate, and --key if",
        ),
        (
            [script, "--security-profile", "2", "--url", "wss://x/ocpp", "--password", "x", "--ca", "/no/such"],
            "the certificates cannot be read",
        ),
        ([script, "--ca", "x", "--password", "x"], "security profile 1 has no TLS"),
        ([script, "--add", "NL/VLT", "--identity", "CP1"], "CP1 is a station that was not made here"),
        ([script, "--add", "VLT"], ""),
    ]:
        assert refusal(*words).startswith(sentence), words


def test_the_scenarios_are_listed_with_their_values() -> None:
    assert "charge=30" in run("--list")
    listed = [json.loads(line) for line in run("--list", "--json").splitlines()]
    assert {"normal", "offline-replay", "flaky-meter", "faults"} <= {one["name"] for one in listed}


def test_the_words_of_scenarios_are_told_with_their_fields() -> None:
    said = run("--words")
    assert "swipe        a card is held to the reader" in said
    assert all(name in said for name in DEEDS)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_where_nothing_can_be_played() -> None:
    refusal("nromal", "--add", "NL/VLT")
    assert not Station.objects.exists()
