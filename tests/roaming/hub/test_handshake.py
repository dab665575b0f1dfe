"""Registration and rotation against a peer made of real envelopes; every request is recorded."""

from __future__ import annotations

import json as plain_json
from datetime import UTC, datetime
from typing import Any

import pytest

from roaming.hub.handshake import (
    Connection,
    Peer,
    Refused,
    Request,
    Response,
    Terms,
    Unanswered,
    check_roles,
    discover,
    register_as_receiver,
    register_as_sender,
    rotate_as_sender,
    run,
    unregister_as_sender,
)
from roaming.ocpi import envelope
from roaming.ocpi.authorization import Encoding
from roaming.ocpi.credentials import Credentials, CredentialsRole
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject, MissingEndpoints, UnsupportedVersion, UnusableApi
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole
from tests.roaming.ocpi.samples import sample

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERSIONS, DETAILS, CREDENTIALS = "https://peer.example/odd/v", "https://peer.example/2.2.1", "https://peer.example/cred"
OURS = {"token": "token-b", "url": "https://hub.example/ocpi/versions", "roles": [{"role": "HUB"}]}
LOCATIONS = {"identifier": "locations", "role": "SENDER", "url": "https://peer.example/locations/"}
THEIR_CREDENTIALS = {"identifier": "credentials", "role": "RECEIVER", "url": CREDENTIALS}


def answer(data: Any = envelope.ABSENT, http: int = 200, status: int = 1000, message: str | None = None) -> Response:
    return Response(http, envelope.read(envelope.encode(data, status, message, now=NOW)))


class FakePeer:
    """Answers by (method, URL); records what it was asked."""

    def __init__(self, **changes: Response) -> None:
        self.answers = {
            ("GET", VERSIONS): answer(
                [{"version": "2.0", "url": "https://peer.example/2.0"}, {"version": "2.2.1", "url": DETAILS}]
            ),
            ("GET", DETAILS): answer({"version": "2.2.1", "endpoints": [THEIR_CREDENTIALS, LOCATIONS]}),
            ("POST", CREDENTIALS): answer(sample("Credentials", token="token-c")),
            ("PUT", CREDENTIALS): answer(sample("Credentials", token="token-d")),
            ("DELETE", CREDENTIALS): answer(),
        }
        names = {
            "versions": ("GET", VERSIONS),
            "details": ("GET", DETAILS),
            "post": ("POST", CREDENTIALS),
            "put": ("PUT", CREDENTIALS),
            "delete": ("DELETE", CREDENTIALS),
        }
        self.answers |= {names[name]: response for name, response in changes.items()}
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers[request.method, request.url]

    @property
    def log(self) -> list[str]:
        return [f"{request.method} {request.url} {request.token} {request.encoding}" for request in self.asked]


def found(peer: FakePeer, terms: Terms | None = None, encoding: Encoding = Encoding.AUTO) -> Peer:
    return run(discover(VERSIONS, "token-a", encoding, terms or Terms()), peer)


def details(*endpoints: Any) -> Response:
    return answer({"version": "2.2.1", "endpoints": list(endpoints)})


