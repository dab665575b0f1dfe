"""A peer that means harm, on a raw socket: redirects, drips, bombs, hangs, breaks off. It never speaks OCPI."""

from __future__ import annotations

import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Act = Callable[[socket.socket], None]


class Evil:
    """Serves every connection with `act`, and counts them."""

    def __init__(self, act: Act, port: int = 0) -> None:
        self.act = act
        self.connections = 0
        self.received: list[bytes] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/versions"

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone would let a waiting accept take one more
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.received.append(connection.recv(65_536))
            self.act(connection)

    def drip(self, connection: socket.socket, piece: bytes) -> None:
        """One piece every tenth of a second until somebody has enough."""
        with suppress(OSError):
            while not self.closing.wait(0.1):
                connection.sendall(piece)


def says(text: bytes) -> Act:
    return lambda connection: connection.sendall(text)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def gzip_bomb(size: int) -> bytes:
    """A small body that becomes `size` bytes; made a million at a time, as memory is what it is about."""
    packer = zlib.compressobj(level=9, wbits=zlib.MAX_WBITS | 16)
    packed = [packer.compress(b"0" * 1_000_000) for _ in range(size // 1_000_000)]
    return answer(b"".join([*packed, packer.flush()]), "Content-Encoding: gzip")


@contextmanager
def evil(act: Act | None = None) -> Iterator[Evil]:
    one = Evil(act or says(b""))
    try:
        yield one
    finally:
        one.close()
