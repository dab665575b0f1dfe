"""The eMSP as server: versions, credentials, tokens, command results, and the receiver of what the hub pushes.

A table of routes: (method, pattern) → function(book, match, body) → (HTTP status, OCPI status, data).
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from config.demo.emsp import words
from config.demo.emsp.book import Book, Document

Answer = tuple[int, int, Any]
Route = Callable[[Book, re.Match[str], Any], Answer]

OK: Answer = (200, 1000, None)
MODULES = [
    ("credentials", "SENDER"), ("tokens", "SENDER"), ("commands", "SENDER"), ("locations", "RECEIVER"),
    ("sessions", "RECEIVER"), ("cdrs", "RECEIVER"), ("tariffs", "RECEIVER"), ("hubclientinfo", "RECEIVER"),
]  # fmt: skip


def versions(book: Book, match: re.Match[str], body: Any) -> Answer:
    return 200, 1000, [{"version": words.VERSION, "url": f"{book.url}/{words.VERSION}"}]


def details(book: Book, match: re.Match[str], body: Any) -> Answer:
    here = f"{book.url}/{words.VERSION}"
    endpoints = [{"identifier": name, "role": role, "url": f"{here}/{name}"} for name, role in MODULES]
    return 200, 1000, {"version": words.VERSION, "endpoints": endpoints}


def credentials(book: Book, match: re.Match[str], body: Any) -> Answer:
    return 200, 1000, book.credentials


def tokens(book: Book, match: re.Match[str], body: Any) -> Answer:
    with book.lock:
        return 200, 1000, list(book.cards.values())


def authorize(book: Book, match: re.Match[str], body: Any) -> Answer:
    """Real-time authorization: our cards are allowed while they are valid."""
    card = book.cards.get(match["uid"])
    if card is None:
        return 200, 2004, None
    allowed = "ALLOWED" if card["valid"] else "BLOCKED"
    book.tell("authorized", uid=card["uid"], allowed=allowed)
    return 200, 1000, {"allowed": allowed, "token": card, "authorization_reference": f"RT-{card['uid'][-8:]}"}


def command_result(book: Book, match: re.Match[str], body: Any) -> Answer:
    wrong = words.complaints("command_result", body)
    book.tell("command_result", command=match["kind"], command_id=match["id"], result=body.get("result"), wrong=wrong)
    return OK


def push(book: Book, match: re.Match[str], body: Any) -> Answer:
    """PUT of a whole session, location, EVSE, connector, tariff or client info."""
    module, key = match["module"], match["key"]
    parts = key.split("/")
    kind = module
    if module == "locations":
        kind = ("locations", "evses", "connectors")[len(parts) - 3]
    elif module == "hubclientinfo":
        kind = "clientinfo"
    wrong = words.complaints(kind, body)
    new = book.put(kind, key, body)
    book.tell("pushed", method="PUT", module=kind, key=key, new=new, document=body, wrong=wrong)
    return 201 if new else 200, 1000, None


def change(book: Book, match: re.Match[str], body: Any) -> Answer:
    """PATCH: unknown objects are 404, so that the hub puts them (SES-25). Locations are known from pulling."""
    module, key = match["module"], match["key"]
    if "last_updated" not in body:
        return 200, 2001, None
    document = book.patch(module, key, body) if module == "sessions" else body
    book.tell("pushed", method="PATCH", module=module, key=key, new=False, change=body, document=document, wrong=[])
    return (404, 2003, None) if document is None else OK


def show(book: Book, match: re.Match[str], body: Any) -> Answer:
    with book.lock:
        found = book.kept(match["module"]).get(match["key"])
    return (404, 2003, None) if found is None else (200, 1000, found)


def remove(book: Book, match: re.Match[str], body: Any) -> Answer:
    with book.lock:
        book.kept(match["module"]).pop(match["key"], None)
    book.tell("pushed", method="DELETE", module=match["module"], key=match["key"], new=False, document=None, wrong=[])
    return OK


def cdr(book: Book, match: re.Match[str], body: Any) -> Answer:
    """A repeated CDR is taken once; the same id with other content is refused (CDR-04, CDR-05)."""
    key = f"{body['country_code']}/{body['party_id']}/{body['id']}"
    with book.lock:
        before = book.kept("cdrs").get(key)
        if before is not None and before != body:
            book.tell("cdr_conflict", key=key)
            return 200, 2001, None
        book.kept("cdrs")[key] = body
    wrong = words.complaints("cdrs", body)
    book.tell("cdr", key=key, document=body, repeated=before is not None, wrong=wrong)
    return OK


_HERE = "/2\\.2\\.1"
ROUTES: list[tuple[str, re.Pattern[str], Route]] = [
    (method, re.compile(f"^/emsp{pattern}/?$"), route)
    for method, pattern, route in [
        ("GET", "/versions", versions),
        ("GET", _HERE, details),
        ("GET", f"{_HERE}/credentials", credentials),
        ("GET", f"{_HERE}/tokens", tokens),
        ("POST", f"{_HERE}/tokens/(?P<uid>[^/]+)/authorize", authorize),
        ("POST", f"{_HERE}/commands/(?P<kind>[A-Z_]+)/(?P<id>[^/]+)", command_result),
        ("PUT", f"{_HERE}/(?P<module>locations|sessions|tariffs|hubclientinfo)/(?P<key>.+?)", push),
        ("PATCH", f"{_HERE}/(?P<module>locations|sessions)/(?P<key>.+?)", change),
        ("GET", f"{_HERE}/(?P<module>locations|sessions|tariffs|hubclientinfo|cdrs)/(?P<key>.+?)", show),
        ("DELETE", f"{_HERE}/(?P<module>tariffs)/(?P<key>.+?)", remove),
        ("POST", f"{_HERE}/cdrs", cdr),
    ]
]


class Server(ThreadingHTTPServer):
    """A caller who is killed in mid-sentence is nothing to print a traceback for."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(book: Book, port: int) -> ThreadingHTTPServer:
    """Start serving in the background; the address is written into the book."""
    server = Server(("127.0.0.1", port), _handler(book))
    server.daemon_threads = True
    book.url = f"http://127.0.0.1:{server.server_port}/emsp"
    threading.Thread(target=server.serve_forever, name="serve", daemon=True).start()
    return server