class TestDiscovery:
    def test_versions_then_details_each_with_the_token(self) -> None:
        """CRE-02, AUT-01."""
        peer = FakePeer()
        result = found(peer)
        assert peer.log == [f"GET {VERSIONS} token-a base64", f"GET {DETAILS} token-a base64"]
        assert result.version == "2.2.1" and result.offered == ("2.0", "2.2.1")
        assert result.endpoints["locations", InterfaceRole.SENDER] == LOCATIONS["url"]

    def test_credentials_are_found_whatever_their_role(self) -> None:
        """VER-03."""
        for endpoint in (
            THEIR_CREDENTIALS,
            THEIR_CREDENTIALS | {"role": "SENDER"},
            {"identifier": "credentials", "url": CREDENTIALS},
        ):
            assert found(FakePeer(details=details(endpoint))).credentials_url == CREDENTIALS

    def test_custom_modules_and_broken_entries_are_passed_over(self) -> None:
        """VER-08, TRA-06."""
        custom = LOCATIONS | {"identifier": "xx-foo"}
        result = found(FakePeer(details=details(5, LOCATIONS | {"url": "locations"}, custom, LOCATIONS)))
        assert set(result.endpoints) == {("xx-foo", InterfaceRole.SENDER), ("locations", InterfaceRole.SENDER)}

    def test_details_inside_a_list(self) -> None:
        """Peers 4."""
        assert found(FakePeer(details=answer([{"version": "2.2.1", "endpoints": [LOCATIONS]}]))).endpoints

    def test_no_version_in_common(self) -> None:
        """CRE-14."""
        with pytest.raises(UnsupportedVersion) as caught:
            found(FakePeer(versions=answer([{"version": "2.0", "url": DETAILS}])))
        assert caught.value.status == 3002

    def test_required_endpoints_are_missing(self) -> None:
        """STA-15, CRE-13."""
        terms = Terms(required=frozenset({("cdrs", InterfaceRole.RECEIVER), ("locations", InterfaceRole.SENDER)}))
        with pytest.raises(MissingEndpoints, match="cdrs RECEIVER") as caught:
            found(FakePeer(), terms)
        assert caught.value.status == 3003

    @pytest.mark.parametrize("data", [None, {}, {"endpoints": None}, {"endpoints": []}, {"endpoints": ["x"]}, "x"])
    def test_no_endpoint_at_all(self, data: Any) -> None:
        with pytest.raises(MissingEndpoints):
            found(FakePeer(details=answer(data)))

    @pytest.mark.parametrize(
        "response",
        [
            Response(0, failed="no connection"),
            Response(500),
            Response(200),
            answer(http=500, status=3000),
            answer(status=2000, message="no"),
            answer([], http=404),
        ],
    )
    @pytest.mark.parametrize("where", ["versions", "details"])
    def test_a_peer_that_cannot_be_called(self, response: Response, where: str) -> None:
        """CRE-12."""
        with pytest.raises(UnusableApi) as caught:
            found(FakePeer(**{where: response}))
        assert caught.value.status == 3001

    def test_the_raw_token_is_tried_after_the_encoded_one(self) -> None:
        """AUT-03, peers 11: one library answers 401, another HTTP 200 with 3000."""
        for refusal in (answer(http=401, status=2000), answer(status=3000), Response(500)):
            peer = FakePeer(versions=refusal)
            encoded = FakePeer()

            def perform(request: Request, peer: FakePeer = peer, encoded: FakePeer = encoded) -> Response:
                return (encoded if request.encoding is Encoding.RAW else peer)(request)

            assert run(discover(VERSIONS, "token-a"), perform).encoding is Encoding.RAW
            assert len(peer.asked) == 1

    def test_not_where_the_encoding_is_known(self) -> None:
        """S10: strict after the first success."""
        for encoding in (Encoding.BASE64, Encoding.RAW):
            peer = FakePeer(versions=answer(http=401, status=2000))
            with pytest.raises(UnusableApi, match="HTTP 401, OCPI 2000"):
                found(peer, encoding=encoding)
            assert [request.encoding for request in peer.asked] == [encoding]

    @pytest.mark.parametrize("url", ["https://evil.example/x", "http://127.0.0.1/x", "https://evilpeer.example/x"])
    def test_another_host_is_not_called(self, url: str) -> None:
        """S4, S9."""
        peer = FakePeer(versions=answer([{"version": "2.2.1", "url": url}]))
        with pytest.raises(UnusableApi, match="is not a host"):
            found(peer)
        assert len(peer.asked) == 1
        with pytest.raises(UnusableApi, match="is not a host"):
            found(FakePeer(details=details(LOCATIONS | {"url": url})))

    def test_unless_it_is_below_the_peers_or_named_by_staff(self) -> None:
        """S4, TRA-14."""
        terms = Terms(allowed_hosts=frozenset({"other.example"}))
        below = LOCATIONS | {"url": "https://api.peer.example/x"}
        named = LOCATIONS | {"identifier": "cdrs", "url": "https://other.example:8443/x"}
        assert len(found(FakePeer(details=details(below, named)), terms).endpoints) == 2

    def test_a_url_that_cannot_be_read(self) -> None:
        with pytest.raises(UnusableApi, match="cannot be read"):
            found(FakePeer(versions=answer([{"version": "2.2.1", "url": "https://[x/"}])))


class TestReceiver:
    def test_their_endpoints_are_fetched_with_their_token_before_we_answer(self) -> None:
        """CRE-03, AUT-10."""
        peer = FakePeer()
        given = decode(Credentials, sample("Credentials", token="token-b", url=VERSIONS))
        result = run(register_as_receiver(given), peer)
        assert peer.log == [f"GET {VERSIONS} token-b base64", f"GET {DETAILS} token-b base64"]
        assert result == Connection(found(FakePeer()), tuple(given.roles), "token-b")


