"""The front door for tests: the real ASGI application in a real uvicorn, in a thread, with real sockets.

Nothing here imports Django: conftest.py is read before the settings know where the engines are.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

PASSWORD = "a-password-of-a-machine"


def eventually(holds: Callable[[], Any], what: str = "", seconds: float = 60.0) -> Any:
    """The first true value of a condition."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, what or "it did not come true"
        time.sleep(0.02)
    return found


class Door:
    """A running server; stations connect through it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, identity: str, prefix: str = "ocpp") -> str:
        return f"ws://127.0.0.1:{self.port}/{prefix}/{identity}"

    @contextmanager
    def station(
        self, identity: str, subprotocol: str = "ocpp1.6", password: bytes | str = PASSWORD, path: str | None = None
    ) -> Iterator[Talk]:
        """A connected station."""
        with self.open(path or identity, [subprotocol], basic(identity, password)) as socket:
            yield Talk(socket)

    def open(self, path: str, subprotocols: list[str] | None, authorization: str | None, prefix: str = "ocpp") -> Any:
        headers = {} if authorization is None else {"Authorization": authorization}
        return connect(
            self.url(path, prefix), subprotocols=subprotocols, additional_headers=headers, compression=None,  # type: ignore[arg-type]
            proxy=None,
        )  # fmt: skip


class Talk:
    """A station's side of the conversation."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.count = 0
        self.calls: list[list[Any]] = []

    def call(self, action: str, payload: dict[str, Any], message_id: str | None = None) -> Any:
        """Say it, and the payload of the answer; an error comes as the whole frame."""
        answer = self.exchange(self.say(action, payload, message_id))
        return answer[2] if answer[0] == 3 else answer

    def say(self, action: str, payload: dict[str, Any], message_id: str | None = None) -> str:
        self.count += 1
        message_id = message_id or f"m{self.count}"
        self.send([2, message_id, action, payload])
        return message_id

    def exchange(self, message_id: str, seconds: float = 60.0) -> list[Any]:
        """The answer to one call of ours; calls of the hub that come between are kept in `calls`."""
        while True:
            frame = self.receive(seconds)
            if frame[0] == 2:
                self.calls.append(frame)
            elif frame[1] == message_id:
                return frame

    def called(self, seconds: float = 60.0) -> list[Any]:
        """The next call of the hub."""
        if self.calls:
            return self.calls.pop(0)
        frame = self.receive(seconds)
        assert frame[0] == 2, frame
        return frame

    def answer(self, call: list[Any], payload: dict[str, Any]) -> None:
        self.send([3, call[1], payload])

    def send(self, frame: list[Any]) -> None:
        self.socket.send(json.dumps(frame))

    def receive(self, seconds: float = 60.0) -> list[Any]:
        frame: list[Any] = json.loads(self.socket.recv(timeout=seconds))
        return frame


def basic(user: str, password: bytes | str) -> str:
    raw = password if isinstance(password, bytes) else password.encode()
    return "Basic " + base64.b64encode(user.encode() + b":" + raw).decode()


@contextmanager
def serving(application: str = "config.asgi:application", **more: Any) -> Iterator[Door]:
    """uvicorn with the flags that `manage.py up` gives it."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    words = {
        "loop": "uvloop", "http": "ocppbridge.transport.front:Front", "ws": "ocppbridge.transport.websocket:Socket",
        "lifespan": "off", "log_level": "error", "access_log": False, "timeout_graceful_shutdown": 3,
        "ws_max_size": 66_560, "proxy_headers": False,
    }  # fmt: skip
    config = uvicorn.Config(application, **{**words, **more})
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, "the server starts")
        yield Door(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
        assert not thread.is_alive()
