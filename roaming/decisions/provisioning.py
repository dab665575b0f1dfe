"""Decisions on provisioning: how a station is taken in, and what it is asked and told to be."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="HEARTBEAT-INTERVAL",
        kind=Kind.POLICY_DEPENDENT,
        title="How often a station reports that it lives",
        section="OCPP BootNotification, interval",
        question="Which interval in seconds is a station told in the answer to its BootNotification?",
        options={},
        free=between("10", "86400", "seconds"),
        default="300",
        applied_in="ocppbridge.handlers.provisioning",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="BOOT-RETRY-INTERVAL",
        kind=Kind.POLICY_DEPENDENT,
        title="How soon a station that was not accepted boots again",
        section="OCPP BootNotification, interval while Pending or Rejected (B02.FR.04, B03.FR.02)",
        question="How many seconds does a station wait before its next BootNotification?",
        options={},
        free=between("5", "86400", "seconds"),
        default="60",
        applied_in="ocppbridge.handlers.provisioning",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="NEW-STATION-BOOT",
        kind=Kind.POLICY_DEPENDENT,
        title="The first boot of a station that was just added",
        section="OCPP BootNotification (B01, B02)",
        question="Is a station that staff have added accepted at once, or held until they have looked at it?",
        options={
            "Accepted": "it goes to work at its first boot",
            "Pending": "it is configured and reported, but nobody charges until staff accept it",
        },
        default="Accepted",
        applied_in="ocppbridge.bridge.sites",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="UNKNOWN-STATION",
        kind=Kind.POLICY_DEPENDENT,
        title="A station that nobody has added knocks",
        section="OCPP-J connections; OCPP B01",
        question="An unknown identity is refused like a wrong password: is it noted for staff, too?",
        options={"note": "yes: staff can add it, or dismiss it", "ignore": "no"},
        default="note",
        applied_in="ocppbridge.transport.upgrade",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="DEVICE-MODEL-REPORT",
        kind=Kind.POLICY_DEPENDENT,
        title="When a station is asked for everything it has",
        section="OCPP 2.x GetBaseReport (B07); 1.6 GetConfiguration",
        question="When does the hub ask a station for its whole device model, or all of its keys?",
        options={
            "never": "only when staff ask: no bidirectional charging and no tariffs on stations before they have",
            "features": "a 2.1 station as in `new`, as its report says what it offers; others when staff ask",
            "new": "after a boot, when nothing is known of it or its firmware has changed",
            "boot": "after every boot",
        },
        default="features",
        applied_in="ocppbridge.handlers.provisioning",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CONFIGURATION-DRIFT",
        kind=Kind.POLICY_DEPENDENT,
        title="A station that is not configured as wanted",
        section="OCPP SetVariables (B05), ChangeConfiguration; desired configuration",
        question="After a boot a station's settings differ from what is wanted of it: what is done?",
        options={
            "apply": "they are written; a station that refuses is tried ever more rarely, then staff are told",
            "show": "it is shown; staff write them",
        },
        default="apply",
        applied_in="ocppbridge.handlers.provisioning",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
