"""Sessions (SES-01 to SES-13): a list for the token's owner; PUT, PATCH and GET for the CPO, passed on."""

from __future__ import annotations

from roaming.modules.calling import driving_party, hosted_party
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, get_own, list_of, patch, put
from roaming.ocpi.decoding import decode
from roaming.ocpi.sessions import ChargingPreferences
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import parties, preferences
from roaming.services.decisions import choices
from roaming.services.sessions import SESSIONS, store

_SESSION = "session_id"
_OWN = (*OWNER, _SESSION)


def _date_from_required(asked: Asked) -> bool:
    partner = str(asked.platform.pk)
    return choices().value("SESSIONS-DATE-FROM", partner=partner) == "required"  # decision: SESSIONS-DATE-FROM


def _preferences(asked: Asked) -> Reply:
    """For a session of a party that is hosted here; others are asked themselves (SES-03)."""
    wishes = decode(ChargingPreferences, asked.document)
    owner, sender = hosted_party(asked), driving_party(asked)
    return Reply(preferences.put(parties.party_id(owner), asked.names[_SESSION], sender, wishes, asked.now))


INTERFACES = (
    Interface(
        ModuleID.SESSIONS,
        InterfaceRole.SENDER,
        (
            Operation("GET", (), list_of(SESSIONS, date_from_required=_date_from_required)),
            Operation("PUT", (_SESSION, "=charging_preferences"), _preferences),
        ),
    ),
    Interface(
        ModuleID.SESSIONS,
        InterfaceRole.RECEIVER,
        (
            Operation("GET", _OWN, get_own(SESSIONS, _SESSION)),
            Operation("PUT", _OWN, put(store, _SESSION)),
            Operation("PATCH", _OWN, patch(SESSIONS, _SESSION)),
        ),
    ),
)
