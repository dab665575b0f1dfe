"""What versions before 2.1 cannot tell of bidirectional charging and grid support (blocks Q and R)."""

from __future__ import annotations

from typing import Final

_21: Final = "new in 2.1"
_ISO: Final = "ISO 15118 came with 2.0.1"

NOT_SAID_201: Final = {
    "DerAlarmed": _21,
    "DerReported": _21,
    "DerSwitched": _21,
    "EvScheduleTold.selected": _21,
    "EvScheduleTold.tolerance_accepted": _21,
    "NeedsTold.at": _21,
    "NeedsTold.available": _21,
    "NeedsTold.control_mode": _21,
    "NeedsTold.der": _21,
    "NeedsTold.mobility": _21,
    "NeedsTold.offer": _21,
    "NeedsTold.v2x": _21,
    "SetpointPulled": _21,
}
NOT_SAID_16: Final = {
    "DerAlarmed": _21,
    "DerReported": _21,
    "DerSwitched": _21,
    "EvScheduleTold": _ISO,
    "NeedsTold": _ISO,
    "SetpointPulled": _21,
}
NOT_SAYABLE_201: Final = {
    "AllowTransfer": _21,
    "AskDer": _21,
    "ClearDer": _21,
    "SetDer": _21,
    "SetpointGiven": _21,
    "SignalGrid": _21,
    "UpdateSetpoint": _21,
}
NOT_SAYABLE_16: Final = {**NOT_SAYABLE_201, "NeedsTaken": _ISO}
NOT_SAYABLE_21: Final = {"SetpointGiven.reason": "said where there is no setpoint to give"}
