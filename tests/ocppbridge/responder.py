"""A real OCSP responder and a real CRL over HTTP, for tests: answers are signed by whom the test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.ocppbridge.pki import Holder, hashed

HOUR = timedelta(hours=1)


class Responder:
    """Knows its authority's certificates; those whose serial numbers are in `revoked` are revoked."""

    def __init__(self, authority: Holder, signer: Holder | None = None) -> None:
        self.authority, self.signer = authority, signer or authority
        self.known: list[Holder] = []
        self.revoked: set[int] = set()
        self.asked = 0
        self.status = 200
        self.valid_for = HOUR
        self.url = ""
        self.shows = True

    def answer(self, body: bytes) -> bytes:
        """To an OCSP request."""
        self.asked += 1
        if self.status != 200:
            return b"out of order"
        wanted = ocsp.load_der_ocsp_request(body)
        one = next((one for one in self.known if one.certificate.serial_number == wanted.serial_number), None)
        if one is None:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(
                Encoding.DER
            )
        now = datetime.now(UTC).replace(microsecond=0)
        gone = wanted.serial_number in self.revoked
        built = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=one.certificate,
                issuer=self.authority.certificate,
                algorithm=wanted.hash_algorithm,
                cert_status=ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
                this_update=now - HOUR,
                next_update=now + self.valid_for,
                revocation_time=now - HOUR if gone else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.signer.certificate)
        )
        if self.shows:
            built = built.certificates([self.signer.certificate, self.authority.certificate])
        return built.sign(self.signer.key, hashed(self.signer.key)).public_bytes(Encoding.DER)

    def crl(self) -> bytes:
        """The list of what has been revoked."""
        now = datetime.now(UTC).replace(microsecond=0)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.authority.certificate.subject)
            .last_update(now - HOUR)
            .next_update(now + self.valid_for)
        )
        for serial in self.revoked:
            gone = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - HOUR).build()
            made = made.add_revoked_certificate(gone)
        return made.sign(self.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@contextmanager
def serving(responder: Responder) -> Iterator[Responder]:
    """On a port of its own: POST is OCSP, GET the CRL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.reply(responder.answer(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self.reply(responder.crl())

        def reply(self, body: bytes) -> None:
            self.send_response(responder.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    responder.url = f"http://127.0.0.1:{server.server_address[1]}/ocsp"
    try:
        yield responder
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
