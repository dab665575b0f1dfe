"""Sessions: only for the owner of the token (TRA-07); final once COMPLETED or INVALID (SES-09)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from roaming import nudges
from roaming.models import Cdr, Platform, Session
from roaming.ocpi import sessions as words
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.services import energy, objects
from roaming.services.contents import Document
from roaming.services.objects import Kind, Stored

FINAL = frozenset({"COMPLETED", "INVALID"})


def store(
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    addressee: PartyId | None = None,
    alone: bool = False,
    fresh: bool = False,
) -> Stored[Session]:
    return objects.store(
        SESSIONS, owner, document, source=source, now=now, identifier=identifier, addressee=addressee, alone=alone,
        fresh=fresh,
    )  # fmt: skip


def find(owner: PartyId, session_id: str) -> Session | None:
    return objects.find(SESSIONS, owner, session_id)


def columns(session: words.Session) -> dict[str, Any]:
    """The flows apart only of what is over: a running session is stored often, and nobody asks."""
    apart = _flows(session) if session.status.value in FINAL else {}
    return apart | {
        "status": session.status.value,
        "token_country_code": session.cdr_token.country_code.upper(),
        "token_party_id": session.cdr_token.party_id.upper(),
        "token_uid": session.cdr_token.uid,
        "location_id": session.location_id,
        "evse_uid": session.evse_uid,
        "authorization_reference": session.authorization_reference or "",
        "start_date_time": session.start_date_time,
        "end_date_time": session.end_date_time,
        "kwh": session.kwh,
        "currency": session.currency,
        "total_cost": session.total_cost.excl_vat if session.total_cost else None,
    }


def _flows(session: words.Session) -> dict[str, Any]:
    flows = energy.of_session(session)
    return {"energy_import": flows.imported, "energy_export": flows.exported}


def _may_replace(row: Session, new: words.Session) -> None:
    if row.status in FINAL and new.last_updated >= row.last_updated:
        raise InvalidObject("/status", f"the session is {row.status} and does not change any more")


def _awaited(row: Session, new: words.Session) -> None:
    """A CDR that came before its session, or before the session's last word, is looked at again."""
    if new.status.value in FINAL and row.source_id is not None:
        of_it = Cdr.objects.filter(country_code=row.country_code, party_id=row.party_id, session_key=row.object_key)
        if of_it.filter(desk_due=False).update(desk_due=True):
            nudges.nudge_each("roaming.assess", [0], nudges.BULK)


SESSIONS = Kind(ModuleID.SESSIONS, Session, words.Session, columns, may_replace=_may_replace, after=_awaited)
