"""What a module declares: interfaces, made of operations. An endpoint is data.

An Operation is a method on a path below the interface's URL. What it gets is an Asked: authenticated, parsed, routed.
What it returns is a Reply; what it raises is an OcpiError. It serves what the hub answers itself; requests for other
platforms are passed on by the view unless the operation has its own way of forwarding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from roaming.authentication import Caller
from roaming.hub.routing import AskAll, FindReceiver, Forward, Request
from roaming.models import Party, Platform
from roaming.ocpi import json
from roaming.ocpi.envelope import ABSENT
from roaming.ocpi.errors import NotFound
from roaming.ocpi.headers import MessageIds
from roaming.ocpi.party import PartyId
from roaming.ocpi.status import Status
from roaming.ocpi.versions import InterfaceRole, ModuleID

VERSION = "2.2.1"
_SEGMENT = re.compile(r"[\x20-\x7e]{1,100}")


@dataclass(frozen=True)
class Reply:
    data: Any = ABSENT  # bytes: JSON already
    status: int = Status.SUCCESS
    message: str | None = None
    http_status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    listed: int | None = None  # how many objects, where it is a list
    whole: bytes | None = None  # another's envelope, passed on as it came
    left: Callable[[], None] | None = None  # to be called once the response has left


@dataclass(frozen=True)
class Asked:
    caller: Caller
    request: Request  # as routing sees it
    names: Mapping[str, str]  # the segments of the URL below the interface
    query: Sequence[tuple[str, str]]
    body: bytes
    ids: MessageIds
    now: datetime
    interface: Interface
    segments: Sequence[str] = ()
    raw_query: str = ""
    party: PartyId | None = None  # whom it is answered as: the hub or a hosted party
    sender: PartyId | None = None
    readers: list[Party] = field(default_factory=list)  # the roles of the sender

    @property
    def platform(self) -> Platform:
        return self.caller.platform

    @property
    def document(self) -> Any:
        """The parsed body; routing has parsed it already."""
        return self.request.body if self.request.body is not None else json.loads(self.body)

    def parameter(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)


Handle = Callable[[Asked], Reply]


@dataclass(frozen=True)
class Operation:
    method: str
    path: tuple[str, ...]  # names of segments; "=word" is the word itself
    handle: Handle
    forward: Callable[[Asked, Forward], Reply] | None = None
    missing: Callable[[Asked, FindReceiver], Reply | None] | None = None  # nobody has the key; None: as routing says
    not_offered: Reply | None = None  # where the receiver does not list the module (peers 6)
    ask_all: Callable[[Asked, AskAll], Reply] | None = None
    limit: tuple[int, int] | None = None  # so many requests of one platform in so many seconds (S25)
    callback: bool = False  # a URL of ours that stands for one request: its key says whom it is for


def match(path: tuple[str, ...], segments: Sequence[str]) -> dict[str, str] | None:
    """What the path's names stand for, in as many segments."""
    names = {}
    for name, segment in zip(path, segments, strict=True):
        if name.startswith("="):
            if segment != name[1:]:
                return None
        elif not _SEGMENT.fullmatch(segment):
            return None
        else:
            names[name] = segment
    return names


@dataclass(frozen=True)
class Interface:
    module: ModuleID
    role: InterfaceRole
    operations: tuple[Operation, ...]
    routed: bool = True  # False: answered by the hub itself, no routing headers
    open_to_invited: bool = False  # TOKEN_A will do (AUT-06)

    @property
    def path(self) -> str:
        """Below /ocpi/, without slashes around it (TRA-16)."""
        if self.module is ModuleID.CREDENTIALS:
            return f"{VERSION}/credentials"
        return f"{VERSION}/{self.role.lower()}/{self.module}"

    @property
    def url(self) -> str:
        """As advertised: careless clients append to it, so it ends with a slash (peers 2)."""
        return f"{settings.HUB_PUBLIC_URL}/ocpi/{self.path}/"

    def match(self, segments: Sequence[str]) -> list[tuple[Operation, dict[str, str]]]:
        """The operations of this path, one for each method. Raises NotFound."""
        paths = {operation.path for operation in self.operations if len(operation.path) == len(segments)}
        named = {path: names for path in paths if (names := match(path, segments)) is not None}
        found = [(operation, named[operation.path]) for operation in self.operations if operation.path in named]
        if not found:
            raise NotFound()
        return found
