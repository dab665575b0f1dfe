"""The desk at the gate: what becomes of a partner's CDR before it is passed on or told to anybody.

Unless staff have decided otherwise everything passes and is assessed afterwards, so nothing is looked at here. The one
rule without a choice is S30: the same id with other content is refused, and the first one waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from roaming.decisions import Choices
from roaming.models import Cdr, Platform
from roaming.ocpi import cdrs as words
from roaming.ocpi import spelling
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.pricing.sameness import differences
from roaming.pricing.verdicts import Verdict
from roaming.services import desk
from roaming.services.contents import digest
from roaming.services.decisions import choices
from roaming.services.desk_look import Looked, look
from roaming.services.notices import notice

PASS, REFUSE = "pass", "refuse"


def refuse_other_content(stored: Cdr | None, document: Mapping[str, Any], now: datetime) -> None:
    """Raises InvalidObject. Call it outside of a transaction that the refusal would roll back."""
    if stored is None or stored.digest == digest(document):
        return
    if not differences(desk.content(stored), spelling.right(words.Cdr, document)):  # CDR-05
        return
    desk.conflicting(stored, "the same id was sent again with other content; the first one is kept", now)
    notice(stored.source_id, "cdr_id_conflict", f"CDR {stored} was sent again with other content: it was refused", now)
    raise InvalidObject("/id", "a CDR with this id and other content is stored; a CDR never changes")


def holds_back(
    document: Mapping[str, Any], owner: PartyId, source: Platform, now: datetime, *, pushed: bool = False
) -> bool:
    """Whether it is to be kept until the desk releases it. Raises InvalidObject where a push is to be refused."""
    chosen = _chosen(choices(), str(source.pk))
    if all(value == PASS for value in chosen.values()):
        return False
    looked = look(document, owner, source, now)
    value = chosen.get(looked.verdict, PASS)
    if value == REFUSE and pushed:
        raise InvalidObject(_pointer(looked), looked.words)
    return value != PASS


def _chosen(choices: Choices, partner: str) -> dict[Verdict, str]:
    return {
        Verdict.ON_HOLD: choices.value("CDR-ON-HOLD", partner=partner),  # decision: CDR-ON-HOLD
        Verdict.REJECTED: choices.value("CDR-REJECTED", partner=partner),  # decision: CDR-REJECTED
    }


def _pointer(looked: Looked) -> str:
    return looked.why[0].pointer if looked.why else ""
