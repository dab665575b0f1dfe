"""Decisions on CDRs: which of them wait at the desk, and what becomes of one that waits (S42)."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

_BOTH = frozenset({Scope.HUB, Scope.PARTNER})
_VERDICTS = {"accept": "accepted, with the finding beside it", "hold": "it waits at the desk"}

register(
    Decision(
        id="CDR-ON-HOLD",
        kind=Kind.POLICY_DEPENDENT,
        title="Passing on a partner's CDR that is on hold",
        section="OCPI 2.2.1 CDRs, push and pull through a hub (HUB-20, S42)",
        question="Is a partner's CDR that the desk holds passed on to the eMSP at once, or when staff release it?",
        options={
            "pass": "at once, as it came: the verdict is for our own staff and billing",
            "withhold": "when it is released: its sender gets 1000, for the hub has it",
        },
        default="pass",
        applied_in="roaming.services.desk_gate",
        reached=Feature.PLATFORMS,
        scopes=_BOTH,
    )
)
register(
    Decision(
        id="CDR-REJECTED",
        kind=Kind.POLICY_DEPENDENT,
        title="Passing on a partner's CDR that is rejected",
        section="OCPI 2.2.1 CDRs, push and pull through a hub (HUB-20, S42)",
        question="What becomes of a partner's CDR that contradicts itself or the specification?",
        options={
            "pass": "it is passed on as it came",
            "withhold": "it is kept and passed on when staff release it: its sender gets 1000, for the hub has it",
            "refuse": "a push is answered 2001 with the reason and not kept; one that was pulled is withheld",
        },
        default="pass",
        applied_in="roaming.services.desk_gate",
        reached=Feature.PLATFORMS,
        scopes=_BOTH,
    )
)
register(
    Decision(
        id="CDR-NO-TARIFF",
        kind=Kind.POLICY_DEPENDENT,
        title="A CDR whose price cannot be computed",
        section="OCPI 2.2.1 CDRs, CDR.tariffs",
        question="Is a CDR that claims money, without a tariff inside or published to us, accepted?",
        options=_VERDICTS,
        default="hold",
        applied_in="roaming.services.desk_rules",
        reached=Feature.PLATFORMS,
        scopes=_BOTH,
    )
)
register(
    Decision(
        id="CDR-WITHOUT-SESSION",
        kind=Kind.POLICY_DEPENDENT,
        title="A CDR of a session that was never told",
        section="OCPI 2.2.1 CDRs, CDR.session_id",
        question="Is a CDR accepted that names a session which the hub does not know?",
        options=_VERDICTS,
        default="hold",
        applied_in="roaming.services.desk_rules",
        reached=Feature.PLATFORMS,
        scopes=_BOTH,
    )
)
register(
    Decision(
        id="CDR-TARIFF-NOT-PUBLISHED",
        kind=Kind.POLICY_DEPENDENT,
        title="A CDR by a tariff that was not published",
        section="OCPI 2.2.1 CDRs, CDR.tariffs; Tariffs",
        question="Is a CDR accepted whose tariff was not published before the session, while others were?",
        options=_VERDICTS,
        default="hold",
        applied_in="roaming.services.desk_rules",
        reached=Feature.PLATFORMS,
        scopes=_BOTH,
    )
)


def _limit(name: str, title: str, question: str, most: str, unit: str, default: str) -> Decision:
    return Decision(
        id=f"CDR-LIMIT-{name}",
        kind=Kind.POLICY_DEPENDENT,
        title=f"Absurd figures: {title}",
        section="absurd meter values hold a CDR back (S42)",
        question=question,
        options={},
        free=between("0", most, unit),
        default=default,
        applied_in="roaming.services.desk_rules",
        scopes=_BOTH,
    )


LIMITS = tuple(
    register(_limit(*entry))
    for entry in (
        ("ENERGY", "energy", "Above how many kWh in one CDR does a person look?", "1000000", "kWh", "1000"),
        (
            "POWER",
            "power",
            "Above which average power of a charging period does a person look?",
            "100000",
            "kW",
            "4000",
        ),
        ("COST", "cost", "Above which amount in one CDR does a person look?", "100000000", "currency units", "1000"),
        ("DURATION", "duration", "Above how many hours in one CDR does a person look?", "100000", "hours", "336"),
        ("AHEAD", "the future", "How far ahead of our clock may a CDR end?", "10080", "minutes", "15"),
    )
)
