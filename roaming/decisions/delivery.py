"""Decisions on pushes: what is sent when, and what becomes of it while a partner is away."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

PARTNER = frozenset({Scope.HUB, Scope.PARTNER})

register(
    Decision(
        id="OFFLINE-WINDOW",
        kind=Kind.POLICY_DEPENDENT,
        title="A partner comes back",
        section="OCPI 2.2.1 offline behaviour (TRA-08, HCI-06)",
        question="For how many hours do hosted objects stay marked for a partner that is away, to be pushed on return?",
        options={"none": "not at all: the partner must pull what it missed, by the letter"},
        free=between("1", "720", "hours"),
        default="24",
        applied_in="roaming.services.deliveries",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="OFFLINE-AFTER",
        kind=Kind.SPEC_SILENT,
        title="When a partner counts as offline",
        section="OCPI 2.2.1 HubClientInfo, still-alive check (HCI-08)",
        question="After how many time-outs in a row is a platform OFFLINE?",
        options={},
        free=between("1", "20", "time-outs"),
        default="3",
        applied_in="roaming.services.presence",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="CDR-DELAY",
        kind=Kind.SPEC_SILENT,
        title="When the CDR of a finished session is made",
        section="OCPI 2.2.1 CDRs, push model (CDR-01)",
        question="For how many seconds after its end does a session wait for late meter values before its CDR is made?",
        options={},
        free=between("0", "86400", "seconds"),
        default="0",
        applied_in="ocppbridge.bridge.sessions",
        scopes=frozenset({Scope.HUB, Scope.STATION}),
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="PULL-INTERVAL",
        kind=Kind.POLICY_DEPENDENT,
        title="How often a partner's lists are pulled",
        section="OCPI 2.2.1 pull and push (TRA-05, TRA-09)",
        question="After how many hours is a partner asked what has changed, beside what it pushes?",
        options={"none": "never by itself: only what it pushes, and when staff ask"},
        free=between("1", "168", "hours"),
        default="6",
        applied_in="roaming.services.plans",
        scopes=PARTNER,
        reached=Feature.PLATFORMS,
    )
)
