"""`manage.py call_station ID ACTION JSON [--wait]`: any call in the station's own OCPP version.

Exit 0: queued, or answered; 1: refused or not answered; 2: it cannot be asked, and why.
"""

from __future__ import annotations

import getpass
import json
import sys
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape

from ocppbridge.models import Call, Station
from ocppbridge.services import calls
from roaming.console.operating import Error, OperatorCommand

POLL = 0.2  # seconds


class Command(OperatorCommand):
    help = "Call a station: action and payload in its own OCPP version, checked against the official schema."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("identity", metavar="ID")
        parser.add_argument("action", metavar="ACTION", help="such as Reset, GetConfiguration, GetVariables")
        parser.add_argument(
            "payload", metavar="JSON", nargs="?", default="{}", help="an object; - reads it from standard input"
        )
        parser.add_argument(
            "--wait",
            type=float,
            nargs="?",
            const=60.0,
            metavar="SECONDS",
            help="until it is answered (default 60), and print the answer",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        station = Station.objects.filter(identity=options["identity"]).first()
        if station is None:
            raise Error(f"There is no station {options['identity']}.")
        payload = _payload(options["payload"])
        patience = timedelta(seconds=options["wait"]) if options["wait"] else calls.PATIENCE
        intent, by = calls.RawCall(options["action"], payload), getpass.getuser()
        try:
            call = calls.queue(station, intent, purpose="staff", requested_by=by, expires_in=patience)
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            raise Error(f"{options['action']}: {problem}.") from None
        if options["wait"]:
            call = _settled(call, options["wait"])
            self.exit_code = 0 if call.state == Call.State.ANSWERED else 1
        return {**_described(call), "online": station.online}

    def show(self, result: Any, out: Console) -> None:
        if result["state"] == Call.State.ANSWERED:
            out.print_json(data=result["answer"])
        elif result["state"] == Call.State.REFUSED:
            out.print(f"Refused: {escape(result['error_code'])} {escape(result['error_description'])}", style="red")
        elif result["state"] == Call.State.UNANSWERED:
            out.print("The station did not answer.", style="red")
        else:
            where = "It is on its way." if result["online"] else "The station is offline: the call waits for it."
            what = f"{result['action']} to {result['station']} is {result['state']} as {result['id']}."
            out.print(f"{what} {where}", markup=False)


def _payload(text: str) -> dict[str, Any]:
    try:
        read = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as problem:
        raise Error(f"The payload is not JSON: {problem}.") from None
    if not isinstance(read, dict):
        raise Error('The payload must be a JSON object, such as {"type": "Soft"}.')
    return read


def _settled(call: Call, seconds: float) -> Call:
    """Looked at until it has ended, or the time is over (then as it is)."""
    deadline = time.monotonic() + seconds
    while call.state in calls.OPEN and time.monotonic() < deadline:
        time.sleep(POLL)
        call.refresh_from_db()
    return call


def _described(call: Call) -> dict[str, Any]:
    return {
        "id": str(call.pk),
        "station": call.station.identity,
        "action": call.action,
        "payload": call.payload,
        "state": call.state,
        "outcome": call.outcome,
        "answer": call.answer,
        "error_code": call.error_code,
        "error_description": call.error_description,
        "expires_at": call.expires_at,
    }