class TestSender:
    def test_the_token_of_the_answer_is_the_one_to_use(self) -> None:
        """CRE-02, CRE-04."""
        peer = FakePeer()
        result = run(register_as_sender(VERSIONS, "token-a", OURS), peer)
        assert peer.log[2:] == [f"POST {CREDENTIALS} token-a base64"]
        assert plain_json.loads(peer.asked[2].body or b"") == OURS
        assert result.token == "token-c"
        assert [str(role.party) for role in result.roles] == ["BE/BEC"]

    def test_rotation_is_a_put(self) -> None:
        """AUT-09: endpoints are read again."""
        peer = FakePeer()
        assert run(rotate_as_sender(VERSIONS, "token-c", OURS), peer).token == "token-d"
        assert [request.method for request in peer.asked] == ["GET", "GET", "PUT"]

    def test_nothing_is_posted_to_a_peer_that_lacks_something(self) -> None:
        """CRE-13."""
        peer = FakePeer(details=details(LOCATIONS))
        with pytest.raises(MissingEndpoints, match="credentials"):
            run(register_as_sender(VERSIONS, "token-a", OURS), peer)
        assert [request.method for request in peer.asked] == ["GET", "GET"]

    @pytest.mark.parametrize(
        "response",
        [
            answer(http=405, status=2000),
            answer(status=3001, message="cannot call"),
            Response(404),
            Response(0, failed="refused", sent=False),
        ],
    )
    def test_a_clear_refusal_changes_nothing(self, response: Response) -> None:
        """CRE-19."""
        with pytest.raises(Refused):
            run(register_as_sender(VERSIONS, "token-a", OURS), FakePeer(post=response))

    @pytest.mark.parametrize(
        "response",
        [
            Response(0, failed="no answer in time"),
            Response(500),
            Response(200),
            answer(http=502, status=3000),
            answer(status=3000),
            answer(),
            answer("x"),
            answer({"token": "with blank"}),
            answer({"token": 5}),
        ],
    )
    def test_an_unclear_answer_leaves_both_tokens_in_question(self, response: Response) -> None:
        """CRE-19: the peer may have switched; one that fails half way may say so with HTTP 200 (peers 10)."""
        with pytest.raises(Unanswered):
            run(rotate_as_sender(VERSIONS, "token-c", OURS), FakePeer(put=response))

    def test_roles_that_cannot_be_read_are_left_out(self) -> None:
        given = {"token": "token-c", "roles": [{"role": "CAT"}, sample("CredentialsRole")]}
        result = run(register_as_sender(VERSIONS, "token-a", OURS), FakePeer(post=answer([given])))
        assert [role.role for role in result.roles] == [Role.CPO]

    def test_tokens_are_not_in_what_gets_printed(self) -> None:
        """S18."""
        peer = FakePeer()
        result = run(register_as_sender(VERSIONS, "token-a", OURS), peer)
        assert "token-" not in repr(result) and "token-" not in repr(peer.asked)


class TestEnd:
    @pytest.mark.parametrize("response", [answer(), Response(204), answer(http=405, status=2000), Response(401)])
    def test_the_peer_took_note_or_knows_us_no_more(self, response: Response) -> None:
        """CRE-11."""
        assert run(unregister_as_sender(CREDENTIALS, "token-c"), FakePeer(delete=response)) is True

    @pytest.mark.parametrize("response", [Response(500), Response(0, failed="no connection")])
    def test_or_could_not_be_told(self, response: Response) -> None:
        assert run(unregister_as_sender(CREDENTIALS, "token-c"), FakePeer(delete=response)) is False


class TestWhoMayRegisterAsWhom:
    EMX, CPA, HUB = PartyId("DE", "EMX"), PartyId("NL", "CPA"), PartyId("NL", "HUB")

    def check(
        self,
        *claimed: tuple[PartyId, Role],
        allowed: list[tuple[PartyId, Role]] | None = None,
        taken: list[tuple[PartyId, Role]] | None = None,
    ) -> str:
        roles = [
            decode(
                CredentialsRole,
                sample("CredentialsRole", role=role.value, country_code=party.country, party_id=party.party.lower()),
            )
            for party, role in claimed
        ]
        try:
            check_roles(roles, hub=self.HUB, allowed=allowed or [], taken=taken or [])
        except InvalidObject as error:
            return error.message
        return "fine"

    def test_what_the_invitation_names(self) -> None:
        """S14."""
        invited = [(self.EMX, Role.EMSP)]
        assert self.check((self.EMX, Role.EMSP), allowed=invited) == "fine"
        assert "not invited" in self.check((self.CPA, Role.EMSP), allowed=invited)
        assert "not invited" in self.check((self.EMX, Role.EMSP), (self.EMX, Role.CPO), allowed=invited)

    def test_an_open_invitation_is_for_anybody_new(self) -> None:
        assert self.check((self.EMX, Role.EMSP), (self.EMX, Role.CPO)) == "fine"
        assert self.check((PartyId("SE", "XHB"), Role.HUB)).startswith("/roles/0: SE/XHB was not invited")

    def test_never_a_party_that_somebody_has(self) -> None:
        """CRE-20, S14."""
        taken = [(self.CPA, Role.CPO)]
        assert "already connected" in self.check((self.CPA, Role.CPO), taken=taken, allowed=taken)
        assert self.check((self.CPA, Role.EMSP), taken=taken) == "fine"  # HUB-07

    def test_never_the_hub_itself(self) -> None:
        assert "is this hub" in self.check((self.HUB, Role.EMSP), allowed=[(self.HUB, Role.EMSP)])
