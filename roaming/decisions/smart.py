"""Decisions on power: profiles that others set, schedules that differ, sites that are shared (block K)."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="PROFILE-FOREIGN",
        kind=Kind.SPEC_SILENT,
        title="A charging profile that nobody here has set",
        section="OCPP 2.x ReportChargingProfiles (K09), source CSO",
        question="A station reports a profile as ours that we did not set. What does a repair do with it?",
        options={"keep": "nothing: staff see it and decide", "clear": "it is cleared"},
        default="keep",
        applied_in="ocppbridge.services.charging_profiles",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="PROFILE-REPAIR",
        kind=Kind.SPEC_SILENT,
        title="Charging profiles that are lost or changed",
        section="OCPP 2.x GetChargingProfiles (K09)",
        question="A station has not the profiles that we set. Are they set again without staff?",
        options={"alert": "no: staff are told", "repair": "yes, at once; staff are told"},
        default="alert",
        applied_in="ocppbridge.handlers.smart_charging",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="COMPOSITE-TOLERANCE",
        kind=Kind.POLICY_DEPENDENT,
        title="How far a station's schedule may be from ours",
        section="OCPP GetCompositeSchedule (K08)",
        question="From how many amperes per phase on is a composite schedule that a station tells not ours any more?",
        options={},
        free=between("0", "10", "A"),
        default="0.5",
        applied_in="ocppbridge.bridge.schedule_checks",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
