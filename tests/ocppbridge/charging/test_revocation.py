"""OCSP and CRLs: questions are asked by OCPP's hashes, answers believed from the issuer and whom it has sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ed448, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from ocppbridge.charging.certificates import hash_data
from ocppbridge.charging.revocation import BadAnswer, question, read_crl, read_ocsp, responder
from tests.ocppbridge.pki import Holder, certificate
from tests.ocppbridge.responder import Responder

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> Holder:
    return certificate("MO Sub-CA", authority=True)


@pytest.fixture(scope="module")
def vehicle(authority: Holder) -> Holder:
    return certificate("DE8AACA2B3C4D51", authority)


def responding(authority: Holder, *known: Holder, signer: Holder | None = None) -> Responder:
    made = Responder(authority, signer)
    made.known = list(known)
    return made


def asked(vehicle: Holder, authority: Holder, algorithm: str = "SHA256") -> dict[str, str]:
    return hash_data(vehicle.certificate, authority.certificate, algorithm)


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_a_question_names_the_certificate_by_its_hashes(vehicle, authority, algorithm):
    made = ocsp.load_der_ocsp_request(question(asked(vehicle, authority, algorithm)))
    assert made.serial_number == vehicle.certificate.serial_number
    assert made.hash_algorithm.name == algorithm.lower()


@pytest.mark.parametrize(
    "broken",
    [{"issuerNameHash": "xyz"}, {"serialNumber": "no number"}, {"issuerKeyHash": "aa"}, {"hashAlgorithm": "MD5"}],
)
def test_what_names_no_certificate_cannot_be_asked(vehicle, authority, broken):
    with pytest.raises(BadAnswer):
        question(asked(vehicle, authority) | broken)


@pytest.mark.parametrize("revoked", [False, True])
def test_the_issuer_s_own_answer_is_believed(vehicle, authority, revoked):
    responder = responding(authority, vehicle)
    responder.revoked = {vehicle.certificate.serial_number} if revoked else set()
    data = asked(vehicle, authority)
    told = read_ocsp(responder.answer(question(data)), data, [], NOW)
    assert (told.status, told.verified) == ("Revoked" if revoked else "Good", True)
    assert told.until > NOW


@pytest.mark.parametrize("rsa_key", [False, True])
def test_whom_the_issuer_has_sent_is_believed_too(vehicle, authority, rsa_key):
    key = rsa.generate_private_key(65537, 2048) if rsa_key else None
    signer = certificate("Responder", authority, usage=ExtendedKeyUsageOID.OCSP_SIGNING, key=key)
    data = asked(vehicle, authority)
    told = read_ocsp(responding(authority, vehicle, signer=signer).answer(question(data)), data, [], NOW)
    assert told.verified


@pytest.mark.parametrize("usage", [None, ExtendedKeyUsageOID.CLIENT_AUTH])
def test_somebody_with_another_task_is_not(vehicle, authority, usage):
    signer = certificate("Somebody", authority, usage=usage)
    data = asked(vehicle, authority)
    told = read_ocsp(responding(authority, vehicle, signer=signer).answer(question(data)), data, [], NOW)
    assert (told.status, told.verified) == ("Good", False)


def test_a_stranger_who_calls_himself_a_responder_is_not(vehicle, authority):
    stranger = certificate("Stranger", authority=True)
    signer = certificate("Responder", stranger, usage=ExtendedKeyUsageOID.OCSP_SIGNING)
    data = asked(vehicle, authority)
    assert not read_ocsp(responding(authority, vehicle, signer=signer).answer(question(data)), data, [], NOW).verified


def test_an_answer_about_another_certificate_is_none(vehicle, authority):
    other = certificate("Other", authority)
    wrong = responding(authority, other).answer(question(asked(other, authority)))
    with pytest.raises(BadAnswer, match="another certificate"):
        read_ocsp(wrong, asked(vehicle, authority), [], NOW)


def test_an_unsuccessful_one_a_stale_one_and_garbage_are_none(vehicle, authority):
    data = asked(vehicle, authority)
    with pytest.raises(BadAnswer, match="UNAUTHORIZED"):
        read_ocsp(responding(authority).answer(question(data)), data, [], NOW)
    with pytest.raises(BadAnswer, match="out of date"):
        read_ocsp(responding(authority, vehicle).answer(question(data)), data, [], NOW + timedelta(days=2))
    with pytest.raises(BadAnswer, match="no OCSP answer"):
        read_ocsp(b"<html>", data, [], NOW)


def test_a_list_counts_only_with_the_issuer_s_signature(vehicle, authority):
    responder = responding(authority, vehicle)
    data, issuer = asked(vehicle, authority), [authority.certificate]
    assert read_crl(responder.crl(), data, issuer, NOW).status == "Good"
    responder.revoked = {vehicle.certificate.serial_number}
    listed = read_crl(responder.crl(), data, issuer, NOW)
    assert (listed.status, listed.verified) == ("Revoked", True)
    with pytest.raises(BadAnswer, match="not known"):
        read_crl(responder.crl(), data, [], NOW)
    with pytest.raises(BadAnswer, match="not the issuer's"):
        read_crl(responding(authority, signer=certificate("X", authority=True)).crl(), data, issuer, NOW)
    with pytest.raises(BadAnswer, match="out of date"):
        read_crl(responder.crl(), data, issuer, NOW + timedelta(days=2))
    with pytest.raises(BadAnswer, match="no CRL"):
        read_crl(b"-----BEGIN", data, issuer, NOW)


def test_issuers_of_an_unknown_kind_of_key_are_passed_over(vehicle, authority):
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Odd")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(5)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1)).sign(key, None)
    )  # fmt: skip
    data = asked(vehicle, authority)
    answer = responding(authority, vehicle).answer(question(data))
    assert read_ocsp(answer, data, [made], NOW).verified


def test_a_certificate_says_where_it_can_be_asked_about(vehicle):
    assert responder(vehicle.certificate) == ""
    place = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example/")
    )
    key = vehicle.key
    made = (
        x509.CertificateBuilder().subject_name(vehicle.certificate.subject).issuer_name(vehicle.certificate.issuer)
        .public_key(key.public_key()).serial_number(5).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.AuthorityInformationAccess([place]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    assert responder(made) == "http://ocsp.example/"


@pytest.mark.parametrize("kind", [ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey])
def test_an_answer_of_an_edwards_key_is_believed(vehicle, authority, kind):
    signer = certificate("Responder", authority, usage=ExtendedKeyUsageOID.OCSP_SIGNING, key=kind.generate())
    data = asked(vehicle, authority)
    assert read_ocsp(responding(authority, vehicle, signer=signer).answer(question(data)), data, [], NOW).verified


def test_an_issuer_that_nobody_knows_verifies_nothing(vehicle, authority):
    """Neither shown by the responder nor among the known; a key of a kind that has no hash is passed over."""
    responder, data = responding(authority, vehicle), asked(vehicle, authority)
    responder.shows = False
    odd = certificate("Odd", authority, key=dsa.generate_private_key(2048)).certificate
    answer = responder.answer(question(data))
    assert not read_ocsp(answer, data, [odd], NOW).verified
    assert read_ocsp(answer, data, [odd, authority.certificate], NOW).verified
    with pytest.raises(BadAnswer, match="not known"):
        read_crl(responder.crl(), {**data, "hashAlgorithm": "MD5"}, [authority.certificate], NOW)


def test_a_list_signed_with_another_kind_of_key_is_not_the_issuer_s(vehicle, authority):
    other = certificate("MO Sub-CA", authority=True, key=rsa.generate_private_key(65537, 2048))
    with pytest.raises(BadAnswer, match="not the issuer's"):
        read_crl(responding(authority, signer=other).crl(), asked(vehicle, authority), [authority.certificate], NOW)
