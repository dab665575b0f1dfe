"""OCPP 2.x, block M on behalf of vehicles: what is asked and what is answered. The chain's state is new in 2.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.iso15118_messages import (
    CertificateStatusAsked,
    ChainStatusAsked,
    EvCertificateAsked,
    StatusQuestion,
)
from ocppbridge.charging.iso15118_replies import CertificateState, ChainState, EvCertificate
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import present, status_info

Payload = Mapping[str, Any]
LONGEST_EXI: Final = 17_000
LONGEST_EXI_201: Final = 7_500


def _ev_certificate(payload: Payload) -> EvCertificateAsked:
    return EvCertificateAsked(
        payload["iso15118SchemaVersion"],
        payload["action"] == "Update",
        payload["exiRequest"],
        payload.get("maximumContractCertificateChains"),
        tuple(payload.get("prioritizedEMAIDs", ())),
    )


def _chain(payload: Payload) -> ChainStatusAsked:
    return ChainStatusAsked(
        tuple(
            StatusQuestion(one["certificateHashData"], one["source"], tuple(one["urls"]))
            for one in payload["certificateStatusRequests"]
        )
    )


def ev_certificate(reply: EvCertificate) -> dict[str, Any]:
    """Get15118EVCertificateResponse, 2.1."""
    told = _carried(reply, LONGEST_EXI)
    return _told(told) | present(remainingContracts=told.remaining)


def ev_certificate_201(reply: EvCertificate) -> dict[str, Any]:
    """Get15118EVCertificateResponse, 2.0.1."""
    return _told(_carried(reply, LONGEST_EXI_201))


def _carried(reply: EvCertificate, most: int) -> EvCertificate:
    """A contract of ISO 15118-20 is longer than 2.0.1 takes, and cut off it is none."""
    if len(reply.exi) <= most:
        return reply
    return EvCertificate(False, reason=f"exiResponse has {len(reply.exi)} characters; stations take {most}")


def _told(reply: EvCertificate) -> dict[str, Any]:
    status = "Accepted" if reply.accepted else "Failed"
    return present(status=status, exiResponse=reply.exi, statusInfo=status_info(reply.reason))


def _state(reply: CertificateState) -> dict[str, Any]:
    status = "Failed" if reply.ocsp is None else "Accepted"
    return present(status=status, ocspResult=reply.ocsp, statusInfo=status_info(reply.reason))


def _states(reply: ChainState) -> dict[str, Any]:
    return {
        "certificateStatus": [
            {
                "certificateHashData": dict(link.hashes),
                "source": link.source,
                "status": link.status,
                "nextUpdate": moments.write(link.until),
            }
            for link in reply.links
        ]
    }


UPS: Final[Mapping[str, Callable[[Payload], Any]]] = MappingProxyType(
    {
        "Get15118EVCertificate": _ev_certificate,
        "GetCertificateStatus": lambda payload: CertificateStatusAsked(payload["ocspRequestData"]),
    }
)
UPS_21: Final[Mapping[str, Callable[[Payload], Any]]] = MappingProxyType({"GetCertificateChainStatus": _chain})
REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {EvCertificate: ev_certificate_201, CertificateState: _state}
)
REPLIES_21: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {EvCertificate: ev_certificate, ChainState: _states}
)
