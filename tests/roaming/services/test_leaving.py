"""Who has left is in nobody's lists, whose cards charge nowhere; who is back is seen again, by delta lists too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

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
    """PAG-02, HCI-06: a reader that dropped the objects meanwhile gets them again."""
    cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location())
    suspended(hub, cpo)
    since = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert shown(emsp, "locations", since) == (0, 0)
    platforms.resume(hub.platform(cpo), timezone.now())
    assert shown(emsp, "locations", since) == (1, 1)
    assert emsp.call("GET", emsp.at("locations", "SENDER", "LOC1"), to="NL/HUB").data["last_updated"] == (
        samples.LAST_UPDATED
    )


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
