"""The routing table: one line per situation. Read it as the documentation of `roaming.hub.routing`.

The world: a hub NL/HUB which hosts the CPO NL/VLT and itself. Platforms:
  1  NL/CPA, a CPO                          2  DE/EMX, an eMSP                  3  FR/EMY, an eMSP without locations
  4  BE/DUO, CPO and eMSP at once           5  AT/OFF, an eMSP that is offline  6  CH/NAV, an NSP
  7  a roaming hub SE/XHB, which has announced the CPO SE/CPS and the eMSP SE/EMS
  8  IT/CPI and IT/CPJ, two CPOs            9  ES/OTH, role OTHER              10  PL/SEC, an eMSP without agreements
NL/DUA is a CPO on platform 11 and an eMSP on platform 12.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from roaming.hub.addressing import DRIVING_SIDE, OPPOSITE, ConnectionStatus, Role, Seat
from roaming.hub.routing import (
    AskAll,
    Broadcast,
    Decision,
    FindReceiver,
    Forward,
    Reject,
    Request,
    Serve,
    answer_routing,
    found,
    route,
)
from roaming.ocpi.errors import UnknownToken
from roaming.ocpi.headers import Routing
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import FUNCTIONAL_MODULES, InterfaceRole, ModuleID

SENDER, RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER
EVERYTHING = frozenset((module, interface) for module in FUNCTIONAL_MODULES for interface in InterfaceRole)
NOT_LOCATIONS = frozenset(offer for offer in EVERYTHING if offer[0] is not ModuleID.LOCATIONS)


def party(text: str) -> PartyId:
    return PartyId.parse(text)


def seat(
    text: str,
    role: Role,
    platform: int | None,
    connection: ConnectionStatus = ConnectionStatus.CONNECTED,
    offers: frozenset[tuple[ModuleID, InterfaceRole]] = EVERYTHING,
) -> Seat:
    return Seat(party(text), role, platform, connection, offers)


SEATS = [
    seat("NL/HUB", Role.HUB, None),
    seat("NL/VLT", Role.CPO, None),
    seat("NL/CPA", Role.CPO, 1),
    seat("DE/EMX", Role.EMSP, 2),
    seat("FR/EMY", Role.EMSP, 3, offers=NOT_LOCATIONS),
    seat("BE/DUO", Role.CPO, 4),
    seat("BE/DUO", Role.EMSP, 4),
    seat("AT/OFF", Role.EMSP, 5, ConnectionStatus.OFFLINE),
    seat("CH/NAV", Role.NSP, 6),
    seat("SE/XHB", Role.HUB, 7),
    seat("SE/CPS", Role.CPO, 7),
    seat("SE/EMS", Role.EMSP, 7),
    seat("IT/CPI", Role.CPO, 8),
    seat("IT/CPJ", Role.CPO, 8),
    seat("ES/OTH", Role.OTHER, 9),
    seat("PL/SEC", Role.EMSP, 10),
    seat("NL/DUA", Role.CPO, 11),
    seat("NL/DUA", Role.EMSP, 12),
    seat("NL/TWO", Role.NSP, 13),
    seat("NL/TWO", Role.EMSP, 14),
]


class World:
    """A directory over SEATS. Everybody has an agreement with everybody, except with PL/SEC."""

    hub = party("NL/HUB")

    def __init__(self, open_auth: tuple[Seat, ...] = ()) -> None:
        self._open_auth = open_auth

    def seats_of(self, wanted: PartyId) -> Collection[Seat]:
        return [s for s in SEATS if s.party == wanted]

    def seats_on(self, platform: int) -> Collection[Seat]:
        return [s for s in SEATS if s.platform == platform]

    def may_talk(self, sender: PartyId, receiver: PartyId, module: ModuleID) -> bool:
        return party("PL/SEC") not in (sender, receiver)

    def open_auth(self, sender: PartyId) -> Collection[Seat]:
        return self._open_auth


def request(line: str, platform: int, sender: str = "", to: str = "", body: Any = None) -> Request:
    """`line` is "METHOD module interface [owner] [id] [?type]"."""
    method, module, interface, *rest = line.split()
    token_type = rest.pop()[1:] if rest and rest[-1].startswith("?") else "RFID"
    owner = party(rest.pop(0)) if rest and "/" in rest[0] else None
    return Request(
        method,
        ModuleID(module),
        InterfaceRole[interface.upper()],
        platform,
        Routing(to=party(to) if to else None, sender=party(sender) if sender else None),
        owner,
        rest[0] if rest else None,
        token_type,
        body,
    )


def outcome(decision: Decision) -> str:
    match decision:
        case Serve(who):
            return f"serve as {who}"
        case Forward(who, role, platform):
            return f"forward to {who} {role} on {platform}"
        case Broadcast(roles):
            return "broadcast to " + ",".join(roles)
        case FindReceiver(by, key, _, token_type):
            return f"find by {by} {key} {token_type}".strip()
        case AskAll(seats):
            return "ask " + ",".join(str(s.party) for s in seats)
        case Reject(error):
            return f"{type(error).__name__} {error.http_status} {error.status}"


EVERYBODY_DRIVING = "broadcast to EMSP,NSP,SCSP,NAP,OTHER"
ITEM = {"country_code": "NL", "party_id": "CPA", "id": "L1"}
FOR_EMX = {
    "country_code": "NL",
    "party_id": "CPA",
    "id": "S1",
    "cdr_token": {"country_code": "de", "party_id": "emx", "uid": "1"},
}

TABLE: list[tuple[str, str, int, str, str, Any, str]] = [
    # requirement, request, platform, from, to, body, decision
    # --- direct: to names a party -----------------------------------------------------------------------------------
    ("HUB-06", "PUT locations receiver NL/CPA L1", 1, "NL/CPA", "DE/EMX", ITEM, "forward to DE/EMX EMSP on 2"),
    ("HUB-06", "GET locations sender", 2, "DE/EMX", "NL/CPA", None, "forward to NL/CPA CPO on 1"),
    ("HUB-06", "POST cdrs receiver", 1, "NL/CPA", "DE/EMX", FOR_EMX, "forward to DE/EMX EMSP on 2"),
    ("HUB-06", "POST commands receiver START_SESSION", 2, "DE/EMX", "NL/CPA", {}, "forward to NL/CPA CPO on 1"),
    ("HUB-06", "PUT chargingprofiles sender S1", 1, "NL/CPA", "DE/EMX", {}, "forward to DE/EMX EMSP on 2"),
    ("HUB-06", "GET locations receiver NL/CPA L1", 1, "NL/CPA", "DE/EMX", None, "forward to DE/EMX EMSP on 2"),
    ("HUB-06", "DELETE tariffs receiver NL/CPA T1", 1, "NL/CPA", "CH/NAV", None, "forward to CH/NAV NSP on 6"),
    ("hosted", "GET locations sender", 2, "DE/EMX", "NL/VLT", None, "serve as NL/VLT"),
    ("hosted", "PUT tokens receiver DE/EMX 012345", 2, "DE/EMX", "NL/VLT", None, "serve as NL/VLT"),
    ("hosted", "POST commands receiver START_SESSION", 2, "DE/EMX", "NL/VLT", {}, "serve as NL/VLT"),
    ("HUB-07", "PUT tokens receiver DE/EMX 012345", 2, "DE/EMX", "NL/DUA", None, "forward to NL/DUA CPO on 11"),
    ("HUB-07", "PUT sessions receiver NL/CPA S1", 1, "NL/CPA", "NL/DUA", None, "forward to NL/DUA EMSP on 12"),
    ("HUB-07", "PUT tokens receiver DE/EMX 012345", 2, "DE/EMX", "CH/NAV", None, "UnknownReceiver 200 4001"),
    ("HUB-07", "PUT locations receiver NL/CPA L1", 1, "NL/CPA", "NL/TWO", None, "forward to NL/TWO EMSP on 14"),
    ("HUB-23", "GET locations sender", 2, "DE/EMX", "XX/YYY", None, "UnknownReceiver 200 4001"),
    ("HUB-25", "PUT sessions receiver NL/CPA S1", 1, "NL/CPA", "AT/OFF", None, "ReceiverUnreachable 200 4003"),
    ("peers 6", "PUT locations receiver NL/CPA L1", 1, "NL/CPA", "FR/EMY", None, "ModuleNotOffered 200 4003"),
    ("HUB-32", "PUT locations receiver NL/CPA L1", 1, "NL/CPA", "PL/SEC", None, "UnknownReceiver 200 4001"),
    ("HUB-28", "PUT locations receiver SE/CPS L1", 7, "SE/CPS", "SE/EMS", None, "UnknownReceiver 200 4001"),
    ("HUB-28", "PUT locations receiver SE/CPS L1", 7, "SE/CPS", "DE/EMX", None, "forward to DE/EMX EMSP on 2"),
    # --- broadcast: a write to the hub ------------------------------------------------------------------------------
    ("HUB-08", "PUT locations receiver NL/CPA L1", 1, "NL/CPA", "NL/HUB", ITEM, EVERYBODY_DRIVING),
    ("HUB-08", "PATCH locations receiver NL/CPA L1", 1, "NL/CPA", "NL/HUB", {"name": "x"}, EVERYBODY_DRIVING),
    ("HUB-08", "PUT tariffs receiver NL/CPA T1", 1, "NL/CPA", "NL/HUB", None, EVERYBODY_DRIVING),
    ("HUB-09", "PUT tokens receiver DE/EMX 012345", 2, "DE/EMX", "NL/HUB", None, "broadcast to CPO"),
    ("HUB-09", "PUT tokens receiver ES/OTH 012345", 9, "ES/OTH", "NL/HUB", None, "broadcast to CPO"),
    ("HUB-14", "DELETE tariffs receiver NL/CPA T1", 1, "NL/CPA", "NL/HUB", None, EVERYBODY_DRIVING),
    ("HUB-12", "GET locations receiver NL/CPA L1", 1, "NL/CPA", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("HUB-13", "PUT sessions receiver NL/CPA S1", 1, "NL/CPA", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("HUB-13", "POST cdrs receiver", 1, "NL/CPA", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("HUB-13", "POST commands receiver START_SESSION", 2, "DE/EMX", "NL/HUB", {}, "InvalidParameter 200 2001"),
    ("HUB-13", "PUT chargingprofiles receiver S1", 2, "DE/EMX", "NL/HUB", {}, "InvalidParameter 200 2001"),
    ("HUB-13", "PUT sessions sender S1", 2, "DE/EMX", "NL/HUB", {}, "InvalidParameter 200 2001"),
    # --- a CDR at the URL that the hub gave its sender ---------------------------------------------------------------
    ("HUB-30", "GET cdrs receiver NL/CPA C1", 1, "NL/CPA", "DE/EMX", None, "serve as DE/EMX"),
    ("HUB-30", "GET cdrs receiver NL/CPA C1", 1, "NL/CPA", "NL/HUB", None, "serve as NL/HUB"),
    ("HUB-30", "GET cdrs receiver NL/CPA C1", 1, "", "", None, "serve as NL/HUB"),
    ("S20", "GET cdrs receiver BE/DUO C1", 1, "NL/CPA", "DE/EMX", None, "NotFound 404 2000"),
    # --- GET ALL: a list from the hub -------------------------------------------------------------------------------
    ("HUB-18", "GET locations sender", 2, "DE/EMX", "NL/HUB", None, "serve as NL/HUB"),
    ("HUB-18", "GET tokens sender", 1, "NL/CPA", "NL/HUB", None, "serve as NL/HUB"),
    ("HUB-18", "GET cdrs sender", 2, "DE/EMX", "NL/HUB", None, "serve as NL/HUB"),
    # --- open routing: no to ----------------------------------------------------------------------------------------
    ("HUB-17", "POST tokens sender 012345", 1, "NL/CPA", "", None, "find by token 012345 RFID"),
    ("HUB-17", "POST tokens sender abc ?APP_USER", 1, "NL/CPA", "", None, "find by token abc APP_USER"),
    ("HUB-17", "POST tokens sender 012345", 1, "NL/CPA", "NL/HUB", None, "find by token 012345 RFID"),
    ("HUB-17", "POST commands receiver START_SESSION", 2, "DE/EMX", "", {"location_id": "L1"}, "find by location L1"),
    ("HUB-17", "POST commands receiver RESERVE_NOW", 2, "DE/EMX", "", {"location_id": "L1"}, "find by location L1"),
    ("HUB-17", "POST commands receiver UNLOCK_CONNECTOR", 2, "DE/EMX", "", {"location_id": "L"}, "find by location L"),
    ("HUB-17", "POST commands receiver STOP_SESSION", 2, "DE/EMX", "", {"session_id": "S1"}, "find by session S1"),
    (
        "HUB-17",
        "POST commands receiver CANCEL_RESERVATION",
        2,
        "DE/EMX",
        "",
        {"reservation_id": "R1"},
        "find by reservation R1",
    ),
    ("HUB-17", "POST commands receiver START_SESSION", 2, "DE/EMX", "", {}, "InvalidObject 200 2001"),
    ("HUB-17", "POST commands receiver START_SESSION", 2, "DE/EMX", "", [], "InvalidObject 200 2001"),
    ("HUB-17", "GET chargingprofiles receiver S1", 2, "DE/EMX", "", None, "find by session S1"),
    ("HUB-17", "PUT chargingprofiles receiver S1", 2, "DE/EMX", "", {}, "find by session S1"),
    ("HUB-17", "DELETE chargingprofiles receiver S1", 2, "DE/EMX", "", None, "find by session S1"),
    ("HUB-17", "PUT chargingprofiles sender S1", 1, "NL/CPA", "", {}, "find by profile S1"),
    ("HUB-17", "PUT sessions sender S1", 2, "DE/EMX", "", {}, "find by session S1"),
    ("HUB-17", "PUT sessions receiver NL/CPA S1", 1, "NL/CPA", "", FOR_EMX, "forward to DE/EMX EMSP on 2"),
    ("HUB-17", "POST cdrs receiver", 1, "NL/CPA", "", FOR_EMX, "forward to DE/EMX EMSP on 2"),
    ("HUB-17", "PATCH sessions receiver NL/CPA S1", 1, "NL/CPA", "", FOR_EMX, "forward to DE/EMX EMSP on 2"),
    ("HUB-17", "PATCH sessions receiver NL/CPA S1", 1, "NL/CPA", "", {"kwh": 3}, "find by session_token S1"),
    ("HUB-17", "PUT sessions receiver NL/CPA S1", 1, "NL/CPA", "", {"kwh": 3}, "InvalidObject 200 2001"),
    (
        "HUB-17",
        "POST cdrs receiver",
        1,
        "NL/CPA",
        "",
        {"cdr_token": {"country_code": "Germany", "party_id": "EMX"}},
        "InvalidObject 200 2001",
    ),
    ("HUB-15", "GET locations sender L1", 2, "DE/EMX", "", None, "find by location L1"),
    ("HUB-15", "GET locations sender", 2, "DE/EMX", "", None, "serve as NL/HUB"),
    ("peers 1", "PUT locations receiver NL/CPA L1", 1, "", "", ITEM, EVERYBODY_DRIVING),
    ("peers 1", "GET locations receiver NL/CPA L1", 1, "", "", None, "serve as NL/HUB"),
    ("peers 1", "PUT tokens receiver DE/EMX 012345", 2, "", "", None, "broadcast to CPO"),
    # --- who speaks -------------------------------------------------------------------------------------------------
    ("HUB-27", "GET locations sender", 2, "FR/EMY", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("HUB-27", "GET tokens sender", 8, "", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("HUB-27", "GET tokens sender", 99, "", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("peers 1", "GET locations sender", 2, "", "NL/HUB", None, "serve as NL/HUB"),
    ("S21", "PUT locations receiver DE/EMX L1", 2, "DE/EMX", "NL/HUB", None, "NotFound 404 2000"),
    ("S21", "PUT tokens receiver NL/CPA 012345", 1, "NL/CPA", "NL/HUB", None, "NotFound 404 2000"),
    ("S21", "GET sessions sender", 1, "NL/CPA", "NL/HUB", None, "NotFound 404 2000"),
    ("S20", "PUT locations receiver BE/DUO L1", 1, "NL/CPA", "NL/HUB", None, "NotFound 404 2000"),
    ("S20", "GET locations receiver BE/DUO L1", 1, "NL/CPA", "DE/EMX", None, "NotFound 404 2000"),
    ("COO-07", "PUT locations receiver IT/CPJ L1", 8, "IT/CPI", "NL/HUB", None, "InvalidParameter 200 2001"),
    ("COO-07", "PUT locations receiver SE/CPS L1", 7, "SE/XHB", "NL/HUB", None, EVERYBODY_DRIVING),
    ("COO-07", "PUT locations receiver NL/CPA L1", 7, "SE/XHB", "NL/HUB", None, "NotFound 404 2000"),
    ("COO-09", "PUT locations receiver IT/CPI L1", 8, "IT/CPI", "NL/HUB", ITEM, "InvalidObject 200 2001"),
    ("COO-09", "POST cdrs receiver", 8, "IT/CPI", "DE/EMX", ITEM, "InvalidObject 200 2001"),
    # --- configuration modules are not routed -----------------------------------------------------------------------
    ("HUB-02", "GET hubclientinfo sender", 2, "XX/XXX", "YY/YYY", None, "serve as NL/HUB"),
    ("HUB-02", "POST credentials sender", 2, "", "", None, "serve as NL/HUB"),
]


@pytest.mark.parametrize(
    ("requirement", "line", "platform", "sender", "to", "body", "expected"),
    TABLE,
    ids=[f"{row[0]} {row[1]} from={row[3]} to={row[4]}".replace("/", "-") for row in TABLE],
)
def test_the_table(requirement: str, line: str, platform: int, sender: str, to: str, body: Any, expected: str) -> None:
    assert outcome(route(request(line, platform, sender, to, body), World())) == expected


def test_letter_case_of_headers_does_not_matter() -> None:
    """HUB-03."""
    assert outcome(route(request("GET locations sender", 2, "de/emx", "nl/vlt"), World())) == "serve as NL/VLT"


def test_opposite_roles() -> None:
    """HUB-09: OTHER faces CPOs only, a hub faces nobody."""
    assert OPPOSITE[Role.CPO] == DRIVING_SIDE
    assert OPPOSITE[Role.EMSP] == OPPOSITE[Role.OTHER] == (Role.CPO,)
    assert OPPOSITE[Role.HUB] == ()
    assert set(OPPOSITE) == set(Role)


class TestAfterTheLookup:
    def looked_up(self, line: str, platform: int, sender: str, body: Any = None) -> tuple[Request, FindReceiver]:
        asked = request(line, platform, sender, body=body)
        decision = route(asked, World())
        assert isinstance(decision, FindReceiver)
        return asked, decision

    def test_one_owner_is_the_receiver(self) -> None:
        """HUB-17."""
        asked, looked = self.looked_up("POST tokens sender 01", 1, "NL/CPA")
        assert outcome(found(asked, looked, [party("DE/EMX")], World())) == "forward to DE/EMX EMSP on 2"

    def test_a_hosted_owner_is_served(self) -> None:
        asked, looked = self.looked_up("POST commands receiver STOP_SESSION", 2, "DE/EMX", {"session_id": "S"})
        assert outcome(found(asked, looked, [party("NL/VLT")], World())) == "serve as NL/VLT"

    def test_several_owners_are_ambiguous(self) -> None:
        asked, looked = self.looked_up("GET locations sender L1", 2, "DE/EMX")
        decision = found(asked, looked, [party("NL/CPA"), party("NL/VLT")], World())
        assert isinstance(decision, Reject)
        assert "several parties have this location" in decision.error.message

    def test_an_owner_who_is_away_is_unreachable(self) -> None:
        asked, looked = self.looked_up("POST tokens sender 01", 1, "NL/CPA")
        assert outcome(found(asked, looked, [party("AT/OFF")], World())) == "ReceiverUnreachable 200 4003"

    def test_nobody_has_it(self) -> None:
        """HUB-17: none found is 4001."""
        asked, looked = self.looked_up("PUT sessions sender S9", 2, "DE/EMX", {})
        assert outcome(found(asked, looked, [], World())) == "UnknownReceiver 200 4001"

    def test_an_unknown_card_is_asked_about_where_that_is_agreed(self) -> None:
        """TOK-27: connected eMSPs with open_auth, never the one who asks, never one that is away."""
        world = World(
            (
                seat("DE/EMX", Role.EMSP, 2),
                seat("AT/OFF", Role.EMSP, 5, ConnectionStatus.OFFLINE),
                seat("FR/EMY", Role.EMSP, 3, offers=NOT_LOCATIONS),
                seat("BE/DUO", Role.EMSP, 1),
            )
        )
        asked, looked = self.looked_up("POST tokens sender 01", 1, "NL/CPA")
        assert outcome(found(asked, looked, [], world)) == "ask DE/EMX,FR/EMY"

    def test_an_unknown_card_with_nobody_to_ask(self) -> None:
        """TOK-15."""
        asked, looked = self.looked_up("POST tokens sender 01", 1, "NL/CPA")
        decision = found(asked, looked, [], World())
        assert isinstance(decision, Reject) and isinstance(decision.error, UnknownToken)


class TestAnswerHeaders:
    def answered(self, line: str, platform: int, sender: str, to: str, body: Any = None) -> Routing:
        asked = request(line, platform, sender, to, body)
        return answer_routing(asked, route(asked, World()), World.hub)

    def test_direct_is_swapped(self) -> None:
        """HUB-06."""
        assert self.answered("GET locations sender", 2, "DE/EMX", "NL/CPA") == Routing(party("DE/EMX"), party("NL/CPA"))

    def test_open_routing_names_the_real_responder(self) -> None:
        """HUB-16."""
        assert self.answered("POST cdrs receiver", 1, "", "", FOR_EMX) == Routing(party("NL/CPA"), party("DE/EMX"))

    def test_a_broadcast_is_answered_by_the_hub(self) -> None:
        assert self.answered("PUT locations receiver NL/CPA L1", 1, "NL/CPA", "NL/HUB") == Routing(
            party("NL/CPA"), party("NL/HUB")
        )

    def test_errors_carry_the_swapped_headers_too(self) -> None:
        """HUB-05."""
        assert self.answered("GET locations sender", 2, "DE/EMX", "XX/YYY") == Routing(party("DE/EMX"), party("XX/YYY"))

    def test_configuration_modules_carry_none(self) -> None:
        """HUB-02."""
        assert self.answered("GET hubclientinfo sender", 2, "DE/EMX", "NL/HUB") == Routing()
