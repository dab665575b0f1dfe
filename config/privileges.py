"""Starting a process as somebody else and tying its life to ours.

The kernel's parent-death signal is cleared by a change of user and belongs to the thread that forked: so setpriv sets
both in order, and engines and children are started from the main thread only.
"""

from __future__ import annotations

import os
import shutil
import threading


def tied(command: list[str], *, death_signal: str, uid: int | None = None) -> list[str]:
    """`command` so that it gets `death_signal` when we die, running as `uid`."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a tied process dies with the thread that starts it: start it from the main thread")
    change = [] if uid in (None, os.geteuid()) else [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if change:
            raise FileNotFoundError("PostgreSQL refuses to run as root: install setpriv (util-linux), or use another")
        return command
    return [setpriv, *change, f"--pdeathsig={death_signal}", *command]
