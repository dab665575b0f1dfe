"""Authorization out of real rows: stored tokens, commands, own transactions, and eMSPs asked in real time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models.sql.compiler import SQLCompiler

from ocppbridge.bridge import authorization
from ocppbridge.bridge.authorization import Pending
from ocppbridge.charging.messages import Started
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Station, Transaction
from ocppbridge.services import transaction_limits, transactions
from ocppbridge.services.accounts import Account
from ocppbridge.services.rulings import Ruling, refused
from ocppbridge.transport import answering
from roaming import nudges
from roaming.decisions import Choices, Scope
from roaming.models import Agreement, AuthorizationRequest, Command, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import decisions, tokens
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
EMX = PartyId("DE", "EMX")
CARD = IdToken("04AABB")
HASHES = {
    "hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "7",
    "responderURL": "http://ocsp.example",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """A station of NL/VLT, and an eMSP on a platform of its own that it may work with."""
    platform = Platform.objects.create(name="Example Mobility", status=Platform.Status.CONNECTED)
    emsp = Party.objects.create(platform=platform, country_code="DE", party_id="EMX", role="EMSP")
    cpo = Party.objects.create(country_code="NL", party_id="VLT", role="CPO")
    Agreement.objects.create(cpo=cpo, emsp=emsp)
    station = new_station("CP1", location_id="L1", evses=["E1"])
    return Account(station.pk, "CP1", station.shard, "NL/VLT", subprotocol="ocpp1.6")


def token(**more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE", "party_id": "EMX", "uid": "04aabb", "type": "RFID", "contract_id": "DE-EMX-C1",
        "issuer": "Example Mobility", "valid": True, "whitelist": "ALLOWED", "last_updated": "2026-01-01T00:00:00Z",
        **more,
    }  # fmt: skip


def push(**more: Any) -> None:
    tokens.store(EMX, token(**more), source=None, now=NOW)


def ruled(
    account: Account, read: IdToken = CARD, answer: Callable[[AuthorizationRequest], None] | None = None,
    choices: Choices | None = None, **more: Any,
) -> Ruling:  # fmt: skip
    """The ruling; a question that comes up is answered by `answer`, or by nobody."""
    steps = authorization.rule(account, read, Place(1, 1), NOW, choices or Choices(), **more)
    while True:
        try:
            pending = next(steps)
        except StopIteration as end:
            ruling: Ruling = end.value
            return ruling
        assert isinstance(pending, Pending)
        request = AuthorizationRequest.objects.get(pk=pending.request_id)
        assert request.state == "ASKING"
        if answer is not None:
            answer(request)


def says(allowed: str, **more: Any) -> Callable[[AuthorizationRequest], None]:
    def answer(request: AuthorizationRequest) -> None:
        info = {"allowed": allowed, "token": token(uid=request.token_uid), **more}
        request.state, request.allowed, request.info = "ANSWERED", allowed, json.dumps(info)
        request.save()

    return answer


@pytest.mark.parametrize(
    ("whitelist", "valid", "answer", "status", "method"),
    [
        ("ALWAYS", True, None, "Accepted", "WHITELIST"),
        ("ALWAYS", False, None, "Blocked", ""),
        ("ALLOWED", True, None, "Accepted", "WHITELIST"),
        ("ALLOWED_OFFLINE", True, "ALLOWED", "Accepted", "AUTH_REQUEST"),
        ("ALLOWED_OFFLINE", True, "BLOCKED", "Blocked", ""),
        ("ALLOWED_OFFLINE", True, None, "Accepted", "WHITELIST"),
        ("ALLOWED_OFFLINE", False, None, "Blocked", ""),
        ("NEVER", True, "ALLOWED", "Accepted", "AUTH_REQUEST"),
        ("NEVER", False, "ALLOWED", "Accepted", "AUTH_REQUEST"),
        ("NEVER", True, "EXPIRED", "Expired", ""),
        ("NEVER", True, "NO_CREDIT", "NoCredit", ""),
        ("NEVER", True, None, "Invalid", ""),
    ],
)
def test_a_stored_token_is_ruled_by_its_whitelist_its_validity_and_what_its_owner_says(
    account: Account, whitelist: str, valid: bool, answer: str | None, status: str, method: str
) -> None:
    """TOK-09 to TOK-13, TOK-17; the card is read in other letters (TOK-25)."""
    push(whitelist=whitelist, valid=valid)
    ruling = ruled(account, answer=says(answer) if answer else None)
    assert (ruling.authorization.status, ruling.method) == (status, method)


def test_the_ruling_knows_who_pays(account: Account) -> None:
    """SES-16, TOK-18, TOK-20."""
    push(whitelist="NEVER", group_id="G1")
    ruling = ruled(account, answer=says("ALLOWED", authorization_reference="REF-7"))
    assert ruling.owner == "DE/EMX"
    assert ruling.reference == "REF-7"
    assert ruling.cdr_token == {
        "country_code": "DE", "party_id": "EMX", "uid": "04aabb", "type": "RFID", "contract_id": "DE-EMX-C1",
    }  # fmt: skip
    assert ruling.authorization.group == IdToken("G1", "Central")


def test_the_driver_reads_what_its_emsp_says_in_its_own_language(account: Account) -> None:
    """TOK-26: from the token, or from the answer, which may also say why not."""
    push(language="nl")
    assert ruled(account).authorization.language == "nl"
    push(language="nl", whitelist="NEVER", last_updated="2026-01-02T00:00:00Z")
    why = {"language": "de", "text": "Kein Guthaben"}
    refusal = ruled(account, answer=says("NO_CREDIT", info=why)).authorization
    assert (refusal.status, refusal.language, refusal.message) == ("NoCredit", "de", "Kein Guthaben")
    welcome = ruled(account, answer=says("ALLOWED", token=token(language="fr"))).authorization
    assert (welcome.status, welcome.language, welcome.message) == ("Accepted", "fr", None)
    Agreement.objects.update(open_auth=True)
    assert ruled(account, IdToken("UNKNOWN")).authorization.message is None


def test_the_owner_is_asked_about_the_place_where_the_driver_stands(account: Account) -> None:
    """TOK-14, TOK-16."""
    push(whitelist="NEVER")
    ruled(account)
    request = AuthorizationRequest.objects.get()
    assert (request.location_id, request.evse_uids, request.asked) == ("L1", ["E1"], ["DE/EMX"])
    assert request.deadline_at == NOW + timedelta(seconds=4)  # decision AUTH-REALTIME-BUDGET


def test_an_evse_that_the_owner_does_not_permit_is_refused(account: Account) -> None:
    """TOK-19."""
    push(whitelist="NEVER")
    elsewhere = {"location_id": "L1", "evse_uids": ["OTHER"]}
    assert not ruled(account, answer=says("ALLOWED", location=elsewhere)).accepted
    here = {"location_id": "L1", "evse_uids": ["e1"]}
    assert ruled(account, answer=says("ALLOWED", location=here)).accepted


def test_a_card_nobody_has_pushed_is_asked_of_the_emsps_that_agreed_to_it(account: Account) -> None:
    """TOK-27."""
    assert ruled(account).authorization.status == "Invalid"
    assert not AuthorizationRequest.objects.exists()
    Agreement.objects.update(open_auth=True)
    ruling = ruled(account, answer=says("ALLOWED"))
    assert (ruling.accepted, ruling.owner, ruling.method) == (True, "DE/EMX", "AUTH_REQUEST")
    assert not ruled(account).accepted  # nobody answered
    refuse = Choices({(Scope.HUB, "", "AUTH-UNKNOWN-TOKEN"): "refuse"})
    assert not ruled(account, answer=says("ALLOWED"), choices=refuse).accepted


def test_where_the_decision_says_so_nobody_charges_without_an_answer(account: Account) -> None:
    """Decision AUTH-REALTIME-FALLBACK."""
    push(whitelist="ALLOWED_OFFLINE")
    assert ruled(account).accepted
    refuse = Choices({(Scope.HUB, "", "AUTH-REALTIME-FALLBACK"): "refuse"})
    assert not ruled(account, choices=refuse).accepted


def commanded(account: Account, kind: str = "RFID", reference: str = "REF-1") -> Call:
    """START_SESSION, and the call that it became."""
    cpo, emsp = Party.objects.get(party_id="VLT"), Party.objects.get(party_id="EMX")
    command = Command.objects.create(
        kind="START_SESSION", sender=emsp, receiver=cpo, request=json.dumps({"token": token(uid="04AABB", type=kind)}),
        token_uid="04AABB", token_type=kind, authorization_reference=reference, expires_at=NOW,
    )  # fmt: skip
    call = Call.objects.create(
        station_id=account.station_id, action="RemoteStartTransaction", payload={}, intent="StartCharging",
        reference=str(command.pk), id_token="04aabb", remote_start_id=77, purpose="command", expires_at=NOW,
    )  # fmt: skip
    Call.objects.update(created_at=NOW - timedelta(minutes=1))
    return call


@pytest.mark.parametrize(
    ("kind", "age", "accepted"),
    [("RFID", 14, True), ("RFID", 16, False), ("APP_USER", 16, True), ("AD_HOC_USER", 600, True)],
)
def test_a_command_vouches_for_its_token_for_a_while_and_for_an_app_s_always(
    account: Account, kind: str, age: int, accepted: bool
) -> None:
    """CMD-10 to CMD-12, CMD-16."""
    call = commanded(account, kind)
    Call.objects.update(created_at=NOW - timedelta(minutes=age))
    ruling = ruled(account)
    assert ruling.accepted is accepted
    assert not AuthorizationRequest.objects.exists()
    if accepted:
        assert (ruling.method, ruling.reference, ruling.call_id) == ("COMMAND", "REF-1", str(call.pk))
        assert ruling.cdr_token is not None
        assert ruling.cdr_token["type"] == kind


def test_of_the_second_start_on_no_sql_is_made(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making it cost four fifths of an answer: of a thousand stations that began at once many were told "busy"."""
    push(whitelist="ALWAYS")

    def begin(second: int, told: str | None) -> Transaction:
        message = Started(told, NOW + timedelta(seconds=second), Place(1, 1), CARD)
        if transactions.find(account.station_id, told) is None and told is not None:
            return transactions.ensure(account.station_id, message, NOW, ruled(account, starting=True))
        return transactions.begin(account.station_id, message, ruled(account, starting=True), NOW)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("SQL is made")

    def begin_both(first: int) -> list[Transaction]:
        found = [begin(first, None), begin(first + 1, f"T{first}")]
        assert not transaction_limits.of_token(CARD.value, NOW)
        return found

    begun = begin_both(1)
    monkeypatch.setattr(SQLCompiler, "as_sql", refuse)
    begun += begin_both(3)
    monkeypatch.undo()
    assert [(row.authorization, row.token_owner) for row in begun] == [("Accepted", "DE/EMX")] * 4
    assert list(Transaction.objects.order_by("pk")) == begun


