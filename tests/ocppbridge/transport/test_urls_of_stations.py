"""S41: whatever address a station names, in whatever message, the hub does not go there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from ocppbridge import drain, sweeps
from ocppbridge.models import InboxItem, Station
from ocppbridge.services import signing
from ocppbridge.versions import DIALECTS
from ocppbridge.versions.schemas import read_schemas
from tests.ocppbridge import pki
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.versions.samples import fullest
from tests.ocppbridge.world import new_station

SENDS = {"NotifyPeriodicEventStream"}  # never answered


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somewhere to go, with nobody allowed to come."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        made.setblocking(False)
        yield made


def named(value: Any, url: str, name: str = "") -> Any:
    """The payload with the address wherever one would be believed."""
    if isinstance(value, dict):
        return {key: named(part, url, key) for key, part in value.items()}
    if isinstance(value, list):
        return [named(part, url, name) for part in value]
    wanted = name.lower().endswith(("url", "uri", "location", "data", "info", "value", "message"))
    return url if wanted and value == "1" else value


def request_with_addresses(url: str) -> str:
    """A certificate request that names places of its own, as certificates do."""
    key = pki.new_key()
    where = x509.UniformResourceIdentifier(url)
    made = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(pki.named("CP1"))
        .add_extension(
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.OCSP, where)]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize("version", DIALECTS)
def test_an_address_that_a_station_names_is_never_visited(door: Door, listener: socket.socket, version: str) -> None:
    """S41: every message of every version, understood to the end, with a listener where the addresses lead."""
    new_station()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    dialect = DIALECTS[version]
    said = 0
    with door.station("CP1", version) as talk:
        for action, kind, schema in read_schemas(dialect.version):
            if kind != "request" or action not in dialect.actions_from_station or action in SENDS:
                continue
            payload = named(fullest(schema), url)
            if action == "SignCertificate":
                payload["csr"] = request_with_addresses(url)
            talk.exchange(talk.say(action, payload))
            said += url in str(payload)
        shard = Station.objects.get().shard
        eventually(lambda: drain.drain(shard) >= 0 and not InboxItem.objects.exists())
        sweeps.sweep(timezone.now().replace(second=0))
        signing.sign_all(timezone.now())
    assert said >= (2 if version == "ocpp1.6" else 5)
    with pytest.raises(BlockingIOError):
        listener.accept()
