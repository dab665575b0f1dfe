"""HubClientInfo: who is told about whom, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from roaming.models import Agreement, Location, Party, Platform
from roaming.services import agreements, announcements, decisions, platforms, presence, registration
from tests.personas import samples
from tests.personas.partner import Partner, Said


def clients(reader: Partner) -> dict[str, str]:
    data = reader.call("GET", reader.at("hubclientinfo", "SENDER"), routed=False).data
    return {f"{one['country_code']}/{one['party_id']} {one['role']}": one["status"] for one in data}


def test_everyone_reads_of_those_it_may_talk_to(hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner) -> None:
    """HCI-01, HCI-02, HCI-10, HUB-33: not of rivals; hosted parties are announced too."""
    hub.host("NL/VLT")
    assert clients(emsp) == {"NL/CPO CPO": "CONNECTED", "NL/VLT CPO": "CONNECTED"}
    assert clients(cpo) == {"DE/EMX EMSP": "CONNECTED", "FR/EMY EMSP": "CONNECTED"}
    Agreement.objects.create(
        cpo=Party.objects.get(party_id="CPO"), emsp=Party.objects.get(party_id="EMX"), suspended=True
    )
    assert clients(cpo) == {"FR/EMY EMSP": "CONNECTED"}
    answer = emsp.call("GET", emsp.at("hubclientinfo", "SENDER") + "?limit=1", to="NL/VLT")
    assert (answer.headers["X-Total-Count"], "OCPI-to-party-id" in answer.headers) == ("1", False)  # HUB-02, HCI-07


def test_a_new_party_is_announced_to_the_others(hub: Any, cpo: Partner) -> None:
    """HCI-03, CRE-21, HCI-07; HCI-13: who does not offer the module is not pushed."""
    quiet = hub.connect("BE/QUI", "CPO", modules=("locations", "tokens"))
    hub.connect("DE/EMX", "EMSP")
    hub.work()
    (put,) = cpo.pushed("hubclientinfo")
    assert (put.method, put.path) == ("PUT", "/odd/receiver/hubclientinfo/DE/EMX")
    assert {key: put.body[key] for key in ("country_code", "party_id", "role", "status")} == {
        "country_code": "DE", "party_id": "EMX", "role": "EMSP", "status": "CONNECTED",
    }  # fmt: skip
    assert not [name for name in put.headers if name.startswith("ocpi-")]
    assert quiet.pushed("hubclientinfo") == []


def test_a_new_hosted_party_is_announced_too_and_once(hub: Any, emsp: Partner) -> None:
    """HCI-03, HUB-33."""
    hub.work()
    emsp.seen.clear()
    hub.host("NL/VLT", news=True)
    hub.host("NL/VLT", news=True)
    hub.work()
    (put,) = emsp.pushed("hubclientinfo")
    assert (put.path, put.body["status"]) == ("/odd/receiver/hubclientinfo/NL/VLT", "CONNECTED")


def test_the_end_of_a_connection_is_told_as_suspended(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-05: never deleted."""
    hub.work()
    emsp.call("DELETE", emsp.at("credentials", "SENDER"), routed=False)
    hub.work()
    assert cpo.pushed("hubclientinfo")[-1].body["status"] == "SUSPENDED"
    assert clients(cpo) == {"DE/EMX EMSP": "SUSPENDED"}


