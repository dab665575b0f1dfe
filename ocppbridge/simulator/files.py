"""What a station uploads and downloads (blocks L and N): by HTTP for real, by its shell; elsewhere it only says so.

An image may name its version in its first line, `version=2.0`: with that one the station boots after the update. How
an update ends is a trait of the station (`update_ends`), so that failures can be rehearsed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ocppbridge.charging import signatures
from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.upkeep import Errand
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

EACH = timedelta(seconds=1)
VERSION = re.compile(rb"version=([\w.+-]{1,50})")


def upload_log(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetLog (N01); one that is under way is given up for it (N01.FR.12)."""
    busy, name = station.memory.upkeep.upload, f"{asked['logType']}-{asked['requestId']}.log"
    say = _teller(station, "LogStatusNotification", {"requestId": asked["requestId"]})
    _upload(station, asked["log"]["remoteLocation"], name, say, "UploadFailure", now)
    return {"status": "AcceptedCanceled" if busy else "Accepted", "filename": name}


def upload_diagnostics(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetDiagnostics of 1.6."""
    say = _teller(station, "DiagnosticsStatusNotification", {})
    _upload(station, asked["location"], "diagnostics.log", say, "UploadFailed", now)
    return {"fileName": "diagnostics.log"}


def update(station: Station, asked: Payload, now: datetime) -> Payload:
    """UpdateFirmware, signed or not (L01); 1.6 without a signature answers nothing."""
    unsigned_16 = "requestId" not in asked
    firmware = asked if unsigned_16 else asked["firmware"]
    signed = station.schema_version == "1.6" and not unsigned_16
    action = "SignedFirmwareStatusNotification" if signed else "FirmwareStatusNotification"
    _Update(station, firmware, _teller(station, action, {} if unsigned_16 else {"requestId": asked["requestId"]}), now)
    return {} if unsigned_16 else {"status": "Accepted"}


def publish(station: Station, asked: Payload, now: datetime) -> Payload:
    """PublishFirmware (L03): the checksum must be the file's."""
    say = _teller(station, "PublishFirmwareStatusNotification", {"requestId": asked["requestId"]})
    checksum = asked["checksum"]

    def fetched(good: bool, body: bytes, then: datetime) -> None:
        found = hashlib.md5(body, usedforsecurity=False).hexdigest() if body else checksum
        if not good or found != checksum.lower():
            say("InvalidChecksum" if good else "DownloadFailed")
            return
        where = f"https://{station.profile.identity}.local/{checksum}"
        station.memory.upkeep.published[checksum] = where
        for status in ("Downloaded", "ChecksumVerified"):
            say(status)
        station.wire.ask(
            "PublishFirmwareStatusNotification",
            {"status": "Published", "requestId": asked["requestId"], "location": [where]},
        )

    say("Downloading")
    _send(station, Errand(asked["location"], fetched), now)
    return {"status": "Accepted"}


def unpublish(station: Station, asked: Payload, now: datetime) -> Payload:
    """L04."""
    found = station.memory.upkeep.published.pop(asked["checksum"], None)
    return {"status": "Unpublished" if found else "NoFirmware"}


class _Update:
    """One update, step by step; a later one takes its place."""

    def __init__(self, station: Station, firmware: Payload, say: _Say, now: datetime) -> None:
        self.station, self.firmware, self.say = station, firmware, say
        station.memory.upkeep.update += 1
        self.number = station.memory.upkeep.update
        self.signed = "signature" in firmware
        station.later(now + EACH, self.download)

    @property
    def over(self) -> bool:
        """Given up for a later one."""
        return self.number != self.station.memory.upkeep.update

    def download(self, now: datetime) -> None:
        if not self.over:
            self.say("Downloading")
            _send(self.station, Errand(self.firmware["location"], self.downloaded), now)

    def downloaded(self, good: bool, body: bytes, now: datetime) -> None:
        ends = self.station.profile.update_ends
        if self.over:
            return
        if not good or ends == "DownloadFailed":
            self._fail("DownloadFailed", now)
            return
        self.say("Downloaded")
        if (self.signed and self.station.schema_version != "1.6") or "signingCertificate" in self.firmware:
            sha256 = hashlib.sha256(body).hexdigest()
            wrong = body and signatures.complaint(
                self.firmware.get("signingCertificate", ""), self.firmware["signature"], sha256
            )
            if wrong or ends == "InvalidSignature":
                self._fail("InvalidSignature", now)
                security = {"type": "InvalidFirmwareSignature", "timestamp": stamp(now)}
                self.station.wire.ask("SecurityEventNotification", security)
                return
            self.say("SignatureVerified")
        named = VERSION.match(body)
        self.version = named[1].decode() if named else self.station.profile.firmware
        self.station.later(now + EACH, self.install)

    def install(self, now: datetime) -> None:
        """L01.FR.06: not while somebody charges."""
        if self.over:
            return
        if any(evse.charge is not None for evse in self.station.evses.values()):
            self.station.later(now + EACH, self.install)
            return
        self.say("Installing")
        if self.station.profile.update_ends != "Installed":
            self._fail(self.station.profile.update_ends, now)
            return
        plain_16 = self.station.schema_version == "1.6" and not self.signed
        self.say("Installed" if plain_16 else "InstallRebooting", lambda answer, then: self._reboot(then, plain_16))

    def _reboot(self, now: datetime, told: bool) -> None:
        """The firmware is another from here on."""
        station = self.station
        station.profile = replace(station.profile, firmware=self.version)
        station.accepted, station.reset_wanted = False, True
        station.note("updated", now, firmware=self.version)
        if not told:
            station.later(now + EACH, self._back)

    def _back(self, now: datetime) -> None:
        if self.station.accepted and self.station.wire.online:
            self.say("Installed")
        else:
            self.station.later(now + EACH, self._back)

    def _fail(self, status: str, now: datetime) -> None:
        self.say(status)
        self.station.note("update_failed", now, status=status)


class _Say:
    """Tells one status after the other, with what they have in common."""

    def __init__(self, station: Station, action: str, more: Payload) -> None:
        self._station, self._action, self._more = station, action, more

    def __call__(self, status: str, settle: object = None) -> None:
        payload = {"status": status, **self._more}
        if callable(settle):
            self._station.wire.ask(self._action, payload, settle=settle)
        else:
            self._station.wire.ask(self._action, payload)


def _teller(station: Station, action: str, more: Payload) -> _Say:
    return _Say(station, action, more)


def _upload(station: Station, location: str, name: str, say: _Say, failure: str, now: datetime) -> None:
    upkeep = station.memory.upkeep
    upkeep.upload += 1

    def brought(good: bool, body: bytes, then: datetime) -> None:
        upkeep.upload = 0
        say("Uploaded" if good else failure)
        station.note("uploaded" if good else "upload_failed", then, file=name)

    def begin(then: datetime) -> None:
        say("Uploading")
        url = f"{location}{name}" if location.endswith("/") else location
        _send(station, Errand(url, brought, "".join(_log(station, then)).encode(), chunked=True), then)

    station.later(now + EACH, begin)


def _send(station: Station, errand: Errand, now: datetime) -> None:
    """By the shell if it is HTTP; else nothing moves, and a second later it is done."""
    if errand.url.startswith(("http://", "https://")):
        station.memory.upkeep.errands.append(errand)
    else:
        station.later(now + EACH, lambda then: errand.done(True, b"", then))


def _log(station: Station, now: datetime) -> Iterator[str]:
    profile = station.profile
    yield f"{stamp(now)} {profile.vendor} {profile.model} {profile.identity} firmware {profile.firmware}\n"
    for evse in station.evses.values():
        yield f"{stamp(now)} EVSE {evse.number}: {'charging' if evse.charge else 'idle'} {evse.fault}\n"
    for token in sorted(station.memory.upkeep.customers):
        yield f"{stamp(now)} seen {token}\n"
