"""A car gives energy back: from the station's report to a CDR in which import and export stand apart (block Q).

Real sockets, the hub's real processes, the Operator API over HTTP. The figures, by hand, at 0.30 a kWh taken, 0.25 a
kWh given back, 21 % VAT (registers in Wh):

    minute    import    export    in between
         0     1 000       500
        60    11 000       500    10 kWh taken
       120    11 000     4 500     4 kWh given back
       150    13 000     4 500     2 kWh taken
    taken 12 kWh, given back 4 kWh: 12 × 0.30 - 4 × 0.25 = 2.60, with VAT 3.146; net 8 kWh
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.hub import Hub, eventually
from tests.ocppbridge.certification.bidirectional import CAR, PLAIN, offering
from tests.ocppbridge.door import Door, Talk

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=150)


class Operator:
    """The Operator API, with a token of its own."""

    def __init__(self, hub: Hub) -> None:
        token = hub.command("operator_token", "v2x", "--scope", "operate")["token"]
        self.url, self.headers = f"{hub.url}/api/v1", {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> Any:
        answer = requests.get(f"{self.url}/{path}", params=query, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, expected: int = 202) -> Any:
        answer = requests.post(f"{self.url}/{path}", json=body or {}, headers=self.headers, timeout=60)
        assert answer.status_code == expected, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def operator(hub: Hub) -> Operator:
    return Operator(hub)


def at(minute: float) -> str:
    return (BEGAN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Station:
    """One 2.1 station with one car."""

    def __init__(self, hub: Hub, operator: Operator, identity: str) -> None:
        self.hub, self.operator, self.identity = hub, operator, identity
        self.password = hub.by_hand("tests.journeys.v2x_world", "build", identity)
        self.seq_no = 0

    @contextmanager
    def online(self) -> Iterator[Talk]:
        with Door(self.hub.ocpp_port).station(self.identity, "ocpp2.1", self.password) as talk:
            yield talk

    def boot(self, talk: Talk, entries: list[dict[str, Any]]) -> None:
        """The hub does not know it yet, and asks what it has (decision DEVICE-MODEL-REPORT)."""
        said = {"reason": "PowerUp", "chargingStation": {"vendorName": "ACME", "model": "Two Ways"}}
        assert talk.call("BootNotification", said)["status"] == "Accepted"
        state = {"timestamp": at(0), "evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
        assert talk.call("StatusNotification", state) == {}
        request = asked(talk, "GetBaseReport")["requestId"]
        report = {"requestId": request, "generatedAt": at(0), "seqNo": 0, "reportData": entries or PLAIN}
        assert talk.call("NotifyReport", report) == {}

    @property
    def card(self) -> dict[str, str]:
        return {"idToken": f"CARD-{self.identity}", "type": "ISO14443"}

    def tell(self, talk: Talk, kind: str, minute: float, imported: int, exported: int, power: int, **more: Any) -> Any:
        """A TransactionEvent with both registers; power as this station writes it: below 0 while it discharges."""
        info = {"transactionId": f"T-{self.identity}", "chargingState": "Charging", **more.pop("info", {})}
        samples = [
            {"measurand": "Energy.Active.Import.Register", "value": imported},
            {"measurand": "Energy.Active.Export.Register", "value": exported},
            {"measurand": "Power.Active.Import", "value": power},
        ]
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
        said = {
            "eventType": kind, "timestamp": at(minute), "seqNo": self.seq_no, "transactionInfo": info,
            "triggerReason": more.pop("trigger", "MeterValuePeriodic"), "evse": {"id": 1, "connectorId": 1},
            "meterValue": [
                {"timestamp": at(minute), "sampledValue": [{**sample, "context": context} for sample in samples]}
            ],
            **more,
        }  # fmt: skip
        self.seq_no += 1
        return talk.call("TransactionEvent", said)

    def start(self, talk: Talk) -> str:
        """The key of the transaction in the Operator API."""
        told = self.tell(talk, "Started", 0, 1000, 500, 0, trigger="Authorized", idToken=self.card)
        assert told["idTokenInfo"]["status"] == "Accepted"
        found = eventually(
            lambda: self.operator.get("transactions/", station=self.identity)["results"], "the transaction is known"
        )
        return str(found[0]["id"])

    def needs(self, talk: Talk) -> Any:
        said = {"requestedEnergyTransfer": "AC_BPT", "v2xChargingParameters": CAR, "controlMode": "DynamicControl"}
        return talk.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": said})

    def end(self, talk: Talk, imported: int, exported: int) -> None:
        info = {"stoppedReason": "EVDisconnected"}
        self.tell(talk, "Ended", 150, imported, exported, 0, trigger="EVCommunicationLost", info=info)

    def cdr(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The CDR, and the bill beside it."""
        asked = "SELECT document, bill FROM roaming_cdr WHERE document LIKE %s"
        found = eventually(lambda: self.hub.rows(asked, f"%{self.card['idToken']}%"), "there is a CDR")
        (row,) = found
        return json.loads(row[0], parse_float=Decimal), row[1]


