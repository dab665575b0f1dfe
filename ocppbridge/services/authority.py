"""Who signs the certificates of stations: a class that STATION_AUTHORITY names; the embedded one by default.

Another authority (an ACME client, a PKI's API, an HSM) is a class with these two methods and without arguments. It
runs in a worker, may take its time, and is asked again after any failure but `Declined`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol, cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from ocppbridge.charging import certificates
from ocppbridge.models import LocalAuthority
from ocppbridge.services import sealing

YEARS: Final = timedelta(days=365)
BACKDATED: Final = timedelta(minutes=5)  # for stations whose clock is a little behind
NAME: Final = "stations"


class Declined(Exception):
    """The authority will not sign this, now or later; the text says why, for staff."""


class Authority(Protocol):
    """What is asked of one."""

    def sign(self, request: str, use: str, identity: str) -> str:
        """The chain in PEM, the station's own certificate first, its root left out or last."""

    def anchors(self) -> list[str]:
        """The root certificates, in PEM, by which its stations are recognised; asked for often, so kept at hand."""


def authority() -> Authority:
    """The one in force."""
    return cast(Authority, import_string(settings.STATION_AUTHORITY)())


def anchors() -> tuple[certificates.Certificate, ...]:
    """Every authority whose stations are let in: that one's, and those of the file that OCPP_TLS_CLIENT_CA names."""
    texts = authority().anchors()
    if settings.OCPP_TLS_CLIENT_CA:
        texts.append(Path(settings.OCPP_TLS_CLIENT_CA).read_text())
    return tuple(one for text in texts for one in certificates.read_chain(text))


class Embedded:
    """One self-signed root, made when it is first needed; its key stands encrypted in the database."""

    def sign(self, request: str, use: str, identity: str) -> str:
        """With the subject that the station asked for, which has been found to be its own."""
        asked = certificates.read_request(request)
        root, key = self._root()
        now = timezone.now()
        signed = (
            x509.CertificateBuilder()
            .subject_name(asked.subject)
            .issuer_name(root.subject)
            .public_key(asked.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(min(now + timedelta(days=settings.STATION_CERTIFICATE_DAYS), root.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(asked.public_key(), signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_purposes(use)), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(asked.public_key()), critical=False)
            .add_extension(_issuer_key(root), critical=False)
            .sign(key, SHA256())
        )
        return certificates.pem(signed)

    def anchors(self) -> list[str]:
        """None before it has signed anything."""
        return list(LocalAuthority.objects.filter(name=NAME).values_list("certificate", flat=True))

    def root(self) -> str:
        """Its root certificate, made if need be."""
        return certificates.pem(self._root()[0])

    def _root(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        row = LocalAuthority.objects.filter(name=NAME).first()
        if row is None:
            certificate, sealed = _new_root(timezone.now())
            # Of two that make one at the same time the first wins.
            row, _ = LocalAuthority.objects.get_or_create(
                name=NAME, defaults={"certificate": certificate, "sealed_key": sealed, "made_at": timezone.now()}
            )
        key = load_pem_private_key(str(sealing.unseal(row.sealed_key)["key"]).encode(), password=None)
        return certificates.read_chain(row.certificate)[0], cast(ec.EllipticCurvePrivateKey, key)


def _new_root(now: datetime) -> tuple[str, str]:
    """A root certificate in PEM, and its key as it is stored."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.HUB_NAME[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.HUB_PARTY} stations {now:%Y}"[:64]),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + 20 * YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key.public_key(), signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return certificates.pem(made), sealing.seal({"key": text})


def _usage(key: object, *, signs: bool) -> x509.KeyUsage:
    """An RSA key may also carry the session's key (TLS_RSA suites, which OCPP still lists)."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs and not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey),
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _purposes(use: str) -> list[x509.ObjectIdentifier]:
    """A station is a client to us, and a server to the vehicle (ISO 15118)."""
    if use.startswith("V2G"):
        return [ExtendedKeyUsageOID.SERVER_AUTH]
    if use == "FirmwareSigning":
        return [ExtendedKeyUsageOID.CODE_SIGNING]
    return [ExtendedKeyUsageOID.CLIENT_AUTH]


def _issuer_key(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(cast(CertificateIssuerPublicKeyTypes, root.public_key()))