def test_three_silences_make_a_platform_offline_until_it_answers_a_check(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-06, HCI-08: nothing is sent to it meanwhile but the check."""
    platform = hub.platform(emsp)
    for _ in range(3):
        presence.timed_out(platform)
    assert Platform.objects.get(pk=platform.pk).status == "OFFLINE"
    hub.work()
    assert cpo.pushed("hubclientinfo")[-1].body["status"] == "OFFLINE"
    emsp.seen.clear()
    hub.work()
    assert emsp.seen == []
    emsp.answers["GET", "/versions"] = Said(http_status=500, status=3000)
    assert registration.still_alive(Platform.objects.get(pk=platform.pk))  # it answered, whatever it said
    assert Platform.objects.get(pk=platform.pk).status == "CONNECTED"
    hub.work()
    assert cpo.pushed("hubclientinfo")[-1].body["status"] == "CONNECTED"


def test_a_request_of_an_offline_platform_makes_it_be_checked_at_once(hub: Any, emsp: Partner) -> None:
    """HCI-08: it lives; whether we reach it is another matter."""
    platform = hub.platform(emsp)
    for _ in range(3):
        presence.timed_out(platform)
    Platform.objects.filter(pk=platform.pk).update(last_seen_at=None)
    assert not presence.to_check(timezone.now()).filter(pk=platform.pk).exists()
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)
    assert presence.to_check(timezone.now()).filter(pk=platform.pk).exists()
    assert Platform.objects.get(pk=platform.pk).status == "OFFLINE"


def test_a_suspended_partner_is_shut_out_and_hears_nothing(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-06, S12: 401 like any wrong token, and back again when staff say so."""
    platforms.suspend(hub.platform(emsp), timezone.now())
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (401, 2000)
    emsp.seen.clear()
    hub.work()
    assert emsp.seen == []
    assert cpo.pushed("hubclientinfo")[-1].body["status"] == "SUSPENDED"
    platforms.resume(hub.platform(emsp), timezone.now())
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)


def test_each_role_of_a_party_is_told_by_itself(hub: Any, cpo: Partner) -> None:
    """HCI-09: one platform, one check; two roles of one party are two objects under one URL."""
    double = hub.connect("LU/DBL", "EMSP", more=("NSP LU/DBL", "EMSP LU/TWO"))
    hub.work()
    told = {(one.path.rpartition("/hubclientinfo/")[2], one.body["role"]) for one in cpo.pushed("hubclientinfo")}
    assert told == {("LU/DBL", "EMSP"), ("LU/DBL", "NSP"), ("LU/TWO", "EMSP")}
    platform = hub.platform(double)
    for _ in range(3):
        presence.timed_out(platform)
    assert clients(cpo) == {"LU/DBL EMSP": "OFFLINE", "LU/DBL NSP": "OFFLINE", "LU/TWO EMSP": "OFFLINE"}


def test_the_list_is_filtered_by_when_it_changed(hub: Any, cpo: Partner, emsp: Partner, other_emsp: Partner) -> None:
    """HCI-01: date_from from, date_to before, pages with a Link."""
    Party.objects.filter(party_id="EMX").update(last_updated="2026-01-01T00:00:00Z")
    Party.objects.filter(party_id="EMY").update(last_updated="2026-02-01T00:00:00Z")
    url = cpo.at("hubclientinfo", "SENDER")

    def listed(query: str) -> list[str]:
        return [one["party_id"] for one in cpo.call("GET", f"{url}?{query}", routed=False).data]

    assert listed("date_from=2026-02-01T00:00:00Z") == ["EMY"]
    assert listed("date_to=2026-02-01T00:00:00Z") == ["EMX"]
    page = cpo.call("GET", f"{url}?limit=1&date_from=2026-01-01T00:00:00Z", routed=False)
    link = page.headers["Link"].partition(">")[0][1:]
    assert [one["party_id"] for one in cpo.call("GET", link, routed=False).data] == ["EMY"]


