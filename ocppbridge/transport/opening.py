"""The opening handshake of RFC 6455 (§4.2): what an upgrade request must be, its ASGI scope, and the answers. Pure.

No extension is ever agreed to: compression costs 300 kB for each of thousands of idle stations.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Iterable, Mapping
from hashlib import sha1
from typing import Any, Final
from urllib.parse import unquote

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

_PHRASES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 426: "Upgrade Required", 429: "Too Many Requests", 500: "Internal Server Error",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
}  # fmt: skip

Headers = Iterable[tuple[bytes, bytes]]


def refusal(request: Mapping[str, Any]) -> bytes | None:
    """The whole answer to a request that is none for a WebSocket; None if it is one."""
    if request["method"] != "GET":
        return answer(405, [(b"allow", b"GET")], b"a WebSocket begins with GET\n")
    if request["http_version"] != "1.1":
        return answer(505, [], b"a WebSocket begins with HTTP/1.1\n")
    if _only(request["headers"], b"sec-websocket-version") != b"13":
        return answer(426, [(b"sec-websocket-version", b"13"), (b"upgrade", b"websocket")], b"version 13, please\n")
    if not _is_key(_only(request["headers"], b"sec-websocket-key")):
        return answer(400, [], b"Sec-WebSocket-Key: 16 bytes in Base64, once\n")
    return None


def _only(headers: Headers, name: bytes) -> bytes:
    """The value of a header that may come once; empty if it does not."""
    found = [value for key, value in headers if key == name]
    return found[0].strip() if len(found) == 1 else b""


def _is_key(value: bytes) -> bool:
    try:
        return len(a2b_base64(value, strict_mode=True)) == 16
    except NotBase64:
        return False


def scope_of(request: Mapping[str, Any], state: dict[str, Any], tls: Any) -> dict[str, Any]:
    """ASGI's words for the request; `tls` is the ssl object of a connection whose TLS ends here."""
    raw_path, _, query = request["target"].partition(b"?")
    offered = [value.decode("latin-1") for name, value in request["headers"] if name == b"sec-websocket-protocol"]
    extensions: dict[str, Any] = {"websocket.http.response": {}}
    if tls is not None:  # OpenSSL has verified the chain; whose certificate it is, is checked in `upgrade`
        extensions["tls"] = {"peer": tls.getpeercert(binary_form=True), "version": tls.version()}
    return {
        "type": "websocket", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
        "scheme": "wss" if request["scheme"] == "https" else "ws", "server": request["server"],
        "client": request["client"], "root_path": "", "path": unquote(raw_path.decode("latin-1")),
        "raw_path": raw_path, "query_string": query, "headers": request["headers"],
        "subprotocols": [word.strip() for value in offered for word in value.split(",")],
        "state": state.copy(), "extensions": extensions,
    }  # fmt: skip


def switching(headers: Headers, more: Headers, subprotocol: str | None) -> bytes:
    """101."""
    accepted = b64encode(sha1(_only(headers, b"sec-websocket-key") + _GUID, usedforsecurity=False).digest())
    lines = [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
        accepted,
    ]
    if subprotocol:
        lines += b"\r\nSec-WebSocket-Protocol: ", subprotocol.encode()
    for name, value in more:
        lines += b"\r\n", name, b": ", value
    lines.append(b"\r\n\r\n")
    return b"".join(lines)


def answer(status: int, headers: Headers, body: bytes) -> bytes:
    """An HTTP answer instead of the WebSocket; the connection ends after it."""
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n".encode()]
    lines += [name + b": " + value + b"\r\n" for name, value in headers]
    lines.append(b"connection: close\r\ncontent-type: text/plain; charset=utf-8\r\n")
    lines.append(f"content-length: {len(body)}\r\n\r\n".encode())
    return b"".join([*lines, body])
