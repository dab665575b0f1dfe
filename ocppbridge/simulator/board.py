"""The live view: a row for every station (of a fleet the liveliest), figures above, the last events below."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ocppbridge.simulator.evse import Evse
from ocppbridge.simulator.notes import Note
from ocppbridge.simulator.shell import Seat
from ocppbridge.simulator.telling import line

ROWS, LINES = 20, 8
_PROBLEMS = {"no_connection", "rejected", "scenario_failed", "not_authorized", "faulted"}


class Board:
    """Hears every note and draws when asked."""

    def __init__(self, seats: Sequence[Seat], title: str) -> None:
        self.seats, self.title = seats, title
        self.said = self.answered = self.problems = self.ended = 0
        self._last: dict[str, Note] = {}
        self._lines: deque[Note] = deque(maxlen=LINES)
        self._asked_at: dict[str, datetime] = {}
        self._took: deque[timedelta] = deque(maxlen=1_000)
        self._recent: deque[datetime] = deque(maxlen=10_000)

    def tell(self, note: Note) -> None:
        """Take a note into the figures."""
        event, at = note["event"], datetime.fromisoformat(note["at"])
        self.problems += event in _PROBLEMS
        self.ended += event == "ended"
        if event == "sent":
            self.said += 1
            self._asked_at[note["message_id"]] = at
        elif event == "acknowledged":
            self.answered += 1
            self._recent.append(at)
            if note["message_id"] in self._asked_at:
                self._took.append(at - self._asked_at.pop(note["message_id"]))
        if line(note) is not None:
            self._last[note["station"]] = note
            self._lines.append(note)

    def draw(self, now: datetime) -> RenderableType:
        """Everything, for a terminal."""
        lines = [Text(line(note) or "", style="red" if note["event"] in _PROBLEMS else "dim") for note in self._lines]
        return Group(self._figures(now), self._stations(), *lines)

    def figures(self, now: datetime) -> dict[str, str]:
        """Name → value."""
        stations = [seat.station for seat in self.seats]
        charging = sum(evse.charge is not None for one in stations for evse in one.evses.values())
        recent = sum(at > now - timedelta(seconds=5) for at in self._recent)
        took = sorted(self._took)
        return {
            "online": f"{sum(one.wire.online for one in stations)} of {len(stations)}",
            "charging": str(charging),
            "sessions": str(self.ended),
            "answered": f"{self.answered} of {self.said}",
            "a second": f"{recent / 5:.1f}",
            "answer in": f"{took[len(took) // 2].total_seconds() * 1000:.0f} ms" if took else "–",
            "problems": str(self.problems),
        }

    def _figures(self, now: datetime) -> RenderableType:
        drawn = Table(title=escape(self.title), title_justify="left", box=None, pad_edge=False, header_style="dim")
        figures = self.figures(now)
        for name in figures:
            drawn.add_column(name)
        drawn.add_row(*figures.values())
        return drawn

    def _stations(self) -> RenderableType:
        drawn = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("Station", "OCPP", "State", "EVSEs", "Register", "Last"):
            drawn.add_column(name)
        for seat in self._liveliest():
            station = seat.station
            state = "charging" if any(evse.charge for evse in station.evses.values()) else "idle"
            state = state if station.wire.online else "offline"
            evses = " ".join(f"{number}:{_state(evse)}" for number, evse in station.evses.items())
            register = f"{sum(evse.meter.register for evse in station.evses.values()) / 1000:.3f} kWh"
            last = self._last.get(station.profile.identity)
            told = f"{last['at'][11:19]} {last['event']}" if last else ""
            identity = escape(station.profile.identity)
            drawn.add_row(identity, station.schema_version, _coloured(state), evses, register, told)
        return drawn

    def _liveliest(self) -> list[Seat]:
        if len(self.seats) <= ROWS:
            return list(self.seats)
        newest = sorted(self._last, key=lambda identity: str(self._last[identity]["at"]), reverse=True)[:ROWS]
        shown = [seat for seat in self.seats if seat.station.profile.identity in newest]
        return sorted(shown, key=lambda seat: seat.station.profile.identity)


def _state(evse: Evse) -> str:
    if evse.fault:
        return "faulted"
    if evse.charge is not None:
        return "suspended" if evse.charge.suspended else "charging"
    return "plugged" if evse.plugged else "free"


def _coloured(state: str) -> Text:
    return Text(state, style={"charging": "green", "offline": "red"}.get(state, ""))
