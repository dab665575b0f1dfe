"""Routing headers and message ids."""

from __future__ import annotations

import pytest

from roaming.ocpi.errors import InvalidParameter
from roaming.ocpi.headers import MessageIds, Routing, read_ids, read_routing
from roaming.ocpi.party import PartyId

HEADERS = {
    "OCPI-to-country-code": "NL",
    "OCPI-to-party-id": "HUB",
    "OCPI-from-country-code": "DE",
    "OCPI-from-party-id": "EMX",
}
HUB, EMX = PartyId("NL", "HUB"), PartyId("DE", "EMX")


@pytest.mark.parametrize("spell", [str.lower, str.upper, str])
def test_names_and_values_in_any_case(spell: type[str]) -> None:
    """TRA-10, HUB-03."""
    given = {spell(name): f" {spell(value)} " for name, value in HEADERS.items()}
    assert read_routing(given) == Routing(HUB, EMX)


def test_both_parties_are_optional() -> None:
    assert read_routing({}) == Routing()
    assert read_routing({"OCPI-from-country-code": "DE", "OCPI-from-party-id": "EMX"}) == Routing(sender=EMX)


@pytest.mark.parametrize("missing", HEADERS)
def test_half_a_party_is_none(missing: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        read_routing({name: value for name, value in HEADERS.items() if name != missing})
    assert caught.value.name == missing


@pytest.mark.parametrize("value", ["DEU", "D", "1!", "Ä1"])
def test_what_is_no_party(value: str) -> None:
    with pytest.raises(InvalidParameter):
        read_routing(HEADERS | {"OCPI-to-country-code": value})


def test_they_are_written_as_they_are_read() -> None:
    assert Routing(HUB, EMX).headers() == HEADERS
    assert Routing().headers() == {}


def test_an_answer_swaps_them() -> None:
    """HUB-05, HUB-16."""
    assert Routing(HUB, EMX).answered_by() == Routing(EMX, HUB)
    assert Routing(None, EMX).answered_by(HUB) == Routing(EMX, HUB)


class TestMessageIds:
    def test_they_are_echoed(self) -> None:
        """MID-01, MID-02."""
        ids = read_ids({"x-request-id": "r1", "X-CORRELATION-ID": "c1"}, "fresh-r", "fresh-c")
        assert ids == MessageIds("r1", "c1")
        assert ids.headers() == {"X-Request-ID": "r1", "X-Correlation-ID": "c1"}

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Request-ID": ""},
            {"X-Request-ID": "a b"},
            {"X-Request-ID": "x" * 129},
            {"X-Request-ID": "a\r\nSet-Cookie: x"},
        ],
    )
    def test_missing_or_unusable_ones_are_made_up(self, headers: dict[str, str]) -> None:
        """MID-08, S27."""
        assert read_ids(headers, "fresh-r", "fresh-c") == MessageIds("fresh-r", "fresh-c", complete=False)

    def test_one_of_two(self) -> None:
        assert read_ids({"X-Correlation-ID": "c1"}, "r", "c") == MessageIds("r", "c1", complete=False)


class TestParty:
    @pytest.mark.parametrize("text", ["NL/VLT", "nl/vlt", "NL-VLT", "nl*VLT", " NL/VLT "])
    def test_spellings(self, text: str) -> None:
        """TYP-03."""
        assert PartyId.parse(text) == PartyId("NL", "VLT")
        assert str(PartyId.parse(text)) == "NL/VLT"

    @pytest.mark.parametrize("text", ["", "NLVLT", "NL/", "/VLT", "NL/VLTX", "N1/VLT", "NL/V T", "NL/V\n", "NL/É"])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a"):
            PartyId.parse(text)
