"""Sessions of stations on real sockets, up to the CDR that the eMSP is sent; by hand beside each figure.

Stations report times that have passed, as those do that were offline: so no test waits for a clock. Clocks below are
those on the station's wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.hub import Hub, eventually
from tests.ocppbridge.door import Door, Talk
from tests.personas import samples
from tests.personas.partner import Partner, Said, partner

D = Decimal
EMSP, CPO = "DE/BIL", "NL/BIL"
COUNTRIES = {"America/New_York": "USA", "Australia/Sydney": "AUS", "Europe/Lisbon": "PRT"}
NEW_YORK, SYDNEY, LISBON = COUNTRIES
_numbers = count(1)


@pytest.fixture(scope="module")
def emsp(hub: Hub) -> Iterator[Partner]:
    with partner(EMSP, "EMSP") as one:
        invited = hub.command("invite_platform", "--role", "EMSP", "--party", EMSP)
        assert one.register(hub.url, invited["token_a"]).both == (200, 1000)
        card = samples.token(party_id="BIL", uid="BILCARD", contract_id="DE-BIL-C1", whitelist="ALWAYS")
        answer = one.call("PUT", one.at("tokens", "RECEIVER", "DE", "BIL", "BILCARD"), card, to="NL/HUB")
        assert answer.both[1] == 1000, answer.envelope
        yield one


def rate(kind: str, price: str, vat: int = 20) -> dict[str, Any]:
    return {"type": kind, "price": D(price), "vat": vat, "step_size": 1}


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    return {"price_components": list(components)} | ({"restrictions": restrictions} if restrictions else {})


def by_hand(hub: Hub, verb: str, **what: Any) -> Any:
    return hub.by_hand("tests.journeys.billing_world", verb, **what)


class Wall:
    """The clock on a wall, on the last such day of the week that is over; past 24:00 it is the day after."""

    def __init__(self, zone: str, weekday: int | None = None) -> None:
        self.zone = ZoneInfo(zone)
        day = datetime.now(self.zone).date() - timedelta(days=2)
        while weekday is not None and day.weekday() != weekday:
            day -= timedelta(days=1)
        self.day = day

    def at(self, clock: str) -> str:
        """On the wire."""
        hours, minutes = divmod(int(clock[:2]) * 60 + int(clock[3:]), 60)
        day = self.day + timedelta(days=hours // 24)
        local = datetime.combine(day, time(hours % 24, minutes), self.zone)
        return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def shows(self, moment: str) -> str:
        return f"{datetime.fromisoformat(moment).astimezone(self.zone):%H:%M}"

    def parts(self, document: dict[str, Any]) -> list[tuple[str, dict[str, Decimal]]]:
        """When each period begins, and what was measured in it."""
        return [
            (self.shows(period["start_date_time"]), {one["type"]: one["volume"] for one in period["dimensions"]})
            for period in document["charging_periods"]
        ]


@dataclass
class Station:
    """An OCPP 2.x station with one EVSE, and the car at it. Registers in Wh."""

    hub: Hub
    talk: Talk
    place: dict[str, str]
    wall: Wall
    transaction: str = field(default_factory=lambda: f"TX-{next(_numbers)}")
    seq: int = 0

    def tell(self, kind: str, clock: str, taken: int, state: str = "Charging", given: int | None = None) -> None:
        at = self.wall.at(clock)
        values = [("Energy.Active.Import.Register", taken), ("Energy.Active.Export.Register", given)]
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
        sampled = [
            {"value": value, "measurand": name, "context": context, "unitOfMeasure": {"unit": "Wh"}}
            for name, value in values
            if value is not None
        ]
        event = {
            "eventType": kind, "timestamp": at, "seqNo": self.seq, "triggerReason": "ChargingStateChanged",
            "transactionInfo": {"transactionId": self.transaction, "chargingState": state},
            "evse": {"id": 1, "connectorId": 1}, "meterValue": [{"timestamp": at, "sampledValue": sampled}],
        }  # fmt: skip
        if kind == "Started":
            event["idToken"] = {"idToken": "BILCARD", "type": "ISO14443"}
        self.seq += 1
        answer = self.talk.call("TransactionEvent", event)
        assert isinstance(answer, dict), answer


@contextmanager
def station(hub: Hub, wall: Wall, *elements: dict[str, Any], version: str = "2.0.1") -> Iterator[Station]:
    name, zone = f"BILL-{next(_numbers)}", wall.zone.key
    country = COUNTRIES[zone]
    place = by_hand(hub, "place", name=name, time_zone=zone, country=country, elements=elements, version=version)
    with Door(hub.ocpp_port).station(name, f"ocpp{version}", place["password"]) as talk:
        boot = {"chargingStation": {"model": "M", "vendorName": "V"}, "reason": "PowerUp"}
        assert talk.call("BootNotification", boot)["status"] == "Accepted"
        yield Station(hub, talk, place, wall)


def sessions_at(emsp: Partner, where: Station) -> list[dict[str, Any]]:
    """What the eMSP knows of them, its PUTs with its PATCHes laid over them."""
    known: dict[str, dict[str, Any]] = {}
    for seen in emsp.pushed("sessions"):
        held = known.setdefault(seen.path.rsplit("/", 1)[1], {})
        added = seen.body.get("charging_periods", []) if seen.method == "PATCH" else []
        periods = [*held.get("charging_periods", []), *added]
        held.update(seen.body)
        if added:  # a PATCH of periods brings the new ones only (SES-13)
            held["charging_periods"] = periods
    return [one for one in known.values() if one.get("location_id") == where.place["location_id"]]


def cdrs_at(emsp: Partner, where: Station) -> list[dict[str, Any]]:
    found = [seen.body for seen in emsp.pushed("cdrs")]
    return [one for one in found if one["cdr_location"]["id"] == where.place["location_id"]]


def billed(emsp: Partner, where: Station, number: int = 1) -> dict[str, Any]:
    """The CDR that the eMSP is sent."""
    found = eventually(lambda: cdrs_at(emsp, where)[number - 1 :], f"CDR {number} of {where.place['location_id']}")
    document: dict[str, Any] = found[0]
    return document


def cost(document: dict[str, Any], name: str = "total_cost") -> tuple[Decimal, Decimal]:
    return document[name]["excl_vat"], document[name]["incl_vat"]


def running(emsp: Partner, where: Station) -> tuple[Decimal, Decimal] | None:
    found = sessions_at(emsp, where)
    return cost(found[0]) if found and "total_cost" in found[0] else None


def test_a_tariff_that_switches_at_five_in_the_afternoon_of_the_station(hub: Hub, emsp: Partner) -> None:
    """CDR-14, CDR-28, TAR-05, SES-15: what the running session costs is what its CDR says in the end."""
    day = element(rate("ENERGY", "0.30"), start_time="07:00", end_time="17:00")
    with station(hub, Wall(NEW_YORK), day, element(rate("ENERGY", "0.50"))) as one:
        one.tell("Started", "16:30", 1_000)
        one.tell("Updated", "17:30", 31_000)
        # 30 kWh in the hour from 16:30, so 15 by five: 15 × 0.30 + 15 × 0.50 = 12.00; × 1.20 = 14.40
        eventually(lambda: running(emsp, one) == (D(12), D("14.4")), "the bill so far")
        one.tell("Ended", "17:45", 34_000)
        cdr = billed(emsp, one)
        assert one.wall.parts(cdr) == [
            ("16:30", {"ENERGY": 15, "TIME": D("0.5")}),
            ("17:00", {"ENERGY": 18, "TIME": D("0.75")}),
        ]
        # and 3 kWh more: 12.00 + 3 × 0.50 = 13.50; × 1.20 = 16.20
        assert cost(cdr) == (D("13.5"), D("16.2"))
        assert (cdr["total_energy"], cdr["total_time"]) == (33, D("1.25"))
        eventually(lambda: running(emsp, one) == cost(cdr), "the session comes to the same")
    assert [one["status"] for one in sessions_at(emsp, one)] == ["COMPLETED"]


def test_a_session_over_midnight_into_another_day_of_the_week(hub: Hub, emsp: Partner) -> None:
    """CDR-28, TAR-06: Saturday night in Sydney, which is Saturday noon by UTC."""
    saturday = element(rate("ENERGY", "0.40", 10), day_of_week=["SATURDAY"])
    always = element(rate("ENERGY", "0.25", 10), rate("TIME", "1.00", 10))
    with station(hub, Wall(SYDNEY, weekday=5), saturday, always) as one:
        one.tell("Started", "23:30", 5_000)
        one.tell("Updated", "24:30", 13_000)
        one.tell("Ended", "25:00", 17_000)
        cdr = billed(emsp, one)
    # 8 kWh in the hour from 23:30: 4 on Saturday; on Sunday 4 + 4. Time costs the same on both days.
    assert one.wall.parts(cdr) == [
        ("23:30", {"ENERGY": 4, "TIME": D("0.5")}),
        ("00:00", {"ENERGY": 8, "TIME": 1}),
    ]
    # 4 × 0.40 + 8 × 0.25 + 1.5 × 1.00 = 1.60 + 2.00 + 1.50 = 5.10; × 1.10 = 5.61
    assert cost(cdr) == (D("5.1"), D("5.61"))
    assert (cost(cdr, "total_energy_cost")[0], cost(cdr, "total_time_cost")[0]) == (D("3.6"), D("1.5"))


def test_who_overstays_pays_for_it_after_the_grace(hub: Hub, emsp: Partner) -> None:
    """CDR-18, TAR-12: parking is free until an hour and a half after the start."""
    grace = element(rate("ENERGY", "0.45"), rate("PARKING_TIME", "0"), max_duration=5400)
    with station(hub, Wall(LISBON), grace, element(rate("ENERGY", "0.45"), rate("PARKING_TIME", "6.00"))) as one:
        one.tell("Started", "08:00", 0)
        one.tell("Updated", "09:00", 20_000, "SuspendedEV")
        one.tell("Ended", "11:10", 20_000, "Idle")
        cdr = billed(emsp, one)
    # 20 × 0.45 = 9.00; parked from 9:00, free until 9:30, then 1 h 40 min × 6.00 = 10.00; 19.00; × 1.20 = 22.80
    assert cost(cdr) == (D(19), D("22.8"))
    assert cost(cdr, "total_parking_cost") == (D(10), D(12))
    # 2 h 10 min of parking in all, of 3 h 10 min
    assert (cdr["total_parking_time"], cdr["total_time"]) == (D("2.1667"), D("3.1667"))


def test_what_flows_back_earns_what_the_tariff_pays_for_it(hub: Hub, emsp: Partner) -> None:
    """TAR-31: import and export apart, in the Session, in the CDR, in the bill, in the columns."""
    back = element(rate("ENERGY", "0.15"), max_power=0)
    with station(hub, Wall(LISBON), back, element(rate("ENERGY", "0.35")), version="2.1") as one:
        one.tell("Started", "12:00", 100_000, given=40_000)
        one.tell("Updated", "13:00", 108_000, given=40_000)
        one.tell("Ended", "14:00", 108_000, given=43_000)
        cdr = billed(emsp, one)
        session = eventually(lambda: [one for one in sessions_at(emsp, one) if one["status"] == "COMPLETED"], "its end")
    # 8 × 0.35 = 2.80; 3 × 0.15 = 0.45 back; 2.35; × 1.20 = 2.82
    assert cost(cdr) == (D("2.35"), D("2.82"))
    assert [volumes["ENERGY"] for _, volumes in one.wall.parts(cdr)] == [8, -3]
    flows = [hub.one("SELECT total_energy_import FROM roaming_cdr WHERE object_id = %s", cdr["id"]),
             hub.one("SELECT total_energy_export FROM roaming_cdr WHERE object_id = %s", cdr["id"])]  # fmt: skip
    assert flows == [8, 3]
    told = [volumes for _, volumes in one.wall.parts(session[0])]
    assert sum(volumes["ENERGY_IMPORT"] for volumes in told) == 8
    assert sum(volumes["ENERGY_EXPORT"] for volumes in told) == 3
    bill = hub.one("SELECT bill FROM roaming_cdr WHERE object_id = %s", cdr["id"])
    lines = [(D(line["measured"]), D(line["excl_vat"])) for line in bill["lines"]]
    assert lines == [(8, D("2.8")), (-3, D("-0.45"))]


def test_a_reservation_that_expired_costs_what_was_agreed(hub: Hub, emsp: Partner) -> None:
    """CDR-30, TAR-15: 2.50 for having kept the place free, and nothing by the clock."""
    expired = element(rate("FLAT", "2.50"), reservation="RESERVATION_EXPIRES")
    with station(hub, Wall(LISBON), expired, element(rate("ENERGY", "0.45"))) as one:
        token = samples.token(party_id="BIL", uid="BILCARD", contract_id="DE-BIL-C1")
        until = f"{datetime.now(UTC) + timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
        order = {
            "response_url": f"{emsp.url}/result/reserve", "token": token, "reservation_id": "R1",
            "expiry_date": until, "location_id": one.place["location_id"], "evse_uid": one.place["evse_uid"],
        }  # fmt: skip
        answer = emsp.call("POST", emsp.at("commands", "RECEIVER", "RESERVE_NOW"), order, to="NL/VLT")
        assert answer.data["result"] == "ACCEPTED", answer.envelope
        call = one.talk.called()
        while call[2] != "ReserveNow":
            call = one.talk.called()
        one.talk.answer(call, {"status": "Accepted"})
        eventually(lambda: sessions_at(emsp, one), "the eMSP sees the reservation")
        told = {"reservationId": call[3]["id"], "reservationUpdateStatus": "Expired"}
        assert one.talk.call("ReservationStatusUpdate", told) == {}
        cdr = billed(emsp, one)
    # 2.50; × 1.20 = 3.00
    assert cost(cdr) == cost(cdr, "total_reservation_cost") == (D("2.5"), D(3))
    assert cdr["total_energy"] == 0


def test_a_disputed_cdr_is_credited_and_replaced(hub: Hub, emsp: Partner) -> None:
    """CDR-09 to CDR-11: late news showed the payer right; what stands is what the last CDR says."""
    with station(hub, Wall(LISBON), element(rate("ENERGY", "0.40"), rate("PARKING_TIME", "6.00"))) as one:
        hub.run("manage.py", "decisions", "set", "CDR-CORRECTION", "flag", "--station", one.place["location_id"],
                "--reason", "staff look at it first")  # fmt: skip
        one.tell("Started", "11:00", 0)
        one.tell("Updated", "11:30", 8_000, "SuspendedEV")
        one.seq += 1  # one that was lost on its way
        one.tell("Ended", "12:30", 10_000, "Idle")
        wrong = billed(emsp, one)
        # 10 × 0.40 + 1 h × 6.00 = 4.00 + 6.00 = 10.00; × 1.20 = 12.00
        assert cost(wrong) == (D(10), D(12))
        one.seq = 2
        one.tell("Updated", "12:00", 8_000, "Charging")  # it had gone on charging at noon
        alerts = "SELECT count(*) FROM ocppbridge_alert WHERE code = 'CDR-OUTDATED'"
        eventually(lambda: hub.one(alerts), "staff are told that it is outdated")
        back, anew = by_hand(hub, "correct", cdr=wrong["id"], note="the car was charging from noon on")
        credit, right = billed(emsp, one, 2), billed(emsp, one, 3)
    assert (credit["id"], right["id"]) == (back, anew)
    assert (credit["credit_reference_id"], cost(credit)) == (wrong["id"], (D(-10), D(-12)))
    # parked for half an hour only: 4.00 + 3.00 = 7.00; × 1.20 = 8.40
    assert cost(right) == (D(7), D("8.4"))
    eventually(lambda: by_hand(hub, "verdict", cdr=anew).get("stands"), "the desk has accepted the new one", every=1.0)
    balance = by_hand(hub, "balance", session=right["session_id"])
    # 10.00 - 10.00 + 7.00, and 10 - 10 + 10 kWh
    assert (D(balance["cost"]), D(balance["energy"]), balance["cdrs"]) == (7, 10, 3)


def test_a_partner_that_rounds_per_period_is_understood(hub: Hub, emsp: Partner) -> None:
    """CDR-28: its total is not ours, yet consistent; the desk learns how it comes about and accepts it."""
    with partner(CPO, "CPO") as cpo:
        invited = hub.command("invite_platform", "--role", "CPO", "--party", CPO)
        assert cpo.register(hub.url, invited["token_a"]).both == (200, 1000)
        emsp.answers["POST", "/odd/receiver/cdrs"] = Said(http_status=201, headers={"Location": f"{emsp.url}/cdrs/1"})
        starts = [f"2026-11-10T{hour}:00:00Z" for hour in (10, 11, 12)]
        components = [{"type": "ENERGY", "price": D("0.30"), "vat": 20, "step_size": 1}]
        cdr = samples.cdr(
            id="ROUNDED", country_code="NL", party_id="BIL", session_id=None, start_date_time=starts[0],
            end_date_time="2026-11-10T13:00:00Z", cdr_token=samples.cdr_token(party_id="BIL", uid="BILCARD"),
            charging_periods=[
                {"start_date_time": at, "dimensions": [{"type": "ENERGY", "volume": D("3.35")},
                                                      {"type": "TIME", "volume": 1}]}
                for at in starts
            ],
            tariffs=[samples.tariff(country_code="NL", party_id="BIL",
                                    elements=[{"price_components": components}])],
            total_energy=D("10.05"), total_time=3,
            # 3.35 × 0.30 = 1.005, each period 1.01: 3.03 (exactly it would be 3.015); VAT on the sum: 3.636, so 3.64
            total_cost={"excl_vat": D("3.03"), "incl_vat": D("3.64")},
        )  # fmt: skip
        cdr = {name: value for name, value in cdr.items() if value is not None}
        answer = cpo.call("POST", cpo.at("cdrs", "RECEIVER"), cdr)
        assert answer.both == (201, 1000), answer.envelope
        said = eventually(lambda: by_hand(hub, "verdict", cdr="ROUNDED"), "the desk has looked at it", every=1.0)
    assert (said["verdict"], said["rounding"]) == ("ACCEPTED", "cents_per_period"), said
