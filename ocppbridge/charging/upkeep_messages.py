"""What a station says of its firmware, its logs, its monitors and its displays (blocks L, N, O)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class FirmwareProgressed:
    """FirmwareStatusNotification, signed or not; without a request id it is about the last update asked for."""

    status: str
    request_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PublishProgressed:
    """PublishFirmwareStatusNotification; `locations` is where the stations of a local controller fetch it."""

    status: str
    request_id: int | None = None
    locations: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LogProgressed:
    """LogStatusNotification; 1.6's DiagnosticsStatusNotification names the kind instead of the request."""

    status: str
    request_id: int | None = None
    kind: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MonitorsPart:
    """One page of NotifyMonitoringReport."""

    request_id: int
    seq_no: int
    at: datetime
    last: bool
    entries: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerPart:
    """One page of NotifyCustomerInformation: personal data, so it never stands in the journal."""

    request_id: int
    seq_no: int
    at: datetime
    last: bool
    data: str = ""


@dataclass(frozen=True, slots=True)
class DisplaysPart:
    """One page of NotifyDisplayMessages, which has no number."""

    request_id: int
    last: bool
    entries: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class StreamOpening:
    """OpenPeriodicEventStream: a monitor's values would come by a stream (2.1)."""

    stream_id: int
    monitor_id: int
    interval: int | None = None
    values: int | None = None


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """ClosePeriodicEventStream."""

    stream_id: int


@dataclass(frozen=True, slots=True)
class StreamTold:
    """NotifyPeriodicEventStream, a SEND: values, each so many seconds after `base`; `pending` more wait."""

    stream_id: int
    pending: int
    base: datetime
    values: tuple[tuple[Decimal, str], ...] = ()


UpkeepMessage = (
    FirmwareProgressed
    | PublishProgressed
    | LogProgressed
    | MonitorsPart
    | CustomerPart
    | DisplaysPart
    | StreamOpening
    | StreamClosed
    | StreamTold
)
