"""The `ocpp` process: WebSockets of stations and of the live page, and the files that stations bring and fetch
(ocppbridge.transport.files).

Other plain HTTP gets /healthz, 426 on the paths of sockets and 404 elsewhere.

An unknown WebSocket path is refused before the upgrade (ASGI's websocket.http.response; a bare close would say 403).
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config import garbage  # noqa: E402
from ocppbridge.live import socket as live  # noqa: E402
from ocppbridge.transport import files  # noqa: E402  # models need the setup above
from ocppbridge.transport.routing import PATH, consumer  # noqa: E402
from ocppbridge.transport.upgrade import Refusal, refuse  # noqa: E402

Send = Callable[[dict[str, Any]], Awaitable[None]]
SOCKET_PATHS = ("/ocpp/", "/live/")


async def plain_http(scope: dict[str, Any], receive: Any, send: Send) -> None:
    """Liveness and files: no database call ever runs on this event loop."""
    if files.matches(scope["path"]):
        await files.serve(scope, receive, send)
    elif scope["path"] == "/healthz":
        await answer(send, "http.response", 200, b'{"status":"ok"}\n', [(b"content-type", b"application/json")])
    elif scope["path"].startswith(SOCKET_PATHS):
        await answer(send, "http.response", 426, b"", [(b"upgrade", b"websocket"), (b"connection", b"upgrade")])
    else:
        await answer(send, "http.response", 404, b"", [])


async def unknown_socket(scope: dict[str, Any], receive: Any, send: Send) -> None:
    await receive()  # websocket.connect
    await refuse(receive, send, Refusal(404))


async def answer(send: Send, kind: str, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


sockets: list[Any] = [
    re_path(r"^live/$", live.consumer), re_path(PATH, consumer), re_path("", cast(Any, unknown_socket)),
]  # fmt: skip
application = ProtocolTypeRouter({"http": plain_http, "websocket": URLRouter(sockets)})
garbage.keep_what_is_loaded()
