"""Which methods each endpoint offers: all others are 405 with an envelope, and 405 names those that there are."""

from __future__ import annotations

from typing import Any

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CPO, EMSP = ("NL", "CPO"), ("DE", "EMX")
LISTS = ("locations", "sessions", "cdrs", "tariffs", "tokens", "hubclientinfo")
ENDPOINTS = [
    *((module, "SENDER", (), "GET") for module in LISTS),
    ("locations", "SENDER", ("LOC1",), "GET"),
    ("locations", "SENDER", ("LOC1", "EVSE1"), "GET"),
    ("locations", "SENDER", ("LOC1", "EVSE1", "1"), "GET"),
    ("locations", "RECEIVER", (*CPO, "LOC1"), "GET PATCH PUT"),
    ("locations", "RECEIVER", (*CPO, "LOC1", "EVSE1"), "GET PATCH PUT"),
    ("locations", "RECEIVER", (*CPO, "LOC1", "EVSE1", "1"), "GET PATCH PUT"),
    ("sessions", "SENDER", ("S1", "charging_preferences"), "PUT"),
    ("sessions", "RECEIVER", (*CPO, "S1"), "GET PATCH PUT"),
    ("cdrs", "RECEIVER", (), "POST"),
    ("cdrs", "RECEIVER", (*CPO, "CDR1"), "GET"),
    ("tariffs", "RECEIVER", (*CPO, "T1"), "DELETE GET PUT"),
    ("tokens", "SENDER", ("04A1", "authorize"), "POST"),
    ("tokens", "RECEIVER", (*EMSP, "04A1"), "GET PATCH PUT"),
    ("commands", "RECEIVER", ("START_SESSION",), "POST"),
    ("chargingprofiles", "RECEIVER", ("S1",), "DELETE GET PUT"),
]


def test_what_is_not_offered_is_405(hub: Any) -> None:
    """STA-07, STA-05, COO-02, LOC-01 to LOC-04, LOC-16, SES-01, SES-07, CDR-01, CDR-02, CDR-04, TAR-01, TAR-02, TOK-01,
    TOK-05, TOK-07, TOK-14, CMD-01, CHP-04, HCI-01; and MID-03, HUB-05: it is echoed like any answer.
    """
    caller = hub.connect("NL/CPO", "CPO", more=("EMSP DE/EMX",))
    for module, role, segments, offered in ENDPOINTS:
        for method in set(METHODS) - set(offered.split()):
            answer = caller.call(method, caller.at(module, role, *segments), sender="NL/CPO", X_Request_ID="r-405")
            where = (method, module, role, segments, answer.envelope)
            assert (answer.both, answer.headers["X-Request-ID"]) == ((405, 2000), "r-405"), where
            assert answer.headers["Allow"].split(", ") == offered.split(), where
            assert ("OCPI-from-party-id" in answer.headers) == (module != "hubclientinfo"), where


def test_credentials_and_versions_offer_what_is_theirs(hub: Any) -> None:
    """CRE-18, VER-01, VER-02, STA-05."""
    caller = hub.connect("NL/CPO", "CPO")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for url in (f"{hub.url}/ocpi/versions", f"{hub.url}/ocpi/2.2.1"):
            assert caller.call(method, url, routed=False).both == (405, 2000), (method, url)
    answer = caller.call("PATCH", caller.at("credentials", "SENDER"), {}, routed=False)
    assert answer.both == (405, 2000)
    assert "OCPI-from-party-id" not in answer.headers
