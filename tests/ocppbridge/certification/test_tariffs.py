"""Certification, block I of OCPP 2.1: tariffs on the station, the driver's tariff, what the station calculated."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge.bridge import station_tariffs, tariff_changes
from ocppbridge.charging.intents import AskTariffs, ChangeTariff, ClearTariffs, NotOffered
from ocppbridge.models import Alert, Call, Station, StationTariff, TariffChange, Transaction
from roaming.models import Agreement, Assessment, Cdr, Substitution
from roaming.services import decisions, locations, tariffs
from tests.ocppbridge.bridge.test_sessions import LOCATION, OWNER, START, TARIFF, component
from tests.ocppbridge.certification.cards import authorize, card, id_token, world
from tests.ocppbridge.certification.events import BEGAN, at, event, metered
from tests.ocppbridge.certification.talking import asked, boot, drained, settled
from tests.ocppbridge.door import Door, Talk

SHOWS = {
    "component": {"name": "TariffCostCtrlr"}, "variable": {"name": "Enabled", "instance": "Tariff"},
    "variableAttribute": [{"value": "true"}],
}  # fmt: skip


def tariff(name: str = "T1", price: str = "0.30", **restrictions: Any) -> dict[str, Any]:
    energy = {**component("ENERGY", price), "step_size": 0}
    bounds = {"restrictions": restrictions} if restrictions else {}
    return {**TARIFF, "id": name, "elements": [{"price_components": [energy], **bounds}]}


@pytest.fixture
def priced(transactional_db: None) -> Station:
    """0.30 a kWh with 21 % VAT."""
    station = world()
    card()
    station_tariffs._looked.update(at=None, until=None)
    tariffs.store(OWNER, tariff(), source=None, now=START)
    locations.store(OWNER, LOCATION, source=None, now=START)
    return station


def announced(talk: Talk) -> None:
    """The station's report says that it shows tariffs."""
    boot(talk)
    report = {"requestId": 1, "generatedAt": at(0), "seqNo": 0, "reportData": [SHOWS]}
    assert talk.call("NotifyReport", report) == {}
    drained()


def swept() -> None:
    station_tariffs._looked.update(at=None)
    station_tariffs.sweep(timezone.now())


