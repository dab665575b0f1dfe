"""The loss tables, measured: one field is changed at a time, and what makes no difference is lost.

Printed by `pytest -s`; the tables must say exactly what is measured, so that neither can go stale.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging import intents as i
from ocppbridge.charging import messages, replies
from ocppbridge.charging.charging_profiles import AMOUNTS
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.iso15118_replies import CertificateState, ChainState, EvCertificate, LinkState
from ocppbridge.charging.payment_replies import SettlementTaken, VatNumberJudged
from ocppbridge.charging.replies import AuthorizationStatus, DataStatus, Registration
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.versions import DIALECTS, Dialect
from ocppbridge.versions.schemas import read_schemas
from tests.ocppbridge.versions import power
from tests.ocppbridge.versions.power import SECOND, power_verbs
from tests.ocppbridge.versions.samples import fields, fullest

NOON, ONE = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 11, 21, 13, tzinfo=UTC)
ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.version)


def requests(dialect: Dialect) -> dict[str, dict[str, Any]]:
    return {action: schema for action, kind, schema in read_schemas(dialect.version) if kind == "request"}


def show(dialect: Dialect, title: str, table: dict[str, str]) -> None:
    lines = [f"  {name:45} {reason}" for name, reason in sorted(table.items())]
    sys.stdout.write("\n".join([f"\n{dialect.version}: {title}", *lines, ""]))


def agree(measured: set[str], table: dict[str, str]) -> None:
    """Every loss measured stands in the table, and every line of the table has been measured."""
    covered = {
        line: {path for path in measured if path == line or (line[0] == "*" and path.endswith(line[1:]))}
        for line in table
    }
    assert measured - set().union(*covered.values()) == set()
    assert {line for line, paths in covered.items() if not paths} == set()


@ALL
def test_what_a_station_may_say_and_the_domain_does_not_take(dialect):
    lost = set()
    for action, schema in requests(dialect).items():
        if action not in dialect.ups:
            continue
        heard = dialect.up(action, fullest(schema))
        names = fields(schema)
        for name in names:
            changed = fullest(schema, changed=name)
            leaf = not any(other.startswith(f"{name}.") for other in names)
            dialect.validate_request(action, changed)
            if leaf and changed != fullest(schema) and dialect.up(action, changed) == heard:
                lost.add(f"{action}.{name}")
    show(dialect, "said, not taken", dict(dialect.losses.not_taken))
    assert lost == {name for name in dialect.losses.not_taken if not name.startswith("*")}


@ALL
def test_what_vendors_add_in_custom_data_stays_in_the_journal(dialect):
    """TC_P_03: custom data is accepted."""
    assert ("*.customData" in dialect.losses.not_taken) == (dialect.version != "1.6")
    for action, schema in requests(dialect).items():
        if action in dialect.ups and "customData" in schema["properties"]:
            payload = fullest(schema)
            with_data = payload | {"customData": {"vendorId": "x", "more": [1]}}
            dialect.validate_request(action, with_data)
            assert dialect.up(action, with_data) == dialect.up(action, payload)


def is_said(message: Any, field: dataclasses.Field) -> bool:
    value = getattr(message, field.name)
    return value is not None and value != () and value != {} and value is not field.default


@ALL
def test_what_the_domains_messages_can_hold_and_the_version_never_says(dialect):
    heard: dict[str, set[str]] = {}
    for action, schema in requests(dialect).items():
        if action not in dialect.ups:
            continue
        payload = fullest(schema)
        kinds = ("Started", "Updated", "Ended") if action == "TransactionEvent" else (None,)
        for kind in kinds:
            message = dialect.up(action, payload | ({"eventType": kind} if kind else {}))
            said = {field.name for field in dataclasses.fields(message) if is_said(message, field)}
            heard.setdefault(type(message).__name__, set()).update(said)
    silent = set()
    for kind in messages.Message.__args__:
        names = {field.name for field in dataclasses.fields(kind)}
        if kind.__name__ not in heard and kind is not messages.Informed:
            silent.add(kind.__name__)
        silent |= {f"{kind.__name__}.{name}" for name in names - heard.get(kind.__name__, names)}
    show(dialect, "never said", dict(dialect.losses.not_said))
    agree(silent, dialect.losses.not_said)


# What we say: a first and a second value for every field of every verb

GROUP, OTHER_GROUP = IdToken("G1", "Central"), IdToken("G2", "Central")
PLACE = (Place(1, 1), Place(2, 1))
NETWORK = {
    "ocppInterface": "Wired0", "ocppTransport": "JSON", "messageTimeout": 30, "ocppCsmsUrl": "wss://x",
    "securityProfile": 1, "ocppVersion": "OCPP20",
}  # fmt: skip
APN = {"apn": "a", "apnAuthentication": "PAP"}
VPN = {"server": "s", "user": "u", "password": "p", "key": "k", "type": "IPSec"}
TARIFF = {"tariffId": "T", "currency": "EUR"}
FIGURES = Setpoints(**dict.fromkeys(AMOUNTS, Decimal(-1)))
DROOP = {"priority": 0, "overFreq": 1, "underFreq": 1, "overDroop": 1, "underDroop": 1, "responseTime": 1}
HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}
SETTING = i.Variable("Interval", "Ctrlr", None, None, Place(1, 1), "Actual")
ANSWER = replies.Authorization(
    AuthorizationStatus.ACCEPTED,
    NOON,
    GROUP,
    "en",
    "hello",
    1,
    "Accepted",
    ("DC",),
    {"tariffId": "T", "currency": "EUR"},
)


def verbs(dialect: Dialect) -> Iterator[Any]:
    token = IdToken("T1", "ISO14443", (("A", "B"),))
    yield i.StartCharging(token, 1, Place(1, 1), GROUP, power.profile(dialect.version))
    yield i.StopCharging("1")
    yield i.Unlock(Place(1, 1))
    yield i.Reset(i.When.NOW, None)
    yield i.Trigger("MeterValues", Place(1, 1), None if dialect.version != "2.1" else "x")
    yield i.ChangeAvailability(True, Place(1, 1))
    yield i.ReadVariables((SETTING,))
    yield i.WriteVariables(((SETTING, "1"),))
    yield i.ReportSettings(1, "FullInventory")
    yield i.ReportSome(1, (SETTING,), ("Active",))
    own = ("me", "secret") if dialect.version == "2.1" else ("", "")
    yield i.SetNetwork(1, "wss://x", 1, "Wired0", 30, "OCPP16", *own, apn=APN, vpn=VPN)
    yield i.Reserve(1, token, NOON, Place(1, 1), None if dialect.version == "1.6" else "cCCS2", GROUP)
    yield i.CancelReservation(1)
    yield i.ClearCache()
    yield i.AskListVersion()
    yield i.SendList(1, (i.ListEntry(token, ANSWER),), True)
    yield i.AskTransaction("1")
    yield i.TellCost("1", Decimal("1.5"))
    yield i.SendData("v", "m", "d")
    yield i.ChangePassword("0" * 40)
    yield i.RaiseProfile(2, 1, NETWORK)
    yield i.PreferNetworks((2, 1))
    yield i.DeliverCertificate("pem", "ChargingStationCertificate", 1)
    yield i.InstallCertificate(i.CertificateUse.CSMS, "pem")
    yield i.ListCertificates((i.CertificateUse.CSMS,))
    yield i.DeleteCertificate(HASHES)
    yield from power_verbs(dialect.version)
    yield i.SetTariff(TARIFF, 1)
    yield i.AskTariffs(1)
    yield i.ClearTariffs(("T",), 1)
    yield i.ChangeTariff("1", TARIFF)
    yield i.AwaitPayment(1, 60)
    yield i.SwapBatteries(1, token)
    yield from energy_verbs()
    yield i.FetchLog("ftp://x", 1, "SecurityLog", NOON, NOON, 1, 1)
    yield from upkeep_verbs(dialect)


def upkeep_verbs(dialect: Dialect) -> Iterator[Any]:
    old, new = dialect.version == "1.6", dialect.version == "2.1"
    yield i.UpdateFirmware(1, "http://x", NOON, NOON, "pem", "c2lnbg==", 1, 1)
    yield i.UpdateFirmware(1, "http://x", NOON, None if old else NOON, retries=1, retry_interval=1)
    yield i.PublishFirmware(1, "http://x", "0" * 32, 1, 1)
    yield i.UnpublishFirmware("0" * 32)
    yield i.SetMonitoringBase("All")
    yield i.SetMonitoringLevel(5)
    yield i.SetMonitors((i.Monitor(SETTING, "Periodic", Decimal("1.5"), 5, True, 1, i.Pace(60, 10) if new else None),))
    yield i.ClearMonitors((1,))
    yield i.ReportMonitors(1, (SETTING,), ("DeltaMonitoring",))
    yield i.AdjustStream(1, i.Pace(60, 10))
    yield i.ListStreams()
    yield i.AskCustomer(1, True, False, IdToken("T1", "ISO14443", (("A", "B"),)), HASHES, "me")
    texts = (i.Text("hello", "en"), i.Text("hallo", "de")) if new else (i.Text("hello", "en"),)
    yield i.ShowMessage(i.Display(1, "InFront", texts, "Idle", NOON, NOON, "1", SETTING))
    yield i.ListMessages(1, (1,), "InFront", "Idle")
    yield i.HideMessage(1)


def energy_verbs() -> Iterator[Any]:
    yield i.AllowTransfer("1", ("AC_BPT",))
    yield i.UpdateSetpoint(1, FIGURES)
    yield i.SignalGrid(NOON, 1)
    yield i.SetDer("1", "FreqDroop", True, DROOP)
    yield i.AskDer(1, True, "FreqDroop", "1")
    yield i.ClearDer(True, "FreqDroop", "1")


def answers() -> Iterator[Any]:
    yield replies.Registered(Registration.ACCEPTED, NOON, 60)
    yield replies.Clock(NOON)
    yield ANSWER
    yield replies.StartTaken(1, ANSWER)
    yield replies.EventTaken(ANSWER, Decimal("1.5"), 1, "hello", {"maxTime": 1})
    yield replies.DataTaken(DataStatus.ACCEPTED, "d")
    yield replies.Verdict(False, "why")
    yield EvCertificate(True, "exi", 1, "why")
    yield CertificateState("MIIB", "why")
    yield ChainState((LinkState(HASHES, "OCSP", "Good", NOON),))
    yield SettlementTaken("R1", "https://x.example/r")
    yield VatNumberJudged("DE1", True, 1, {"name": "n", "address1": "a", "city": "c", "country": "DE"}, "why")
    yield replies.Acknowledged()
    yield replies.NeedsTaken("Rejected", "NotOffered", "why")
    yield replies.SetpointGiven(FIGURES, "why")


def another(value: Any, name: str) -> Any:
    """A second value of the same kind."""
    second = {
        "when": i.When.IDLE, "what": "Heartbeat", "transaction": "2", "inventory": "SummaryInventory", "evse": 3,
        "attribute": "Target", "criteria": ("Enabled",), "kind": "DiagnosticsLog", "connector_type": "cType2",
        "certificate_type": "V2GCertificate", "use": i.CertificateUse.MANUFACTURER, "connector": 2, "custom": "y",
        "uses": (i.CertificateUse.MANUFACTURER,), "hashes": HASHES | {"serialNumber": "d"}, "type": "eMAID",
        "group": OTHER_GROUP, "certificate_status": "CertChainError", "additional": (("C", "D"),),
        "allowed_transfer": ("AC_single_phase",),
        "tariffs": ("U",), "transfers": ("DC_BPT",), "code": "Other",
    }  # fmt: skip
    if name in SECOND:
        return SECOND[name]
    match value:
        case AuthorizationStatus():
            return AuthorizationStatus.BLOCKED
        case DataStatus():
            return DataStatus.REJECTED
        case Registration():
            return Registration.PENDING
        case bool():
            return not value
        case int():
            return value + 1
        case Decimal():
            return value + 1
        case datetime():
            return ONE
    if name in second:
        return second[name]
    return {**value, "tariffId": "U"} if isinstance(value, dict) else f"{value}2"


def variants(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path, value with one field changed) for every field, nested ones too."""
    for field in dataclasses.fields(value):
        part, name = getattr(value, field.name), f"{path}.{field.name}"
        if dataclasses.is_dataclass(part):
            for inner, changed in variants(part, name):
                yield inner, dataclasses.replace(value, **{field.name: changed})
        elif isinstance(part, tuple) and part and dataclasses.is_dataclass(part[0]):
            for inner, changed in variants(part[0], name):
                yield inner, dataclasses.replace(value, **{field.name: (changed,)})
        elif field.name == "values":
            for inner, changed in variants(part[0][0], f"{name}.variable"):
                yield inner, dataclasses.replace(value, values=((changed, part[0][1]),))
            yield f"{name}.value", dataclasses.replace(value, values=((part[0][0], "2"),))
        elif part is not None:
            yield name, dataclasses.replace(value, **{field.name: another(part, field.name)})


