"""Stations and their seats out of what somebody asked for: names, versions, security profiles, traits.

Security profiles as in OCPP's white paper: 0 no authentication, 1 Basic, 2 Basic over TLS, 3 a certificate over TLS.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from ocppbridge.simulator.evse import Profile
from ocppbridge.simulator.station import Station
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.simulator.v16 import Station16

VERSIONS: Final[dict[str, type[Station]]] = {cls.schema_version: cls for cls in (Station16, Station2, Station21)}


class Unfit(Exception):
    """What was asked for does not go together; the message says why."""


@dataclass(frozen=True)
class Security:
    """How the stations prove who they are, and whom they believe."""

    profile: int
    authority: str | None = None
    certificate: str | None = None
    key: str | None = None

    def check(self, url: str, password: str | None) -> None:
        """Raise Unfit unless profile, address and secrets go together."""
        scheme = "wss" if self.profile >= 2 else "ws"
        if not url.startswith(f"{scheme}://"):
            raise Unfit(f"security profile {self.profile} needs a URL that begins with {scheme}://, not {url}")
        if self.profile in (1, 2) and not password:
            raise Unfit(f"security profile {self.profile} needs a password")
        if self.profile == 3 and not self.certificate:
            raise Unfit("security profile 3 needs --certificate, and --key if the key is in a file of its own")
        if self.profile < 2 and (self.authority or self.certificate):
            raise Unfit(f"security profile {self.profile} has no TLS, so --ca and --certificate say nothing")

    def secret(self, password: str | None) -> str | None:
        """The password that is sent."""
        return password if self.profile in (1, 2) else None

    def tls(self) -> ssl.SSLContext | None:
        """What the socket needs."""
        if self.profile < 2:
            return None
        try:
            context = ssl.create_default_context(cafile=self.authority)
            if self.profile == 3 and self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as problem:
            raise Unfit(f"the certificates cannot be read: {problem}") from None
        return context


def names(pattern: str, count: int) -> list[str]:
    """One identity, or as many as asked for out of a pattern such as SIM-{n:04}."""
    if "{n" not in pattern:
        if count == 1:
            return [pattern]
        pattern += "-{n:04}"
    try:
        return [pattern.format(n=number) for number in range(1, count + 1)]
    except (ValueError, KeyError, IndexError, AttributeError):
        raise Unfit(f"{pattern} is no pattern of identities; write it like SIM-{{n:04}}") from None


def made(version: str, identity: str, traits: Mapping[str, Any]) -> Station:
    """A station; `traits` are fields of Profile, with spans of time in seconds."""
    spans = ("sample_every", "answer_timeout", "connection_timeout")
    told: dict[str, Any] = {
        name: timedelta(seconds=value) if name in spans else value for name, value in traits.items()
    }
    return VERSIONS[version](Profile(identity, **told), lambda: str(uuid4()))
