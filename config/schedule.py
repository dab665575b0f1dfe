"""What `beat` sends and how often: one line per task, {name: {"task": dotted name, "schedule": seconds, "options": {"queue": …}}}.

Sweeps only: each finds what a lost nudge left behind, so each must cost nothing when there is nothing to do.
`expires` keeps a stopped worker from finding a pile of old sweeps.
"""

from __future__ import annotations

from typing import Any


def sweep(task: str, seconds: float, queue: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(seconds, 5.0)}}


SCHEDULE: dict[str, dict[str, Any]] = {}
