"""Pages of a list that is passed on: whatever the receiver's Link is like, ours leads on, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen

NAMES = [f"L{number}" for number in range(5)]


def serve(cpo: Partner, link: Callable[[str, int], str | None], total: bool = True) -> None:
    """Five locations, two on a page; `link` makes the header out of the endpoint and the next offset."""
    here = cpo.endpoint("locations", "SENDER")

    def page(seen: Seen) -> Said:
        offset = int(seen.query.get("offset", ["0"])[0])
        names = NAMES[offset : offset + 2]
        header = link(here, offset + 2) if offset + 2 < len(NAMES) else None
        headers = {} if header is None else {"Link": header}
        if total:
            headers["X-Total-Count"] = str(len(NAMES))
        return Said([samples.location(id=name) for name in names], headers=headers)

    cpo.answers["GET", "/odd/sender/locations"] = page


def following(answer: Any) -> str:
    return str(answer.headers.get("Link", "").partition(">")[0].removeprefix("<"))


def crawled(hub: Any, emsp: Partner, then: str) -> list[str]:
    """`then`: the receiver that is named from the second page on."""
    url, to = emsp.at("locations", "SENDER") + "?limit=2&date_from=2026-01-01T00:00:00Z", "NL/CPO"
    found: list[str] = []
    while url and len(found) <= len(NAMES):
        assert url.startswith(hub.url)
        answer = emsp.call("GET", url, to=to)
        assert (answer.both, answer.headers["OCPI-from-party-id"]) == ((200, 1000), "CPO")
        found += [one["id"] for one in answer.data]
        url, to = following(answer), then
    return found


@pytest.mark.parametrize("link", [
    lambda here, offset: f'<{here}?date_from=2026-01-01T00:00:00Z&offset={offset}&limit=2>; rel="next"',
    lambda here, offset: f"<{here.replace('http:', 'https:')}?offset={offset}&limit=2>; rel=next",
    lambda here, offset: f'<{here}/VersionNumber.v_2_2_1?offset={offset}>; rel="next"',
    lambda here, offset: f'</odd/sender/locations?offset={offset}&limit=2>; rel="next"',
    lambda here, offset: f'<http://elsewhere.example/?offset={offset}>; rel="next"',
    lambda here, offset: f'<{here}?offset=0&limit=2>; rel="next"',
    lambda here, offset: "",
    lambda here, offset: None,
], ids=["right", "https", "path", "relative", "elsewhere", "backwards", "empty", "none"])  # fmt: skip
def test_a_list_that_is_passed_on_is_crawled_to_its_end(hub: Any, cpo: Partner, emsp: Partner, link: Any) -> None:
    """PAG-17, S8: through the ways that peers break their Link (peers 7), as the lists that we pull ourselves."""
    serve(cpo, link)
    assert crawled(hub, emsp, "NL/CPO") == NAMES
    asked = cpo.requests("GET", "/odd/sender/locations")
    assert [one.query["date_from"] for one in asked] == [["2026-01-01T00:00:00Z"]] * 3


@pytest.mark.parametrize("then", ["", "NL/HUB"])
def test_who_follows_a_link_need_not_name_the_receiver_again(hub: Any, cpo: Partner, emsp: Partner, then: str) -> None:
    """PAG-17: using the Link only; the hub's own list would be another."""
    serve(cpo, lambda here, offset: f'<{here}?offset={offset}&limit=2>; rel="next"')
    assert crawled(hub, emsp, then) == NAMES


def test_a_link_is_of_one_list_and_cannot_be_made(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """S8, S9."""
    other = hub.connect("BE/CPX", "CPO")
    serve(cpo, lambda here, offset: f'<{here}?offset={offset}&limit=2>; rel="next"')
    url = following(emsp.call("GET", emsp.at("locations", "SENDER"), to="NL/CPO"))
    assert emsp.call("GET", url, to="BE/CPX").both == (200, 2001)
    for to in ("", "NL/CPO", "NL/HUB"):
        assert emsp.call("GET", url + "x", to=to).both == (200, 2001)
    assert not other.requests("GET", "/odd/sender")


def test_a_receiver_that_answers_without_a_body_is_answered_for(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """ENV-01: where its profile says that this means yes; when to come again is passed on (HUB-22)."""
    platform = hub.platform(emsp)
    platform.bare_success = True
    platform.save()
    at = cpo.at("sessions", "RECEIVER", "NL", "CPO", "S1")
    for status, said in ((201, 201), (204, 200)):
        emsp.answers["PUT", "/odd/receiver/sessions"] = Said(raw=b"", http_status=status)
        assert cpo.call("PUT", at, samples.session(), to="DE/EMX").both == (said, 1000)
    emsp.answers["PUT", "/odd/receiver/sessions"] = Said(None, 429, 2000, headers={"Retry-After": "7"})
    answer = cpo.call("PUT", at, samples.session(), to="DE/EMX")
    assert (answer.both, answer.headers["Retry-After"]) == ((429, 2000), "7")


def test_an_answer_names_its_receiver_also_where_the_other_header_is_unreadable(hub: Any, cpo: Partner) -> None:
    """HUB-05."""
    answer = cpo.call("GET", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), to="NLD/CPO")
    assert (answer.both, answer.headers["OCPI-to-party-id"]) == ((200, 2001), "CPO")
    assert answer.headers["OCPI-from-party-id"] == "HUB"
