"""``python consumer.py URL TOKEN FILE``: follows the change cursor for ever, as the README says a billing system does.

What it takes and the cursor behind it are kept in one transaction of a database of its own; a change that came twice
would break the primary key and end it with an error. It may be killed at any moment and started again.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
import urllib.parse
import urllib.request
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS taken (position INTEGER PRIMARY KEY, kind TEXT, cdr INTEGER, UNIQUE (kind, cdr));
CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT);
"""


def read(url: str, token: str, after: str) -> Any:
    query = urllib.parse.urlencode({"limit": 7} | ({"after": after} if after else {}))
    request = urllib.request.Request(f"{url}/api/v1/billing/changes/?{query}")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def follow(url: str, token: str, path: str) -> None:
    kept = sqlite3.connect(path)
    kept.executescript(TABLES)
    while True:
        row = kept.execute("SELECT cursor FROM place").fetchone()
        page = read(url, token, row[0] if row else "")
        with kept:
            taken = [(one["position"], one["kind"], one["cdr"]["id"]) for one in page["changes"]]
            kept.executemany("INSERT INTO taken VALUES (?, ?, ?)", taken)
            kept.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", [page["cursor"]])
        if not page["more"]:
            time.sleep(0.02)


if __name__ == "__main__":
    follow(*sys.argv[1:4])
