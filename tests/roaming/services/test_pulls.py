"""Pulling partners' lists: everything at first, then what changed; whatever way the partner breaks its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Location, Platform, Pull, Session, Tariff, Token
from roaming.ocpi import json
from roaming.ocpi.versions import ModuleID
from roaming.services import decisions, presence, pulls, pulse
from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen

PATH = "/odd/sender/locations"


def crawl(partner: Partner, module: str = "locations") -> Pull:
    row = Pull.objects.get(party__party_id=partner.party.partition("/")[2], module=module)
    pulls.run(row.pk)
    row.refresh_from_db()
    return row


def again(row: Pull) -> None:
    Pull.objects.filter(pk=row.pk).update(next_at=timezone.now())


def serve(partner: Partner, identifiers: list[str], *, size: int = 2, link: Any = None, **said: Any) -> None:
    """The list in pages; `link` makes the Link header from the next offset."""

    def page(seen: Seen) -> Said:
        offset = int(seen.query.get("offset", ["0"])[0])
        part = [samples.location(id=one) for one in identifiers[offset : offset + size]]
        following = offset + size
        url = f"{partner.url}{PATH}?offset={following}&limit={size}"
        headers = {"X-Total-Count": str(len(identifiers)), "X-Limit": str(size)}
        if following < len(identifiers):
            headers["Link"] = link(following) if link else f'<{url}>; rel="next"'
        return Said(part, headers=headers, **said)

    partner.answers["GET", PATH] = page


def stored() -> list[str]:
    return sorted(Location.objects.values_list("object_id", flat=True))


def test_a_new_partner_is_pulled_completely(hub: Any) -> None:
    """TRA-04, PAG-12, HUB-37: one GET for each party, to it, from the hub, through all pages."""
    cpo = hub.connect("NL/CPO", "CPO")
    serve(cpo, ["L1", "L2", "L3", "L4", "L5"])
    row = crawl(cpo)
    assert (row.state, row.pages, row.objects_seen, row.stored, row.full) == ("IDLE", 3, 5, 5, True)
    assert stored() == ["L1", "L2", "L3", "L4", "L5"]
    first = cpo.requests("GET", PATH)[0]
    assert "date_from" not in first.query
    assert (first.headers["ocpi-to-party-id"], first.headers["ocpi-from-party-id"]) == ("CPO", "HUB")
    assert set(Pull.objects.values_list("module", flat=True)) == {"locations", "tariffs", "sessions", "cdrs"}


def test_the_next_time_only_what_changed_is_asked_for(hub: Any, cpo: Partner) -> None:
    """TRA-09, TRA-05: with an overlap, and at a time of its own."""
    serve(cpo, ["L1"])
    row = crawl(cpo)
    assert row.next_at is not None
    wait = row.next_at - timezone.now()
    assert timedelta(hours=5) < wait < timedelta(hours=7)
    again(row)
    crawl(cpo)
    asked = cpo.requests("GET", PATH)[-1].query["date_from"][0]
    assert asked.endswith("Z")
    assert row.started_at is not None and asked < row.started_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_is_gone_from_a_full_list_is_removed_and_nothing_else(hub: Any, cpo: Partner) -> None:
    """PAG-16, LOC-16: never by a delta, never what was pushed while the crawl ran."""
    serve(cpo, ["L1", "L2"])
    row = crawl(cpo)
    again(row)
    serve(cpo, ["L1"])
    crawl(cpo)
    assert status("L2") == "AVAILABLE"
    pulls.ask_now(row, full=True)
    crawl(cpo)
    assert (status("L1"), status("L2")) == ("AVAILABLE", "REMOVED")


def test_what_was_missing_from_a_list_once_is_back_when_it_stands_there_again(
    hub: Any, cpo: Partner, emsp: Partner
) -> None:
    """PAG-16, HUB-20, COO-13: unchanged as it is, for its owner knows of nothing; all dates are the owner's."""
    serve(cpo, ["L1"])
    row = crawl(cpo)
    hub.work()
    for listed, told in ([], "REMOVED"), (["L1"], "AVAILABLE"):
        serve(cpo, listed)
        pulls.ask_now(row, full=True)
        crawl(cpo)
        hub.work()
        assert status("L1") == told
        assert emsp.pushed("locations")[-1].body == {"status": told, "last_updated": samples.LAST_UPDATED}


