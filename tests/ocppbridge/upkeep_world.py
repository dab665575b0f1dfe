"""One of everything that keeps a station in order, for pages and APIs; texts that a page must escape among it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from ocppbridge.models import (
    CampaignTarget,
    CustomerPage,
    DisplayMessage,
    Enquiry,
    EventStream,
    FirmwareCampaign,
    FirmwareImage,
    FirmwarePublication,
    FirmwareStep,
    FirmwareUpdate,
    LogRequest,
    Monitor,
    Station,
    StationEvent,
    StreamValue,
)
from ocppbridge.services import files, sealing

EVIL = "<script>alert(1)</script>"


def build(station: Station) -> None:
    """Rows as they would stand."""
    now = timezone.now()
    file = files.store(f"{EVIL}.bin", "text/html", [b"firmware"])
    image = FirmwareImage.objects.create(
        name="One 2.0", vendor=station.vendor, model=station.model, version="2.0", file=file, notes=EVIL
    )
    update = FirmwareUpdate.objects.create(
        station=station, image=image, location="https://hub.example/files/•••/fw", version="2.0", retrieve_at=now,
        state="under way", status="Downloading", reason=EVIL, asked_at=now, heard_at=now, requested_by="admin",
    )  # fmt: skip
    FirmwareStep.objects.create(update=update, at=now, status="Downloading")
    FirmwarePublication.objects.create(
        station=station, image=image, location="x", checksum="0" * 32, state="published", asked_at=now,
        locations=["https://controller.example/fw"],
    )  # fmt: skip
    campaign = FirmwareCampaign.objects.create(name="Spring", image=image, state="running", started_at=now)
    CampaignTarget.objects.create(campaign=campaign, station=station, wave=0, state="updating", update=update)
    log = files.store("log.zip", "text/html", [EVIL.encode()])
    LogRequest.objects.create(
        station=station, kind="DiagnosticsLog", state="uploaded", status="Uploaded", location="x", filename=EVIL,
        file=log, asked_at=now, ended_at=now, expires_at=now + timedelta(hours=1), requested_by="admin",
    )  # fmt: skip
    Monitor.objects.create(
        station=station, component="EVSE", evse_number=1, name="Temperature", monitor_id=7, type="UpperThreshold",
        value=Decimal(70), severity=4, status="Accepted", asked_at=now,
    )  # fmt: skip
    StationEvent.objects.create(
        station=station, component="EVSE", evse_number=1, name="Temperature", event_id=1, at=now, received_at=now,
        trigger="Alerting", kind="CustomMonitor", value=EVIL, severity=4, monitor_id=7, tech_info=EVIL,
    )  # fmt: skip
    stream = EventStream.objects.create(
        station=station, stream_id=1, monitor_id=7, interval=60, opened_at=now, told_at=now, told=1
    )
    StreamValue.objects.create(stream=stream, at=now, value=EVIL)
    DisplayMessage.objects.create(
        station=station, message_id=1, priority="InFront", texts=[{"content": EVIL, "language": "en"}],
        standing="shown", asked_at=now,
    )  # fmt: skip
    enquiry = Enquiry.objects.create(
        station=station, kind=Enquiry.Kind.CUSTOMER, state="whole", parts=[0], last_part=0, entries=1, asked_at=now,
        about="report by a token", id_token="04a1b2c3d4e5f6",
    )  # fmt: skip
    CustomerPage.objects.create(enquiry=enquiry, seq_no=0, sealed=sealing.seal({"data": f"card {EVIL}"}))
