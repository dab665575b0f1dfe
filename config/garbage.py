"""What a process has loaded is never garbage (Django, 387 compiled schemas): looking through it again and again costs
more than handling a message does.
"""

from __future__ import annotations

import gc

ALLOCATIONS = 20_000  # from one look at what is new to the next; Python's own 700 are for small programs


def keep_what_is_loaded() -> None:
    """To be called when a process is about to begin its work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 50)
