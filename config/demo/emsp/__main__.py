"""``python -m config.demo.emsp``: the demo eMSP as a process. Orders come in on standard input, events go out.

An order is one JSON object a line, ``{"id": "1", "do": "pull", …}``; each is carried out in a thread of its own and
answered by an event ``done`` or ``failed`` with its id. The process ends with standard input.
"""

from __future__ import annotations

import argparse
import sys
import threading
from typing import Any

import requests

from config.demo.emsp.book import Book, Document
from config.demo.emsp.client import Client, Refused
from config.demo.emsp.server import serve
from config.demo.emsp.words import loads


def carry_out(client: Client, order: Document) -> Any:
    """One order; its result is what `done` carries."""
    book = client.book
    match order["do"]:
        case "register":
            return client.register(order["versions_url"], order["token_a"])
        case "credentials":
            return book.credentials
        case "try":
            return client.status_with(order["token"])
        case "pull":
            return client.pull(order["module"], order.get("date_from", ""))
        case "card":
            card = book.card(order["uid"], order.get("type", "RFID"), order.get("whitelist", "ALLOWED"))
            if order.get("push", True):
                client.put_card(card)
            return card
        case "start":
            card = book.cards[order["uid"]]
            return client.start(card, order["to"], order["location_id"], order["evse_uid"], order.get("reference", ""))
        case "stop":
            return client.command("STOP_SESSION", {"session_id": order["session_id"]}, order["to"])
        case "unlock":
            where = {name: order[name] for name in ("location_id", "evse_uid", "connector_id")}
            return client.command("UNLOCK_CONNECTOR", where, order["to"])
        case "mood":
            book.mood = order["mood"]
            return book.mood
        case other:
            raise Refused(f"{other} is not an order")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.demo.emsp", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--party", default="DE/EMX")
    parser.add_argument("--name", default="Example Mobility")
    options = parser.parse_args()
    country, party = options.party.split("/")
    book = Book(country, party, options.name)
    serve(book, options.port)
    client = Client(book)
    book.tell("serving", url=book.url)
    for line in sys.stdin:
        order = loads(line)
        threading.Thread(target=_answer, args=(client, order), daemon=True).start()
    return 0


def _answer(client: Client, order: Document) -> None:
    try:
        result = carry_out(client, order)
    except (Refused, requests.RequestException, KeyError, StopIteration) as problem:
        client.book.tell("failed", id=order.get("id"), why=f"{type(problem).__name__}: {problem}"[:500])
        return
    client.book.tell("done", id=order.get("id"), result=result)


if __name__ == "__main__":
    sys.exit(main())