def asked(talk: Talk, action: str, status: str = "Accepted") -> dict[str, Any]:
    """The next call of that action, answered; whatever else the hub asks for, this station does not have."""
    while True:
        frame = talk.called(30)
        if frame[2] == action:
            talk.answer(frame, {"status": status})
            payload: dict[str, Any] = frame[3]
            return payload
        talk.send([4, frame[1], "NotSupported", "", {}])


def holding(operator: Operator, key: str, state: str = "holds") -> dict[str, Any]:
    found: dict[str, Any] = eventually(
        lambda: next(
            iter(one for one in [operator.get(f"transactions/{key}/energy-plan/")] if one["state"] == state), {}
        ),
        f"the plan {state}",
        why_not=lambda: str(operator.get(f"transactions/{key}/energy-plan/")),
    )
    return found


def volumes(document: dict[str, Any], kind: str) -> list[Decimal]:
    said = [one for period in document["charging_periods"] for one in period["dimensions"] if one["type"] == kind]
    return [Decimal(str(one["volume"])) for one in said]


def steered(station: Station, talk: Talk, operator: Operator) -> tuple[str, int]:
    """A car that is steered by pushed setpoints, discharging 4 kW; its transaction and its profile."""
    station.boot(talk, offering())
    offer = f"stations/{station.identity}/energy-offer/"
    eventually(lambda: operator.get(offer)[0]["bidirectional"], "its report is understood")
    told = talk.call("Authorize", {"idToken": station.card})
    assert told["allowedEnergyTransfer"] == ["AC_three_phase", "AC_BPT"]
    key = station.start(talk)
    assert station.needs(talk) == {"status": "Accepted"}
    (first,) = asked(talk, "SetChargingProfile")["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert first == {"startPeriod": 0, "limit": 11_000, "operationMode": "ChargingOnly"}
    period = {"operation_mode": "CentralSetpoint", "setpoint": "10000", "discharge_limit": "-6000"}
    operator.post(f"transactions/{key}/energy-plan/", {"control": "pushed", "periods": [period]})
    profile = asked(talk, "SetChargingProfile")["chargingProfile"]
    assert (profile["chargingProfileKind"], profile["transactionId"]) == ("Dynamic", f"T-{station.identity}")
    holding(operator, key)
    operator.post(f"transactions/{key}/energy-plan/setpoint/", {"setpoint": "-4000"})
    update = asked(talk, "UpdateDynamicSchedule")
    assert update == {"chargingProfileId": profile["id"], "scheduleUpdate": {"setpoint": -4000}}
    assert holding(operator, key)["figures"]["setpoint"] == "-4000.0"
    return key, profile["id"]


@pytest.fixture(scope="module")
def rule(operator: Operator) -> Any:
    """Staff let this eMSP's cars give energy back."""
    return operator.post("transfer-rules/", {"party": "DE/EVX", "transfers": ["AC_three_phase", "AC_BPT"]}, 201)


def test_a_car_gives_energy_back_and_is_paid_for_it(hub: Hub, operator: Operator, rule: Any) -> None:
    """Q01, Q02, Q04; TAR-31."""
    station = Station(hub, operator, "V2X-A")
    with station.online() as talk:
        key, profile = steered(station, talk, operator)
        station.tell(talk, "Updated", 60, 11_000, 500, 10_000)
        station.tell(talk, "Updated", 120, 11_000, 4500, -4000)
        signal = operator.post("grid-signals/", {"kind": "power", "power": "4000", "station": "V2X-A"})
        assert (signal["reached"], signal["missed"]) == (1, [])
        assert asked(talk, "UpdateDynamicSchedule")["scheduleUpdate"] == {"setpoint": 4000}
        operator.post(f"transactions/{key}/energy-plan/clear/")
        assert asked(talk, "ClearChargingProfile") == {"chargingProfileId": profile}
        holding(operator, key, "cleared")
        station.end(talk, 13_000, 4500)
        document, bill = station.cdr()
    assert volumes(document, "ENERGY") == [10, -4, 2]
    assert (document["total_energy"], document["total_cost"]) == (
        8,
        {"excl_vat": Decimal("2.6"), "incl_vat": Decimal("3.146")},
    )
    apart = {name: Decimal(str(bill[name])) for name in ("import_energy", "export_energy")}
    assert apart == {"import_energy": Decimal(12), "export_energy": Decimal(4)}
    assert Decimal(str(bill["import_cost"]["excl_vat"])) == Decimal("3.6")
    assert Decimal(str(bill["export_credit"]["excl_vat"])) == Decimal(-1)
    row = operator.get(f"transactions/{key}/")
    assert (Decimal(row["energy_import"]), Decimal(row["energy_export"])) == (Decimal(12_000), Decimal(4000))


def test_a_station_that_cannot_take_energy_back_gets_no_negative_limit(hub: Hub, operator: Operator, rule: Any) -> None:
    """It charges; whoever wants more hears why not."""
    station = Station(hub, operator, "V2X-B")
    with station.online() as talk:
        station.boot(talk, [])
        assert "allowedEnergyTransfer" not in talk.call("Authorize", {"idToken": station.card})
        key = station.start(talk)
        told = station.needs(talk)
        assert (told["status"], told["statusInfo"]["reasonCode"]) == ("Rejected", "V2XNotOffered")
        wish = {"periods": [{"operation_mode": "CentralSetpoint", "setpoint": "-4000"}]}
        refused = operator.post(f"transactions/{key}/energy-plan/", wish, 400)
        assert "its report has no V2XChargingCtrlr" in str(refused["detail"])
        assert operator.get("stations/V2X-B/energy-offer/")[0]["refusal"] == "its report has no V2XChargingCtrlr"
        signal = operator.post("grid-signals/", {"kind": "power", "power": "-4000", "station": "V2X-B"})
        assert signal["reached"] == 0
        station.tell(talk, "Updated", 60, 11_000, 500, 10_000)
        station.end(talk, 13_000, 500)
        document, bill = station.cdr()
    assert [frame for frame in talk.calls if frame[2] in ("SetChargingProfile", "UpdateDynamicSchedule")] == []
    # 12 kWh × 0.30 = 3.60, with VAT 4.356
    assert document["total_cost"] == {"excl_vat": Decimal("3.6"), "incl_vat": Decimal("4.356")}
    assert (document["total_energy"], Decimal(str(bill["export_energy"]))) == (12, Decimal())


def test_a_station_goes_offline_in_mid_discharge(hub: Hub, operator: Operator, rule: Any) -> None:
    """Q11, Q12: what it did meanwhile is counted; when it is back it is told what holds now, not what held then."""
    station = Station(hub, operator, "V2X-C")
    with station.online() as talk:
        key, profile = steered(station, talk, operator)
        station.tell(talk, "Updated", 60, 11_000, 500, 10_000)
    eventually(lambda: not operator.get("stations/V2X-C/")["online"], "it is away")
    operator.post(f"transactions/{key}/energy-plan/setpoint/", {"setpoint": "4000"})
    assert holding(operator, key, "stale")["reason"] == "the station is away"
    with station.online() as talk:
        # It discharged on by its profile, and then charged by itself; all of it is told afterwards.
        station.tell(talk, "Updated", 120, 11_000, 4500, -4000, offline=True)
        again = asked(talk, "SetChargingProfile")["chargingProfile"]
        (period,) = again["chargingSchedule"][0]["chargingSchedulePeriod"]
        assert (again["id"], period["setpoint"], again["maxOfflineDuration"]) == (profile, 4000, 900)
        holding(operator, key)
        station.end(talk, 13_000, 4500)
        document, bill = station.cdr()
    assert volumes(document, "ENERGY") == [10, -4, 2]
    assert document["total_cost"] == {"excl_vat": Decimal("2.6"), "incl_vat": Decimal("3.146")}
    assert {Decimal(str(bill[name])) for name in ("import_energy", "export_energy")} == {12, 4}
