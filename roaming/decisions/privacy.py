"""How long what names people is kept (S49)."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, between
from roaming.decisions.registry import register

register(
    Decision(
        id="BODY-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long the bodies of exchanges are kept",
        section="the journal of HTTP (S49)",
        question="After how many days are the bodies of requests and answers, with the tokens in them, emptied?",
        options={},
        free=between("1", "3650", "days"),
        default="30",
        applied_in="roaming.services.retention",
        reached=Feature.PLATFORMS,
    )
)
register(
    Decision(
        id="EXCHANGE-RETENTION",
        kind=Kind.POLICY_DEPENDENT,
        title="How long exchanges are kept",
        section="the journal of HTTP (S49)",
        question="After how many days are the rows of the journal of HTTP deleted, heads and all?",
        options={},
        free=between("1", "3650", "days"),
        default="365",
        applied_in="roaming.services.retention",
        reached=Feature.PLATFORMS,
    )
)