def test_a_command_to_another_station_vouches_for_nothing_here(account: Account) -> None:
    commanded(account)
    Call.objects.update(station=new_station("CP2"))
    assert not ruled(account).accepted


def test_a_2_x_start_that_names_our_request_is_its_command_s_whatever_was_read(account: Account) -> None:
    """Field quirk 16; never another station's request (S39)."""
    commanded(account)
    ruling = authorization.by_remote_start(account, 77)
    assert ruling is not None
    assert (ruling.method, ruling.reference) == ("COMMAND", "REF-1")
    assert authorization.by_remote_start(account, 78) is None
    Call.objects.update(station=new_station("CP2"))
    assert authorization.by_remote_start(account, 77) is None


def running(account: Account, **more: Any) -> Transaction:
    start = Started(None, NOW, Place(1, 1), CARD)
    row = transactions.begin(account.station_id, start, refused(), NOW)
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    return row


def test_whoever_began_a_transaction_may_stop_it_whatever_has_become_of_the_token(account: Account) -> None:
    push(valid=False)
    assert not ruled(account).accepted
    running(account, auth_method="WHITELIST", token_owner="DE/EMX")
    ruling = ruled(account)
    assert (ruling.accepted, ruling.method, ruling.owner) == (True, "WHITELIST", "DE/EMX")