@pytest.mark.parametrize("page", [
    Said([], headers={"X-Total-Count": "3"}), Said([samples.location(id="L1")], headers={"X-Total-Count": "3"}),
])  # fmt: skip
def test_a_list_that_ends_before_its_own_count_takes_nothing_away(hub: Any, cpo: Partner, page: Said) -> None:
    """PAG-16: only what was fully crawled is the truth; a partner that stumbles does not lose its locations."""
    serve(cpo, ["L1", "L2", "L3"])
    row = crawl(cpo)
    none_left = Said([], headers={"X-Total-Count": "3"})
    cpo.answers["GET", PATH] = lambda seen: none_left if "offset" in seen.query else page
    pulls.ask_now(row, full=True)
    row = crawl(cpo)
    assert {status("L1"), status("L2"), status("L3")} == {"AVAILABLE"}
    assert (row.state, "of 3: nothing is taken for gone" in row.error) == ("IDLE", True)


def test_a_location_is_gone_even_if_one_of_its_evses_was_removed_before(hub: Any, cpo: Partner) -> None:
    """PAG-16, LOC-16."""
    evses = [samples.evse(uid="OLD", status="REMOVED"), samples.evse(uid="NEW")]
    cpo.answers["GET", PATH] = Said([samples.location(id="L1", evses=evses)])
    row = crawl(cpo)
    cpo.answers["GET", PATH] = Said([])
    pulls.ask_now(row, full=True)
    crawl(cpo)
    document = json.loads(Location.objects.get(object_id="L1").document)
    assert [evse["status"] for evse in document["evses"]] == ["REMOVED", "REMOVED"]


def test_what_stands_on_the_list_in_a_bad_shape_is_not_gone(hub: Any, cpo: Partner) -> None:
    """PAG-16, TRA-06: the older, good copy stays; the log names the bad one."""
    serve(cpo, ["L1"])
    row = crawl(cpo)
    bad = samples.location(id="L1")
    del bad["coordinates"]
    cpo.answers["GET", PATH] = Said([bad])
    pulls.ask_now(row, full=True)
    row = crawl(cpo)
    assert (row.invalid, row.error[:4], status("L1")) == (1, "L1: ", "AVAILABLE")


