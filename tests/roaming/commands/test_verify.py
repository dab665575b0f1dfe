"""`manage.py verify`: what a partner accepted is read back from it, and sent again where it is not right."""

from __future__ import annotations

import io
import json as plain_json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from roaming.models import Delivery, Platform
from roaming.services import cdrs, locations, tariffs
from tests.personas import samples
from tests.personas.partner import Partner, Said

PLACE = samples.location(party_id="VLT", id="H1")


def verify(*words: str) -> tuple[int, Any]:
    out = io.StringIO()
    try:
        call_command("verify", "DE/EMX", *words, "--json", stdout=out)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, plain_json.loads(out.getvalue())


@pytest.fixture
def told(hub: Any, emsp: Partner) -> Partner:
    """It has accepted a location, a tariff and a CDR of a hosted party."""
    owner = hub.host("NL/VLT")
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201, headers={"Location": f"{emsp.url}/kept/cdr/1"})
    tariffs.store(owner, samples.tariff(party_id="VLT"), source=None, now=timezone.now())
    locations.store(owner, PLACE, source=None, now=timezone.now())
    cdrs.store(owner, samples.cdr(party_id="VLT"), source=None, now=timezone.now())
    hub.work()
    assert set(Delivery.objects.filter(deletion=False).values_list("state", flat=True)) == {"DELIVERED"}
    emsp.answers["GET", "/odd/receiver/locations/NL/VLT/H1"] = Said({**PLACE, "extra": None})
    emsp.answers["GET", "/odd/receiver/tariffs/NL/VLT/T1"] = Said(samples.tariff(party_id="vlt"))
    emsp.answers["GET", "/kept/cdr/1"] = Said(samples.cdr(party_id="VLT"))
    emsp.seen.clear()
    return emsp


def test_a_partner_that_has_everything(hub: Any, told: Partner) -> None:
    """LOC-38, CDR-33: each is read where it was pushed, the CDR where the partner said it would be."""
    code, found = verify()
    assert (code, found["odd"]) == (0, [])
    assert found["compared"] == found["same"] >= 3
    read = [one.path for one in told.requests("GET")]
    assert "/kept/cdr/1" in read and "/odd/receiver/locations/NL/VLT/H1" in read
    assert verify("--module", "tariffs")[1]["compared"] == 1


def test_what_is_gone_or_says_something_else_is_sent_again_as_a_whole(hub: Any, told: Partner) -> None:
    """LOC-38; CDR-04: a CDR that differs stays as it is, one that is gone is posted again."""
    told.answers["GET", "/odd/receiver/locations/NL/VLT/H1"] = Said({**PLACE, "name": "Elsewhere"})
    told.answers["GET", "/odd/receiver/tariffs/NL/VLT/T1"] = Said(http_status=404, status=2000)
    told.answers["GET", "/kept/cdr/1"] = Said(samples.cdr(party_id="VLT", total_energy=11))
    code, found = verify()
    assert (code, found["sent_again"]) == (1, 0)
    assert {(one["state"], one["why"]) for one in found["odd"]} == {
        ("differs", "/name"), ("missing", "HTTP 404"), ("differs", "/total_energy"),
    }  # fmt: skip
    assert verify("--repair")[1]["sent_again"] == 2
    told.seen.clear()
    hub.work()
    assert sorted(one.path for one in told.requests("PUT")) == [
        "/odd/receiver/locations/NL/VLT/H1", "/odd/receiver/tariffs/NL/VLT/T1",
    ]  # fmt: skip
    assert told.requests("PUT")[1].body["id"] and told.pushed("cdrs") == []
    told.answers["GET", "/kept/cdr/1"] = Said(http_status=404, status=2000)
    assert verify("--module", "cdrs", "--repair")[1]["sent_again"] == 1
    hub.work()
    assert len(told.pushed("cdrs")) == 1


def test_a_partner_that_cannot_be_read_is_said_to_be_unknown(hub: Any, told: Partner) -> None:
    for path in ("/odd/receiver", "/kept"):
        told.answers["GET", path] = Said(raw=b"<html>", http_status=502)
    told.answers = {key: value for key, value in told.answers.items() if key[1] in ("/odd/receiver", "/kept")}
    code, found = verify("--repair")
    assert (code, found["same"], found["sent_again"]) == (1, 0, 0)
    assert {one["state"] for one in found["odd"]} == {"unknown"}
    Platform.objects.update(status="OFFLINE")
    with pytest.raises(CommandError, match="nothing can be read there"):
        call_command("verify", "DE/EMX")
