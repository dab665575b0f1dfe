"""CDRs (CDR-01 to CDR-06): a list for the payer; POST for the CPO, passed on to the payer, and GET of its own back."""

from __future__ import annotations

from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, get_own, list_of
from roaming.ocpi.errors import UnknownReceiver
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services.cdrs import CDRS

_CDR = "cdr_id"


def _post(asked: Asked) -> Reply:
    """No eMSP is hosted here, so a CDR is always for another platform."""
    raise UnknownReceiver()


INTERFACES = (
    Interface(ModuleID.CDRS, InterfaceRole.SENDER, (Operation("GET", (), list_of(CDRS)),)),
    Interface(
        ModuleID.CDRS,
        InterfaceRole.RECEIVER,
        (Operation("POST", (), _post), Operation("GET", (*OWNER, _CDR), get_own(CDRS, _CDR))),
    ),
)
