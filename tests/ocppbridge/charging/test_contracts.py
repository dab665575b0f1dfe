"""Contract certificates: what a vehicle shows, against the eMAID that it claims (C07)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ocppbridge.charging import contracts

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMAID = "DE-8AA-CA2B3C4D5-1"


def certificate(name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, days: int = 30) -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MO Sub-CA")]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOON - timedelta(days=30))
        .not_valid_after(NOON + timedelta(days=days))
        .sign(by, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def keys() -> tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey]:
    return ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def test_one_contract_is_written_in_many_ways():
    assert contracts.plain("DE-8AA-CA2B3C4D5-1") == contracts.plain("de8aaca2b3c4d5") == "DE8AACA2B3C4D5"


def test_hash_data_alone_says_nothing_against_it():
    assert contracts.status(EMAID, None, NOON) == "Accepted"


def test_a_whole_chain_that_names_the_contract_is_accepted(keys):
    """TC_C_52."""
    vehicle, authority = keys
    chain = certificate("DE8AACA2B3C4D51", vehicle, authority) + certificate("MO Sub-CA", authority, authority)
    assert contracts.status(EMAID, chain, NOON) == "Accepted"


@pytest.mark.parametrize("days", [-1, -29])
def test_an_expired_one_is_told_so(keys, days):
    vehicle, authority = keys
    assert (
        contracts.status(EMAID, certificate("DE8AACA2B3C4D51", vehicle, authority, days), NOON) == "CertificateExpired"
    )


def test_somebody_else_s_and_none_at_all_are_no_chain(keys):
    vehicle, authority = keys
    assert contracts.status(EMAID, certificate("DE8AACXXXXXXXX", vehicle, authority), NOON) == "CertChainError"
    assert contracts.status(EMAID, "no certificate", NOON) == "CertChainError"


def test_a_forged_one_is_found(keys):
    vehicle, authority = keys
    chain = certificate("DE8AACA2B3C4D51", vehicle, vehicle) + certificate("MO Sub-CA", authority, authority)
    assert contracts.status(EMAID, chain, NOON) == "SignatureError"
