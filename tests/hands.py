"""``python -m tests.hands MODULE``, run with a hub's environment: plays a module's VERBS until its input ends.

A line is a verb's name, its words and what it is told by name, as JSON; so is what comes back. A process for each of
them took three seconds of CPU to begin.
"""

from __future__ import annotations

import importlib
import sys
import traceback

import django

django.setup()

from django.db import close_old_connections  # noqa: E402

from roaming.ocpi import json  # noqa: E402  # figures stay as they are


def main(name: str) -> None:
    verbs = importlib.import_module(name).VERBS
    for line in sys.stdin:
        verb, words, more = json.loads(line)
        close_old_connections()
        try:
            said = {"result": verbs[verb](*words, **more)}
        except Exception:  # noqa: BLE001  # told to whoever asked
            said = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
