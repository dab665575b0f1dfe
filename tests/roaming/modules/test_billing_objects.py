"""Sessions, CDRs and tariffs through the front door: who gets them, who never does."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Cdr, Delivery, Session, Tariff
from roaming.ocpi import json
from roaming.services import cdrs, decisions, sessions
from tests.personas import samples
from tests.personas.partner import Partner, Said

LATER = "2026-11-21T11:00:00Z"


def push_session(cpo: Partner, body: Any, method: str = "PUT", **more: Any) -> Any:
    return cpo.call(method, cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), body, **more)


def listed(reader: Partner, module: str) -> list[str]:
    return [one["id"] for one in reader.call("GET", reader.at(module, "SENDER")).data]


def test_a_session_goes_to_its_tokens_owner_and_to_nobody_else(
    hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner
) -> None:
    """HUB-17, SES-08, TRA-07, S29: by open routing, exact, and listed for that owner only."""
    emsp.answers["PUT", "/odd/receiver/sessions"] = Said(http_status=201)
    text = json.dumps(samples.session(**{"x-odd": Decimal("0.10")}))
    assert push_session(cpo, None, raw=text.encode()).both == (201, 1000)
    (seen,) = emsp.pushed("sessions")
    assert (seen.path, seen.raw) == ("/odd/receiver/sessions/NL/CPO/S1", text.encode())
    assert (seen.headers["ocpi-from-party-id"], seen.headers["ocpi-to-party-id"]) == ("CPO", "EMX")
    patch = {"kwh": Decimal("2.5"), "charging_periods": [samples.period(LATER)], "last_updated": LATER}
    assert push_session(cpo, patch, "PATCH").both == (200, 1000)  # found by the session's token
    hub.work()
    assert len(emsp.pushed("sessions")) == 2
    assert other_emsp.pushed("sessions") == []
    assert (listed(emsp, "sessions"), listed(other_emsp, "sessions")) == (["S1"], [])
    held = push_session(cpo, None, "GET").data
    assert (held["kwh"], len(held["charging_periods"])) == (Decimal("2.5"), 2)  # SES-13


def test_what_its_receiver_took_long_to_take_is_in_the_next_delta(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-02: who read the list meanwhile goes on from then, so a push counts from when it is there to be read."""
    read: list[datetime] = []

    def taking(seen: Any) -> Said:
        assert listed(emsp, "sessions") == []
        read.append(timezone.now())
        return Said(http_status=201)

    emsp.answers["PUT", "/odd/receiver/sessions"] = taking
    assert push_session(cpo, samples.session(last_updated="2026-01-01T00:00:00Z")).both == (201, 1000)
    since = read[0].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    delta = emsp.call("GET", f"{emsp.at('sessions', 'SENDER')}?date_from={since}")
    assert [one["id"] for one in delta.data] == ["S1"]


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_what_is_not_for_everyone_is_not_broadcast(hub: Any, cpo: Partner, emsp: Partner, module: str) -> None:
    """HUB-13."""
    if module == "sessions":
        answer = push_session(cpo, samples.session(), to="NL/HUB")
    else:
        answer = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr(), to="NL/HUB")
    assert answer.both == (200, 2001)
    assert emsp.pushed(module) == []


def test_a_cdr_passes_through_once_and_can_be_read_back_at_our_url(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CDR-02 to CDR-05, HUB-22, HUB-30: what its payer takes twice or differently is still the one that came first."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201, headers={"Location": f"{emsp.url}/cdr/77"})
    answer = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr())
    assert answer.both == (201, 1000)
    assert answer.headers["Location"].startswith(hub.url)
    for named in ("", "DE/EMX", "NL/HUB"):
        read = cpo.call("GET", answer.headers["Location"], to=named)
        assert (read.both, read.data) == ((200, 1000), samples.cdr())
        assert read.headers["OCPI-from-party-id"] == (named or "NL/HUB").partition("/")[2]
    assert not emsp.requests("GET", "/cdr")
    assert listed(emsp, "cdrs") == ["CDR1"]
    hub.work()
    assert len(emsp.pushed("cdrs")) == 1
    assert emsp.call("GET", answer.headers["Location"]).http_status == 404
    again = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr())
    assert (again.both, again.headers["Location"]) == ((201, 1000), answer.headers["Location"])
    cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr(total_energy=11))
    assert cpo.call("GET", answer.headers["Location"]).data == samples.cdr()
    assert (listed(emsp, "cdrs"), Cdr.objects.count()) == (["CDR1"], 1)


