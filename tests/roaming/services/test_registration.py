"""We as the Sender of a handshake: registering with a partner, rotating, leaving."""

from __future__ import annotations

from typing import Any

import pytest

from roaming.hub.handshake import Refused, Unanswered
from roaming.models import Endpoint, IssuedToken, Notice, Party, Platform
from roaming.ocpi.errors import MissingEndpoints, UnsupportedVersion, UnusableApi
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import partners, registration
from tests.personas import samples
from tests.personas.partner import Partner, Said, Seen
from tests.personas.receiving import accepting

TOKEN_A = "their-token-a"


def register(hub: Any, partner: Partner, **more: Any) -> Platform:
    return registration.register_with(f"{partner.url}/versions", TOKEN_A, name="Partner", **more)


def test_registering_with_a_partner(hub: Any) -> None:
    """CRE-02, CRE-04, CRE-05: A for the handshake, C afterwards, B works at once."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    platform = register(hub, cpo)
    assert [(one.method, one.path, one.token) for one in cpo.seen] == [
        ("GET", "/versions", TOKEN_A), ("GET", "/details", TOKEN_A), ("POST", "/credentials", TOKEN_A),
    ]  # fmt: skip
    assert (platform.status, platform.token_out) == ("CONNECTED", "their-token-c")
    assert str(Party.objects.get(platform=platform)) == "NL/CPO CPO"
    assert cpo.call("PUT", cpo.at("locations", "RECEIVER", "NL", "CPO", "LOC1"), samples.location()).both == (201, 1000)
    assert not [name for one in cpo.seen for name in one.headers if name.startswith("ocpi-")]  # CRE-18


@pytest.mark.parametrize(("path", "reaction", "error"), [
    ("/versions", Said([{"version": "2.0", "url": "http://127.0.0.1/x"}]), UnsupportedVersion),
    ("/versions", Said(http_status=401, status=2000), UnusableApi),
    ("/versions", Said(raw=b"<html>"), UnusableApi),
    ("/details", Said({"version": "2.2.1", "endpoints": []}), MissingEndpoints),
    ("/credentials", Said(status=2001, message="no"), Refused),
    ("/credentials", Said(http_status=405, status=2000), Refused),
])  # fmt: skip
def test_a_refused_registration_leaves_nothing(hub: Any, path: str, reaction: Said, error: type[Exception]) -> None:
    """CRE-12 to CRE-14, CRE-19."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    cpo.answers["*", path] = reaction
    cpo.answers = {key: cpo.answers[key] for key in sorted(cpo.answers)}  # "*" before the methods
    with pytest.raises(error):
        register(hub, cpo)
    assert (Platform.objects.count(), IssuedToken.objects.count()) == (0, 0)


def test_a_role_that_another_platform_has_is_not_taken_over(hub: Any, emsp: Partner) -> None:
    """CRE-20, S14: the peer has registered us, so its own roles come; staff are told of the other."""
    both = hub.stranger("NL/CPO", "CPO", more=("EMSP DE/EMX",))
    accepting(both)
    platform = register(hub, both)
    assert [str(one) for one in Party.objects.filter(platform=platform)] == ["NL/CPO CPO"]
    assert Party.objects.get(party_id="EMX").platform == hub.platform(emsp)
    assert "DE/EMX is already connected" in Notice.objects.get(platform=platform, code="roles").text


@pytest.mark.parametrize(("roles", "expected"), [
    ([("EMSP", "DE/EMX")], ()), ([("HUB", "NL/HUB")], ()), ([("CPO", "NL/CPO")], [(PartyId("NL", "OTH"), Role.CPO)]),
])  # fmt: skip
def test_a_peer_with_no_role_that_it_may_have_is_left_at_once(
    hub: Any, emsp: Partner, roles: list[tuple[str, str]], expected: Any
) -> None:
    """CRE-20, S14: nothing of it stays, on either side."""
    before = Platform.objects.count()
    thief = hub.stranger("NL/CPO", "CPO")
    thief.roles = roles
    accepting(thief)
    with pytest.raises(Refused, match="no role that it may have"):
        register(hub, thief, expected=expected)
    assert (Platform.objects.count(), Party.objects.get(role="EMSP").platform) == (before, hub.platform(emsp))
    (parting,) = thief.requests("DELETE", "/credentials")
    assert parting.token == "their-token-c"


