"""Certification, block M on behalf of vehicles, and contract certificates in Authorize: with a real OCSP responder."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography.x509 import ocsp
from django.test.utils import override_settings
from django.utils import timezone

from ocppbridge.charging.certificates import hash_data
from ocppbridge.charging.iso15118_messages import EvCertificateAsked
from ocppbridge.charging.iso15118_replies import EvCertificate
from ocppbridge.models import Report, Revocation, Station, TrustedRoot
from ocppbridge.services import revocations
from roaming.services import decisions
from tests.ocppbridge.certification.cards import card, world
from tests.ocppbridge.certification.talking import boot, drained
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.pki import DAY, Holder, certificate
from tests.ocppbridge.responder import Responder, serving

EMAID = "DEEMXCA2B3C4D51"
EXI = "gJgBAA=="


class Provider:
    """A provider for tests: what it is asked comes back with the vehicle's name for it."""

    def certificate(self, asked: EvCertificateAsked) -> EvCertificate:
        """Three contracts, one at a time."""
        remaining = None if asked.most_chains is None else max(asked.most_chains - 1, 0)
        return EvCertificate(True, f"{asked.exi}|{'U' if asked.update else 'I'}", remaining)


class Failing:
    """A provider of somebody else's, with a mistake in it."""

    def certificate(self, asked: EvCertificateAsked) -> EvCertificate:
        """It does not get that far."""
        raise LookupError(asked.exi)


class Elsewhere(Responder):
    """The server that `Remote` asks."""

    says: Any = None

    def answer(self, body: bytes) -> bytes:
        """What the test says, whatever is asked."""
        self.heard = json.loads(body)
        return json.dumps(self.says).encode()


@pytest.fixture
def contract(transactional_db: None) -> Station:
    station = world()
    card("CAR", contract_id=EMAID)
    return station


@pytest.fixture
def authority() -> Holder:
    return certificate("MO Root", authority=True)


@pytest.fixture
def responder(authority: Holder, settings: Any) -> Iterator[Responder]:
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    with serving(Responder(authority)) as responder:
        yield responder


def vehicle(authority: Holder, responder: Responder, **more: Any) -> Holder:
    made = certificate(EMAID, authority, **more)
    responder.known.append(made)
    return made


def hashes(holder: Holder, authority: Holder) -> dict[str, str]:
    return hash_data(holder.certificate, authority.certificate)


def authorized(talk: Talk, **proof: Any) -> tuple[str, str | None]:
    answer = talk.call("Authorize", {"idToken": {"idToken": EMAID, "type": "eMAID"}, **proof})
    return answer["idTokenInfo"]["status"], answer.get("certificateStatus")


def decided(decision: str, value: str) -> None:
    decisions.choose(decision, value)
    eventually(lambda: decisions.choices().value(decision) == value)


