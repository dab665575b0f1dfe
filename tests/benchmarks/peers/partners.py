"""Many OCPI partners on one port: what is sent to `/<number>/…` is taken at once, and when it came is written down.

Orders are JSON lines on standard input: ``{"hang": 10}`` makes the first ten read and never answer, and
``{"report": true}`` prints what came since the last one: [number, method, path, time, last_updated].
Run: ``python -m tests.benchmarks.peers.partners PORT``.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
LAST_UPDATED = re.compile(rb'"last_updated" ?: ?"([^"]+)"')
NOTHING = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
ACCEPTED = b'{"data":{"result":"ACCEPTED","timeout":30},"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'

came: list[Any] = []
hanging = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One kept connection."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            body = await reader.readexactly(int(found[1])) if found else b""
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            dated = LAST_UPDATED.findall(body)
            came.append([path.split("/")[1], method, path, time.time(), max(dated).decode() if dated else ""])
            if int(path.split("/")[1]) < hanging:
                await asyncio.sleep(3600)
            answer = ACCEPTED if "/commands/" in path else NOTHING
            writer.write(HEAD.format(len(answer)).encode() + answer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def obey() -> None:
    global hanging
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        hanging = order.get("hang", hanging)
        print(json.dumps(came if "report" in order else []), flush=True)
        if "report" in order:
            came.clear()


async def main() -> None:
    await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    print("[]", flush=True)
    await obey()


if __name__ == "__main__":
    asyncio.run(main())
