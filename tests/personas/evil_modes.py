"""The modes of a peer that means harm. `python -m tests.personas.evil_modes MODE [PORT]` plays one until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from tests.personas.evil import Evil, answer, gzip_bomb

OK = b'"status_code":1000,"timestamp":"2026-11-21T12:00:00Z"'


class Target(Evil):
    """An evil peer, and a host that nobody may call."""

    target = ""


Act = Callable[[Target, Any], None]


def dripping(one: Target, connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    one.drip(connection, b" ")


def hanging(one: Target, connection: Any) -> None:
    one.closing.wait(60)


def redirecting(one: Target, connection: Any) -> None:
    connection.sendall(answer(b"", f"Location: {one.target}/versions", status="302 Found"))


def body(text: bytes, *headers: str, status: str = "200 OK") -> Act:
    return lambda one, connection: connection.sendall(answer(text, *headers, status=status))


MODES: dict[str, Act] = {
    "drip (S6)": dripping,
    "hang (S6)": hanging,
    "redirect (S3)": redirecting,
    "bomb (S7)": lambda one, connection: connection.sendall(gzip_bomb(100_000_000)),
    "too large (S7)": body(b'{"data":"' + b"x" * 9_000_000 + b'",' + OK + b"}"),
    "deep JSON (S7)": body(b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"," + OK + b"}"),
    "NaN (S7)": body(b'{"data":[NaN],' + OK + b"}"),
    "infinite number (S7)": body(b'{"data":[1e400000],' + OK + b"}"),
    "duplicate keys (S7)": body(b'{"data":[],"data":{},' + OK + b"}"),
    "no UTF-8 (S7)": body(b'{"data":["\xff\xfe"],' + OK + b"}"),
    "NUL (S7)": body(b'{"data":["a\\u0000"],' + OK + b"}"),
    "no JSON": body(b"<html>"),
    "no envelope": body(b'{"data":[]}'),
    "200 and 3000 (S34)": body(b'{"data":[],"status_code":3000,"timestamp":"2026-11-21T12:00:00Z"}'),
    "500": body(b'{"data":[],' + OK + b"}", status="500 Oops"),
    "401 (S12)": body(b"", status="401 Unauthorized"),
    "breaks off": lambda one, connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
}  # fmt: skip


def play(mode: str, target: str = "http://169.254.169.254", port: int = 0) -> Target:
    """A peer in this mode, listening."""
    act = MODES[mode]
    one = Target(lambda connection: act(one, connection), port)
    one.target = target
    return one


def main(mode: str, port: str = "0") -> None:
    named = [one for one in MODES if one.startswith(mode)]
    if not named:
        raise SystemExit(f"{mode} is none of: {', '.join(MODES)}")
    sys.stdout.write(f"{play(named[0], port=int(port)).url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
