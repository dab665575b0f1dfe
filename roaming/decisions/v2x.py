"""Decisions on cars that may give energy back: who may, what they do until somebody steers them, what holds offline."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="V2X-ALLOWED-TRANSFER",
        kind=Kind.POLICY_DEPENDENT,
        title="What a token may have that no rule is about",
        section="OCPP 2.1 Q01, AuthorizeResponse.allowedEnergyTransfer, NotifyAllowedEnergyTransfer",
        question="Staff have made no transfer rule for a token, its contract or its party: may it give energy back?",
        options={"charging": "no: it may charge", "all": "yes: everything that the station offers"},
        default="charging",
        applied_in="ocppbridge.bridge.energy_transfers",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="V2X-DRIVER-CONSENT",
        kind=Kind.SPEC_SILENT,
        title="Whether the driver has to agree that his car is discharged",
        section="OCPI 2.2.1 ChargingPreferences.discharge_allowed (SES-06); OCPP 2.1 Q",
        question="A contract allows energy back to the grid: is that enough, or must the driver have said so too?",
        options={
            "contract": "the contract is enough; a driver who has refused is not discharged",
            "driver": "only a driver whose preferences allow it is discharged",
        },
        default="contract",
        applied_in="ocppbridge.bridge.energy_transfers",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="V2X-FIRST-PLAN",
        kind=Kind.POLICY_DEPENDENT,
        title="What a bidirectional car does until somebody steers it",
        section="OCPP 2.1 K15, Q02, Q10 (NotifyEVChargingNeeds)",
        question="A car that may give energy back has told its needs, and nobody has planned: what is it sent?",
        options={
            "charge": "a profile that lets it charge as it likes (ChargingOnly)",
            "idle": "a profile that lets it rest (Idle)",
            "wait": "nothing: it is told that a profile will follow (Processing)",
            "none": "nothing: it is told that there will be none (NoChargingProfile)",
        },
        default="charge",
        applied_in="ocppbridge.bridge.energy_needs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="V2X-OFFLINE-LIMIT",
        kind=Kind.POLICY_DEPENDENT,
        title="How long a bidirectional profile holds without us",
        section="OCPP 2.1 Q11, Q12 (maxOfflineDuration, invalidAfterOfflineDuration)",
        question="A station goes offline in mid-discharge: after how many seconds does the profile not hold any more?",
        options={"none": "it holds to its end"},
        free=between("0", "86400", "seconds"),
        default="900",
        applied_in="ocppbridge.bridge.energy_steering",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="V2X-PULL-INTERVAL",
        kind=Kind.POLICY_DEPENDENT,
        title="How often a station asks for its setpoint",
        section="OCPP 2.1 K28 (dynUpdateInterval), PullDynamicScheduleUpdate",
        question="A station keeps a dynamic profile up to date itself: after how many seconds does it ask again?",
        options={},
        free=between("1", "86400", "seconds"),
        default="60",
        applied_in="ocppbridge.bridge.energy_steering",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
