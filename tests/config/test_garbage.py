"""Every process of the hub begins its work with what it has loaded set aside."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery.signals import worker_ready

from config import celery, garbage
from config.settings import ROOT

ASK = "import gc; print(gc.get_threshold()[0], gc.get_freeze_count() > 100_000)"
STARTS = {"web": "import config.wsgi", "ocpp": "import config.asgi"}


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_what_is_loaded_is_not_looked_through_again(collector: None) -> None:
    loaded = [[number] for number in range(1000)]
    garbage.keep_what_is_loaded()
    assert not any(one is loaded for one in gc.get_objects())
    assert gc.get_threshold()[0] == garbage.ALLOCATIONS


@pytest.mark.parametrize("name", STARTS)
def test_the_servers_do_so(name: str) -> None:
    words = [sys.executable, "-c", f"{STARTS[name]}\n{ASK}"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(garbage.ALLOCATIONS), "True"]


def test_a_worker_does_so_when_it_is_ready(collector: None) -> None:
    worker_ready.send(sender=celery.app)
    assert gc.get_threshold()[0] == garbage.ALLOCATIONS