def test_a_card_of_the_same_group_may_stop_it_too(account: Account) -> None:
    """TOK-24."""
    push(uid="FOB", valid=False, group_id="G1")
    running(account, group_id="G2")
    assert not ruled(account, IdToken("FOB")).accepted
    Transaction.objects.update(group_id="G1")
    assert ruled(account, IdToken("FOB")).accepted


def test_of_whoever_stops_no_emsp_is_asked(account: Account) -> None:
    push(whitelist="NEVER")
    assert not ruled(account, ask=False).accepted
    assert not AuthorizationRequest.objects.exists()


def test_a_token_pushed_as_blocked_counts_at_once(account: Account) -> None:
    """S33."""
    push()
    assert ruled(account).accepted
    push(valid=False, last_updated="2026-02-01T00:00:00Z")
    assert not ruled(account).accepted


def chosen(**values: str) -> Choices:
    return Choices({(Scope.HUB, "", name.replace("_", "-")): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("choice", "elsewhere", "starting", "status"),
    [
        ("allow", True, True, "Accepted"),
        ("refuse", True, True, "ConcurrentTx"),
        ("refuse", True, False, "ConcurrentTx"),
        ("refuse", False, False, "Accepted"),  # on the station where it charges, Authorize is a stop
        ("refuse", False, True, "ConcurrentTx"),  # but a start on another of its EVSEs is a second transaction
    ],
)
def test_one_token_may_charge_twice_or_not(
    account: Account, choice: str, elsewhere: bool, starting: bool, status: str
) -> None:
    """Decision AUTH-CONCURRENT."""
    push()
    row = running(account, evse_number=2)
    if elsewhere:
        row.station = new_station("CP2")
        row.save()
    ruling = ruled(account, choices=chosen(AUTH_CONCURRENT=choice), starting=starting)
    assert ruling.authorization.status == status


def test_what_has_ended_is_not_concurrent(account: Account) -> None:
    push()
    running(account, state="ended")
    assert ruled(account, choices=chosen(AUTH_CONCURRENT="refuse"), starting=True).accepted


def test_a_master_pass_begins_nothing_and_is_known_by_its_group(account: Account) -> None:
    """C16; TC_C_47 to TC_C_49; decision MASTER-PASS-GROUP."""
    push(group_id="MASTERS")
    choices = chosen(MASTER_PASS_GROUP="MASTERS")
    shown = ruled(account, choices=choices)
    assert shown.accepted and shown.authorization.group == IdToken("MASTERS", "Central")
    assert ruled(account, choices=choices, starting=True).authorization.status == "Invalid"
    assert ruled(account, starting=True).accepted


@pytest.mark.parametrize("shown", ["DE-EMX-CA2B3C4D5-1", "deemxca2b3c4d5"])
def test_a_vehicle_is_known_by_its_contract(account: Account, shown: str) -> None:
    """C07: the eMAID is the contract id, with or without separators and check digit."""
    push(uid="CAR", contract_id="DEEMXCA2B3C4D51")
    ruling = ruled(account, IdToken(shown, "eMAID"))
    assert (ruling.accepted, ruling.owner) == (True, "DE/EMX")
    assert ruling.cdr_token is not None and ruling.cdr_token["uid"] == "CAR"
    assert not ruled(account, IdToken(shown, "ISO14443")).accepted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("valid", "proof", "choice", "status", "certificate"),
    [
        (True, {}, "contract", "Accepted", None),
        (True, {"iso15118CertificateHashData": [HASHES]}, "contract", "Accepted", "Accepted"),
        (False, {"iso15118CertificateHashData": [HASHES]}, "contract", "Blocked", "ContractCancelled"),
        (True, {"certificate": "no certificate"}, "contract", "Invalid", "CertChainError"),
        (True, {"iso15118CertificateHashData": [HASHES]}, "refuse", "Invalid", "NoCertificateAvailable"),
    ],
)
def test_a_contract_certificate_is_judged_with_its_contract(
    door: Door, account: Account, valid: bool, proof: dict[str, Any], choice: str, status: str, certificate: str | None
) -> None:
    """C07.FR.04, FR.05, FR.16; TC_C_50 to TC_C_52; decision CONTRACT-CERTIFICATE."""
    decisions.choose("CONTRACT-CERTIFICATE", choice)
    push(contract_id="DEEMXCA2B3C4D51", valid=valid)
    eventually(lambda: decisions.choices().value("CONTRACT-CERTIFICATE") == choice)
    with door.station("CP1", "ocpp2.0.1") as talk:
        token = {"idToken": "DE-EMX-CA2B3C4D5", "type": "eMAID"}
        answer = talk.call("Authorize", {"idToken": token, **proof})
    assert (answer["idTokenInfo"]["status"], answer.get("certificateStatus")) == (status, certificate)


