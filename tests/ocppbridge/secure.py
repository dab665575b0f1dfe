"""The front door over TLS, as `manage.py up --only ocpp` opens it when certificates are configured; real sockets."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from config.children import CIPHERS
from tests.ocppbridge import pki
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic, serving

CA = pki.certificate("Test CA", authority=True)
SERVER = pki.server(CA)


class SecureDoor(Door):
    """Stations connect through TLS; `shown` is the certificate that they show."""

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(port)
        self.folder = folder

    def url(self, identity: str, prefix: str = "ocpp") -> str:
        return super().url(identity, prefix).replace("ws://", "wss://")

    def context(self, shown: pki.Holder | str | None = None, key: Any = None) -> ssl.SSLContext:
        """A station's TLS: it trusts our CA (A00.FR.312)."""
        made = ssl.create_default_context(cadata=CA.pem)
        if shown is not None:
            text = shown if isinstance(shown, str) else shown.pem
            holder = pki.Holder(CA.certificate, key) if isinstance(shown, str) else shown
            path = self.folder / f"station-{abs(hash(text))}.pem"
            path.write_text(text + holder.key_pem)
            made.load_cert_chain(path)
        return made

    def dial(
        self,
        identity: str,
        *,
        shown: Any = None,
        key: Any = None,
        password: str | None = PASSWORD,
        subprotocol: str = "ocpp2.0.1",
        context: ssl.SSLContext | None = None,
    ) -> Any:
        headers = {"Authorization": basic(identity, password)} if password is not None else {}
        return connect(
            self.url(identity), subprotocols=[subprotocol], additional_headers=headers, compression=None, proxy=None,
            ssl=context or self.context(shown, key),
        )  # fmt: skip

    @contextmanager
    def secure_station(self, identity: str, **more: Any) -> Iterator[Talk]:
        with self.dial(identity, **more) as socket:
            yield Talk(socket)


@contextmanager
def serving_tls(folder: Path, *authorities: str) -> Iterator[SecureDoor]:
    """A server with a real certificate; it asks stations for theirs if authorities are named."""
    for name, text in (("cert.pem", SERVER.pem), ("key.pem", SERVER.key_pem), ("ca.pem", "".join(authorities))):
        (folder / name).write_text(text)
    words: dict[str, Any] = {"ssl_ca_certs": str(folder / "ca.pem"), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
    with serving(
        ssl_certfile=str(folder / "cert.pem"),
        ssl_keyfile=str(folder / "key.pem"), ssl_ciphers=CIPHERS, **(words if authorities else {}),
    ) as running:  # fmt: skip
        yield SecureDoor(running.port, folder)
