"""A partner: a real HTTP server in threads that speaks OCPI 2.2.1, and a client with the token it was given.

What it is asked is in `seen`; what it answers can be set per method and path with `answers`. It knows the
specification by itself: nothing of the hub's own code is used but exact JSON.
"""

from __future__ import annotations

import base64
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from roaming.ocpi import json

ALL_MODULES = (
    "locations", "tariffs", "sessions", "cdrs", "tokens", "commands", "chargingprofiles", "hubclientinfo",
)  # fmt: skip
ROUTED = ("OCPI-to-country-code", "OCPI-to-party-id", "OCPI-from-country-code", "OCPI-from-party-id")


@dataclass
class Seen:
    """One request that the partner's server was sent."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def token(self) -> str:
        return base64.b64decode(self.headers["authorization"].partition(" ")[2]).decode()


@dataclass
class Said:
    """What a partner answers: an HTTP status, and either an envelope's data or raw bytes."""

    data: Any = None
    http_status: int = 200
    status: int = 1000
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay: float = 0.0

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        envelope: dict[str, Any] = {"status_code": self.status, "timestamp": "2026-11-21T12:00:00Z"}
        if self.message:
            envelope["status_message"] = self.message
        if self.data is not None:
            envelope["data"] = self.data
        return json.dump_bytes(envelope)


class Answer:
    """What the hub said to this partner."""

    def __init__(self, response: requests.Response) -> None:
        self.http_status = response.status_code
        self.headers = response.headers
        self.raw = response.content
        self.envelope: dict[str, Any] = json.loads(response.content)

    @property
    def status(self) -> int:
        return int(self.envelope["status_code"])

    @property
    def data(self) -> Any:
        return self.envelope.get("data")

    @property
    def both(self) -> tuple[int, int]:
        return self.http_status, self.status


Reaction = Said | Callable[[Seen], Said]


class Partner:
    """`party` is what it calls itself in routing headers; `hub` what it writes as the receiver of broadcasts."""

    def __init__(
        self, party: str, role: str, *, modules: tuple[str, ...] = ALL_MODULES, more: tuple[str, ...] = ()
    ) -> None:
        self.party, self.role = party, role
        self.roles = [(role, party), *(tuple(one.split(" ")) for one in more)]
        self.modules = modules
        self.token_b = f"b-{uuid.uuid4()}"
        self.token_for_hub = ""
        self.seen: list[Seen] = []
        self.answers: dict[tuple[str, str], Reaction] = {}
        self.session = requests.Session()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._connections: list[socket.socket] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    # --- its server -------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.session.close()

    def endpoint(self, module: str, role: str) -> str:
        return f"{self.url}/odd/{role.lower()}/{module}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        partner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self) -> None:
                super().setup()
                partner._connections.append(self.connection)

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
                said = partner.react(seen)
                if said.delay:
                    partner.wait(said.delay)
                body = said.body()
                self.send_response(said.http_status)
                for name, value in {"Content-Type": "application/json", **said.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, *args: Any) -> None:
                pass

        return Handler

    def wait(self, seconds: float) -> None:
        self._closed.wait(seconds)

    def react(self, seen: Seen) -> Said:
        with self._lock:
            self.seen.append(seen)
        for (method, path), reaction in self.answers.items():
            if method in (seen.method, "*") and seen.path.startswith(path):
                return reaction if isinstance(reaction, Said) else reaction(seen)
        return self._usual(seen)

    def _usual(self, seen: Seen) -> Said:
        if seen.path == "/versions":
            return Said([{"version": "2.2.1", "url": f"{self.url}/details"}])
        if seen.path == "/details":
            endpoints = [
                {"identifier": module, "role": role, "url": self.endpoint(module, role)}
                for module in self.modules
                for role in ("SENDER", "RECEIVER")
            ]
            credentials = {"identifier": "credentials", "role": "SENDER", "url": f"{self.url}/credentials"}
            return Said({"version": "2.2.1", "endpoints": [credentials, *endpoints]})
        return Said()

    def requests(self, method: str = "", path: str = "") -> list[Seen]:
        """What it was asked, of that method and path."""
        with self._lock:
            seen = list(self.seen)
        return [one for one in seen if one.method == (method or one.method) and path in one.path]

    def pushed(self, module: str) -> list[Seen]:
        return [one for one in self.requests(path=f"/{module}") if one.method in ("PUT", "PATCH", "POST", "DELETE")]

    # --- its client -------------------------------------------------------------------------------------------------

    def credentials(self, token: str = "") -> dict[str, Any]:
        roles = [
            {
                "role": role,
                "country_code": party.partition("/")[0],
                "party_id": party.partition("/")[2],
                "business_details": {"name": f"{party} {role}"},
            }
            for role, party in self.roles
        ]
        return {"token": token or self.token_b, "url": f"{self.url}/versions", "roles": roles}

    def register(self, hub: str, token_a: str) -> Answer:
        """The handshake as the Sender (CRE-02): versions, details, POST credentials."""
        self.hub = hub
        self.token_for_hub = token_a
        versions = self.call("GET", f"{hub}/ocpi/versions", routed=False).data
        details = self.call("GET", versions[0]["url"], routed=False).data
        self.hub_endpoints = {(one["identifier"], one["role"]): one["url"] for one in details["endpoints"]}
        answer = self.call("POST", self.hub_endpoints["credentials", "SENDER"], self.credentials(), routed=False)
        if answer.both == (200, 1000):
            self.token_for_hub = answer.data["token"]
        return answer

    def at(self, module: str, role: str, *segments: str) -> str:
        """A URL of the hub, as its version details say."""
        return self.hub_endpoints[module, role].rstrip("/") + "".join(f"/{segment}" for segment in segments)

    def call(
        self, method: str, url: str, body: Any = None, *, to: str = "", sender: str = "", routed: bool = True,
        token: str | None = None, raw: bytes | None = None, timeout: float = 30, **headers: str,
    ) -> Answer:  # fmt: skip
        """One request to the hub. `to` and `sender` are parties like NL/CPO; no `to` is open routing."""
        sent = CaseInsensitiveDict({"X-Request-ID": str(uuid.uuid4()), "X-Correlation-ID": str(uuid.uuid4())})
        presented = self.token_for_hub if token is None else token
        sent["Authorization"] = "Token " + base64.b64encode(presented.encode()).decode()
        if routed:
            sender = sender or self.party
            sent["OCPI-from-country-code"], _, sent["OCPI-from-party-id"] = sender.partition("/")
        if to:
            sent["OCPI-to-country-code"], _, sent["OCPI-to-party-id"] = to.partition("/")
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        data = raw if raw is not None else None if body is None else json.dump_bytes(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        response = self.session.request(method, url, data=data, headers=sent, timeout=timeout, allow_redirects=False)
        return Answer(response)


@contextmanager
def partner(party: str, role: str, **more: Any) -> Iterator[Partner]:
    one = Partner(party, role, **more)
    try:
        yield one
    finally:
        one.close()


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true value of the condition, or an assertion."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        threading.Event().wait(0.01)
    raise AssertionError("it did not come about in time")
