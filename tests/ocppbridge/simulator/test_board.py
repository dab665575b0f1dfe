"""The live view, drawn onto paper."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from ocppbridge.simulator.board import ROWS, Board
from ocppbridge.simulator.evse import Profile
from ocppbridge.simulator.shell import Seat
from ocppbridge.simulator.telling import line
from ocppbridge.simulator.v2 import Station2
from tests.ocppbridge.simulator.test_stations import T0, Bench, remote_start


def drawn(board: Board, now: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=140).print(board.draw(now))
    return out.getvalue()


def watched(*benches: Bench) -> Board:
    board = Board([Seat(bench.station, "ws://x", None) for bench in benches], "A rehearsal")
    for bench in benches:
        for note in bench.station.notes():
            board.tell(note)
    return board


def test_a_station_is_shown_with_its_state_its_meter_and_what_it_did_last() -> None:
    bench = Bench(Station2)
    bench.station.plug(1, bench.now)
    remote_start(bench)
    bench.later(10)
    seen = drawn(watched(bench), bench.now)
    assert "A rehearsal" in seen
    assert "1 of 1" in seen and "charging" in seen and "1:charging" in seen
    assert "started" in seen
    bench.station.fail(1, "GroundFailure", bench.now)
    bench.station.disconnected(bench.now)
    seen = drawn(watched(bench), bench.now)
    assert "offline" in seen and "1:faulted" in seen and "error=GroundFailure" in seen


def test_the_figures_count_messages_answers_and_problems() -> None:
    bench = Bench(Station2)
    board = watched(bench)
    assert board.figures(T0)["answered"] == "2 of 2"
    assert board.figures(T0)["a second"] == "0.4"
    board.tell({"at": T0.isoformat(), "station": "CP-1", "event": "no_connection", "why": "HTTP 401"})
    assert board.figures(T0)["problems"] == "1"


def test_of_a_fleet_the_liveliest_are_shown() -> None:
    fleet = [Station2(Profile(f"CP-{number:03}"), str) for number in range(ROWS + 5)]
    board = Board([Seat(one, "ws://x", None) for one in fleet], "Fleet")
    for one in fleet[5:]:
        one.note("started", T0, evse=1)
        board.tell(one.notes()[-1])
    seen = drawn(board, T0)
    assert "CP-024" in seen and "CP-000" not in seen


def test_lines_leave_out_what_only_came_and_went_unless_asked() -> None:
    note = {"at": "2026-11-21T12:00:00+00:00", "station": "CP-1", "event": "sent", "action": "Heartbeat", "payload": {}}
    assert line(note) is None
    assert line(note, verbose=True) == "12:00:00  CP-1             sent             action=Heartbeat"