@pytest.mark.django_db(transaction=True)
def test_a_driver_waits_for_the_emsp_and_others_do_not(door: Door, account: Account) -> None:
    """Real-time authorization through the front door: the question is a row, its answer is polled for."""
    push(whitelist="NEVER")
    new_station("CP2")
    answering = threading.Thread(target=answer_when_asked)
    answering.start()
    with door.station("CP1") as talk, door.station("CP2") as other:
        asked = talk.say("Authorize", {"idTag": "04AABB"})
        assert other.call("Heartbeat", {})["currentTime"]
        start = {"connectorId": 1, "idTag": "04AABB", "meterStart": 0, "timestamp": "2026-11-21T10:00:00Z"}
        assert talk.exchange(asked)[2]["idTagInfo"]["status"] == "Accepted"
        answer = talk.call("StartTransaction", start)
    answering.join(10)
    assert answer["idTagInfo"]["status"] == "Accepted"
    row = Transaction.objects.get()
    assert (row.auth_method, row.token_owner, row.authorization) == ("AUTH_REQUEST", "DE/EMX", "Accepted")


def answer_when_asked() -> None:
    """An eMSP that allows the next two questions."""
    try:
        for _ in range(2):
            request = eventually(lambda: AuthorizationRequest.objects.filter(state="ASKING").first())
            says("ALLOWED")(request)
    finally:
        connections["default"].close()


