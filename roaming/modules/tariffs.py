"""Tariffs (TAR-01 to TAR-05): a list for readers; PUT, GET and DELETE of whole tariffs for owners, no PATCH."""

from __future__ import annotations

from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, get_own, list_of, owned, put
from roaming.ocpi.errors import NotFound
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import tariffs
from roaming.services.tariffs import TARIFFS

_TARIFF = "tariff_id"
_OWN = (*OWNER, _TARIFF)


def _delete(asked: Asked) -> Reply:
    if not tariffs.delete(owned(asked), asked.names[_TARIFF], source=asked.platform, now=asked.now):
        raise NotFound()  # TAR-05
    return Reply()


INTERFACES = (
    Interface(ModuleID.TARIFFS, InterfaceRole.SENDER, (Operation("GET", (), list_of(TARIFFS)),)),
    Interface(
        ModuleID.TARIFFS,
        InterfaceRole.RECEIVER,
        (
            Operation("GET", _OWN, get_own(TARIFFS, _TARIFF)),
            Operation("PUT", _OWN, put(tariffs.store, _TARIFF)),
            Operation("DELETE", _OWN, _delete),
        ),
    ),
)
