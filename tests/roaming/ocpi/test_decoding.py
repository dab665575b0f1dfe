"""Objects that several threads read for the first time at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from roaming.ocpi import decoding

FIRST = """
import sys, threading
from roaming.ocpi import cdrs, json, locations, sessions, tariffs, tokens
from roaming.ocpi.decoding import decode
from tests.personas import samples

sys.setswitchinterval(1e-6)
kinds = [
    (cdrs.Cdr, samples.cdr()), (sessions.Session, samples.session()), (tariffs.Tariff, samples.tariff()),
    (locations.Location, samples.location()), (tokens.Token, samples.token()),
]
read = []
for kind, said in kinds:
    together, text = threading.Barrier(8), json.dumps(said)
    threads = [threading.Thread(target=lambda: (together.wait(), read.append(decode(kind, text)))) for _ in range(8)]
    for one in threads: one.start()
    for one in threads: one.join()
print(len(read))
"""


def test_a_process_lives_whose_threads_all_begin_with_the_same_kind_of_object() -> None:
    """msgspec 0.22 reads what it has not found out yet: web and the drain died of it, once in some starts."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", FIRST], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "40\n"), done.stderr


alone: list[bool] = []


def what_it_is() -> type[Any]:
    alone.append(decoding._building.locked())
    return int


class Slow(msgspec.Struct):
    number: what_it_is()  # type: ignore[valid-type]  # msgspec asks when it first meets the Struct


def test_what_a_struct_is_made_of_is_found_out_by_one_thread_alone() -> None:
    assert [decoding.decode(Slow, {"number": number}).number for number in (1, 2)] == [1, 2]
    assert alone and all(alone)
