"""Firmware images: kept with their signature, or signed by the authority that signs for stations.

A signature of ours is made by a key that is thrown away with it: its certificate is signed by STATION_AUTHORITY, whose
root a station believes that has it installed as a manufacturer's root.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction

from ocppbridge.charging import signatures
from ocppbridge.models import FirmwareImage
from ocppbridge.services import authority, files

USE = "FirmwareSigning"


class BadImage(ValueError):
    """It cannot be kept like this; the text says why."""


@transaction.atomic
def keep(image: FirmwareImage, name: str, content_type: str, pieces: Iterable[bytes]) -> None:
    """The bytes of an image; a signature that came with it must be of them."""
    image.file = files.store(name, content_type, pieces)
    if not image.file.size:
        raise BadImage("the file is empty")
    check(image)
    image.save()


def check(image: FirmwareImage) -> None:
    """Raise BadImage if what is known of it does not go together."""
    if bool(image.file_id) == bool(image.url):
        raise BadImage("an image is either a file here or a URL elsewhere")
    if bool(image.certificate) != bool(image.signature):
        raise BadImage("a signature comes with the certificate of whoever made it")
    if image.file is not None and image.signed:
        problem = signatures.complaint(image.certificate, image.signature, image.file.sha256)
        if problem:
            raise BadImage(problem)


def sign(image: FirmwareImage) -> None:
    """Sign it ourselves. Raises BadImage, or the authority's Declined."""
    if image.file is None:
        raise BadImage("only a file that is here can be signed here")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.HUB_NAME[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"firmware {image.name}"[:64]),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    image.certificate = authority.authority().sign(
        request.public_bytes(Encoding.PEM).decode(), USE, f"firmware {image.name}"
    )
    image.signature = signatures.signed(key, image.file.sha256)
    image.save(update_fields=["certificate", "signature"])
