"""Who has left is in nobody's lists, whose cards charge nowhere; who is back is seen again, by delta lists too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from roaming.models import Agreement, Delivery, Location, Party
from roaming.services import platforms, tokens
from tests.personas import samples
from tests.personas.partner import Partner

UID = "04A1B2C3D4E5F6"


def shown(reader: Partner, module: str, since: str = "") -> tuple[int, int]:
    """How many are on the list, and how many it says there are."""
    query = f"?date_from={since}" if since else ""
    answer = reader.call("GET", reader.at(module, "SENDER") + query, to="NL/HUB")
    return len(answer.data), int(answer.headers["X-Total-Count"])


def suspended(hub: Any, who: Partner) -> None:
    platforms.suspend(hub.platform(who), timezone.now())


def unregistered(hub: Any, who: Partner) -> None:
    assert who.call("DELETE", who.at("credentials", "SENDER"), routed=False).both == (200, 1000)


@pytest.mark.parametrize("leave", [suspended, unregistered])
def test_the_lists_are_of_those_who_are_connected(
    hub: Any, cpo: Partner, emsp: Partner, leave: Callable[[Any, Partner], None]
) -> None:
    """HUB-18, S22: locations and tariffs go with their CPO; what was charged there is still to be read."""
    for module, document in (("locations", samples.location()), ("tariffs", samples.tariff())):
        url = cpo.at(module, "RECEIVER", "NL", "CPO", document["id"])
        assert cpo.call("PUT", url, document).both == (201, 1000)
    assert cpo.call("PUT", cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1"), samples.session()).both[1] == 1000
    assert [shown(emsp, module) for module in ("locations", "tariffs", "sessions")] == [(1, 1)] * 3
    leave(hub, cpo)
    assert [shown(emsp, module) for module in ("locations", "tariffs", "sessions")] == [(0, 0), (0, 0), (1, 1)]
    assert emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").both == (404, 2003)


def test_who_is_back_is_new_to_delta_lists(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """PAG-02, HCI-06: a reader that dropped the objects meanwhile gets them again; none of them is written for it."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    suspended(hub, cpo)
    stored = Location.objects.get().listed_at
    since = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert shown(emsp, "locations", since) == (0, 0)
    platforms.resume(hub.platform(cpo), timezone.now())
    assert shown(emsp, "locations", since) == (1, 1)
    assert Location.objects.get().listed_at == stored
    assert emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").data["last_updated"] == (
        samples.LAST_UPDATED
    )


def test_what_was_not_told_for_its_absence_is_told_when_it_is_back(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S23, HUB-18: a push that was on its way when the CPO was suspended."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location(), to="NL/HUB")
    suspended(hub, cpo)
    hub.work()
    assert not emsp.pushed("locations")
    assert Delivery.objects.get(module="locations").state == Delivery.State.WITHDRAWN
    platforms.resume(hub.platform(cpo), timezone.now())
    hub.work()
    assert [one.body["id"] for one in emsp.pushed("locations")] == ["LOC1"]


def test_what_a_party_was_in_another_role_does_not_count(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """HUB-07, HUB-18: nor where it is, as long as it is somewhere."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    other = hub.connect("NL/CPO", "EMSP")
    suspended(hub, other)
    assert shown(emsp, "locations") == (1, 1)
    unregistered(hub, cpo)
    assert shown(emsp, "locations") == (0, 0)
    hub.connect("NL/CPO", "CPO")
    assert shown(emsp, "locations", timezone.now().strftime("%Y-%m-%dT00:00:00Z")) == (1, 1)


def test_who_is_suspended_behind_another_hub_is_in_no_list_here(hub: Any, emsp: Partner) -> None:
    """HUB-18, HCI-02; who is merely OFFLINE there stays."""
    neighbour = hub.connect("SE/XHB", "HUB")
    document = samples.location(country_code="SE", party_id="CPS")

    def tell(status: str, minute: int) -> None:
        told = {"country_code": "SE", "party_id": "CPS", "role": "CPO", "status": status}
        told["last_updated"] = f"2026-11-21T10:{minute:02}:00Z"
        url = neighbour.at("hubclientinfo", "RECEIVER", "SE", "CPS")
        assert neighbour.call("PUT", url, told, routed=False).both == (200, 1000)

    tell("CONNECTED", 0)
    assert neighbour.call("PUT", neighbour.at("locations", "RECEIVER", "SE", "CPS", "LOC1"), document).both[0] == 201
    seen = []
    for minute, status in enumerate(("OFFLINE", "SUSPENDED", "CONNECTED"), start=1):
        since = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        tell(status, minute)
        seen.append((shown(emsp, "locations"), shown(emsp, "locations", since)))
    assert seen == [((1, 1), (0, 0)), ((0, 0), (0, 0)), ((1, 1), (1, 1))]


@pytest.mark.parametrize("leave", [suspended, unregistered])
def test_the_cards_of_an_emsp_that_left_charge_nowhere(
    hub: Any, emsp: Partner, leave: Callable[[Any, Partner], None]
) -> None:
    """S15, S33, TOK-09: ALWAYS too, for nobody is there who would pay."""
    hosted = hub.host()
    body = samples.token(whitelist="ALWAYS")
    assert emsp.call("PUT", emsp.at("tokens", "RECEIVER", "DE", "EMX", UID), body).both == (201, 1000)
    assert tokens.lookup_for_station(UID, hosted, now=timezone.now())
    before = tokens.last_change()
    leave(hub, emsp)
    assert tokens.lookup_for_station(UID, hosted, now=timezone.now()) is None
    assert (tokens.last_change() or timezone.now()) > (before or timezone.now())


def test_an_agreement_that_changes_is_news_for_the_cards_that_stations_keep(hub: Any, emsp: Partner) -> None:
    """S33, HUB-32."""
    hub.host()
    assert tokens.last_change() is not None
    emsp.call("PUT", emsp.at("tokens", "RECEIVER", "DE", "EMX", UID), samples.token())
    before = tokens.last_change()
    cpo, driving = Party.objects.get(role="CPO"), Party.objects.get(party_id="EMX")
    agreed = Agreement.objects.create(cpo=cpo, emsp=driving, suspended=True)
    assert (before or agreed.changed_at) < agreed.changed_at == tokens.last_change()
