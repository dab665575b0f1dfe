"""What `beat` sends and how often. Sweeps only: each finds what a lost nudge left behind, and costs little if nothing.

Retry times are columns that the sweeps read, never Celery ETAs.
"""

from __future__ import annotations

from typing import Any


def sweep(task: str, seconds: float, queue: str) -> dict[str, Any]:
    # Expires: a worker that was away must not find a pile of old sweeps.
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(seconds, 5.0)}}


SCHEDULE: dict[str, dict[str, Any]] = {
    # Never behind pulls, signatures or drains: they find lost nudges, settle calls and commands, bury dead nodes.
    "roaming": sweep("roaming.sweep", 1.0, "interactive"),
    "billing": sweep("roaming.mind_billing", 1.0, "deliver"),
    "partners": sweep("roaming.mind_partners", 60.0, "bulk"),
    "ocppbridge": sweep("ocppbridge.sweep", 1.0, "interactive"),
}
