"""Every object that we serve, read by `ocpi-types`, which is generated from the specification and knows nothing of us.

What partners pushed has every field there is; what the hub makes itself comes from a transaction of a hosted station.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocppbridge.bridge import sessions
from ocppbridge.charging import messages
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Transaction
from ocppbridge.services import stations, transactions
from roaming.models import Cdr, Session
from roaming.services import locations, tariffs
from tests.foreign import environments
from tests.personas import samples
from tests.personas.partner import Partner
from tests.roaming.ocpi.samples import SAMPLES

READER = Path(environments.__file__).parent / "peers" / "ocpi_types_reader.py"
DATED = re.compile(r"(last_updated|timestamp|.*_date_time|period_begin|period_end|expiry_date|departure_time)")
WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z|\d\d:\d\d")  # hours of the day are no moments
START = datetime(2026, 11, 21, 10, tzinfo=UTC)
OWNED = {"country_code": "NL", "party_id": "CPO"}
PAID = {"country_code": "DE", "party_id": "EMX"}
LISTS = {"locations": "Location", "tariffs": "Tariff", "sessions": "Session", "cdrs": "Cdr", "tokens": "Token"}


def strictly(given: dict[str, list[Any]]) -> list[Any]:
    command = [str(environments.python("ocpi_types")), str(READER)]
    said = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(said.stdout)  # type: ignore[no-any-return]


def walk(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, name)
    else:
        yield name, value


@pytest.fixture
def cpo(hub: Any) -> Partner:
    """It has pushed one object of each kind, with every field."""
    cpo = hub.connect("NL/CPO", "CPO")
    emsp = hub.connect("DE/EMX", "EMSP")
    token = {**SAMPLES["CdrToken"], **PAID}
    credit = {**SAMPLES["CDR"], **OWNED, "cdr_token": token, "tariffs": [{**SAMPLES["Tariff"], **OWNED}]}
    pushed = [
        (cpo, "PUT", ("locations", "NL", "CPO", "LOC1"), {**SAMPLES["Location"], **OWNED}),
        (cpo, "PUT", ("tariffs", "NL", "CPO", "T1"), {**SAMPLES["Tariff"], **OWNED}),
        (cpo, "PUT", ("sessions", "NL", "CPO", "101"), {**SAMPLES["Session"], **OWNED, "cdr_token": token}),
        (cpo, "POST", ("cdrs",), credit),
        (emsp, "PUT", ("tokens", "DE", "EMX", SAMPLES["Token"]["uid"]), {**SAMPLES["Token"], **PAID}),
    ]
    for partner, method, (module, *segments), body in pushed:
        assert partner.call(method, partner.at(module, "RECEIVER", *segments), body).status == 1000, module
    return cpo


def charge(hub: Any) -> None:
    """A transaction at a hosted station: the Session, the CDR and its price are the hub's own."""
    owner = hub.host("NL/VLT")
    tariffs.store(owner, samples.tariff(party_id="VLT"), source=None, now=START)
    locations.store(owner, samples.location(party_id="VLT", id="H1"), source=None, now=START)
    station = stations.add("CP1", "NL/VLT", location_id="H1", evses=["EVSE1"]).station
    row = Transaction(station=station, wire_id=7, cdr_token=samples.cdr_token(), token_owner="DE/EMX")
    begun = messages.Started(
        at=START, transaction="7", place=Place(1, 1), token=IdToken("04AA"), meter_start=Decimal(1000)
    )
    ended = messages.Ended(at=START + timedelta(minutes=50), transaction="7", meter_stop=Decimal(8765), reason="Local")
    transactions.advance(row, begun, START)
    row.save()
    transactions.advance(row, ended, ended.at)
    row.save()
    assert sessions.publish(row, ended.at)


def test_a_strict_reader_takes_every_object_of_every_list(hub: Any, cpo: Partner) -> None:
    """LOC-01, SES-01, CDR-01, TAR-01, TOK-07, HCI-01, HCI-02, VER-01, VER-02, VER-11, CRE-10, CRE-16,
    TRA-11, TRA-16, TYP-02, ENV-02.
    """
    charge(hub)
    emsp = next(one for one in hub.partners if one.role == "EMSP")
    given: dict[str, list[Any]] = {}
    for module, kind in LISTS.items():
        reader = cpo if module == "tokens" else emsp
        answer = reader.call("GET", reader.at(module, "SENDER"))
        given[kind] = json.loads(answer.raw)["data"]
    infos = json.loads(emsp.call("GET", emsp.at("hubclientinfo", "SENDER"), routed=False).raw)["data"]
    versions = emsp.call("GET", f"{hub.url}/ocpi/versions", routed=False).data
    given["HubClientInfo"] = infos
    given["Version"] = versions
    given["VersionDetails"] = [emsp.call("GET", versions[0]["url"], routed=False).data]
    given["Credentials"] = [emsp.call("GET", emsp.at("credentials", "SENDER"), routed=False).data]
    counts = {kind: len(documents) for kind, documents in given.items()}
    assert counts == {
        "Location": 2, "Tariff": 2, "Session": 2, "Cdr": 2, "Token": 1, "HubClientInfo": 2, "Version": 1,
        "VersionDetails": 1, "Credentials": 1,
    }  # fmt: skip
    assert strictly(given) == []
    endpoints = given["VersionDetails"][0]["endpoints"]
    others = ("commands", "chargingprofiles", "credentials", "hubclientinfo")
    assert {one["identifier"] for one in endpoints} == {*LISTS, *others}
    assert all(one["url"].startswith(f"{hub.url}/ocpi/2.2.1/") for one in endpoints)
    told = list(walk(given))
    assert [(name, value) for name, value in told if DATED.fullmatch(name) and not WRITTEN.fullmatch(value)] == []
    assert {name for name, _ in told if not re.fullmatch("[a-z][a-z0-9_]*", name)} == set()
    assert (Session.objects.count(), Cdr.objects.count()) == (2, 2)


def test_the_strict_reader_finds_what_is_wrong() -> None:
    wrong = [samples.location(publish="yes"), samples.location(extra=1), samples.location(evses=[{}])]
    assert [place for _, place, _ in strictly({"Location": [samples.location(), *wrong]})] == [1, 2, 3]
