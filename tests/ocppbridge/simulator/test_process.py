"""The simulator as a process, over real WebSockets, against a small station host made for this test."""

from __future__ import annotations

import base64
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from config.demo.stage import Stage
from tests.ocppbridge.door import eventually

SUBPROTOCOLS = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]


class Host:
    """Answers every CALL, keeps what it heard, and hands out sockets so that a test can call or cut them."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.sockets: queue.Queue[ServerConnection] = queue.Queue()
        self.url = ""
        self.goodbyes: list[int | None] = []

    def converse(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.heads.append({"path": socket.request.path, "authorization": socket.request.headers["Authorization"]})
        self.sockets.put(socket)
        try:
            for text in socket:
                frame = json.loads(text)
                if frame[0] == 2:
                    self.heard.append((frame[1], frame[2], frame[3]))
                    socket.send(json.dumps([3, frame[1], self._answer(frame[2])]))
        except ConnectionClosed:
            pass
        self.goodbyes.append(socket.close_code)

    @staticmethod
    def _answer(action: str) -> dict[str, Any]:
        accepted = {"status": "Accepted"}
        if action == "BootNotification":
            return accepted | {"currentTime": "2026-11-21T12:00:00Z", "interval": 60}
        if action == "StartTransaction":
            return {"transactionId": 9, "idTagInfo": accepted}
        return {"idTagInfo": accepted, "idTokenInfo": accepted} if action == "Authorize" else {}


@contextmanager
def hosting() -> Iterator[Host]:
    host = Host()
    with serve(host.converse, "127.0.0.1", 0, subprotocols=SUBPROTOCOLS) as server:  # type: ignore[arg-type]
        host.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ocpp"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield host
        server.shutdown()
        thread.join(5)


def arguments(host: Host, version: str) -> list[str]:
    words = ["--url", host.url, "--identity", "CP 1", "--password", "secret", "--version", version]
    return [*words, "--json-log", "--sample-every", "0.2", "--speed", "60"]


@pytest.mark.parametrize(("version", "start"), [("1.6", "StartTransaction"), ("2.0.1", "TransactionEvent")])
def test_a_driver_charges_and_what_was_cut_off_is_said_again_on_a_new_socket(version: str, start: str) -> None:
    with hosting() as host, Stage() as stage:
        station = stage.enter("CP 1", "ocppbridge.simulator", *arguments(host, version))
        stage.wait(lambda note: note.get("action") == "StatusNotification", "the station says its state")
        expected = "Basic " + base64.b64encode(b"CP 1:secret").decode()
        assert host.heads[0] == {"path": "/ocpp/CP%201", "authorization": expected}
        station.say(do="plug")
        station.say(do="swipe", id_token="04AA")
        stage.wait(lambda note: note["event"] == "acknowledged" and note["action"] == start, "the transaction begins")
        host.sockets.get(timeout=60).close()
        stage.wait(lambda note: note["event"] == "offline", "the socket is gone")
        station.say(do="unplug")
        ended = stage.wait(lambda note: note["event"] == "ended", "the transaction ends")
        stop = "StopTransaction" if version == "1.6" else "TransactionEvent"
        stage.wait(
            lambda note: note["event"] == "acknowledged" and note["action"] == stop and _ends(note, host),
            "the end is told after the reconnect",
        )
        assert len(host.heads) == 2
        assert ended["id_token"] == "04AA"


def _ends(note: dict[str, Any], host: Host) -> bool:
    said = next(payload for number, _, payload in host.heard if number == note["message_id"])
    return said.get("eventType", "Ended") == "Ended"


def test_the_process_ends_when_its_standard_input_closes() -> None:
    with hosting() as host, Stage() as stage:
        station = stage.enter("CP 1", "ocppbridge.simulator", *arguments(host, "2.1"))
        stage.wait(lambda note: note["event"] == "online", "the station is online")
        station.leave()
        assert station.process.wait(60) == 0
        eventually(lambda: host.goodbyes == [1001], "it goes away, nothing has failed")