def test_a_new_agreement_introduces_its_parties_to_each_other(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-03, HCI-10, HUB-32: where every pair needs one; nobody else is told."""
    decisions.choose("VISIBILITY-DEFAULT", "agreement")
    other = hub.connect("FR/EMY", "EMSP")
    hub.work()
    for partner in (cpo, emsp, other):
        partner.seen.clear()
    here, there = (Party.objects.get(party_id=name) for name in ("CPO", "EMX"))
    agreements.changed(Agreement.objects.create(cpo=here, emsp=there))
    hub.work()
    assert [one.path.rpartition("/")[2] for one in cpo.pushed("hubclientinfo")] == ["EMX"]
    assert [one.path.rpartition("/")[2] for one in emsp.pushed("hubclientinfo")] == ["CPO"]
    assert other.pushed("hubclientinfo") == []
    assert clients(cpo) == {"DE/EMX EMSP": "CONNECTED"}


def test_who_may_not_talk_any_more_is_planned_until_it_may_again(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-10, HCI-05: the end of an agreement is told by push, and each later word is the later one; nothing is
    repeated where nothing is another."""
    here, there = (Party.objects.get(party_id=name) for name in ("CPO", "EMX"))
    agreed = Agreement.objects.create(cpo=here, emsp=there)
    agreements.changed(agreed)
    hub.work()
    emsp.seen.clear()
    for suspended in (True, False, False):
        agreed.suspended = suspended
        agreed.save()
        agreements.changed(agreed)
        hub.work()
    told = [one.body for one in emsp.pushed("hubclientinfo")]
    assert [one["status"] for one in told] == ["PLANNED", "CONNECTED"]
    assert told[0]["last_updated"] <= told[1]["last_updated"]
    assert clients(emsp) == {"NL/CPO CPO": "CONNECTED"}


def test_an_agreement_that_begins_and_ends_by_itself_is_told_and_shows_in_delta_pulls(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """HCI-03, HUB-32, S23."""
    location = cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1")
    assert cpo.call("PUT", location, samples.location()).both == (201, 1000)
    here, there = (Party.objects.get(party_id=name) for name in ("CPO", "EMX"))
    now, minute = timezone.now(), timedelta(minutes=1)
    agreed = Agreement.objects.create(cpo=here, emsp=there, valid_from=now + minute, valid_until=now + 9 * minute)
    agreements.changed(agreed)
    hub.work()
    emsp.seen.clear()
    Agreement.objects.update(changed_at=now - 2 * minute, valid_from=now - minute)
    Location.objects.update(listed_at=now - 9 * minute)
    Party.objects.update(last_updated=now - 9 * minute)
    agreements.mind(timezone.now())
    hub.work()
    since = (now - minute).strftime("date_from=%Y-%m-%dT%H:%M:%SZ")
    assert [one["id"] for one in emsp.call("GET", f"{emsp.at('locations', 'SENDER')}?{since}").data] == ["LOC1"]
    delta = emsp.call("GET", f"{emsp.at('hubclientinfo', 'SENDER')}?{since}", routed=False).data
    assert [one["party_id"] for one in delta] == ["CPO"]
    agreements.mind(timezone.now())
    hub.work()
    assert [one.body["status"] for one in emsp.pushed("hubclientinfo")] == ["CONNECTED"]
    Agreement.objects.update(changed_at=now - 2 * minute, valid_until=now - minute)
    agreements.mind(timezone.now())
    hub.work()
    assert [one.body["status"] for one in emsp.pushed("hubclientinfo")] == ["CONNECTED", "PLANNED"]
    assert emsp.call("GET", f"{emsp.at('locations', 'SENDER')}?{since}").data == []


def test_a_change_while_another_is_being_told_is_told_too(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HCI-03: also within the same second."""
    hub.work()
    emsp.seen.clear()
    party = Party.objects.get(party_id="CPO")
    again = [party]

    def slowly(seen: Any) -> Said:
        while again:
            announcements.changed(again.pop(), party.last_updated)
            connections.close_all()  # this thread's
        return Said()

    emsp.answers["PUT", "/odd/receiver/hubclientinfo"] = slowly
    announcements.changed(party, timezone.now())
    hub.work()
    hub.work()
    assert len(emsp.pushed("hubclientinfo")) == 2


def test_new_tokens_are_nobodys_business_and_a_role_that_goes_is(hub: Any, cpo: Partner) -> None:
    """HCI-03, CRE-21."""
    emsp = hub.connect("DE/EMX", "EMSP", more=("EMSP DE/EM2",))
    hub.work()
    cpo.seen.clear()
    for number in (1, 2):
        put = emsp.call("PUT", emsp.at("credentials", "SENDER"), emsp.credentials(f"b{number}"), routed=False)
        assert put.both == (200, 1000)
        emsp.token_for_hub = put.data["token"]
        hub.work()
        assert [(one.body["party_id"], one.body["status"]) for one in cpo.pushed("hubclientinfo")] == [
            ("EM2", "SUSPENDED")
        ] * (number - 1)
        emsp.roles = emsp.roles[:1]
