"""Credentials (CRE-03 to CRE-22): we as the Receiver of a registration. The flow itself is a service."""

from __future__ import annotations

from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.ocpi.credentials import Credentials
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import MethodNotAllowed
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import registration


def _get(asked: Asked) -> Reply:
    """The token that the caller uses is echoed; we have only its digest (CRE-10, AUT-12)."""
    return Reply(registration.our_credentials(asked.caller.presented))


def _post(asked: Asked) -> Reply:
    if asked.caller.registered:
        raise MethodNotAllowed("Already registered: use PUT", allowed=("GET", "PUT", "DELETE"))  # CRE-06
    return Reply(registration.receive(asked.caller.token, decode(Credentials, asked.document), asked.now))


def _put(asked: Asked) -> Reply:
    if not asked.caller.registered:
        raise MethodNotAllowed("Not registered: use POST", allowed=("GET", "POST"))  # CRE-07
    return Reply(registration.receive(asked.caller.token, decode(Credentials, asked.document), asked.now))


def _delete(asked: Asked) -> Reply:
    if not asked.caller.registered:
        raise MethodNotAllowed("Not registered", allowed=("GET", "POST"))  # CRE-07
    registration.unregister(asked.platform, asked.now)
    return Reply()


INTERFACES = (
    Interface(
        ModuleID.CREDENTIALS,
        InterfaceRole.SENDER,
        (
            Operation("GET", (), _get),
            Operation("POST", (), _post),
            Operation("PUT", (), _put),
            Operation("DELETE", (), _delete),
        ),
        routed=False,
        open_to_invited=True,
    ),
)