def _handler(book: Book) -> type[BaseHTTPRequestHandler]:
    """The standard library wants a class per server; this one knows its book."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            heads = {name: self.headers.get(name, "") for name in ("X-Request-ID", "X-Correlation-ID")}
            ids = {"request_id": heads["X-Request-ID"], "correlation_id": heads["X-Correlation-ID"]}
            book.request.ids = ids
            with book.holding():
                status, code, data = self._answer(raw)
            body: Document = {"status_code": code, "timestamp": words.stamp()}
            if code != 1000:
                body["status_message"] = "see status_code"
            if data is not None:
                body["data"] = data
            path = urlsplit(self.path).path
            self._tell(path, status, code)
            book.tell_held()
            text = words.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            for name, value in heads.items():
                self.send_header(name, value)
            if self.command == "POST" and path.rstrip("/").endswith("/cdrs") and code == 1000:
                key = f"{self._body['country_code']}/{self._body['party_id']}/{self._body['id']}"
                self.send_header("Location", f"{book.url}/{words.VERSION}/cdrs/{key}")
            self.end_headers()
            self.wfile.write(text)

        def _answer(self, raw: bytes) -> Answer:
            if words.presented(self.headers.get("Authorization", "")) != book.token_b:
                return 401, 2001, None
            if book.mood != "well":
                return 503, 3000, None
            path = urlsplit(self.path).path
            for method, pattern, route in ROUTES:
                match = pattern.match(path)
                if match and method == self.command:
                    try:
                        self._body = words.loads(raw) if raw else {}
                    except ValueError:
                        return 400, 2001, None
                    return route(book, match, self._body)
            return 404, 2000, None

        def _tell(self, path: str, status: int, code: int) -> None:
            routing = {side: self._party(side) for side in ("from", "to")}
            book.tell("served", method=self.command, path=path, http=status, ocpi=code, **routing)

        def _party(self, side: str) -> str:
            country, party = (self.headers.get(f"OCPI-{side}-{part}", "") for part in ("country-code", "party-id"))
            return f"{country}/{party}" if country else ""

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on standard error: what happens is told as events."""

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    return Handler
