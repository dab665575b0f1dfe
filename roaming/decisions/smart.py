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
register(
    Decision(
        id="LOCAL-GENERATION",
        kind=Kind.SPEC_SILENT,
        title="What is generated on the spot, in the composite schedule",
        section="OCPP 2.1 ChargingProfilePurposeEnumType LocalGeneration; NotifyChargingLimit, isLocalGeneration",
        question="A station has a profile or tells a limit that is local generation. Which limits does it raise? Never "
        "what a transaction may have or a connector is built for.",
        options={
            "grid": "those of the station (ChargingStationMaxProfile) and of others (…ExternalConstraints)",
            "external": "those of others only: the station's own are what its wires bear",
            "nothing": "none: schedules are computed without it",
        },
        default="grid",
        applied_in="ocppbridge.bridge.power",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SITE-LEASE",
        kind=Kind.SPEC_SILENT,
        title="A station of a shared site that does not answer any more",
        section="OCPP ChargingStationMaxProfile; offline behaviour",
        question="For how many seconds does a share hold without being renewed? Then the station's offline limit holds "
        "and the rest is shared anew. 0: for ever, and it is counted for ever.",
        options={},
        free=between("0", "86400", "seconds"),
        default="900",
        applied_in="ocppbridge.bridge.budgets",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SITE-TURN",
        kind=Kind.SPEC_SILENT,
        title="Cars that must wait because a site cannot give all of them the minimum",
        section="no specification: fairness",
        question="After how many minutes of charging does a car make place for one that waits?",
        options={},
        free=between("1", "240", "minutes"),
        default="15",
        applied_in="ocppbridge.bridge.budgets",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SITE-UNUSED",
        kind=Kind.SPEC_SILENT,
        title="What a car does not draw of its share",
        section="no specification: fairness",
        question="A car is measured well below its share. Is the rest given to others?",
        options={
            "give": "yes: it keeps what it draws and a fifth more, others get the rest",
            "keep": "no: a share is a share",
        },
        default="give",
        applied_in="ocppbridge.bridge.budgets",
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="EV-NEEDS-PLAN",
        kind=Kind.POLICY_DEPENDENT,
        title="What a car that only charges is told when it has told its needs",
        section="OCPP 2.x K15 to K17 (NotifyEVChargingNeeds)",
        question="An ISO 15118 car waits for a schedule. Is it made one?",
        options={
            "schedule": "Accepted, and a TxProfile: what EVSE and car can both do, by the driver's preferences less; "
            "where a partner or staff have set a TxProfile, that one again",
            "none": "NoChargingProfile: it charges within what the station's other profiles leave",
        },
        default="schedule",
        applied_in="ocppbridge.bridge.energy_needs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="PREFERENCES-PLAN",
        kind=Kind.SPEC_SILENT,
        title="What a driver's charging preferences do to the power",
        section="OCPI 2.2.1 Sessions, ChargingPreferences (SES-03)",
        question="A driver has said when he leaves and how much he needs. What becomes of it beside the tariff?",
        options={
            "profile": "a TxProfile: no less than what he needs by then, no more than that for CHEAP and GREEN",
            "weight": "only his weight where a site is shared by priority",
        },
        default="profile",
        applied_in="ocppbridge.bridge.wishes",
        reached=Feature.STATIONS,
    )
)
