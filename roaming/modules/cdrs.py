"""CDRs (CDR-01 to CDR-06): a list for the payer; POST for the CPO, passed on to the payer, and GET of its own back.

Before a POST is passed on the desk may keep it back (decisions CDR-ON-HOLD, CDR-REJECTED): its sender is answered as
by a receiver that has stored it, for the hub has (CDR-03).
"""

from __future__ import annotations

from roaming.hub.routing import Forward
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.relay import our_cdr_url, pass_on
from roaming.modules.serving import OWNER, get_own, list_of
from roaming.ocpi.errors import UnknownReceiver
from roaming.ocpi.headers import LOCATION
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import cdrs
from roaming.services.cdrs import CDRS

_CDR = "cdr_id"


def _post(asked: Asked) -> Reply:
    """No eMSP is hosted here, so a CDR is always for another platform."""
    raise UnknownReceiver()


def _forward(asked: Asked, to: Forward) -> Reply:
    """S30, S42."""
    owner = asked.request.owner or to.sender
    kept = isinstance(asked.document, dict) and cdrs.keep_back(
        owner, asked.body, source=asked.platform, now=asked.now, addressee=to.party
    )
    return Reply(headers={LOCATION: our_cdr_url(asked)}) if kept else pass_on(asked, to)


INTERFACES = (
    Interface(ModuleID.CDRS, InterfaceRole.SENDER, (Operation("GET", (), list_of(CDRS)),)),
    Interface(
        ModuleID.CDRS,
        InterfaceRole.RECEIVER,
        (
            Operation("POST", (), _post, forward=_forward),
            Operation("GET", (*OWNER, _CDR), get_own(CDRS, _CDR)),
        ),
    ),
)