@pytest.fixture
def slow_poll() -> Iterator[None]:
    kept, answering.POLL_SECONDS = answering.POLL_SECONDS, 60.0  # type: ignore[misc]
    yield
    answering.POLL_SECONDS = kept  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_heard_of_and_not_only_polled_for(slow_poll: None, door: Door, account: Account) -> None:
    decisions.choose("AUTH-REALTIME-BUDGET", "20")
    eventually(lambda: decisions.choices().value("AUTH-REALTIME-BUDGET") == "20")
    push(whitelist="NEVER")

    def answer() -> None:
        try:
            request = eventually(lambda: AuthorizationRequest.objects.filter(state="ASKING").first())
            says("ALLOWED")(request)
            # The first one may come before anybody listens.
            eventually(lambda: nudges.announce("authorization", str(request.pk)) or heard)
        finally:
            connections["default"].close()

    heard: list[Any] = []
    answering_thread = threading.Thread(target=answer)
    answering_thread.start()
    with door.station("CP1") as talk:
        heard.append(talk.exchange(talk.say("Authorize", {"idTag": "04AABB"})))
    answering_thread.join(60)
    assert heard[0][2]["idTagInfo"]["status"] == "Accepted"


@pytest.mark.django_db(transaction=True)
def test_a_silent_emsp_costs_the_budget_and_then_our_own_rule_holds(door: Door, account: Account) -> None:
    """TOK-11; decision AUTH-REALTIME-BUDGET."""
    decisions.choose("AUTH-REALTIME-BUDGET", "0.5", scope=Scope.STATION, key="CP1")
    push(whitelist="ALLOWED_OFFLINE")
    with door.station("CP1") as talk:
        assert talk.call("Authorize", {"idTag": "04AABB"})["idTagInfo"]["status"] == "Accepted"
    assert Station.objects.count() == 1
