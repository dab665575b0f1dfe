"""What a station uploads and downloads: nothing moves, but every step is told as if it did (blocks L and N)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

EACH = timedelta(seconds=1)


def upload_log(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetLog (N01)."""
    more = {"requestId": asked["requestId"]}
    _tell(station, "LogStatusNotification", ["Uploading", "Uploaded"], more, now)
    return {"status": "Accepted", "filename": f"{asked['logType']}-{asked['requestId']}.zip"}


def upload_diagnostics(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetDiagnostics of 1.6."""
    _tell(station, "DiagnosticsStatusNotification", ["Uploading", "Uploaded"], {}, now)
    return {"fileName": "diagnostics.zip"}


def update(station: Station, asked: Payload, now: datetime) -> Payload:
    """UpdateFirmware, signed or not (L01); 1.6 without a signature answers nothing."""
    steps = ["Downloading", "Downloaded", "Installing", "Installed"]
    if "requestId" not in asked:
        _tell(station, "FirmwareStatusNotification", steps, {}, now)
        return {}
    signed = station.schema_version == "1.6"
    action = "SignedFirmwareStatusNotification" if signed else "FirmwareStatusNotification"
    _tell(station, action, steps, {"requestId": asked["requestId"]}, now)
    return {"status": "Accepted"}


def _tell(station: Station, action: str, steps: Sequence[str], more: Payload, now: datetime) -> None:
    for number, step in enumerate(steps, 1):
        said = {"status": step, **more}
        station.later(now + number * EACH, lambda then, said=said: station.wire.ask(action, said))  # type: ignore[misc]
