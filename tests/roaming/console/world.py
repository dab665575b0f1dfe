"""A hub with one of everything, for pages and APIs: a hosted CPO with a charging station, an eMSP that drives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from ocppbridge.bridge import sites
from ocppbridge.models import (
    Alert,
    Availability,
    Call,
    ConfigurationTemplate,
    Conformity,
    Connection,
    Connector,
    DeviceReport,
    Evse,
    InboxItem,
    LocalList,
    MeterReading,
    Quarantined,
    Report,
    Reservation,
    Setting,
    Station,
    Stranger,
    Transaction,
    WantedSetting,
)
from roaming.models import (
    Agreement,
    Announcement,
    AuthorizationRequest,
    Cdr,
    Command,
    DecisionValue,
    Delivery,
    DeliveryAttempt,
    Endpoint,
    Exchange,
    Habit,
    Handshake,
    IssuedToken,
    Notice,
    OperatorToken,
    Party,
    Platform,
    Pull,
    Session,
    Tariff,
    TariffEdition,
    Token,
)
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime
from roaming.services import cdrs, desk, sessions, tariffs, tokens
from tests.ocppbridge import security_world, upkeep_world
from tests.personas import samples
from tests.roaming.billing import pages_world as billing_world

UID = "04A1B2C3D4E5F6"
CORRELATION = "5f6dd0fa-1111-4444-8888-00000000c0de"
CPO, EMSP = PartyId("NL", "VLT"), PartyId("DE", "EMX")


@dataclass
class World:
    """What tests look up."""

    station: Station
    platform: Platform
    transaction: Transaction
    session: Session
    cdr: Cdr
    tariff: Tariff
    token: Token
    call: Call
    command: Command
    delivery: Delivery
    exchange: Exchange


def build(identity: str = "VLT-0001") -> World:
    """One of every model."""
    now = timezone.now()
    stamp = format_datetime(now - timedelta(minutes=20))
    platform = _platform(now)
    cpo = {"country_code": "NL", "party_id": "VLT", "last_updated": stamp}
    Party.objects.get_or_create(
        country_code="NL", party_id="VLT", role="CPO", defaults={"name": "Volt", "spelled": "NL/VLT"}
    )
    tariff = tariffs.store(CPO, samples.tariff(**cpo, id="T-STD"), source=None, now=now).obj
    token = tokens.store(EMSP, samples.token(uid=UID), source=platform, now=now).obj
    station = _station(identity, now)
    uid = station.evses.get(number=1).uid
    transaction = _transaction(station, now)
    where = {"location_id": station.location_id, "evse_uid": uid, "start_date_time": stamp}
    session = sessions.store(
        CPO, samples.session(**cpo, **where, id=str(transaction.session_id)), source=None, now=now
    ).obj
    cdr = cdrs.store(
        CPO, samples.cdr(**cpo, id="CDR-0001", session_id=str(transaction.session_id)), source=None, now=now
    ).obj
    desk.assess(cdr, now)
    Habit.objects.create(country_code="NL", party_id="VLT", ways=["/cents_total", "steps:off/exact"], since=now)
    TariffEdition.objects.create(tariff=tariff, version=1, document=tariff.document, held_until=now)
    command = _command(platform, station, now)
    call = _call(station, command, now)
    Transaction.objects.filter(pk=transaction.pk).update(call=call)
    Command.objects.filter(pk=command.pk).update(call_reference=str(call.pk))
    exchange = _exchange(platform, now)
    delivery = _delivery(platform, session, now)
    _rest(station, platform, now)
    return World(station, platform, transaction, session, cdr, tariff, token, call, command, delivery, exchange)


def _settings(station: Station, now: datetime) -> None:
    """A key that was reported, one that is wanted, and how far the station is from it."""
    Setting.objects.create(
        station=station, name="HeartbeatInterval", value="300", mutability="ReadWrite", reported_at=now
    )
    DeviceReport.objects.create(
        station=station, inventory="FullInventory", state="whole", parts=[0], last_part=0, asked_at=now
    )
    template = ConfigurationTemplate.objects.create(name=f"all of {station}", party="NL/VLT")
    WantedSetting.objects.create(template=template, name="HeartbeatInterval", value="60")
    Conformity.objects.create(station=station, state="differs", wanted=1, differing=1, looked_at=now)
    LocalList.objects.create(station=station, state="same", version=3, entries=2)
    Stranger.objects.create(identity=f"{station}-stranger", peer="192.0.2.7", first_at=now, last_at=now)
    Availability.objects.create(station=station, operative=False, state="scheduled", at=now)


def _platform(now: datetime) -> Platform:
    platform = Platform.objects.create(
        name="Emixx",
        status="CONNECTED",
        versions_url="https://emsp.example/ocpi/versions",
        version="2.2.1",
        offered_versions=["2.1.1", "2.2.1"],
        token_out="secret-that-we-present",
        last_seen_at=now,
    )
    emsp = Party.objects.create(
        platform=platform, country_code="DE", party_id="EMX", role="EMSP", name="Emixx", spelled="DE/EMX"
    )
    cpo, _ = Party.objects.get_or_create(
        country_code="NL", party_id="VLT", role="CPO", defaults={"name": "Volt", "spelled": "NL/VLT"}
    )
    agreement = Agreement.objects.create(cpo=cpo, emsp=emsp, open_auth=True, note="pilot")
    agreement.substitutions.create(tariff_id="T1", substitute_id="T1-EMX")
    Announcement.objects.create(
        platform=platform, country_code="SE", party_id="CPS", role="CPO", status="CONNECTED", last_updated=now,
        received_at=now,
    )  # fmt: skip
    Endpoint.objects.create(
        platform=platform, module="sessions", role="RECEIVER", url="https://emsp.example/ocpi/2.2.1/sessions"
    )
    IssuedToken.objects.create(
        platform=platform,
        kind="C",
        digest="d" * 64,
        allowed_roles=[{"role": "EMSP", "country_code": "DE", "party_id": "EMX"}],
    )
    return platform


def _station(identity: str, now: datetime) -> Station:
    station = sites.add(identity, "NL/VLT", evses=2, tariff="T-STD").station
    socket = Connection.objects.create(
        station=station,
        subprotocol="ocpp1.6",
        node="ocpp-1",
        channel="specific.1",
        peer="192.0.2.7",
        opened_at=now,
        alive_at=now,
    )
    Station.objects.filter(pk=station.pk).update(
        connection=socket,
        subprotocol="ocpp1.6",
        last_seen_at=now,
        booted_at=now,
        boot_status="Accepted",
        vendor="VendorX",
        model="Wallbox 22",
        serial_number="SN-1",
        firmware_version="1.2.3",
    )
    Evse.objects.filter(station=station, number=1).update(status="CHARGING", status_at=now)
    Connector.objects.filter(evse__station=station, evse__number=1).update(state="Charging", state_at=now)
    station.refresh_from_db()
    return station


def _transaction(station: Station, now: datetime) -> Transaction:
    started = now - timedelta(minutes=20)
    row = Transaction.objects.create(
        station=station,
        wire_id=4711,
        evse_number=1,
        connector_number=1,
        charging_state="Charging",
        id_token=UID.casefold(),
        authorization="Accepted",
        auth_method="COMMAND",
        token_owner="DE/EMX",
        started_at=started,
        last_news_at=now,
        meter_start=Decimal(1000),
        energy_import=Decimal(1500),
        cdr_id="CDR-0001",
        findings=[["CLOCK", "the clock is 3 s ahead"]],
    )
    MeterReading.objects.create(
        transaction=row,
        at=started + timedelta(minutes=5),
        energy_import=Decimal(1500),
        power=Decimal(11000),
        digest="m1",
    )
    frame(
        station,
        1,
        0,
        2,
        "17",
        "StartTransaction",
        [2, "17", "StartTransaction", {"connectorId": 1, "idTag": UID}],
        started,
    )
    frame(station, 2, 1, 3, "17", "StartTransaction", [3, "17", {"transactionId": 4711, "idTagInfo": {}}], started)
    frame(
        station, 3, 0, 2, "18", "MeterValues", [2, "18", "MeterValues", {"connectorId": 1, "transactionId": 4711}], now
    )
    return row


def frame(
    station: Station,
    n: int,
    direction: int,
    kind: int,
    message_id: str,
    action: str,
    body: Any,
    at: datetime,
    error: str = "",
) -> int:
    """A row of the journal, as its writer would write it."""
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ocppbridge_frame"
            " (at, station_id, connection_id, n, direction, kind, message_id, action, body, error)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [at, station.pk, station.connection_id or 1, n, direction, kind, message_id, action, text, error],
        )
        return int(cursor.fetchone()[0])


def _command(platform: Platform, station: Station, now: datetime) -> Command:
    return Command.objects.create(
        kind="START_SESSION",
        sender=Party.objects.get(party_id="EMX"),
        receiver=Party.objects.get(party_id="VLT"),
        sender_platform=platform,
        request=json.dumps({"token": {"uid": UID}, "location_id": station.location_id}),
        response_url="•••",
        token_uid=UID,
        location_id=station.location_id,
        correlation_id=CORRELATION,
        request_id="req-1",
        response="ACCEPTED",
        result="ACCEPTED",
        result_state="SENT",
        responded_at=now,
        expires_at=now + timedelta(seconds=30),
    )


def _call(station: Station, command: Command, now: datetime) -> Call:
    call = Call.objects.create(
        station=station,
        action="RemoteStartTransaction",
        payload={"idTag": UID, "connectorId": 1},
        intent="StartCharging",
        purpose="command",
        reference=str(command.pk),
        correlation_id=CORRELATION,
        id_token=UID.casefold(),
        evse_number=1,
        state="answered",
        sent_at=now,
        settled_at=now + timedelta(seconds=1),
        expires_at=now + timedelta(seconds=30),
        answer={"status": "Accepted"},
        outcome="Accepted",
        requested_by="DE/EMX",
    )
    frame(
        station,
        4,
        1,
        2,
        str(call.pk),
        "RemoteStartTransaction",
        [2, str(call.pk), "RemoteStartTransaction", {"idTag": UID}],
        now,
    )
    frame(station, 5, 0, 3, str(call.pk), "RemoteStartTransaction", [3, str(call.pk), {"status": "Accepted"}], now)
    return call


def _exchange(platform: Platform, now: datetime) -> Exchange:
    Exchange.objects.create(
        at=now,
        direction="OUT",
        platform=platform,
        method="POST",
        url="https://emsp.example/commands/•••",
        module="commands",
        correlation_id=CORRELATION,
        request_id="req-2",
        http_status=200,
        ocpi_status=1000,
        duration_ms=31,
    )
    return Exchange.objects.create(
        at=now,
        direction="IN",
        platform=platform,
        method="POST",
        url="/ocpi/2.2.1/commands/START_SESSION",
        module="commands",
        routing="serve",
        from_party="DE/EMX",
        to_party="NL/VLT",
        correlation_id=CORRELATION,
        request_id="req-1",
        http_status=200,
        ocpi_status=1000,
        duration_ms=12,
        request_body=json.dumps({"token": {"uid": UID}}),
        response_body='{"data":{"result":"ACCEPTED","timeout":30},"status_code":1000}',
    )


def _delivery(platform: Platform, session: Session, now: datetime) -> Delivery:
    emsp = Party.objects.get(party_id="EMX")
    Delivery.objects.filter(receiver=emsp, module="sessions").delete()
    row = Delivery.objects.create(
        platform=platform,
        receiver=emsp,
        module="sessions",
        country_code="NL",
        party_id="VLT",
        object_key=session.object_key,
        wanted_version=3,
        accepted_version=2,
        due_at=now + timedelta(minutes=1),
        attempts=2,
        last_error="HTTP 503",
        correlation_id=CORRELATION,
    )
    DeliveryAttempt.objects.create(
        delivery=row, at=now, method="PATCH", version=3, outcome="failed", http_status=503, request_id="req-9"
    )
    return row


def _rest(station: Station, platform: Platform, now: datetime) -> None:
    AuthorizationRequest.objects.create(
        token_uid=UID,
        cpo_country_code="NL",
        cpo_party_id="VLT",
        station=station.identity,
        asked=["DE/EMX"],
        state="ANSWERED",
        allowed="ALLOWED",
        answered_by="DE/EMX",
        deadline_at=now,
        answered_at=now,
        correlation_id=CORRELATION,
    )
    Pull.objects.create(
        platform=platform, party=Party.objects.get(party_id="EMX"), module="tokens", state="RUNNING",
        objects_seen=40, total=100, started_at=now, error="a bad token",
    )  # fmt: skip
    Handshake.objects.create(platform=platform, kind="ROTATE", state="FAILED", result="no answer", asked_at=now)
    Notice.objects.create(platform=platform, code="roles", text="too many roles", first_at=now, last_at=now)
    DecisionValue.objects.create(decision_id="OFFLINE-WINDOW", value="48", decided_by="ann", reason="weekend")
    OperatorToken.objects.create(name="grafana", digest="e" * 64)
    Alert.objects.create(
        station=station, code="SOCKET-REPLACED", text="a second socket came", first_at=now, last_at=now
    )
    bad = frame(
        station, 6, 0, 2, "99", "StopTransaction", '[2,"99","StopTransaction",{"transactionId":1}]', now, "boom"
    )
    Quarantined.objects.create(
        station=station,
        connection_id=1,
        n=6,
        frame_id=bad,
        frame_at=now,
        action="StopTransaction",
        parks=True,
        error="Traceback\nKeyError: 'x'",
    )
    InboxItem.objects.create(shard=1, station=station, connection_id=1, n=7, frame_id=bad, frame_at=now)
    Report.objects.create(
        station=station,
        action="FirmwareStatusNotification",
        at=now,
        summary="Installed",
        payload={"status": "Installed"},
    )
    security_world.build(station, now)
    upkeep_world.build(station)
    billing_world.build(now)
    _settings(station, now)
    Reservation.objects.create(
        station=station, evse_number=2, id_token=UID, expires_at=now + timedelta(hours=1), partner="DE/EMX"
    )
