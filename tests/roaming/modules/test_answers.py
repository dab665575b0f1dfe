"""What answers have in common, whatever the module: statuses, ids, shapes of `data`, optional fields."""

from __future__ import annotations

import base64
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils import timezone

from roaming.models import Cdr, Notice, Platform
from roaming.ocpi import json
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_what_is_not_there_is_404_and_says_so_in_the_envelope(hub: Any) -> None:
    """STA-03, STA-07, ENV-04: 2003 for a location, 2000 for anything else."""
    caller = hub.connect("NL/CPO", "CPO", more=("EMSP DE/EMX",))
    owners = {"tokens": ("DE", "EMX")}
    for module in ("locations", "tariffs", "sessions", "cdrs", "tokens"):
        country, party = owners.get(module, ("NL", "CPO"))
        url = caller.at(module, "RECEIVER", country, party, "NONE")
        answer = caller.call("GET", url, sender=f"{country}/{party}")
        assert answer.both == (404, 2003 if module == "locations" else 2000), module
        assert "data" not in answer.envelope
    assert caller.call("GET", caller.at("locations", "SENDER", "NONE"), sender="DE/EMX").both == (404, 2003)


def test_data_has_the_shape_that_is_specified(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """ENV-01, ENV-02, ENV-06, STA-06: an array for lists, also empty; an object for one; nothing for a write."""
    url = cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1")
    written = cpo.call("PUT", url, samples.tariff())
    assert (written.both, "data" in written.envelope) == ((201, 1000), False)
    assert cpo.call("GET", url).data == samples.tariff()
    assert emsp.call("GET", emsp.at("tariffs", "SENDER")).data == [samples.tariff()]
    assert cpo.call("DELETE", url).envelope.keys() == {"status_code", "timestamp"}
    assert emsp.call("GET", emsp.at("tariffs", "SENDER")).data == []


def test_an_optional_field_may_be_null_empty_or_absent(hub: Any, cpo: Partner) -> None:
    """ENV-07, COO-03, LOC-28: each time the default holds, and what was there before is gone."""
    url = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    bare = {name: value for name, value in samples.location().items() if name not in ("name", "evses")}
    full = {**samples.location(evses=[]), "facilities": ["HOTEL"], "charging_when_closed": False}
    for number, odd in enumerate(({}, {"name": None, "facilities": None}, {"facilities": [], "evses": []})):
        assert cpo.call("PUT", url, {**full, "last_updated": f"2026-11-21T1{number}:00:00Z"}).status == 1000
        said = {**bare, **odd, "last_updated": f"2026-11-21T1{number}:30:00Z"}
        assert cpo.call("PUT", url, said).both == (200, 1000), odd
        held = cpo.call("GET", url).data
        assert not held.get("facilities") and not held.get("name"), odd
        assert held.get("charging_when_closed", True) is True


def test_ids_that_we_make_are_uuids(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """MID-07, MID-01, MID-02, TRA-02, COO-01: in answers to those who sent none, and on what we send."""
    token = base64.b64encode(emsp.token_for_hub.encode()).decode()
    answer = requests.get(f"{hub.url}/ocpi/versions", headers={"Authorization": f"Token {token}"}, timeout=60)
    cpo.call("PUT", cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1"), samples.tariff())
    hub.work()
    (pushed,) = emsp.pushed("tariffs")
    assert (pushed.path, pushed.headers["content-type"]) == ("/odd/receiver/tariffs/NL/CPO/T1", "application/json")
    for headers in (answer.headers, pushed.headers):
        for name in ("x-request-id", "x-correlation-id"):
            assert UUID.fullmatch(headers[name]), (name, headers[name])


def test_a_cdr_with_a_problem_is_refused_with_the_reason_or_told_to_staff(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """CDR-32, HUB-21: what its payer refuses comes back with the reason; what it takes and we cannot is noticed."""
    url, broken = cpo.at("cdrs", "RECEIVER"), {**samples.cdr(), "total_cost": None}
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(status=2001, message="total_cost is missing")
    refused = cpo.call("POST", url, broken)
    assert (refused.both, refused.envelope["status_message"]) == ((200, 2001), "total_cost is missing")
    assert not Notice.objects.filter(code="cdrs_not_kept").exists()
    emsp.answers.clear()
    assert cpo.call("POST", url, broken).both == (200, 1000)
    told = Notice.objects.get(code="cdrs_not_kept").text
    assert "'CDR1' of NL/CPO" in told and "/total_cost" in told
    assert Cdr.objects.count() == 0


def test_a_cdr_may_name_a_location_that_nobody_published(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CDR-30, CDR-31: and what it says besides is passed on and kept."""
    more = {
        "home_charging_compensation": True, "invoice_reference_id": "i" * 39, "remark": "r" * 255,
        "meter_id": "m" * 255,
    }  # fmt: skip
    assert cpo.call("POST", cpo.at("cdrs", "RECEIVER"), {**samples.cdr(), **more}).both == (200, 1000)
    (passed,) = emsp.pushed("cdrs")
    assert passed.body == {**samples.cdr(), **more}
    assert emsp.call("GET", emsp.at("cdrs", "SENDER")).data == [{**samples.cdr(), **more}]


def test_a_schedule_informs_and_only_a_status_changes_a_status(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """LOC-34: what is planned for now is shown as it was sent; the change itself is a push of its own."""
    plan = [{"period_begin": "2020-01-01T00:00:00Z", "status": "INOPERATIVE"}]
    place = samples.location(evses=[samples.evse(status_schedule=plan)])
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), place)
    hub.work()
    (evse,) = emsp.call("GET", emsp.at("locations", "SENDER")).data[0]["evses"]
    assert (evse["status"], evse["status_schedule"]) == ("AVAILABLE", plan)
    change = {"status": "INOPERATIVE", "last_updated": LATER}
    assert cpo.call("PATCH", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1", "EVSE1"), change).status == 1000
    hub.work()
    assert emsp.pushed("locations")[-1].body == change


def test_long_texts_are_taken_and_cut_for_whom_cannot_take_them(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """TYP-10: the limits as first printed, for that partner only, in pushes, lists and single objects."""
    Platform.objects.filter(pk=hub.platform(emsp).pk).update(short_texts=True)
    place = samples.location(address="a" * 200, state="s" * 40)
    assert cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), place).both == (201, 1000)
    hub.work()
    (pushed,) = emsp.pushed("locations")
    (listed,) = emsp.call("GET", emsp.at("locations", "SENDER")).data
    single = emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").data
    for shown in (pushed.body, listed, single):
        assert shown == {**place, "address": "a" * 45, "state": "s" * 20}
    assert other_emsp.call("GET", other_emsp.at("locations", "SENDER")).data == [place]


def test_a_push_that_arrives_slowly_is_in_the_next_delta(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-02: dated when it was read to its end, so that a list read meanwhile was not the last to have it."""
    parts = urlsplit(cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1"))
    body = json.dump_bytes(samples.tariff(last_updated="2026-01-01T00:00:00Z"))
    token = base64.b64encode(cpo.token_for_hub.encode()).decode()
    head = (
        f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Token {token}\r\n"
        f"OCPI-from-country-code: NL\r\nOCPI-from-party-id: CPO\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=10) as slow:
        slow.sendall(head.encode() + body[:10])
        assert emsp.call("GET", emsp.at("tariffs", "SENDER")).data == []
        since = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        slow.sendall(body[10:])
        assert b" 201 " in slow.recv(65_536).split(b"\r\n")[0]
    assert len(emsp.call("GET", f"{emsp.at('tariffs', 'SENDER')}?date_from={since}").data) == 1
