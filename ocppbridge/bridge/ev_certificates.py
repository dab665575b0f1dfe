"""Contract certificates for vehicles (M01, M02): a provider that EV_CERTIFICATES names reads EXI and answers in it.

The hub has no part in it: who may have which contract is the mobility operator's business, and the keys are the
provider's. A provider is a class without arguments and one method; it has six seconds.
"""

from __future__ import annotations

import json
from typing import Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from ocppbridge.bridge import outside
from ocppbridge.charging.iso15118_messages import EvCertificateAsked
from ocppbridge.charging.iso15118_replies import EvCertificate

SECONDS: Final = 6.0


class Provider(Protocol):
    """What is asked of one."""

    def certificate(self, asked: EvCertificateAsked) -> EvCertificate:
        """The answer for the vehicle, or why there is none; may raise outside.Unreached."""


class Nobody:
    """No provider: vehicles get their contracts elsewhere."""

    def certificate(self, asked: EvCertificateAsked) -> EvCertificate:
        """Always a no."""
        return EvCertificate(False, reason="no provider of contract certificates is set up (EV_CERTIFICATES)")


class Remote:
    """A server at EV_CERTIFICATES_URL that is sent OCPP's request as JSON, and answers with OCPP's response."""

    def certificate(self, asked: EvCertificateAsked) -> EvCertificate:
        """One POST."""
        question = {
            "iso15118SchemaVersion": asked.schema_version,
            "action": "Update" if asked.update else "Install",
            "exiRequest": asked.exi,
            "maximumContractCertificateChains": asked.most_chains,
            "prioritizedEMAIDs": list(asked.emaids),
        }
        body = json.dumps({name: value for name, value in question.items() if value}).encode()
        url, kind = settings.EV_CERTIFICATES_URL, "application/json"
        try:
            said = json.loads(outside.ask(url, body=body, content_type=kind, accept=kind, seconds=SECONDS))
            accepted, exi = said["status"] == "Accepted", str(said.get("exiResponse", ""))
            remaining = said.get("remainingContracts")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise outside.Unreached("the provider's answer cannot be read") from None
        return EvCertificate(accepted, exi, remaining if isinstance(remaining, int) else None)


def certificate(asked: EvCertificateAsked) -> EvCertificate:
    """The answer to Get15118EVCertificate; a provider that fails is a no with its reason."""
    provider = cast(Provider, import_string(settings.EV_CERTIFICATES)())
    try:
        return provider.certificate(asked)
    except outside.Unreached as problem:
        return EvCertificate(False, reason=str(problem))
