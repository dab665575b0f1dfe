"""OCPP 2.0.1 as a dialect: 2.1 without what it has not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import intents, replies
from ocppbridge.charging.intents import NotOffered, When
from ocppbridge.charging.v2x_replies import NeedsTaken
from ocppbridge.versions import v2, v2_iso15118, v2_upkeep, v2_upkeep_down
from ocppbridge.versions.dialect import Dialect
from ocppbridge.versions.payloads import Called, present
from ocppbridge.versions.v2_down import DOWNS, REPLIES, authorized_201, event_taken_201
from ocppbridge.versions.v2_loss import LOSSES_201
from ocppbridge.versions.v2_networks import network_201
from ocppbridge.versions.v2_results import RESULTS
from ocppbridge.versions.v2_up import UPS
from ocppbridge.versions.v21_v2x import needs_taken_201


def _deliver(intent: intents.DeliverCertificate) -> Called:
    return "CertificateSigned", present(certificateChain=intent.chain, certificateType=intent.certificate_type)


def _reset(intent: intents.Reset) -> Called:
    if intent.when is When.RESUME:
        raise NotOffered("an OCPP 2.0.1 station does not resume transactions")
    return DOWNS[intents.Reset](intent)


_DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {
        **DOWNS,
        **v2_upkeep_down.DOWNS_201,
        intents.DeliverCertificate: _deliver,
        intents.Reset: _reset,
        intents.SetNetwork: network_201,
    }
)
_REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {
        **REPLIES,
        **v2_iso15118.REPLIES,
        replies.Authorization: authorized_201,
        replies.EventTaken: event_taken_201,
        NeedsTaken: needs_taken_201,
    }
)

V201: Final = Dialect(
    version="2.0.1",
    subprotocol="ocpp2.0.1",
    ups={**UPS, **v2_iso15118.UPS},
    noted=v2.NOTED,
    declined=v2.DECLINED,
    replies=_REPLIES,
    downs=_DOWNS,
    results={**RESULTS, **v2_upkeep.RESULTS},
    to_station=v2.TO_STATION,
    losses=LOSSES_201,
)