@ALL
def test_what_we_may_want_and_the_version_cannot_say(dialect):
    lost, sayable = set(), 0
    for verb in verbs(dialect):
        if type(verb) not in dialect.downs:
            with pytest.raises(NotOffered):
                dialect.down(verb)
            lost.add(type(verb).__name__)
            continue
        said = dialect.down(verb)
        for path, changed in variants(verb, type(verb).__name__):
            write = dialect.downs[type(verb)]
            try:
                lost |= {path} if write(changed) == said else set()
            except NotOffered:
                continue  # refused with a reason, which is no silent loss
            sayable += 1
    for reply in answers():
        if type(reply) not in dialect.replies:
            lost.add(type(reply).__name__)
            continue
        said = dialect.replies[type(reply)](reply)
        for path, changed in variants(reply, type(reply).__name__):
            lost |= {path} if dialect.replies[type(reply)](changed) == said else set()
    show(dialect, "not sayable", dict(dialect.losses.not_sayable))
    agree(lost, dialect.losses.not_sayable)
    assert sayable > 20


@ALL
def test_every_loss_has_a_reason(dialect):
    for table in (dialect.losses.not_taken, dialect.losses.not_said, dialect.losses.not_sayable):
        assert all(len(reason) >= 10 for reason in table.values())


def test_every_verb_and_every_reply_is_measured():
    measured = {type(verb) for verb in verbs(DIALECTS["ocpp2.1"])} | {i.RawCall}
    assert measured == set(i.Intent.__args__)
    assert {type(reply) for reply in answers()} == set(replies.Reply.__args__)