def test_a_full_pull_asked_for_while_a_delta_runs_comes_after_it(
    hub: Any, cpo: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAG-16."""
    serve(cpo, ["L1", "L2", "L3"])
    row = crawl(cpo)
    again(row)
    told: list[Pull] = []

    def wish(pull: Pull) -> None:
        if not told:
            pulls.ask_now(pull, full=True, nudge=False)
        told.append(pull)

    pulls.run(row.pk, told=wish)
    row.refresh_from_db()
    assert (row.state, row.full, row.known_until) == ("IDLE", False, None)
    assert (crawl(cpo).full, status("L3")) == (True, "AVAILABLE")


def test_an_object_over_which_the_hub_itself_stumbles_is_passed_over(
    hub: Any, cpo: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRA-06: or the crawl would fail at it every second, for ever."""
    serve(cpo, ["L1", "L2"])
    store = pulls._STORES[ModuleID.LOCATIONS]

    def stumbles(owner: Any, document: str, **more: Any) -> Any:
        if '"L1"' in document:
            raise RuntimeError("no")
        return store(owner, document, **more)

    monkeypatch.setitem(pulls._STORES, ModuleID.LOCATIONS, stumbles)
    row = crawl(cpo)
    assert (row.state, row.invalid, stored()) == ("IDLE", 1, ["L2"])


def test_after_our_own_absence_every_list_is_asked_for_what_we_missed(hub: Any, cpo: Partner) -> None:
    """TRA-09, TRA-05: soon, not all at the same moment; an ordinary start asks for nothing."""
    serve(cpo, ["L1"])
    row = crawl(cpo)
    now = timezone.now()
    assert pulse.beat(now - timedelta(minutes=30)) == timedelta(0)
    assert pulse.beat(now - timedelta(minutes=30) + timedelta(seconds=61)) < pulse.ABSENCE
    pulse.mind(now)
    row.refresh_from_db()
    assert row.next_at is not None
    assert now < row.next_at < now + timedelta(minutes=2)
    again(row)
    crawl(cpo)
    assert "date_from" in cpo.requests("GET", PATH)[-1].query


def status(identifier: str) -> str:
    return str(json.loads(Location.objects.get(object_id=identifier).document)["evses"][0]["status"])


def test_tariffs_that_are_gone_are_deleted_and_tokens_are_not(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-16."""
    cpo.answers["GET", "/odd/sender/tariffs"] = Said([samples.tariff(), samples.tariff(id="T2")])
    emsp.answers["GET", "/odd/sender/tokens"] = Said([samples.token()])
    tariffs, tokens = crawl(cpo, "tariffs"), crawl(emsp, "tokens")
    cpo.answers["GET", "/odd/sender/tariffs"] = Said([samples.tariff()])
    emsp.answers["GET", "/odd/sender/tokens"] = Said([])
    for row in (tariffs, tokens):
        pulls.ask_now(row, full=True)
        pulls.run(row.pk)
    assert list(Tariff.objects.filter(deleted_at=None).values_list("object_id", flat=True)) == ["T1"]
    assert Token.objects.count() == 1


def test_one_bad_object_does_not_spoil_the_page(hub: Any, cpo: Partner, caplog: pytest.LogCaptureFixture) -> None:
    """TRA-06, COO-10: and neither does somebody else's; each is logged by its id."""
    bad = samples.location(id="BAD")
    del bad["coordinates"]
    foreign = samples.location(id="FOREIGN", party_id="OTH")
    cpo.answers["GET", PATH] = Said([samples.location(id="L1"), bad, 7, foreign, samples.location(id="L2")])
    row = crawl(cpo)
    assert (row.state, row.stored, row.invalid) == ("IDLE", 2, 3)
    assert stored() == ["L1", "L2"]
    assert row.error
    assert "object not taken: BAD" in caplog.text
    assert "object not taken: FOREIGN" in caplog.text


def test_a_platform_that_gives_everybody_the_same_list(hub: Any) -> None:
    """COO-10, HUB-37: each party's objects come once, with its own list; the others' are no mistakes."""
    both = hub.connect("NL/CPO", "CPO", more=("CPO NL/CPX",))
    everything = [samples.location(id="L1"), samples.location(id="L2", party_id="CPX")]
    both.answers["GET", PATH] = Said(everything)
    rows = [pulls.run(one.pk) for one in Pull.objects.filter(module="locations")]
    assert [(one.stored, one.invalid) for one in rows if one] == [(1, 0), (1, 0)]
    assert stored() == ["L1", "L2"]


@pytest.mark.parametrize("link", [
    lambda offset: f"<https://evil.example{PATH}?offset={offset}>; rel=\"next\"",
    lambda offset: "<VersionNumber.v_2_2_1/locations?date_from=None>; rel=\"next\"",
    lambda offset: "",
    lambda offset: f"<http://127.0.0.1:1{PATH}?offset={offset}>; rel=\"next\"",
])  # fmt: skip
def test_a_broken_link_is_not_followed_and_the_rest_is_found_by_offset(hub: Any, cpo: Partner, link: Any) -> None:
    """Peers 7, S8, S9."""
    serve(cpo, ["L1", "L2", "L3", "L4", "L5"], link=link)
    row = crawl(cpo)
    assert (row.state, row.pages) == ("IDLE", 3)
    assert len(stored()) == 5


def test_a_list_that_goes_round_in_a_circle_ends(hub: Any, cpo: Partner) -> None:
    """S8: and nothing is taken for gone."""
    cpo.answers["GET", PATH] = Said(
        [samples.location(id="L1")], headers={"X-Total-Count": "9", "Link": f'<{cpo.url}{PATH}>; rel="next"'}
    )
    row = crawl(cpo)
    assert row.pages <= 10
    assert stored() == ["L1"]


@pytest.mark.parametrize("said", [
    Said(http_status=500, status=3000), Said(status=3000), Said(raw=b"<html>"), Said(http_status=401, status=2000),
    Said(http_status=302, headers={"Location": "http://169.254.169.254/"}),
])  # fmt: skip
def test_a_partner_that_fails_is_asked_again_later(hub: Any, cpo: Partner, said: Said) -> None:
    cpo.answers["GET", PATH] = said
    Platform.objects.update(status_since=timezone.now() - timedelta(hours=1))
    row = crawl(cpo)
    assert (row.state, row.known_until) == ("FAILED", None)
    assert row.error
    assert row.next_at is not None and row.next_at > timezone.now() + timedelta(minutes=5)


def test_a_partner_that_has_just_registered_is_asked_again_at_once(hub: Any, cpo: Partner) -> None:
    """It may not have stored our token yet."""
    cpo.answers["GET", PATH] = Said(http_status=401, status=2000)
    row = crawl(cpo)
    assert row.next_at is not None and row.next_at < timezone.now() + timedelta(seconds=10)


def test_a_crawl_goes_on_where_it_stopped(hub: Any, cpo: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill: the row says which page comes next."""
    serve(cpo, ["L1", "L2", "L3", "L4", "L5", "L6"])
    monkeypatch.setattr(pulls, "BUDGET", 0.0)
    row = crawl(cpo)
    assert row.state == "RUNNING"
    assert cpo.requests("GET", PATH) == []
    monkeypatch.setattr(pulls, "BUDGET", 20.0)
    Pull.objects.filter(pk=row.pk).update(url=f"{cpo.url}{PATH}?offset=4&limit=2", offset=4, pages=2, objects_seen=4)
    row = crawl(cpo)
    assert (row.state, row.pages, row.objects_seen) == ("IDLE", 3, 6)
    assert stored() == ["L5", "L6"]


def test_a_partner_that_is_back_is_asked_at_once(hub: Any, cpo: Partner) -> None:
    """TRA-09, HCI-06: and one that is away is not asked at all."""
    serve(cpo, ["L1"])
    row = crawl(cpo)
    for _ in range(3):
        presence.timed_out(hub.platform(cpo))
    assert not pulls.due(timezone.now()).exists()
    presence.answered(Platform.objects.get(pk=hub.platform(cpo).pk))
    assert pulls.due(timezone.now()).filter(pk=row.pk).exists()


def test_what_was_pulled_is_told_to_others_and_not_back(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HUB-08, S35: a session too, to the owner of its token only."""
    serve(cpo, ["L1"])
    cpo.answers["GET", "/odd/sender/sessions"] = Said([samples.session()])
    crawl(cpo)
    crawl(cpo, "sessions")
    hub.work()
    assert [one.path for one in emsp.pushed("locations")] == ["/odd/receiver/locations/NL/CPO/L1"]
    assert [one.path for one in emsp.pushed("sessions")] == ["/odd/receiver/sessions/NL/CPO/S1"]
    assert cpo.pushed("locations") == []
    assert Session.objects.count() == 1


def test_pulling_can_be_decided_against(hub: Any) -> None:
    """PULL-INTERVAL."""
    decisions.choose("PULL-INTERVAL", "none")
    cpo = hub.connect("NL/CPO", "CPO")
    assert not pulls.due(timezone.now()).exists()
    serve(cpo, ["L1"])
    pulls.ask_now(Pull.objects.get(module="locations"))
    assert crawl(cpo).next_at is None
    assert stored() == ["L1"]
