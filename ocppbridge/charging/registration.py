"""Before a station is accepted: what it may say, and what we may ask of it (B02, B03; field quirk 17; 1.6 §4.2).

Rule: in 2.x everything else is answered with SecurityError. A 1.6 station is told to be silent too, but the
specification gives us no refusal, and what it says in spite of that (a stop, a fault) would be lost: it is let in.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ocppbridge.charging.replies import Registration
from ocppbridge.rpc.errors import Forbidden

# Answers to what we may ask of a pending station (B02.FR.01, B02.FR.02).
_REPORTS: Final = frozenset({"NotifyReport"})
# B02.FR.05; 1.6 §4.2: nobody charges at a station that is not accepted.
_CHARGING: Final = frozenset(
    {
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "RequestStartTransaction",
        "RequestStopTransaction",
        "ReserveNow",
    }
)
_WHILE_REJECTED: Final = frozenset({"TriggerMessage"})  # TC_B_31: to have it boot again


def admit(version: str, status: Registration | None, action: str, triggered: Collection[str] = ()) -> None:
    """Raise Forbidden if the station may not say this yet. `triggered`: what we asked it to send by TriggerMessage."""
    if version == "1.6" or status in (None, Registration.ACCEPTED) or action == "BootNotification":
        return
    if status is Registration.PENDING and (action in triggered or action in _REPORTS):
        return
    raise Forbidden(f"the station is {status}: it may boot, and answer what it is asked, nothing else")


def may_ask(status: Registration | None, action: str) -> bool:
    """Whether we may send this call to a station of that status."""
    if status is Registration.PENDING:
        return action not in _CHARGING
    return status is not Registration.REJECTED or action in _WHILE_REJECTED
