"""Contract certificates for vehicles (M01, M02): a provider that EV_CERTIFICATES names reads EXI and answers in it.

The hub has no part in it: who may have which contract is the mobility operator's business, and the keys are the
provider's. A provider is a class without arguments and one method; it has six seconds. Whatever goes wrong with it is a
no, with its reason: the car is told that it gets none and charges by other means.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from ocppbridge.bridge import outside
from ocppbridge.charging.iso15118_messages import EvCertificateAsked
from ocppbridge.charging.iso15118_replies import EvCertificate

log = logging.getLogger(__name__)

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
            return _read(json.loads(outside.ask(url, body=body, content_type=kind, accept=kind, seconds=SECONDS)))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise outside.Unreached("the provider's answer cannot be read") from None


def _read(said: dict[str, Any]) -> EvCertificate:
    """OCPP's response; what the provider says of a refusal goes to the station."""
    if said["status"] != "Accepted":
        why = said.get("statusInfo") or {}
        words = why.get("additionalInfo") or why.get("reasonCode") or f"the provider says {said['status']}"
        return EvCertificate(False, reason=str(words))
    exi, remaining = said["exiResponse"], said.get("remainingContracts")
    if not isinstance(exi, str) or not exi:
        raise ValueError
    return EvCertificate(True, exi, remaining if type(remaining) is int and remaining >= 0 else None)


def certificate(asked: EvCertificateAsked) -> EvCertificate:
    """The answer to Get15118EVCertificate."""
    try:
        return cast(Provider, import_string(settings.EV_CERTIFICATES)()).certificate(asked)
    except outside.Unreached as problem:
        return EvCertificate(False, reason=str(problem))
    except Exception:
        log.exception("%s has failed", settings.EV_CERTIFICATES)
        return EvCertificate(False, reason="the provider of contract certificates has failed")
