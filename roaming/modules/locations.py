"""Locations (LOC-01 to LOC-16): lists and three levels for readers, PUT, PATCH and GET of three levels for owners."""

from __future__ import annotations

from roaming.hub.routing import FindReceiver
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.serving import OWNER, get_own, get_visible, levels, list_of, patch, put, put_below
from roaming.ocpi.errors import NotFound
from roaming.ocpi.status import Status
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services.locations import LOCATIONS, store

_LOCATION = "location_id"
_BELOW = ("evse_uid", "connector_id")
_OWN = (*OWNER, _LOCATION)


def _nobody_has_it(asked: Asked, find: FindReceiver) -> Reply | None:
    raise NotFound(status=Status.UNKNOWN_LOCATION)  # STA-03


def _sender() -> Interface:
    objects = [
        Operation("GET", (_LOCATION, *_BELOW[:depth]), get_visible(LOCATIONS, _LOCATION, _BELOW[:depth]),
                  missing=_nobody_has_it)
        for depth in range(3)
    ]  # fmt: skip
    operations = (Operation("GET", (), list_of(LOCATIONS)), *objects)
    return Interface(ModuleID.LOCATIONS, InterfaceRole.SENDER, operations)


def _receiver() -> Interface:
    operations = (
        *levels("GET", _OWN, _BELOW, lambda below: get_own(LOCATIONS, _LOCATION, below)),
        *levels("PATCH", _OWN, _BELOW, lambda below: patch(LOCATIONS, _LOCATION, below)),
        *levels(
            "PUT",
            _OWN,
            _BELOW,
            lambda below: put_below(LOCATIONS, _LOCATION, below) if below else put(store, _LOCATION),
        ),
    )
    return Interface(ModuleID.LOCATIONS, InterfaceRole.RECEIVER, operations)


INTERFACES = (_sender(), _receiver())
