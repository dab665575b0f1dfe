"""The fleet of the kill test: stations in one process, half of whose sessions begin at the reader, half by command.

The stations keep what they must not lose and say it again, unchanged, until it is acknowledged. What they note down is
the truth that the hub is measured by.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from config.demo import world
from config.demo.stage import Actor, Event, Stage
from tests.hub import Hub

LOCATION = "KILL"
VERSIONS = ("1.6", "2.0.1", "2.1")


def identity(number: int) -> str:
    return f"K-{number:03}"


class Fleet:
    """``count`` stations with ``rounds`` sessions each."""

    def __init__(self, stage: Stage, emsp: Actor, hub: Hub, count: int, rounds: int) -> None:
        self.stage, self.emsp, self.count, self.rounds = stage, emsp, count, rounds
        passwords = hub.operate("stations", LOCATION, *(identity(number) for number in range(count)))
        entries = [self._entry(number, passwords[identity(number)]) for number in range(count)]
        self.plan = Path(hub.data) / "fleet.json"
        self.plan.write_text(json.dumps(entries))
        self.url = hub.ocpp_url

    def begin(self) -> None:
        words = ["--fleet", str(self.plan), "--url", self.url, "--json-log", "--answer-timeout", "5", "--speed", "60"]
        self.stage.enter("fleet", "ocppbridge.simulator", *words, "--starts-offline", "--sample-every", "2")

    def _entry(self, number: int, password: str) -> dict[str, Any]:
        return {
            "identity": identity(number),
            "password": password,
            "version": VERSIONS[number % 3],
            "driver": True,
            "swipes": "" if self.by_command(number) else self.card(number),
            "charge_for": 5 + number % 4,
            "pause": 1 + number % 3,
            "rounds": self.rounds,
            "arrive_after": number % 5,
        }

    @staticmethod
    def by_command(number: int) -> bool:
        return number % 2 == 0

    @staticmethod
    def card(number: int) -> str:
        return f"04CA{number:010}"

    def hand_out_cards(self) -> None:
        for number in range(self.count):
            self.emsp.ask(do="card", uid=self.card(number))

    def order_starts(self) -> None:
        """Ask for a session wherever none runs; a command that was lost with a killed process is asked again."""
        started, ended = self._counts("started"), self._counts("ended")
        for number in range(self.count):
            name = identity(number)
            if self.by_command(number) and started[name] == ended[name] and ended[name] < self.rounds:
                where = {"location_id": LOCATION, "evse_uid": f"{name}-1", "to": str(world.OPERATOR)}
                self.emsp.say(id=f"start-{name}", do="start", uid=self.card(number), reference=f"R-{name}", **where)

    def ended(self) -> list[Event]:
        return self.stage.seen(lambda event: event["event"] == "ended")

    def acknowledged(self) -> list[tuple[str, str, str]]:
        """(station, message id, action) of every message that the hub took."""
        seen = self.stage.seen(lambda event: event["event"] == "acknowledged")
        return [(event["station"], event["message_id"], event["action"]) for event in seen]

    def unanswered(self) -> set[str]:
        """Transaction messages that were said but not acknowledged yet."""
        kept = {"StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent"}
        said = self.stage.seen(lambda event: event["event"] == "sent" and event["action"] in kept)
        return {event["message_id"] for event in said} - {number for _, number, _ in self.acknowledged()}

    def unfinished(self) -> str:
        """The stations that still have sessions before them, with what they and the eMSP said last."""
        ended, lines = self._counts("ended"), []
        for number in range(self.count):
            name = identity(number)
            if ended[name] < self.rounds:
                told = self.stage.seen(lambda event, name=name: event.get("station") == name)[-6:]
                asked = self.stage.seen(lambda event, name=name: event.get("id") == f"start-{name}")[-2:]
                lines += [f"{name} ended {ended[name]}:", *(f"    {event}"[:300] for event in [*told, *asked])]
        return "\n".join(["", *lines])

    def _counts(self, kind: str) -> Counter[str]:
        return Counter(event["station"] for event in self.stage.seen(lambda event: event["event"] == kind))
