"""An answer of HTTP as it comes in, piece by piece: neither head, body nor compression gets past the cap (S7)."""

from __future__ import annotations

import zlib

from httptools import HttpParserError, HttpResponseParser

from roaming.client.errors import Broken, TooLarge

MAX_HEAD = 128 * 1024
_AROUND = 8  # bytes of frame that a byte of the body may cost where it comes in chunks
_GZIP, _ZLIB, _DEFLATE = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS


class Reading:
    """What httptools tells while it reads; `whole` once the answer is, `again` if the connection may serve another."""

    def __init__(self, most: int) -> None:
        self.status = 0
        self.heads: list[tuple[bytes, bytes]] = []
        self.whole = self.again = False
        self._most, self._size, self._received = most, 0, 0
        self._headed = self._framed = False
        self._clear = True  # nobody can be of two minds about where the answer ends
        self._pieces: list[bytes] = []
        self._parser = HttpResponseParser(self)
        # What http.client reads and peers may send: lines without CR, a length beside chunks.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_chunked_length=True)

    @property
    def body(self) -> bytes:
        return b"".join(self._pieces)

    def take(self, piece: bytes) -> None:
        """What the connection brought, nothing where it has ended. Raises HttpParserError, Broken or TooLarge."""
        if not piece:
            self.whole = self._headed and not self._framed
            if not self.whole:
                raise Broken("the connection ended before the answer did")
            return
        try:
            self._parser.feed_data(piece)
        except HttpParserError:
            if not self.whole:
                raise
            self.again = False  # what follows the answer is none of our business
        self._received += len(piece)
        if self._size > self._most:
            raise TooLarge(f"the answer is larger than {self._most} bytes")
        if self._received - self._size > MAX_HEAD + self._size * _AROUND:
            raise TooLarge(f"there is more than {MAX_HEAD} bytes around the answer")

    def end(self) -> None:
        """The parser and this object hold each other."""
        del self._parser

    def on_message_begin(self) -> None:
        self.again = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._headed:
            self.heads.append((name, value))

    def on_headers_complete(self) -> None:
        if not self.whole:
            self.status, self._headed = self._parser.get_status_code(), True
            framing = {name.lower() for name, _ in self.heads} & {b"content-length", b"transfer-encoding"}
            self._framed, self._clear = bool(framing), len(framing) < 2

    def on_body(self, piece: bytes) -> None:
        if not self.whole:
            self._pieces.append(piece)
            self._size += len(piece)

    def on_message_complete(self) -> None:
        if self.whole:
            return
        if 100 <= self.status < 200 and self.status != 101:  # the answer is still to come
            self.heads, self._headed = [], False
        else:
            self.whole, self.again = True, self._clear and self._parser.should_keep_alive()


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """As it was before the peer packed it; packed otherwise than we asked for it stays. Raises CallFailed."""
    match encoding.strip().lower():
        case "gzip" | "x-gzip" if body:
            return _inflated(body, _GZIP, most)
        case "deflate" if body:  # two things bear this name
            return _inflated(body, _ZLIB if body[0] & 0x0F == zlib.DEFLATED else _DEFLATE, most)
    return body


def _inflated(packed: bytes, kind: int, most: int) -> bytes:
    pieces, left = list[bytes](), most + 1
    while packed and left > 0:
        one = zlib.decompressobj(kind)
        try:
            pieces.append(one.decompress(packed, left))
        except zlib.error:
            raise Broken("the answer cannot be unpacked") from None
        left -= len(pieces[-1])
        if not one.eof and left > 0:
            raise Broken("the answer ends before it should")
        packed = one.unused_data if kind == _GZIP else b""
    if left <= 0:
        raise TooLarge(f"the answer is larger than {most} bytes")
    return b"".join(pieces)