def test_the_status_of_a_certificate_is_the_responder_s_own_answer_asked_once(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    """TC_M_24_CSMS: Get Charging Station Certificate status; M06.FR.06: kept until nextUpdate."""
    car = vehicle(authority, responder)
    request = {**hashes(car, authority), "responderURL": responder.url}
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        for _ in range(2):
            answer = talk.call("GetCertificateStatus", {"ocspRequestData": request})
            assert answer["status"] == "Accepted"
            told = ocsp.load_der_ocsp_response(b64decode(answer["ocspResult"]))
            assert told.certificate_status is ocsp.OCSPCertStatus.GOOD
            assert told.serial_number == car.certificate.serial_number
        drained()
    assert responder.asked == 1
    assert Report.objects.filter(action="GetCertificateStatus").count() == 2


def test_an_answer_that_is_out_of_date_is_asked_for_again(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    request = {**hashes(vehicle(authority, responder), authority), "responderURL": responder.url}
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        talk.call("GetCertificateStatus", {"ocspRequestData": request})
        Revocation.objects.update(next_update=timezone.now())
        assert talk.call("GetCertificateStatus", {"ocspRequestData": request})["status"] == "Accepted"
    assert responder.asked == 2
    assert revocations.forget(timezone.now()) == 0


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/ocsp", "http://169.254.169.254/", "file:///etc/passwd", "http://[::1]:9/"]
)
def test_a_station_cannot_make_the_hub_call_into_its_own_network(
    contract: Station, door: Door, authority: Holder, url: str
) -> None:
    """S41, S1: the responder's address is the station's word."""
    request = {**hashes(certificate("X", authority), authority), "responderURL": url}
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        answer = talk.call("GetCertificateStatus", {"ocspRequestData": request})
    assert answer["status"] == "Failed"
    assert answer["statusInfo"]["additionalInfo"]


def test_a_responder_that_is_out_of_order_is_a_failure(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    request = {**hashes(vehicle(authority, responder), authority), "responderURL": responder.url}
    responder.status = 500
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert talk.call("GetCertificateStatus", {"ocspRequestData": request})["status"] == "Failed"
        decided("OCSP-FOR-STATIONS", "refuse")
        responder.status = 200
        said = "OCSP responders are not asked here"
        eventually(lambda: said in str(talk.call("GetCertificateStatus", {"ocspRequestData": request})))
        decisions.withdraw("OCSP-FOR-STATIONS")
        eventually(lambda: talk.call("GetCertificateStatus", {"ocspRequestData": request})["status"] == "Accepted")


def test_the_state_of_each_certificate_of_a_chain_is_told(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    """M07: OCSP and CRL; what nobody can say is Failed; a revocation counts before its issuer is trusted, too."""
    good, gone, early, early_gone = (vehicle(authority, responder) for _ in range(4))
    responder.revoked = {gone.certificate.serial_number, early_gone.certificate.serial_number}
    urls = ["http://127.0.0.1:9/", responder.url]
    questions = [
        {"certificateHashData": hashes(one, authority), "source": source, "urls": urls}
        for one in (good, gone)
        for source in ("OCSP", "CRL")
    ]
    before = [
        {"certificateHashData": hashes(one, authority), "source": "OCSP", "urls": urls} for one in (early, early_gone)
    ]
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        responder.shows = False
        answer = talk.call("GetCertificateChainStatus", {"certificateStatusRequests": before})
        assert [one["status"] for one in answer["certificateStatus"]] == ["Failed", "Revoked"]
        responder.shows = True
        revocations.trust("MO", authority.pem, "me", timezone.now())
        answer = talk.call("GetCertificateChainStatus", {"certificateStatusRequests": questions})
        told = [(one["source"], one["status"]) for one in answer["certificateStatus"]]
        assert told == [("OCSP", "Good"), ("CRL", "Good"), ("OCSP", "Revoked"), ("CRL", "Revoked")]
        stranger = certificate("Stranger", authority=True)
        lost = [{**questions[1], "certificateHashData": hashes(certificate("Y", stranger), stranger)}]
        answer = talk.call("GetCertificateChainStatus", {"certificateStatusRequests": lost})
    assert answer["certificateStatus"][0]["status"] == "Failed"


@pytest.mark.parametrize(
    ("revoked", "told"), [(False, ("Accepted", "Accepted")), (True, ("Invalid", "CertificateRevoked"))]
)
def test_hash_data_is_judged_by_its_responder(
    contract: Station, door: Door, authority: Holder, responder: Responder, revoked: bool, told: tuple[str, str]
) -> None:
    """TC_C_50_CSMS, TC_C_51_CSMS: local validation."""
    car = vehicle(authority, responder)
    responder.revoked = {car.certificate.serial_number} if revoked else set()
    data = [{**hashes(car, authority), "responderURL": responder.url}]
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert authorized(talk, iso15118CertificateHashData=data) == told
    assert responder.asked == 1


def test_a_silent_responder_is_a_decision(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    data = [{**hashes(certificate(EMAID, authority), authority), "responderURL": responder.url}]
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert authorized(talk, iso15118CertificateHashData=data) == ("Accepted", "Accepted")
        decided("CONTRACT-REVOCATION", "hard")
        eventually(lambda: authorized(talk, iso15118CertificateHashData=data) == ("Invalid", "CertChainError"))
        decided("CONTRACT-REVOCATION", "off")
        asked = responder.asked
        eventually(lambda: authorized(talk, iso15118CertificateHashData=data) == ("Accepted", "Accepted"))
        assert responder.asked >= asked
        decisions.withdraw("CONTRACT-REVOCATION")
        eventually(lambda: decisions.choices().value("CONTRACT-REVOCATION") == "soft")


def test_a_whole_chain_must_lead_to_a_root_that_staff_have_added(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    """TC_C_52_CSMS: central validation."""
    sub = certificate("MO Sub-CA", authority, authority=True)
    chain = certificate(EMAID, sub).pem + sub.pem
    stranger = certificate("Other Root", authority=True)
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert authorized(talk, certificate=chain) == ("Accepted", "Accepted")  # nobody is named yet
        revocations.trust("MO", stranger.pem, "me", timezone.now())
        assert authorized(talk, certificate=chain) == ("Invalid", "CertChainError")
        revocations.trust("MO", authority.pem, "me", timezone.now())
        assert authorized(talk, certificate=chain) == ("Accepted", "Accepted")
    assert TrustedRoot.objects.count() == 2


def test_a_chain_that_nobody_can_be_asked_about_is_a_decision_too(
    contract: Station, door: Door, authority: Holder, responder: Responder
) -> None:
    """C07.FR.05, FR.16: while its issuer is not known a revoked certificate cannot be found out."""
    car = vehicle(authority, responder, ocsp=responder.url)
    responder.revoked = {car.certificate.serial_number}
    silent = certificate(EMAID, authority)  # names no responder
    made_at_home = certificate(EMAID)
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        for shown in (car, silent, made_at_home):
            assert authorized(talk, certificate=shown.pem) == ("Accepted", "Accepted")
        assert authorized(talk, certificate=car.pem + authority.pem) == ("Invalid", "CertificateRevoked")
        decided("CONTRACT-REVOCATION", "hard")
        refused = ("Invalid", "CertChainError")
        eventually(lambda: authorized(talk, certificate=silent.pem) == refused)
        for shown in (car, made_at_home):
            assert authorized(talk, certificate=shown.pem) == refused
        # Of several roots the one that has signed it is found.
        revocations.trust("MO", certificate("Other Root", authority=True).pem, "me", timezone.now())
        revocations.trust("V2G", authority.pem, "me", timezone.now())
        assert authorized(talk, certificate=car.pem) == ("Invalid", "CertificateRevoked")
        good = vehicle(authority, responder, ocsp=responder.url)
        assert authorized(talk, certificate=good.pem) == ("Accepted", "Accepted")
        assert authorized(talk, certificate=silent.pem) == refused
        decisions.withdraw("CONTRACT-REVOCATION")
        eventually(lambda: authorized(talk, certificate=silent.pem) == ("Accepted", "Accepted"))


def test_an_expired_certificate_is_expired_and_a_good_one_without_a_contract_is_told_so(
    contract: Station, door: Door, authority: Holder
) -> None:
    """C07.FR.13, FR.15."""
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        assert authorized(talk, certificate=certificate(EMAID, authority, end=-DAY / 2).pem) == (
            "Expired", "CertificateExpired",
        )  # fmt: skip
        token = {"idToken": "DEEMXC00000000", "type": "eMAID"}
        unknown = talk.call("Authorize", {"idToken": token, "certificate": certificate("DEEMXC00000000").pem})
        assert (unknown["idTokenInfo"]["status"], unknown["certificateStatus"]) == ("Invalid", "ContractCancelled")


@pytest.mark.parametrize("action", ["Install", "Update"])
def test_a_vehicle_gets_its_contract_from_the_provider(contract: Station, door: Door, action: str) -> None:
    """TC_M_26_CSMS, TC_M_28_CSMS, TC_M_100_CSMS (several chains)."""
    asked: dict[str, Any] = {
        "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
        "action": action,
        "exiRequest": EXI,
    }
    with override_settings(EV_CERTIFICATES=f"{__name__}.Provider"), door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        answer = talk.call("Get15118EVCertificate", asked)
        assert answer == {"status": "Accepted", "exiResponse": f"{EXI}|{action[0]}"}
        for most in (3, 2, 1):
            more = talk.call("Get15118EVCertificate", {**asked, "maximumContractCertificateChains": most})
            assert more["remainingContracts"] == most - 1
        drained()
    report = Report.objects.filter(action="Get15118EVCertificate").first()
    assert report is not None and EXI not in json.dumps(report.payload)


def test_a_provider_elsewhere_is_sent_what_the_station_asked_and_its_refusals_are_told(
    contract: Station, door: Door, authority: Holder, settings: Any
) -> None:
    """M01; what is no contract is a Failed with its reason."""
    asked = {"iso15118SchemaVersion": "urn:iso:std:iso:15118:-20", "action": "Install", "exiRequest": EXI}
    more = {"maximumContractCertificateChains": 2, "prioritizedEMAIDs": [EMAID]}
    refusals: list[tuple[Any, str]] = [
        ({"status": "Failed", "statusInfo": {"reasonCode": "NoContract"}}, "NoContract"),
        ({"status": "Failed"}, "says Failed"),
        ({"status": "Accepted", "exiResponse": ""}, "cannot be read"),
        (["Accepted"], "cannot be read"),
        ({"status": "Accepted", "exiResponse": "A" * 17_001}, "17001 characters"),
    ]
    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    settings.EV_CERTIFICATES = "ocppbridge.bridge.ev_certificates.Remote"
    elsewhere = Elsewhere(authority)
    with serving(elsewhere), door.station("CP1", "ocpp2.1") as talk:
        settings.EV_CERTIFICATES_URL = elsewhere.url
        boot(talk)
        elsewhere.says = {"status": "Accepted", "exiResponse": "gJk=", "remainingContracts": 1}
        answer = talk.call("Get15118EVCertificate", {**asked, **more})
        assert answer == {"status": "Accepted", "exiResponse": "gJk=", "remainingContracts": 1}
        assert elsewhere.heard == {**asked, **more}
        for elsewhere.says, reason in refusals:
            assert reason in refused(talk.call("Get15118EVCertificate", asked))
        elsewhere.status = 503
        assert "503" in refused(talk.call("Get15118EVCertificate", asked))
        settings.EV_CERTIFICATES = f"{__name__}.Failing"
        assert "has failed" in refused(talk.call("Get15118EVCertificate", asked))


def refused(answer: dict[str, Any]) -> str:
    assert (answer["status"], answer["exiResponse"]) == ("Failed", "")
    return str(answer["statusInfo"]["additionalInfo"])


def test_without_a_provider_it_is_told_why(contract: Station, door: Door) -> None:
    asked = {"iso15118SchemaVersion": "x", "action": "Install", "exiRequest": EXI}
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        answer = talk.call("Get15118EVCertificate", asked)
    assert (answer["status"], answer["exiResponse"]) == ("Failed", "")
    assert "EV_CERTIFICATES" in answer["statusInfo"]["additionalInfo"]