def shown(talk: Talk, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    """The tariff that the station is sent."""
    swept()
    frame = talk.called()
    assert frame[2] == "SetDefaultTariff"
    talk.answer(frame, answer or {"status": "Accepted"})
    settled(Call.objects.get(pk=frame[1]))
    told: dict[str, Any] = frame[3]
    return told


def test_a_default_tariff_with_hours_is_set(priced: Station, door: Door) -> None:
    """TC_I_101_CSMS: startTimeOfDay and endTimeOfDay."""
    tariffs.store(OWNER, tariff(start_time="08:00", end_time="20:00"), source=None, now=timezone.now())
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        said = shown(talk)
    assert said["evseId"] == 1
    assert said["tariff"]["energy"]["prices"] == [
        {"priceKwh": 0.3, "conditions": {"startTimeOfDay": "08:00", "endTimeOfDay": "20:00"}}
    ]
    row = StationTariff.objects.get()
    assert (row.state, row.held_id, row.ocpi_id) == ("held", said["tariff"]["tariffId"], "T1")


@pytest.mark.parametrize("refusal", ["TooManyElements", "ConditionNotSupported"])
def test_a_tariff_that_the_station_cannot_hold_is_told_to_staff(priced: Station, door: Door, refusal: str) -> None:
    """TC_I_102_CSMS, TC_I_105_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        shown(talk, {"status": refusal})
    row = StationTariff.objects.get()
    assert (row.state, row.reason, row.held_id) == ("refused", refusal, "")
    assert Alert.objects.get(code="TARIFF-REFUSED").text.endswith(refusal)


def test_what_it_holds_is_compared_and_sent_again_where_it_differs(priced: Station, door: Door) -> None:
    """TC_I_106_CSMS: two tariffs, GetTariffs; what it tells is not what it took."""
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        first = shown(talk)["tariff"]["tariffId"]
        tariffs.store(OWNER, tariff(price="0.40"), source=None, now=timezone.now())
        second = shown(talk)["tariff"]["tariffId"]
        assert first != second
        held = [{"tariffId": second, "tariffKind": "DefaultTariff", "evseIds": [1]}]
        asked(talk, AskTariffs(0), {"status": "Accepted", "tariffAssignments": held})
        assert StationTariff.objects.get().drift == ""
        old = [{**held[0], "tariffId": first}]
        asked(talk, AskTariffs(0), {"status": "Accepted", "tariffAssignments": old})
        row = StationTariff.objects.get()
        assert row.drift == f"it holds {first} where it took {second}"
        assert shown(talk)["tariff"]["tariffId"] == second


def test_a_tariff_that_ocpp_cannot_say_is_not_sent_and_an_old_one_is_taken_away(priced: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        first = shown(talk)["tariff"]["tariffId"]
        steps = {**TARIFF, "elements": [{"price_components": [{**component("ENERGY", "0.30"), "step_size": 1000}]}]}
        tariffs.store(OWNER, steps, source=None, now=timezone.now())
        swept()
        frame = talk.called()
        assert frame[2:] == ["ClearTariffs", {"tariffIds": [first], "evseId": 1}]
        talk.answer(frame, {"clearTariffsResult": [{"tariffId": first, "status": "Accepted"}]})
        settled(Call.objects.get(pk=frame[1]))
        row = StationTariff.objects.get()
        assert (row.state, row.held_id, row.losses[0][0]) == ("unsayable", "", "step_size")
        decisions.choose("STATION-TARIFF-ROUNDING", "send")
        assert shown(talk)["tariff"]["energy"]["prices"] == [{"priceKwh": 0.3}]


def test_tariffs_are_cleared(priced: Station, door: Door) -> None:
    """TC_I_110_CSMS: DefaultTariff."""
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        first = shown(talk)["tariff"]["tariffId"]
        answer = {"clearTariffsResult": [{"tariffId": first, "status": "Accepted"}]}
        action, payload, call = asked(talk, ClearTariffs((first,), 1), answer)
        assert (action, payload) == ("ClearTariffs", {"tariffIds": [first], "evseId": 1})
        assert call.outcome == "Accepted"
        row = StationTariff.objects.get()
        assert (row.held_id, row.state) == ("", "waiting")  # the hub's own choice: it is sent again
        station_tariffs.by_hand(priced, 1, "T1", by="me", now=START)
        shown(talk)
        row.refresh_from_db()
        assert (row.state, row.by_hand) == ("held", True)
        asked(talk, ClearTariffs(), answer)
        row.refresh_from_db()
        assert (row.held_id, row.ocpi_id, row.state, row.by_hand) == ("", "", "none", False)


def test_a_driver_gets_the_tariff_of_his_emsp(priced: Station, door: Door) -> None:
    """TC_I_109_CSMS: Receive Driver Tariff."""
    tariffs.store(OWNER, tariff("T2", "0.20"), source=None, now=START)
    Substitution.objects.create(
        agreement=Agreement.objects.get(), tariff_id="T1", substitute_id="T2", tariff_key="T1", substitute_key="T2"
    )
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        said = talk.call("Authorize", {"idToken": id_token()})
        assert said["idTokenInfo"]["status"] == "Accepted"
        assert said["tariff"]["energy"]["prices"] == [{"priceKwh": 0.2}]


def test_everybody_s_tariff_is_not_told_again(priced: Station, door: Door) -> None:
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        assert "tariff" not in talk.call("Authorize", {"idToken": id_token()})


@pytest.mark.parametrize("answer", ["TooManyElements", "ConditionNotSupported", "Accepted"])
def test_the_tariff_of_a_running_transaction_changes(priced: Station, door: Door, answer: str) -> None:
    """TC_I_113_CSMS, TC_I_114_CSMS, TC_I_115_CSMS."""
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        authorize(talk)
        talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
        said = {"tariffId": "X.0123456789", "currency": "EUR"}
        action, payload, call = asked(talk, ChangeTariff("T1", said), {"status": answer})
    assert (action, payload) == ("ChangeTransactionTariff", {"transactionId": "T1", "tariff": said})
    assert call.outcome == answer
    assert Alert.objects.filter(code="TARIFF-NOT-CHANGED").exists() == (answer != "Accepted")


def charging(talk: Talk) -> Transaction:
    """An hour by the first tariff has begun."""
    talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
    drained()
    return Transaction.objects.get()


def changed(talk: Talk, row: Transaction, answer: str) -> TariffChange:
    """Staff have chosen T2, half an hour after the start."""
    made = tariff_changes.change(row, "t2", by="me", now=BEGAN + timedelta(minutes=30))
    frame = talk.called()
    assert (frame[2], frame[3]["transactionId"]) == ("ChangeTransactionTariff", "T1")
    assert frame[3]["tariff"]["energy"]["prices"] == [{"priceKwh": 0.2}]
    talk.answer(frame, {"status": answer})
    settled(Call.objects.get(pk=frame[1]))
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(("answer", "total"), [("Accepted", 2.5), ("ConditionNotSupported", 3)])
def test_staff_change_the_tariff_and_the_bill_follows_what_the_station_has_taken(
    priced: Station, door: Door, answer: str, total: float
) -> None:
    """I11, TC_I_113_CSMS: 5 kWh by each of the tariffs, or all by the first where the station refuses."""
    tariffs.store(OWNER, tariff("T2", "0.20"), source=None, now=START)
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        row = charging(talk)
        half = event("Updated", 30, "MeterValuePeriodic", meterValue=metered(30, 5_000))
        talk.call("TransactionEvent", half)
        drained()
        made = changed(talk, row, answer)
        assert (made.state, made.reason) == (("holds", "") if answer == "Accepted" else ("refused", answer))
        TariffChange.objects.filter(since__isnull=False).update(since=BEGAN + timedelta(minutes=30))
        last = metered(60, 10_000, "Transaction.End")
        talk.call("TransactionEvent", event("Ended", 60, "StopAuthorized", stoppedReason="Local", meterValue=last))
        drained()
    assert json.loads(Cdr.objects.get().document)["total_cost"]["excl_vat"] == total
    assert Alert.objects.filter(code="TARIFF-NOT-CHANGED").exists() == (answer != "Accepted")


def test_what_cannot_price_a_transaction_is_refused_with_the_reason(priced: Station, door: Door) -> None:
    """I11: NoCurrencyChange and TxNotFound are known before the station is asked."""
    tariffs.store(OWNER, {**tariff("USD"), "currency": "USD"}, source=None, now=START)
    tariffs.store(OWNER, {**tariff("OVER"), "end_date_time": "2020-01-01T00:00:00Z"}, source=None, now=START)
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        row = charging(talk)
        assert [name for name, _ in tariff_changes.offered(row, timezone.now())] == []
        known = {
            "T9": "has no tariff T9",
            "T1": "prices it already",
            "USD": "keeps its currency",
            "OVER": "not hold now",
        }
        for name, why in known.items():
            with pytest.raises(NotOffered, match=why):
                tariff_changes.change(row, name, by="me", now=timezone.now())


@pytest.mark.parametrize(("calculated", "differs"), [(3.63, False), (3.64, False), (3.7, True)])
def test_what_the_station_calculated_is_compared_with_the_bill(
    priced: Station, door: Door, calculated: float, differs: bool
) -> None:
    """TC_I_122_CSMS: Cost Details of Transaction. 10 kWh at 0.30 and 21 % are 3.63."""
    cost = {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": {"exclTax": 3, "inclTax": calculated}},
        "totalUsage": {"energy": 10_000, "chargingTime": 3600, "idleTime": 0},
        "chargingPeriods": [{"tariffId": "T1.0123456789", "startPeriod": at(0)}],
    }
    with door.station("CP1", "ocpp2.1") as talk:
        announced(talk)
        talk.call("TransactionEvent", event("Started", 0, "Authorized", idToken=id_token(), meterValue=metered(0, 0)))
        last = metered(60, 10_000, "Transaction.End")
        end = event("Ended", 60, "StopAuthorized", stoppedReason="Local", meterValue=last, costDetails=cost)
        talk.call("TransactionEvent", end)
        drained()
    row = Transaction.objects.get()
    assert (row.station_cost, row.station_tariff) == (cost, "T1.0123456789")
    found = [text for code, text in row.findings if code == "STATION_COST"]
    said = "the station calculated 3 EUR excl. / 3.7 EUR incl. VAT, the bill says 3 EUR excl. / 3.63 EUR incl. VAT"
    assert found == ([said] if differs else [])
    desk = Assessment.objects.filter(cdr=Cdr.objects.get()).values_list("reasons", flat=True)
    told = [one for reasons in desk for one in reasons if one["code"] == "station_cost"]
    assert [one["message"] for one in told] == found