def test_a_version_on_a_foreign_host_is_not_called(hub: Any) -> None:
    """S4: unless staff named the host."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)
    elsewhere = cpo.url.replace("127.0.0.1", "localhost") + "/details"
    cpo.answers["GET", "/versions"] = Said([{"version": "2.2.1", "url": elsewhere}])
    with pytest.raises(UnusableApi, match="localhost"):
        register(hub, cpo)
    assert cpo.requests("GET", "/details") == []
    assert register(hub, cpo, allowed_hosts=["localhost"]).status == "CONNECTED"


def test_rotation_gives_new_tokens_and_reads_the_endpoints_again(hub: Any, emsp: Partner) -> None:
    """AUT-09, CRE-08, VER-07."""
    platform, old = hub.platform(emsp), emsp.token_for_hub
    accepting(emsp, "their-new-token")
    emsp.modules = ("locations",)
    registration.rotate(platform)
    assert hub.platform(emsp).token_out == "their-new-token"
    modules = set(Endpoint.objects.filter(platform=platform).values_list("module", flat=True))
    assert modules == {"credentials", "locations"}
    assert emsp.token_for_hub != old
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)
    assert emsp.call("GET", emsp.at("locations", "SENDER"), token=old).both == (401, 2000)


def test_a_rotation_whose_answer_claims_others_roles_keeps_its_own(hub: Any, cpo: Partner, emsp: Partner) -> None:
    """CRE-20, CRE-19: it has new tokens already; the connection stays as it was, and staff are told."""
    emsp.roles = [("CPO", "NL/CPO")]
    accepting(emsp, "their-new-token")
    platform = hub.platform(emsp)
    registration.rotate(platform)
    assert emsp.requests("DELETE") == []
    assert Party.objects.get(role="CPO").platform == hub.platform(cpo)
    kept = Party.objects.get(role="EMSP")
    assert (kept.platform, kept.withdrawn_at) == (platform, None)
    assert Platform.objects.get(pk=platform.pk).token_out == "their-new-token"
    assert Notice.objects.filter(platform=platform, code="roles").exists()


def test_a_refused_rotation_changes_nothing(hub: Any, emsp: Partner) -> None:
    """CRE-19."""
    platform = hub.platform(emsp)
    emsp.answers["PUT", "/credentials"] = Said(status=2001)
    with pytest.raises(Refused):
        registration.rotate(platform)
    assert hub.platform(emsp).token_out == emsp.token_b
    assert IssuedToken.objects.filter(kind="C").count() == 1
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)


def test_a_rotation_whose_answer_is_lost_locks_nobody_out(hub: Any, emsp: Partner) -> None:
    """CRE-19: the partner may have our new token or the old one; both work until one is used."""
    platform, old = hub.platform(emsp), emsp.token_for_hub
    accepting(emsp)
    takes = emsp.answers["PUT", "/credentials"]

    def breaks_off(seen: Seen) -> Said:
        assert callable(takes)
        takes(seen)
        return Said(http_status=502, raw=b"")

    emsp.answers["PUT", "/credentials"] = breaks_off
    with pytest.raises(Unanswered):
        registration.rotate(platform)
    assert emsp.token_for_hub != old
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (200, 1000)


def test_an_endpoint_set_by_staff_outlives_a_handshake(hub: Any, emsp: Partner) -> None:
    """Peers 6."""
    platform = hub.platform(emsp)
    Endpoint.objects.update_or_create(
        platform=platform, module="commands", role="RECEIVER", defaults={"url": f"{emsp.url}/own", "overridden": True}
    )
    accepting(emsp)
    registration.rotate(platform)
    assert Endpoint.objects.get(module="commands", role="RECEIVER").url == f"{emsp.url}/own"


def test_leaving_ends_the_connection_whatever_the_partner_says(hub: Any, emsp: Partner) -> None:
    """CRE-11."""
    emsp.answers["DELETE", "/credentials"] = Said(http_status=500, raw=b"")
    assert not registration.leave(hub.platform(emsp))
    assert emsp.call("GET", emsp.at("locations", "SENDER")).both == (401, 2000)
    assert Platform.objects.get().status == "UNREGISTERED"


def test_a_partner_that_wants_its_token_raw_gets_it_raw(hub: Any) -> None:
    """AUT-03, peers 11: Base64 first, then what works."""
    cpo = hub.stranger("NL/CPO", "CPO")
    accepting(cpo)

    def picky(seen: Seen) -> Said:
        if seen.headers["authorization"] != f"Token {TOKEN_A}":
            return Said(http_status=401, status=2000)
        return Said([{"version": "2.2.1", "url": f"{cpo.url}/details"}])

    cpo.answers["GET", "/versions"] = picky
    platform = register(hub, cpo)
    assert platform.token_out_encoding == "raw"
    assert partners.peer(platform).encoding == "raw"
    hub.connect("DE/EMX", "EMSP")
    hub.work()
    assert cpo.pushed("hubclientinfo")[0].headers["authorization"] == "Token their-token-c"