def test_a_payer_that_names_no_url_for_a_cdr_leaves_its_cpo_ours(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CDR-03: the answer of a POST has a Location, whose GET gives the CDR."""
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=200)
    answer = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr())
    assert answer.both == (200, 1000)
    assert cpo.call("GET", answer.headers["Location"]).data == samples.cdr()
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(status=2001)
    assert "Location" not in cpo.call("POST", cpo.at("cdrs", "RECEIVER"), samples.cdr(id="CDR2")).headers


def test_a_session_of_a_hosted_party_is_put_and_then_patched(hub: Any, emsp: Partner, other_emsp: Partner) -> None:
    """SES-08, SES-14, SES-16: from its CPO, only the new periods."""
    owner = hub.host("NL/VLT")
    first = samples.session(party_id="VLT")
    sessions.store(owner, first, source=None, now=timezone.now())
    hub.work()
    grown = {
        **first, "kwh": Decimal("2.5"), "last_updated": LATER,
        "charging_periods": [*first["charging_periods"], samples.period(LATER)],
    }  # fmt: skip
    sessions.store(owner, grown, source=None, now=timezone.now())
    hub.work()
    put, patch = emsp.pushed("sessions")
    assert (put.method, put.body, put.headers["ocpi-from-party-id"]) == ("PUT", first, "VLT")
    assert patch.method == "PATCH"
    assert patch.body == {"kwh": Decimal("2.5"), "charging_periods": [samples.period(LATER)], "last_updated": LATER}
    assert other_emsp.pushed("sessions") == []
    assert (listed(emsp, "sessions"), listed(other_emsp, "sessions")) == (["S1"], [])


def test_a_cdr_of_a_hosted_party_is_posted_until_it_is_taken(hub: Any, emsp: Partner, other_emsp: Partner) -> None:
    """CDR-06, CDR-33: the same bytes; "known already" after an answer that was lost is acceptance."""
    owner = hub.host("NL/VLT")
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=500, status=3000)
    cdrs.store(owner, samples.cdr(party_id="VLT"), source=None, now=timezone.now())
    hub.work()
    delivery = Delivery.objects.get(module="cdrs")
    assert (delivery.state, delivery.attempts, delivery.last_error[:8]) == ("PENDING", 1, "HTTP 500")
    emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201, headers={"Location": "nonsense:1"})
    Delivery.objects.update(due_at=timezone.now())
    hub.work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_url) == ("DELIVERED", "nonsense:1")
    first, second = emsp.pushed("cdrs")
    assert first.raw == second.raw
    assert [one.outcome for one in delivery.tries.order_by("at")] == ["to be repeated", "accepted"]
    assert other_emsp.pushed("cdrs") == []
    assert (listed(emsp, "cdrs"), listed(other_emsp, "cdrs")) == (["CDR1"], [])


def test_sessions_may_be_listed_without_date_from_unless_decided_otherwise(hub: Any, emsp: Partner) -> None:
    """SES-02, E8."""
    from_hub = emsp.at("sessions", "SENDER")
    assert emsp.call("GET", from_hub).both == (200, 1000)
    decisions.choose("SESSIONS-DATE-FROM", "required")
    assert emsp.call("GET", from_hub).both == (200, 2001)
    assert emsp.call("GET", from_hub + "?date_from=2026-01-01T00:00:00").both == (200, 1000)  # PAG-14


def test_no_single_session_on_the_sender_interface(hub: Any, emsp: Partner) -> None:
    """SES-01."""
    assert emsp.call("GET", emsp.at("sessions", "SENDER", "S1")).http_status == 404


def test_charging_preferences_of_a_hosted_session_are_not_taken(hub: Any, emsp: Partner) -> None:
    """SES-04: HTTP 404 with 2001."""
    sessions.store(hub.host("NL/VLT"), samples.session(party_id="VLT"), source=None, now=timezone.now())
    url = emsp.at("sessions", "SENDER", "S1", "charging_preferences")
    assert emsp.call("PUT", url, {"profile_type": "FAST"}).both == (404, 2001)


def test_charging_preferences_are_passed_on_to_the_sessions_cpo(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """SES-03, HUB-17: `data` is the bare string that the CPO sent."""
    push_session(cpo, samples.session())
    cpo.answers["PUT", "/odd/sender/sessions"] = Said("ACCEPTED")
    url = emsp.at("sessions", "SENDER", "S1", "charging_preferences")
    answer = emsp.call("PUT", url, {"profile_type": "FAST"})
    assert (answer.both, answer.data) == ((200, 1000), "ACCEPTED")
    assert cpo.requests("PUT")[0].path == "/odd/sender/sessions/S1/charging_preferences"


def test_a_tariff_is_put_read_and_deleted_everywhere(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TAR-01 to TAR-03, TAR-05, HUB-14; TRA-03: DELETE without a Content-Type."""
    url = cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1")
    assert cpo.call("PUT", url, samples.tariff()).both == (201, 1000)
    hub.work()
    assert listed(emsp, "tariffs") == ["T1"]
    assert cpo.call("GET", url).data == samples.tariff()
    assert cpo.call("DELETE", url, Content_Type="").both == (200, 1000)
    assert cpo.call("DELETE", url).both == (404, 2000)
    assert cpo.call("GET", url).both == (404, 2000)
    assert listed(emsp, "tariffs") == []
    hub.work()
    assert [(one.method, one.path) for one in emsp.pushed("tariffs")] == [
        ("PUT", "/odd/receiver/tariffs/NL/CPO/T1"), ("DELETE", "/odd/receiver/tariffs/NL/CPO/T1"),
    ]  # fmt: skip
    assert Tariff.objects.get().deleted_at is not None
    assert cpo.call("PUT", url, samples.tariff()).both == (201, 1000)
    hub.work()
    assert emsp.pushed("tariffs")[-1].method == "PUT"


def test_a_tariff_goes_before_the_location_that_names_it(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """LOC-40."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    cpo.call("PUT", cpo.at("tariffs", "RECEIVER", "NL", "CPO", "T1"), samples.tariff())
    hub.work()
    assert [one.path.split("/")[3] for one in emsp.requests("PUT", "/odd/")][-2:] == ["tariffs", "locations"]


def test_money_keeps_its_digits(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """TYP-05: from the CPO's text to the eMSP's, and in the columns."""
    text = json.dumps(samples.cdr()).replace('"excl_vat":2.5', '"excl_vat":2.5000')
    cpo.call("POST", cpo.at("cdrs", "RECEIVER"), raw=text.encode())
    assert b'"excl_vat":2.5000' in emsp.call("GET", emsp.at("cdrs", "SENDER")).raw
    assert Cdr.objects.get().total_cost_excl_vat == Decimal("2.5")
    assert Session.objects.count() == 0


def test_a_cdr_whose_dates_are_spelled_otherwise_is_the_same_when_it_comes_again(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """CDR-05, CDR-29, E13: the unknown start is accepted, never emitted, and no conflict of content."""
    sent = samples.cdr(start_date_time="1970-1-1T00:00:00Z", last_updated="2026-11-21 11:00:05.25+00:00")
    for _ in range(2):
        assert cpo.call("POST", cpo.at("cdrs", "RECEIVER"), sent).both == (200, 1000)
    (one,) = emsp.call("GET", emsp.at("cdrs", "SENDER")).data
    assert (one["start_date_time"], one["last_updated"]) == ("1970-01-01T00:00:00Z", "2026-11-21T11:00:05.250Z")
